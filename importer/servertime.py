"""The server's clock, as the Date headers of its replies tell it: this machine's own may be wrong, and may be set."""

import time
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import NamedTuple

__all__ = ["Moment", "ServerTime"]

_PLAUSIBLE_YEARS = range(2000, 2200)
"""No server's clock is further off; a moment near the calendar's end could not be written down."""


class Moment(NamedTuple):
    """A moment in seconds since 1970: by the server's clock where `skew_s` is there, else by this machine's.

    `skew_s` is the server's clock minus this machine's at that moment, None where the server's was not known.
    """

    at: float
    skew_s: float | None = None

    def by_server(self, skew_s: float | None) -> float:
        """The moment by the server's clock; `skew_s` is the present skew, for a moment that has none of its own."""
        return self.at if self.skew_s is not None else self.at + (skew_s or 0.0)


class ServerTime:
    """Follows the server's clock by a clock that nobody sets, so that a step of this machine's clock changes nothing.

    `wall_clock` gives seconds since 1970, `steady_clock` seconds since some moment, sleep of the machine included.
    """

    def __init__(self, *, wall_clock: Callable[[], float], steady_clock: Callable[[], float] | None = None) -> None:
        self._wall_clock = wall_clock
        self._steady_clock = steady_clock or _steady_s
        self._last_date: str | None = None
        self._ahead_s: float | None = None  # the server's clock minus the steady one

    @property
    def skew_s(self) -> float | None:
        """The server's clock minus this machine's now, to the second; None before the first reply."""
        return None if self._ahead_s is None else self._ahead_s + self._steady_clock() - self._wall_clock()

    def note(self, date: str | None) -> None:
        """Learn from a reply's Date header. It has whole seconds: the first reply of each second tells most."""
        if date == self._last_date:
            return
        self._last_date = date
        try:
            moment = parsedate_to_datetime(date or "")
            if moment.year not in _PLAUSIBLE_YEARS:
                return
            self._ahead_s = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - self._steady_clock()
        except (ValueError, OverflowError, TypeError, IndexError):  # what the standard library makes of odd headers
            return


def _steady_s() -> float:
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)
