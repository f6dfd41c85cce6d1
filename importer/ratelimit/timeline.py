"""When calls were made: counted window by window, in memory that does not grow with the run.

Calls are counted in windows of `per_seconds` from the first call on. When there are more windows than `buckets`, two
neighbours become one, and from then on each bucket is twice as long. A bucket remembers its fullest window, so that
merging hides no peak.
"""

from collections import deque
from dataclasses import dataclass

__all__ = ["Bucket", "CallCounts", "Timeline"]

MOST_BUCKETS = 200


@dataclass(frozen=True, slots=True)
class Bucket:
    """Some windows side by side: their calls, the calls of the fullest one, and how many calls were refused."""

    windows: int
    calls: int
    fullest: int
    refusals: int

    @property
    def mean(self) -> float:
        """The calls of a window on average."""
        return self.calls / self.windows


@dataclass(frozen=True, slots=True)
class CallCounts:
    """A finished timeline. `most` is the largest number of calls in any window, wherever it begins, as they were sent.

    Each bucket covers `windows` windows of `per_seconds`; the last one ends with the last call's window.
    """

    per_seconds: float
    limit: int
    windows: int
    buckets: tuple[Bucket, ...]
    most: int

    @property
    def calls(self) -> int:
        """All calls."""
        return sum(bucket.calls for bucket in self.buckets)

    @property
    def refusals(self) -> int:
        """All refused calls."""
        return sum(bucket.refusals for bucket in self.buckets)

    @property
    def duration_s(self) -> float:
        """From the first call to the end of the last one's window."""
        return sum(bucket.windows for bucket in self.buckets) * self.per_seconds


class Timeline:
    """Counts the calls of a run. Moments are seconds of any clock that does not go back; one that does is held."""

    def __init__(self, per_seconds: float, limit: int, *, buckets: int = MOST_BUCKETS) -> None:
        if per_seconds <= 0 or buckets < 2 or buckets % 2:  # noqa: PLR2004 - pairs are merged
            raise ValueError("a window has a length, and buckets are merged in pairs")
        self._per_seconds = per_seconds
        self._limit = limit
        self._most_buckets = buckets
        self._began_s: float | None = None
        self._latest_s = 0.0
        self._windows = 1  # in a bucket
        self._buckets: list[list[int]] = []  # calls, fullest, refusals
        self._window = 0
        self._in_window = 0
        # The calls of the last window, wherever it begins: no more of them than the limit lets go.
        self._recent: deque[float] = deque()
        self._most = 0

    def sent(self, at_s: float) -> None:
        """Count a call that goes out now."""
        window = self._window_at(at_s)
        if window != self._window:
            self._window, self._in_window = window, 0
        self._in_window += 1
        bucket = self._bucket(window)
        bucket[0] += 1
        bucket[1] = max(bucket[1], self._in_window)
        recent = self._recent
        recent.append(self._latest_s)
        while recent[0] <= self._latest_s - self._per_seconds:
            recent.popleft()
        self._most = max(self._most, len(recent))

    def refused(self, at_s: float) -> None:
        """Count a refusal that came now."""
        self._bucket(self._window_at(at_s))[2] += 1

    def counts(self) -> CallCounts:
        """What was counted so far."""
        reached = self._window_at(self._latest_s) + 1 if self._buckets else 0
        buckets = tuple(
            Bucket(min(self._windows, reached - place * self._windows), calls, fullest, refusals)
            for place, (calls, fullest, refusals) in enumerate(self._buckets)
        )
        return CallCounts(self._per_seconds, self._limit, self._windows, buckets, self._most)

    def _window_at(self, at_s: float) -> int:
        if self._began_s is None:
            self._began_s = self._latest_s = at_s
        self._latest_s = max(self._latest_s, at_s)
        return int((self._latest_s - self._began_s) / self._per_seconds)

    def _bucket(self, window: int) -> list[int]:
        while (place := window // self._windows) >= self._most_buckets:
            self._merge()
        while len(self._buckets) <= place:
            self._buckets.append([0, 0, 0])
        return self._buckets[place]

    def _merge(self) -> None:
        self._windows *= 2
        if len(self._buckets) % 2:
            self._buckets.append([0, 0, 0])
        pairs = zip(self._buckets[::2], self._buckets[1::2], strict=True)
        self._buckets = [[a[0] + b[0], max(a[1], b[1]), a[2] + b[2]] for a, b in pairs]
