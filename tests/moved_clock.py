"""An event loop whose clock is moved, not waited for: sleeping an hour takes no time."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["MovedClockLoop", "run_on_moved_clock"]

T = TypeVar("T")


class _LeapingSelector(selectors.DefaultSelector):
    """Instead of waiting for nothing, moves the loop's clock to when the next timer is due."""

    loop: "MovedClockLoop"

    def select(self, timeout: float | None = None) -> Any:
        events = super().select(0)
        if events or timeout is None:
            return events or super().select(None)
        self.loop.moved_s += max(timeout, 0.0)
        return events


TICK_S = 1e-9


class MovedClockLoop(asyncio.SelectorEventLoop):
    """A loop that begins at time 0 and leaps from timer to timer. For tests without real input and output.

    Each look at the clock moves it by a nanosecond: a timer that rounding set a hair too early would otherwise be set
    anew for ever.
    """

    def __init__(self) -> None:
        self.moved_s = 0.0
        selector = _LeapingSelector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        self.moved_s += TICK_S
        return self.moved_s


def run_on_moved_clock(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on such a loop."""
    with asyncio.Runner(loop_factory=MovedClockLoop) as runner:
        return runner.run(main)
