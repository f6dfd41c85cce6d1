"""How long a sending still takes: the estimate, carried on by what has been sent and by the time that passes. Pure."""

import math
from collections import deque

from importer.ratelimit.adaptive import Limit
from importer.ratelimit.estimate import estimate_s

__all__ = ["Countdown"]


MOST_EARLIER = 100
"""The calls that are remembered before the limit is known."""


class Countdown:
    """Follows the calls of one run. Its times are seconds of one clock, mostly the event loop's.

    Calls before `begin` count as well where each row has its own, for they hold places of its limit. A row is thought
    to need one more call until that is sent.
    """

    def __init__(self) -> None:
        self._limit = Limit(1, 0.0)
        self._rows = 0
        self._rows_per_call = 1
        self._calls: deque[float] = deque(maxlen=MOST_EARLIER)
        self._on_the_way = 0
        self._paused_until = 0.0

    def begin(self, rows: int, limit: Limit, *, rows_per_call: int = 1) -> None:
        """So many rows are to be sent, by calls of so many rows."""
        self._rows = rows
        self._rows_per_call = rows_per_call
        if rows_per_call > 1:  # which have a limit of their own
            self._calls.clear()
        self._on_the_way = 0
        self.keep(limit)

    def keep(self, limit: Limit) -> None:
        """The limit is this one from now on."""
        self._limit = limit
        self._calls = deque(self._calls, maxlen=limit.calls)

    def sent(self, at_s: float) -> None:
        """A call was sent."""
        self._calls.append(at_s)
        self._on_the_way += self._rows_per_call

    def done(self, attempts: int) -> None:
        """A row has its outcome, after so many calls of its own."""
        self._rows = max(0, self._rows - 1)
        self._on_the_way = max(0, self._on_the_way - (attempts if self._rows_per_call == 1 else 1))

    def pause(self, until_s: float) -> None:
        """No call goes before then."""
        self._paused_until = max(self._paused_until, until_s)

    def resume(self) -> None:
        """Calls go again."""
        self._paused_until = 0.0

    def left_s(self, now: float) -> float:
        """The least time until the last call goes; 0 when every row is done."""
        most = self._limit.calls * self._rows_per_call
        calls = math.ceil((self._rows - min(self._on_the_way, most, self._rows)) / self._rows_per_call)
        if not calls:
            return 0.0
        begins = max(now, self._paused_until)
        ago = [begins - at_s for at_s in self._calls]
        needed_s = estimate_s(calls, limit=self._limit.calls, per_seconds=self._limit.per_seconds, ago=ago)
        return begins - now + needed_s
