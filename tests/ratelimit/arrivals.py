"""A server that logs arrivals, at the end of a network whose delays vary; for loops whose clock is moved."""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from math import floor
from typing import TypeVar

from importer.ratelimit.limiter import LOST_MARGIN_S, Slot

__all__ = ["Network", "most_in_fixed_window", "most_in_window", "send_all"]

T = TypeVar("T")

OpenSlot = Callable[[], AbstractAsyncContextManager[Slot]]


@dataclass
class Network:
    """Calls reach the server after up to `up_s` and their answers us after up to `down_s` more.

    With odds `lost` there is no answer: we give up after `timeout_s`, and the request arrives up to the limiter's
    margin later than that.
    """

    draws: random.Random
    up_s: float = 0.0
    down_s: float = 0.0
    lost: float = 0.0
    timeout_s: float = 3.0
    arrivals: list[float] = field(default_factory=list)

    async def call(self, slot: Slot) -> bool:
        """One request; whether it was answered."""
        loop = asyncio.get_running_loop()
        if self.draws.random() < self.lost:
            arrives_s = self.draws.uniform(0, self.timeout_s + LOST_MARGIN_S)
            arrival = loop.call_at(loop.time() + arrives_s, self._arrive)
            try:
                await asyncio.sleep(self.timeout_s)
            except asyncio.CancelledError:  # given up earlier
                if arrival.when() > (latest := loop.time() + LOST_MARGIN_S):
                    arrival.cancel()
                    loop.call_at(latest, self._arrive)
                raise
            return False
        await asyncio.sleep(self.draws.uniform(0, self.up_s))
        self._arrive()
        await asyncio.sleep(self.draws.uniform(0, self.down_s))
        slot.answered()
        return True

    def _arrive(self) -> None:
        self.arrivals.append(asyncio.get_running_loop().time())


async def send_all(
    open_slot: OpenSlot,
    network: Network,
    *,
    calls: int,
    workers: int,
    idle_spells: Sequence[tuple[int, float]] = (),
    answered: Callable[[], None] = lambda: None,
) -> float:
    """Send `calls` calls by a pool, lost ones once more; the time it took in seconds.

    After each of `idle_spells`, (calls, seconds), nothing is sent for a while. `answered` is called after each answer.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    spells = dict(idle_spells)
    left = calls
    is_open = asyncio.Event()
    is_open.set()

    async def work() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            if (spell_s := spells.pop(left, 0.0)) and is_open.is_set():
                is_open.clear()
                loop.call_later(spell_s, is_open.set)
            await is_open.wait()
            for _ in range(2):
                async with open_slot() as slot:
                    is_answered = await network.call(slot)
                if is_answered:
                    answered()
                    break

    await asyncio.gather(*(work() for _ in range(workers)))
    took_s = loop.time() - began
    await asyncio.sleep(network.timeout_s + LOST_MARGIN_S)  # until the last lost request has arrived
    return took_s


def most_in_window(arrivals: Sequence[float], per_seconds: float) -> int:
    """The most arrivals in any window of that length, its two ends included."""
    times = sorted(arrivals)
    first = most = 0
    for index, time in enumerate(times):
        while time - times[first] > per_seconds:
            first += 1
        most = max(most, index - first + 1)
    return most


def most_in_fixed_window(arrivals: Sequence[float], per_seconds: float, *, offset_s: float) -> int:
    """The most arrivals in any window that begins at a multiple of its length, plus `offset_s`."""
    counts: dict[int, int] = {}
    for time in arrivals:
        number = floor((time - offset_s) / per_seconds)
        counts[number] = counts.get(number, 0) + 1
    return max(counts.values(), default=0)
