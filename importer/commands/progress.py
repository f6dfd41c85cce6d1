"""What a person sees while rows are sent: a bar at a terminal, a plain line every half minute elsewhere."""

import asyncio
import logging
import sys
from collections import Counter
from types import TracebackType
from typing import Never, Self

from tqdm import tqdm

from importer.events import Estimated, Event, RowDone, SendingEnded
from importer.outcome import Status
from importer.ratelimit.estimate import estimate_s, tell_duration

__all__ = ["Progress"]

LINE_EVERY_S = 30.0

logger = logging.getLogger(__name__)


class Progress:
    """Observes the sending of a run; a context manager. The time left follows from the limit."""

    def __init__(self, *, is_quiet: bool) -> None:
        self._has_bar = not is_quiet and sys.stderr.isatty()
        self._counts: Counter[Status] = Counter()
        self._estimated: Estimated | None = None
        self._bar: tqdm[Never] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def __call__(self, event: Event) -> None:
        """Follow the run from its estimate until no more is sent."""
        if isinstance(event, RowDone):
            self._count(event.outcome.status)
        elif isinstance(event, Estimated):
            self._begin(event)
        elif isinstance(event, SendingEnded):
            self._end()

    def _begin(self, estimated: Estimated) -> None:
        self._estimated = estimated
        if self._has_bar:
            self._bar = tqdm(
                total=estimated.rows,
                file=sys.stderr,
                dynamic_ncols=True,
                bar_format="{percentage:3.0f}% |{bar}| {n_fmt}/{total_fmt} rows{postfix}",
            )
        else:
            self._wait()

    def _end(self) -> None:
        self._estimated = None
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        if self._timer is not None:
            self._timer.cancel()

    def _count(self, status: Status) -> None:
        """One more row has its outcome; what the review told is not counted."""
        if self._estimated is None:
            return
        self._counts[status] += 1
        if self._bar is not None:
            self._bar.set_postfix_str(f"{self._left(self._estimated)} left; {self._told()}", refresh=False)
            self._bar.update()

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(LINE_EVERY_S, self._tick)

    def _tick(self) -> None:
        if self._estimated is None:
            return
        done, total = self._counts.total(), self._estimated.rows
        logger.info("%s of %s rows, %s left: %s", f"{done:,}", f"{total:,}", self._left(self._estimated), self._told())
        self._wait()

    def _left(self, estimated: Estimated) -> str:
        rest = estimated.rows - self._counts.total()
        needed_s = estimate_s(rest + estimated.calls, limit=estimated.calls, per_seconds=estimated.per_seconds)
        return tell_duration(needed_s)

    def _told(self) -> str:
        return ", ".join(f"{count:,} {status}" for status, count in self._counts.most_common()) or "none done yet"
