"""A call in two limits keeps both, gives back both where it does not go, and a refusal teaches the right one."""

import asyncio
import itertools

import pytest
from moved_clock import run_on_moved_clock

from importer.ratelimit.adaptive import Limit
from importer.ratelimit.limiter import RateLimiter
from importer.ratelimit.paired import PairedSlots
from importer.ratelimit.slots import LocalSlots

BULK, CALLS = Limit(1, 5.0), Limit(4, 5.0)


class Slots(LocalSlots):
    """Slots that grow too old for a call `fresh_s` after they were given, and tell what they were taught."""

    def __init__(self, limit: Limit, *, fresh_s: float = 1.0) -> None:
        super().__init__(limit)
        self.fresh_s = fresh_s
        self.given: dict[int, float] = {}
        self.taught: list[Limit | None] = []
        self.paused: list[float] = []

    async def take(self) -> int:
        await super().take()
        ticket = len(self.given)
        self.given[ticket] = asyncio.get_running_loop().time()
        return ticket

    def is_fresh(self, ticket: int) -> bool:
        return asyncio.get_running_loop().time() - self.given[ticket] < self.fresh_s

    def refused(self, advertised: Limit | None) -> None:
        self.taught.append(advertised)

    def pause(self, seconds: float) -> None:
        self.paused.append(seconds)


def pair(bulk: Slots, calls: Slots) -> PairedSlots:
    return PairedSlots(bulk, calls, scarce_limit=BULK, common_limit=CALLS)


def test_bulk_calls_keep_their_own_limit_and_the_limit_of_all_calls() -> None:
    async def main() -> tuple[list[float], list[float]]:
        calls = Slots(CALLS, fresh_s=1e9)
        single = RateLimiter(CALLS.calls, CALLS.per_seconds, slots=calls)
        bulk = RateLimiter(BULK.calls, BULK.per_seconds, slots=pair(Slots(BULK, fresh_s=1e9), calls))
        sent: dict[str, list[float]] = {"single": [], "bulk": []}

        async def send(name: str, limiter: RateLimiter) -> None:
            async with limiter.slot() as slot:
                sent[name].append(asyncio.get_running_loop().time())
                await asyncio.sleep(0.1)
                slot.answered()

        await asyncio.gather(*(send("bulk", bulk) for _ in range(4)), *(send("single", single) for _ in range(12)))
        return sent["single"], sent["bulk"]

    single, bulk = run_on_moved_clock(main())
    assert all(later - earlier >= BULK.per_seconds for earlier, later in itertools.pairwise(bulk))
    both = sorted([*single, *bulk])
    assert all(later - earlier >= CALLS.per_seconds for earlier, later in zip(both, both[4:], strict=False))


def test_a_slot_that_grew_old_while_the_other_was_waited_for_is_taken_anew() -> None:
    async def main() -> tuple[float, int, int]:
        bulk, calls = Slots(BULK), Slots(Limit(1, 5.0))
        held = await calls.take()
        calls.settle(held, margin_s=0.0)
        paired = pair(bulk, calls)
        ticket = await paired.take()
        assert paired.is_fresh(ticket)
        paired.give_back(ticket)
        again = await paired.take()
        paired.settle(again, margin_s=0.0)
        return asyncio.get_running_loop().time(), len(bulk.given), len(calls.given)

    at_s, bulk_taken, calls_taken = run_on_moved_clock(main())
    assert at_s == pytest.approx(5.0, abs=0.01)
    assert (bulk_taken, calls_taken) == (3, 3)


def test_who_is_cancelled_while_one_is_waited_for_gives_back_the_other() -> None:
    async def main() -> None:
        bulk, calls = Slots(BULK), Slots(Limit(1, 5.0))
        await calls.take()
        waiting = asyncio.ensure_future(pair(bulk, calls).take())
        await asyncio.sleep(0.1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        async with asyncio.timeout(0.1):
            await bulk.take()

    run_on_moved_clock(main())


@pytest.mark.parametrize(
    ("advertised", "teaches_bulk", "teaches_calls"),
    [
        (None, True, False),
        (Limit(1, 5.0), True, False),
        (Limit(1, 10.0), True, False),
        (Limit(4, 5.0), False, True),
        (Limit(25, 5.0), False, True),
        (Limit(2, 5.0), True, True),  # a larger bulk limit, or a smaller one of all calls
    ],
)
def test_a_refusal_teaches_the_limit_that_it_speaks_of(
    advertised: Limit | None, *, teaches_bulk: bool, teaches_calls: bool
) -> None:
    bulk, calls = Slots(BULK), Slots(CALLS)
    pair(bulk, calls).refused(advertised)
    assert (bool(bulk.taught), bool(calls.taught)) == (teaches_bulk, teaches_calls)


def test_a_pause_that_was_asked_for_holds_for_both() -> None:
    bulk, calls = Slots(BULK), Slots(CALLS)
    pair(bulk, calls).pause(7.0)
    assert bulk.paused == calls.paused == [7.0]
