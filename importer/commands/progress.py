"""What a person sees while rows are sent: a bar at a terminal, a plain line every half minute elsewhere."""

import asyncio
import logging
import sys
from collections import Counter
from contextlib import suppress
from types import TracebackType
from typing import Never, Self

from tqdm import tqdm

from importer.outcome import Status
from importer.ratelimit.estimate import estimate_s, tell_duration

__all__ = ["Progress"]

LINE_EVERY_S = 30.0

logger = logging.getLogger(__name__)


class Progress:
    """Follows the sending of `total` rows; an async context manager. The time left follows from the limit."""

    def __init__(self, *, total: int, limit: int, per_seconds: float, is_quiet: bool) -> None:
        self.counts: Counter[Status] = Counter()
        self._total = total
        self._done = 0
        self._limit = limit
        self._per_seconds = per_seconds
        self._has_bar = not is_quiet and sys.stderr.isatty()
        self._bar: tqdm[Never] | None = None
        self._ticker: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if self._has_bar:
            self._bar = tqdm(
                total=self._total,
                file=sys.stderr,
                dynamic_ncols=True,
                bar_format="{percentage:3.0f}% |{bar}| {n_fmt}/{total_fmt} rows{postfix}",
            )
        else:
            self._ticker = asyncio.create_task(self._tick())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
        if self._ticker is not None:
            self._ticker.cancel()
            with suppress(asyncio.CancelledError):
                await self._ticker

    def count(self, status: Status) -> None:
        """One more row has its outcome."""
        self._done += 1
        self.counts[status] += 1
        if self._bar is not None:
            self._bar.set_postfix_str(f"{self._left()} left; {self._told()}", refresh=False)
            self._bar.update()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(LINE_EVERY_S)
            logger.info("%s of %s rows, %s left: %s", f"{self._done:,}", f"{self._total:,}", self._left(), self._told())

    def _left(self) -> str:
        rest = self._total - self._done
        return tell_duration(estimate_s(rest + self._limit, limit=self._limit, per_seconds=self._per_seconds))

    def _told(self) -> str:
        return ", ".join(f"{count:,} {status}" for status, count in self.counts.most_common()) or "none done yet"
