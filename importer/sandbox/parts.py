"""Which rows of a bulk call are worked on before it is answered, and how the others follow. All of it is invented."""

import asyncio
import random
from collections.abc import Callable, Collection, Sequence

from importer.sandbox.stats import Stats

__all__ = ["ChooseRows", "choose_rows", "go_on"]

ChooseRows = Callable[[int], Collection[int]]
"""Takes how many rows a call has, gives those that are worked on at once, counted from 0."""


def choose_rows(count: int, *, most: int | None, odds: float, draws: random.Random) -> Collection[int]:
    """The first `most` of them where that is given, with these odds a drawn part, else all."""
    if most is not None:
        return range(min(count, most))
    if odds and draws.random() < odds:
        return frozenset(draws.sample(range(count), draws.randint(0, count)))
    return range(count)


def go_on(
    steps: Sequence[Callable[[float], object]], *, within_s: float, clock: Callable[[], float], stats: Stats
) -> None:
    """Take these steps one by one, in equal times, the last of them after `within_s`; till then a call is in flight."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    stats.in_flight += 1

    def step(nth: int) -> None:
        try:
            steps[nth](clock())
        finally:
            if nth + 1 < len(steps):
                plan(nth + 1)
            else:
                stats.in_flight -= 1

    def plan(nth: int) -> None:
        loop.call_at(start + within_s * (nth + 1) / len(steps), step, nth)

    plan(0)
