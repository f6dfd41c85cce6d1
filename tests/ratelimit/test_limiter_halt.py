"""A halt holds this run's calls back until its end or until it is ended; a pause that was asked for stays."""

import asyncio

import pytest
from moved_clock import run_on_moved_clock

from importer.errors import WithdrawnError
from importer.ratelimit.limiter import CLOCK_MARGIN_S, RateLimiter
from importer.ratelimit.record import UNRECORDED


async def moment_of_a_call(limiter: RateLimiter) -> float:
    async with limiter.slot() as slot:
        slot.answered()
        return asyncio.get_running_loop().time()


def test_no_call_goes_before_the_halts_end() -> None:
    async def run() -> None:
        limiter = RateLimiter(25, 5)
        began = asyncio.get_running_loop().time()
        limiter.halt(30)
        calls = [asyncio.create_task(moment_of_a_call(limiter)) for _ in range(3)]
        assert min(await asyncio.gather(*calls)) - began >= 30

    run_on_moved_clock(run())


def test_a_halt_that_is_ended_lets_those_who_wait_go_at_once() -> None:
    async def run() -> None:
        limiter = RateLimiter(25, 5)
        began = asyncio.get_running_loop().time()
        limiter.halt(240)
        call = asyncio.create_task(moment_of_a_call(limiter))
        withdrawn = asyncio.create_task(limiter._take(lambda: True, UNRECORDED))
        await asyncio.sleep(1)
        limiter.resume()
        assert await call - began == pytest.approx(1, abs=0.1)
        with pytest.raises(WithdrawnError):
            await withdrawn

    run_on_moved_clock(run())


def test_a_pause_that_was_asked_for_outlives_the_end_of_a_halt() -> None:
    async def run() -> None:
        limiter = RateLimiter(25, 5)
        began = asyncio.get_running_loop().time()
        limiter.pause(20)
        limiter.halt(240)
        limiter.resume()
        assert await moment_of_a_call(limiter) - began == pytest.approx(20 + CLOCK_MARGIN_S, abs=0.1)

    run_on_moved_clock(run())
