"""Ctrl-C and SIGTERM: the first one ends the run politely and within a time that is told, the second at once."""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

from importer.app.stop import Interrupted, Stop
from importer.exitstatus import SIGNAL_EXIT

__all__ = ["Signals"]

STUCK_S = 2.0
"""How long after a second signal the event loop has its turn; else it is stuck, and the process ends."""

logger = logging.getLogger(__name__)


class Signals:
    """Handles the two signals while it is entered: they request `stop`, whose exit status is theirs plus 128."""

    def __init__(self, *, within_s: float = 10.0) -> None:
        self.stop = Stop(within_s=within_s)
        self._seconds = 0
        self._is_blocking = False
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

    @contextmanager
    def blocking(self) -> Iterator[None]:
        """While something long keeps the event loop from its turn: a signal raises Interrupted right there."""
        self.stop.check()
        self._is_blocking = True
        try:
            yield
        finally:
            self._is_blocking = False

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if not self.stop.is_requested:
            self.stop.request(exit_status=SIGNAL_EXIT + number)
            logger.warning(
                "Stopping within %g s: calls on their way are waited for, no new ones are made. Again to stop at once.",
                self.stop.within_s,
            )
            if self._is_blocking:
                raise Interrupted
        elif self._seconds or self._is_blocking or not self.stop.has_loop:
            # Nobody will look at it: a read is stuck, or what a second signal was to end did not end. The ledger has
            # every intent.
            os._exit(SIGNAL_EXIT + number)
        else:
            self._seconds += 1
            self.stop.request_now()
            end = threading.Timer(STUCK_S, os._exit, [SIGNAL_EXIT + number])  # the loop may be stuck in a read
            end.daemon = True
            end.start()
            self.stop.call(end.cancel)
