"""What a pace makes of refusals: the account's true limit is believed, and others who use it are given way to."""

import asyncio
import random

import pytest
from moved_clock import run_on_moved_clock

from importer.errors import WithdrawnError
from importer.ratelimit.limiter import RateLimiter
from importer.sandbox.limit import Limit as ServerLimit


class Server:
    """Judges arrivals at 25 per 5 s, or what it is told, and answers after a while."""

    def __init__(self, calls: int = 25) -> None:
        self.calls = calls
        self.ours: list[tuple[float, bool]] = []
        self.theirs = 0
        self._limit = ServerLimit(calls=calls, per_seconds=5.0, window="sliding")
        self._draws = random.Random(1)

    async def call(self, limiter: RateLimiter) -> None:
        async with limiter.slot() as slot:
            await asyncio.sleep(self._draws.uniform(0.01, 0.15))
            now = asyncio.get_running_loop().time()
            is_refused = not self._limit.admit(now)
            self.ours.append((now, is_refused))
            await asyncio.sleep(self._draws.uniform(0.01, 0.15))
            slot.answered()
        if is_refused:
            limiter.refused((self.calls, 5))

    async def rival(self, each_s: float) -> None:
        while True:
            self.theirs += self._limit.admit(asyncio.get_running_loop().time())
            await asyncio.sleep(each_s)

    async def serve(self, limiter: RateLimiter, *, seconds: float, rival_each_s: float | None = None) -> None:
        async def work() -> None:
            while True:
                await self.call(limiter)

        tasks = [asyncio.create_task(work()) for _ in range(10)]
        if rival_each_s is not None:
            tasks.append(asyncio.create_task(self.rival(rival_each_s)))
        await asyncio.sleep(seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def after(self, began: float) -> tuple[int, int]:
        """Our calls since then, and how many of them were refused."""
        ours = [is_refused for at, is_refused in self.ours if at >= began]
        return len(ours), sum(ours)


def test_where_the_true_limit_is_lower_refusals_stop_after_the_first_window() -> None:
    server = Server(calls=10)

    async def main() -> None:
        await server.serve(RateLimiter(25, 5), seconds=300)

    run_on_moved_clock(main())
    calls, refused = server.after(5.0)
    assert refused == 0
    assert calls >= 0.9 * 10 / 5.3 * 290
    assert server.after(0.0)[1] <= 15


def test_a_rival_who_takes_two_fifths_is_given_way_to_and_what_it_leaves_is_used() -> None:
    server = Server()

    async def main() -> None:
        await server.serve(RateLimiter(25, 5), seconds=1860, rival_each_s=0.5)

    run_on_moved_clock(main())
    calls, refused = server.after(60.0)
    assert refused / calls < 0.05
    assert (calls - refused) / (3.0 * 1800) > 0.8
    assert server.theirs > 0.95 * 2 * 1860


def test_without_a_rival_nothing_is_ever_refused_or_held_back() -> None:
    server = Server()

    async def main() -> None:
        await server.serve(RateLimiter(25, 5), seconds=600)

    run_on_moved_clock(main())
    calls, refused = server.after(0.0)
    assert (calls >= 0.97 * 25 / 5.17 * 600, refused) == (True, 0)


@pytest.mark.parametrize("paused_s", [None, 60.0])
def test_a_closed_pacer_withdraws_those_who_wait_out_a_pause_as_well(paused_s: float | None) -> None:
    async def main() -> None:
        limiter = RateLimiter(5, 60.0)
        limiter.refused(seconds=paused_s)

        async def take() -> None:
            async with limiter.slot():
                raise AssertionError("a call left a closed limiter")

        waiting = [asyncio.create_task(take()) for _ in range(3)]
        await asyncio.sleep(1.0)
        limiter.close()
        assert [type(one) for one in await asyncio.gather(*waiting, return_exceptions=True)] == [WithdrawnError] * 3
        assert asyncio.get_running_loop().time() < 1.1

    run_on_moved_clock(main())


def test_a_refusal_that_tells_a_longer_window_pauses_for_all_of_it() -> None:
    async def main() -> None:
        limiter = RateLimiter(5, 1.0)
        limiter.refused((2, 30), seconds=3.0)
        async with limiter.slot():
            assert asyncio.get_running_loop().time() >= 30.0

    run_on_moved_clock(main())
