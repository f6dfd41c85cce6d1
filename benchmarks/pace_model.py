"""The same contest without a network or a clock: each contestant's way of pacing against the sandbox's own judge.

Time is a moved clock's (`tests/moved_clock.py`), so that thousands of rows take seconds.
"""

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from aiolimiter import AsyncLimiter

from importer.ratelimit.limiter import RateLimiter, Slot
from importer.sandbox.limit import Limit

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))

from moved_clock import run_on_moved_clock

Window = Literal["sliding", "fixed"]
"""How the server counts."""

__all__ = ["Modelled", "Window", "run_model"]

OpenSlot = Callable[[], AbstractAsyncContextManager[Slot]]


@dataclass(frozen=True)
class Modelled:
    """What the judge saw; the span from the first call's arrival to the last's, in seconds."""

    calls: int
    refusals: int
    span_s: float


def run_model(
    who: str,
    *,
    rows: int,
    calls: int,
    per_seconds: float,
    latency_ms: tuple[float, float],
    window: Window,
    workers: int,
) -> Modelled:
    """Let one contestant (`ours`, `plain`, `slowed`) send so many rows."""
    judge = Limit(calls=calls, per_seconds=per_seconds, window=window)
    return run_on_moved_clock(
        _send(who, judge, rows, calls=calls, per_seconds=per_seconds, latency_ms=latency_ms, workers=workers)
    )


async def _send(
    who: str,
    judge: Limit,
    rows: int,
    *,
    calls: int,
    per_seconds: float,
    latency_ms: tuple[float, float],
    workers: int,
) -> Modelled:
    loop, draws = asyncio.get_running_loop(), random.Random(1)
    arrivals: list[float] = []
    refusals, left = 0, rows
    limiter = RateLimiter(calls, per_seconds)
    slots: dict[str, OpenSlot] = {
        "ours": limiter.slot,
        "plain": _limited(AsyncLimiter(calls, per_seconds)),
        "slowed": _limited(AsyncLimiter(calls - 1, per_seconds)),
    }
    open_slot = slots[who]

    async def call(slot: Slot) -> bool:
        way_s = draws.uniform(*latency_ms) / 1000
        await asyncio.sleep(way_s / 2)
        arrivals.append(loop.time())
        is_taken = judge.admit(loop.time())
        await asyncio.sleep(way_s / 2)
        slot.answered()
        return is_taken

    async def work() -> None:
        nonlocal refusals, left
        while left > 0:
            left -= 1
            while True:
                async with open_slot() as slot:
                    is_taken = await call(slot)
                if is_taken:
                    break
                refusals += 1
                if who == "ours":
                    limiter.refused()
                else:
                    await asyncio.sleep(1)

    async with asyncio.TaskGroup() as group:
        for _ in range(workers):
            group.create_task(work())
    return Modelled(len(arrivals), refusals, arrivals[-1] - arrivals[0])


def _limited(limiter: AsyncLimiter) -> OpenSlot:
    @asynccontextmanager
    async def open_slot() -> AsyncIterator[Slot]:
        async with limiter:
            yield Slot()

    return open_slot
