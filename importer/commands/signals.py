"""Ctrl-C and SIGTERM: the first one ends the run politely and within a time that is told, the second at once."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self, TypeVar

__all__ = ["Interrupted", "Signals"]

STUCK_S = 2.0
"""How long after a second signal the event loop has its turn; else it is stuck, and the process ends."""

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Interrupted(BaseException):
    """The run was asked to end before anything was sent. No `except Exception` may take it for a fault of a file."""


def _nothing() -> None:
    return None


class Signals:
    """Handles the two signals while it is entered. `received` is the first one's number; its exit status adds 128.

    `within_s` is how long after the first signal the run ends at most, as it is told.
    """

    def __init__(self, *, within_s: float = 10.0) -> None:
        self.received: int | None = None
        self.within_s = within_s
        self._seconds = 0
        self._is_blocking = False
        self._on_first: Callable[[], object] = _nothing
        self._on_second: Callable[[], object] = _nothing
        self._loop: asyncio.AbstractEventLoop | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def watch(self, *, on_first: Callable[[], object] = _nothing, on_second: Callable[[], object] = _nothing) -> None:
        """Call these in the running event loop when a first or a second signal comes; by default nothing."""
        self._loop = asyncio.get_running_loop()
        self._on_first, self._on_second = on_first, on_second
        if self.received is not None:
            on_first()

    async def guard(self, main: Coroutine[Any, Any, T]) -> T:
        """Await a run. Until it watches by itself, a signal cancels it: it ends as Interrupted."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        self.watch(on_first=task.cancel, on_second=task.cancel)
        try:
            return await main
        except asyncio.CancelledError:
            if self.received is None:
                raise
            raise Interrupted from None

    def check(self) -> None:
        """Raise Interrupted when a signal has come."""
        if self.received is not None:
            self._on_first = _nothing
            raise Interrupted

    @contextmanager
    def blocking(self) -> Iterator[None]:
        """While something long keeps the event loop from its turn: a signal raises Interrupted right there."""
        self.check()
        self._is_blocking = True
        try:
            yield
        finally:
            self._is_blocking = False

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self.received is None:
            self.received = number
            logger.warning(
                "Stopping within %g s: calls on their way are waited for, no new ones are made. Again to stop at once.",
                self.within_s,
            )
            if self._is_blocking:
                self.check()
            self._call(self._first)
        elif self._seconds or self._loop is None or self._loop.is_closed() or self._is_blocking:
            # Nobody will look at it: a read is stuck, or what a second signal was to end did not end. The ledger has
            # every intent.
            os._exit(128 + number)
        else:
            self._seconds += 1
            self._call(self._second)
            end = threading.Timer(STUCK_S, os._exit, [128 + number])  # the loop may be stuck in a read
            end.daemon = True
            end.start()
            self._call(end.cancel)

    def _call(self, action: Callable[[], object]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(action)

    # Looked up when the loop's turn comes: by then others may be watching.
    def _first(self) -> None:
        self._on_first()

    def _second(self) -> None:
        self._on_second()
