"""The account's rate limit as the server judges it: strictly, at arrival. Pure: the clock is a parameter.

A refused call does not take a slot (what the real one does is not known). In return every arrival, refused or
not, counts for `Peak`, so that a client that hammers is seen to hammer.
"""

from collections import deque

from importer.sandbox.settings import Window

__all__ = ["Limit", "Peak"]


class Limit:
    """At most `calls` accepted calls in any (sliding) or each (fixed) window of `per_seconds`.

    Fixed windows begin at the whole multiples of `per_seconds` of the clock. A call made exactly `per_seconds` after
    another is outside its window. The three attributes may be changed at any time; what was accepted stays counted.
    """

    def __init__(self, *, calls: int | None, per_seconds: float, window: Window) -> None:
        self.calls = calls
        self.per_seconds = per_seconds
        self.window = window
        self._accepted: deque[float] = deque()

    def admit(self, now: float) -> bool:
        """Whether a call that arrives now is within the limit; if so it takes its place."""
        if self.calls is None:
            return True
        accepted = self._accepted
        oldest = now - self.per_seconds
        while accepted and accepted[0] <= oldest:
            accepted.popleft()
        if self.window == "fixed":
            start = now // self.per_seconds * self.per_seconds
            taken = sum(time >= start for time in accepted)
        else:
            taken = len(accepted)
        if taken >= self.calls:
            return False
        accepted.append(now)
        return True

    def clear(self) -> None:
        """Forget every call."""
        self._accepted.clear()


class Peak:
    """The most arrivals that any sliding window of `per_seconds` has held."""

    def __init__(self, *, per_seconds: float) -> None:
        self.per_seconds = per_seconds
        self.most = 0
        self._arrivals: deque[float] = deque()

    def arrive(self, now: float) -> None:
        """Count an arrival."""
        arrivals = self._arrivals
        arrivals.append(now)
        oldest = now - self.per_seconds
        while arrivals[0] <= oldest:
            arrivals.popleft()
        self.most = max(self.most, len(arrivals))

    def clear(self) -> None:
        """Forget every arrival."""
        self.most = 0
        self._arrivals.clear()
