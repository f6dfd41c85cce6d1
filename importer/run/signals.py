"""Ctrl-C and SIGTERM: the first one ends the run politely, the second at once."""

import asyncio
import logging
import signal
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

__all__ = ["Interrupted", "Signals"]

logger = logging.getLogger(__name__)


class Interrupted(Exception):  # noqa: N818 - no error: somebody asked for it
    """The run was asked to end before anything was sent."""


class Signals:
    """Handles the two signals while it is entered. `received` is the first one's number; its exit status adds 128."""

    def __init__(self) -> None:
        self.received: int | None = None
        self._on_first: Callable[[], object] = lambda: None
        self._on_second: Callable[[], object] = lambda: None
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

    def watch(self, *, on_first: Callable[[], object], on_second: Callable[[], object]) -> None:
        """Call these in the running event loop when a first or a second signal comes."""
        self._loop = asyncio.get_running_loop()
        self._on_first, self._on_second = on_first, on_second
        if self.received is not None:
            on_first()

    def check(self) -> None:
        """Raise Interrupted when a signal has come."""
        if self.received is not None:
            raise Interrupted

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self.received is None:
            self.received = number
            logger.warning("Stopping: rows in flight are finished, no new ones are taken. Again to stop at once.")
            self._call(self._on_first)
        else:
            self._call(self._on_second)

    def _call(self, action: Callable[[], object]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(action)
