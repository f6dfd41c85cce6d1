"""No window, judged where the server counts, holds more calls than the limit; and hardly fewer than can be."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiolimiter import AsyncLimiter
from arrivals import Network, OpenSlot, most_in_fixed_window, most_in_window, send_all
from hypothesis import given, settings
from hypothesis import strategies as st
from moved_clock import run_on_moved_clock

from importer.errors import WithdrawnError
from importer.ratelimit.adaptive import Limit
from importer.ratelimit.limiter import CLOCK_MARGIN_S, LOST_MARGIN_S, RateLimiter, Slot
from importer.ratelimit.slots import LocalSlots


def near(expected: Any) -> Any:
    return pytest.approx(expected, abs=1e-4)


spells = st.lists(st.tuples(st.integers(1, 120), st.floats(0.5, 30)), max_size=3)


@settings(max_examples=150)
@given(
    seed=st.integers(0, 2**32),
    limit=st.tuples(st.integers(1, 30), st.sampled_from([0.5, 1.0, 5.0, 60.0])),
    workers=st.integers(1, 60),
    up_s=st.sampled_from([0.0, 0.05, 1.5, 6.0]),
    down_s=st.sampled_from([0.0, 0.05, 1.5, 6.0]),
    lost=st.sampled_from([0.0, 0.05, 0.5]),
    refused=st.sampled_from([0.0, 0.1]),
    idle_spells=spells,
)
def test_no_window_ever_holds_more_than_the_limit(
    *,
    seed: int,
    limit: tuple[int, float],
    workers: int,
    up_s: float,
    down_s: float,
    lost: float,
    refused: float,
    idle_spells: list[tuple[int, float]],
) -> None:
    calls, per_seconds = limit
    draws = random.Random(seed)
    network = Network(draws, up_s=up_s, down_s=down_s, lost=lost)
    limiter = RateLimiter(calls, per_seconds)

    def answered() -> None:
        if draws.random() < refused:
            limiter.pause(draws.choice([None, 0.0, 2 * per_seconds]))

    run_on_moved_clock(
        send_all(limiter.slot, network, calls=120, workers=workers, idle_spells=idle_spells, answered=answered)
    )
    assert len(network.arrivals) >= 120
    assert most_in_window(network.arrivals, per_seconds) <= calls
    for offset_s in (0.0, per_seconds / 3, per_seconds / 2):
        assert most_in_fixed_window(network.arrivals, per_seconds, offset_s=offset_s) <= calls


def limiter_alone() -> OpenSlot:
    limiter = AsyncLimiter(25, 5)

    @asynccontextmanager
    async def open_slot() -> AsyncIterator[Slot]:
        async with limiter:
            yield Slot()

    return open_slot


def slots_freed_by_sending() -> OpenSlot:
    free = asyncio.Semaphore(25)

    @asynccontextmanager
    async def open_slot() -> AsyncIterator[Slot]:
        await free.acquire()
        asyncio.get_running_loop().call_later(5 + CLOCK_MARGIN_S, free.release)
        yield Slot()

    return open_slot


def held_slots_without_a_margin_for_lost_calls() -> OpenSlot:
    return RateLimiter(25, 5, lost_margin_s=0.0).slot


def held_slots() -> OpenSlot:
    return RateLimiter(25, 5).slot


@pytest.mark.parametrize(
    ("make", "holds"),
    [
        (limiter_alone, False),
        (slots_freed_by_sending, False),
        (held_slots_without_a_margin_for_lost_calls, False),
        (held_slots, True),
    ],
)
def test_the_harness_tells_a_pace_that_holds_from_those_that_do_not(
    make: Callable[[], OpenSlot],
    holds: bool,  # noqa: FBT001 - a table's column
) -> None:
    most = []
    for seed in range(20):
        network = Network(random.Random(seed), up_s=1.5, down_s=0.1, lost=0.1)
        run_on_moved_clock(send_all(make(), network, calls=200, workers=60, idle_spells=[(100, 20.0)]))
        most.append(most_in_window(network.arrivals, 5.0))
    assert (max(most) <= 25) is holds


@pytest.mark.parametrize(("up_s", "down_s", "workers"), [(0.0, 0.2, 10), (0.15, 0.15, 10), (1.0, 1.0, 30)])
def test_two_thousand_calls_go_at_98_percent_of_what_held_slots_allow(up_s: float, down_s: float, workers: int) -> None:
    network = Network(random.Random(1), up_s=up_s, down_s=down_s)
    took_s = run_on_moved_clock(send_all(RateLimiter(25, 5).slot, network, calls=2000, workers=workers))
    round_trip_s = (up_s + down_s) / 2
    assert 2000 / took_s >= 0.98 * 25 / (5 + round_trip_s)
    assert most_in_window(network.arrivals, 5.0) <= 25


async def leave(limiter: RateLimiter, left: list[float], *, is_answered: bool = True) -> None:
    async with limiter.slot() as slot:
        left.append(asyncio.get_running_loop().time())
        if is_answered:
            slot.answered()


@pytest.mark.parametrize(
    ("is_answered", "held_s"), [(True, 5 + CLOCK_MARGIN_S), (False, 5 + LOST_MARGIN_S)], ids=["answered", "lost"]
)
def test_a_slot_is_held_after_the_answer_and_longer_after_giving_up(is_answered: bool, held_s: float) -> None:  # noqa: FBT001
    async def run() -> list[float]:
        limiter, left = RateLimiter(1, 5), list[float]()
        for _ in range(3):
            await leave(limiter, left, is_answered=is_answered)
        return left

    assert run_on_moved_clock(run()) == near([0.0, held_s, 2 * held_s])


def test_a_failed_call_holds_its_slot_like_a_lost_one() -> None:
    async def run() -> float:
        limiter = RateLimiter(1, 5)
        with pytest.raises(ConnectionError):
            async with limiter.slot():
                raise ConnectionError
        left: list[float] = []
        await leave(limiter, left)
        return left[0]

    assert run_on_moved_clock(run()) == near(5 + LOST_MARGIN_S)


@pytest.mark.parametrize("paused_s", [0.0, 7.0], ids=["waiting for a slot", "waiting out a pause"])
def test_cancelled_waiters_give_their_slots_back(paused_s: float) -> None:
    async def run() -> list[float]:
        limiter, left = RateLimiter(5, 5), list[float]()
        if paused_s:
            limiter.pause(paused_s)
        else:
            await asyncio.gather(*(leave(limiter, []) for _ in range(5)))
        waiters = [asyncio.create_task(leave(limiter, left)) for _ in range(20)]
        for cancel_at_s in (0.0, 2.0, 3.0):
            await asyncio.sleep(cancel_at_s)
            for waiter in waiters[int(cancel_at_s) :: 5]:
                waiter.cancel()
        await asyncio.gather(*waiters[1::5], *waiters[4::5])
        assert all(waiter.cancelled() for waiter in waiters[0::5])
        await asyncio.sleep(60)
        left.clear()
        await asyncio.gather(*(leave(limiter, left) for _ in range(5)))
        return left

    left = run_on_moved_clock(run())
    assert len(left) == 5
    assert max(left) == near(min(left)), "all five slots are there again"


def test_slots_never_leak_whatever_is_cancelled() -> None:
    async def run(seed: int) -> float:
        draws = random.Random(seed)
        limiter = RateLimiter(7, 5)
        network = Network(draws, up_s=2, down_s=2, lost=0.2)

        async def one() -> None:
            async with limiter.slot() as slot:
                if await network.call(slot) and draws.random() < 0.1:
                    limiter.pause()

        tasks = [asyncio.create_task(one()) for _ in range(100)]
        for task in draws.sample(tasks, 60):
            await asyncio.sleep(draws.uniform(0, 1.5))
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(120)
        assert most_in_window(network.arrivals, 5) <= 7
        left: list[float] = []
        await asyncio.gather(*(leave(limiter, left) for _ in range(8)))
        assert left[:7] == near([left[0]] * 7)
        return left[7] - left[0]

    for seed in range(10):
        assert run_on_moved_clock(run(seed)) == near(5 + CLOCK_MARGIN_S)


@pytest.mark.parametrize(
    ("pauses", "until_s"),
    [([None], 5.0), ([0.0], 5.0), ([1.0], 5.0), ([12.0], 12.0), ([12.0, None], 12.0), ([None, 12.0], 12.0)],
)
def test_after_a_refusal_no_call_goes_for_a_window_or_as_long_as_was_asked(
    pauses: list[float | None], until_s: float
) -> None:
    async def run() -> list[float]:
        limiter, left = RateLimiter(25, 5), list[float]()
        for seconds in pauses:
            limiter.pause(seconds)
        await asyncio.gather(*(leave(limiter, left) for _ in range(10)))
        return left

    assert run_on_moved_clock(run()) == near([until_s + CLOCK_MARGIN_S] * 10)


def test_a_pause_that_is_prolonged_meanwhile_holds_those_who_wait_already() -> None:
    async def run() -> list[float]:
        limiter, left = RateLimiter(25, 5), list[float]()
        limiter.pause()
        waiters = [asyncio.create_task(leave(limiter, left)) for _ in range(3)]
        await asyncio.sleep(4)
        limiter.pause()
        await asyncio.gather(*waiters)
        return left

    assert run_on_moved_clock(run()) == near([9 + CLOCK_MARGIN_S] * 3)


@pytest.mark.parametrize("blocked_by", ["pause", "limiter"])
def test_a_waiter_that_is_cancelled_frees_its_slot_at_once_for_it_has_sent_nothing(blocked_by: str) -> None:
    async def run() -> list[float]:
        limiter, left = RateLimiter(1, 5), list[float]()
        if blocked_by == "pause":
            limiter.pause(7)
        else:
            await limiter._limiter.acquire()
        first = asyncio.create_task(leave(limiter, left))
        second = asyncio.create_task(leave(limiter, left))
        await asyncio.sleep(3)
        first.cancel()
        await second
        return left

    assert run_on_moved_clock(run()) == near([7 + CLOCK_MARGIN_S if blocked_by == "pause" else 5.0])


def test_a_closed_pacer_turns_away_who_waits_and_who_comes_at_once() -> None:
    async def main() -> None:
        limiter = RateLimiter(2, 60.0)
        for _ in range(2):
            async with limiter.slot() as slot:
                slot.answered()
        waiting = [asyncio.create_task(take(limiter)) for _ in range(5)]
        await asyncio.sleep(1.0)
        began = asyncio.get_running_loop().time()
        limiter.close()
        results = await asyncio.gather(*waiting, take(limiter), return_exceptions=True)
        assert [type(result) for result in results] == [WithdrawnError] * 6
        assert asyncio.get_running_loop().time() - began < 0.1

    async def take(limiter: RateLimiter) -> None:
        async with limiter.slot():
            raise AssertionError("a call left a closed limiter")

    run_on_moved_clock(main())


def test_a_call_that_is_no_longer_wanted_gives_its_slot_to_the_next() -> None:
    async def main() -> None:
        limiter = RateLimiter(1, 5.0)
        async with limiter.slot() as slot:
            slot.answered()
        with pytest.raises(WithdrawnError):
            async with limiter.slot(unless=lambda: True):
                raise AssertionError("it was sent all the same")
        async with limiter.slot():
            assert asyncio.get_running_loop().time() == pytest.approx(5.0, abs=0.1)

    run_on_moved_clock(main())


class FarSlots(LocalSlots):
    """Slots of a ledger that is a round trip away."""

    is_far = True


class Diary:
    """A record that takes down what it is told."""

    def __init__(self, told: list[str]) -> None:
        self._told = told

    async def about_to_send(self) -> None:
        self._told.append("written")

    def known_not_sent(self) -> None:
        self._told.append("taken back")


def far_limiter(calls: int, *, most_in_flight: int) -> RateLimiter:
    return RateLimiter(calls, 5.0, slots=FarSlots(Limit(calls, 5.0)), most_in_flight=most_in_flight)


async def test_far_from_the_ledger_calls_are_written_down_before_they_wait_and_few_go_at_once() -> None:
    limiter, told, answer = far_limiter(25, most_in_flight=2), list[str](), asyncio.Event()

    async def call() -> None:
        async with limiter.slot(record=Diary(told)) as slot:
            told.append("sent")
            await answer.wait()
            slot.answered()

    calls = [asyncio.ensure_future(call()) for _ in range(5)]
    await asyncio.sleep(0.01)
    assert (told.count("written"), told.count("sent")) == (5, 2)
    answer.set()
    await asyncio.gather(*calls)
    assert (told.count("written"), told.count("sent")) == (5, 5)


async def test_far_from_the_ledger_what_did_not_go_is_taken_back_and_leaves_its_place() -> None:
    limiter, told = far_limiter(1, most_in_flight=1), list[str]()
    async with limiter.slot() as slot:
        slot.answered()
    waiting = asyncio.ensure_future(_enter(limiter, Diary(told)))
    await asyncio.sleep(0.01)
    assert told == ["written"]
    limiter.close()
    with pytest.raises(WithdrawnError):
        await waiting
    assert told == ["written", "taken back"]


async def _enter(limiter: RateLimiter, record: Diary) -> None:
    async with limiter.slot(record=record):
        pass
