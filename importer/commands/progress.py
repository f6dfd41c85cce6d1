"""What a person sees while rows are sent: a bar at a terminal, a plain line every half minute elsewhere."""

import asyncio
import logging
import sys
from collections import Counter
from types import TracebackType
from typing import Self

from importer.commands.progressline import ASCII, BLOCKS, draw_line, tell_counts
from importer.events import (
    CallRefused,
    CallSent,
    Estimated,
    Event,
    LimitChanged,
    Paused,
    Resumed,
    RowDone,
    SendingEnded,
)
from importer.logs.statusline import StatusLine
from importer.outcome import Status
from importer.ratelimit.adaptive import Limit
from importer.ratelimit.countdown import Countdown
from importer.ratelimit.estimate import tell_duration

__all__ = ["Progress"]

LINE_EVERY_S = 30.0
BAR_EVERY_S = 0.25

logger = logging.getLogger(__name__)


class Progress:
    """Observes the sending of a run; a context manager. The time left follows from the limit and from the clock."""

    def __init__(self, status_line: StatusLine, *, is_quiet: bool) -> None:
        self._line = None if is_quiet or not sys.stderr.isatty() else status_line
        self._marks = BLOCKS if _can_write(BLOCKS) else ASCII
        self._counts: Counter[Status] = Counter()
        self._countdown = Countdown()
        self._limit = Limit(1, 0.0)
        self._total = 0
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def __call__(self, event: Event) -> None:
        """Follow the run from its estimate until no more is sent."""
        match event:
            case CallSent(at_s=at_s):
                self._countdown.sent(at_s)
            case Estimated():
                self._total = event.rows
                self._limit = Limit(event.calls, event.per_seconds)
                self._countdown.begin(event.rows, self._limit, rows_per_call=event.rows_per_call)
                self._tick()
            case RowDone(outcome=outcome) if self._timer is not None:  # what the review told is not counted
                self._counts[outcome.status] += 1
                self._countdown.done(outcome.attempts)
            case LimitChanged():
                self._limit = Limit(event.calls, event.per_seconds)
                self._countdown.keep(self._limit)
            case CallRefused(at_s=at_s):
                self._countdown.pause(at_s + self._limit.per_seconds)
            case Paused(seconds=seconds):
                self._countdown.pause(asyncio.get_running_loop().time() + seconds)
            case Resumed():
                self._countdown.resume()
            case SendingEnded():
                self._end()
            case _:
                pass

    def _tick(self) -> None:
        """Show how far the run is, and do so again and again: time passes although nothing happens."""
        loop = asyncio.get_running_loop()
        is_first, every_s = self._timer is None, LINE_EVERY_S if self._line is None else BAR_EVERY_S
        self._timer = loop.call_later(every_s, self._tick)
        left_s = self._countdown.left_s(loop.time())
        if self._line is not None:
            self._draw(self._line, left_s)
        elif not is_first:
            done, left = self._counts.total(), tell_duration(left_s)
            told = tell_counts(self._counts)
            logger.info("%s of %s rows, %s left: %s", f"{done:,}", f"{self._total:,}", left, told)

    def _draw(self, line: StatusLine, left_s: float) -> None:
        line.show(draw_line(self._counts, self._total, left_s=left_s, width=line.width, marks=self._marks))

    def _end(self) -> None:
        if self._timer is None:
            return
        self._timer.cancel()
        self._timer = None
        if self._line is not None:
            self._draw(self._line, 0.0)
            self._line.end()


def _can_write(text: str) -> bool:
    try:
        text.encode(sys.stderr.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
