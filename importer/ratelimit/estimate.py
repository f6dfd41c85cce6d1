"""How long a run will take, from the account's limit alone."""

import math
from datetime import datetime, timedelta

__all__ = ["estimate_s", "tell_estimate"]

MINUTE_S = 60
HOUR_S = 3600


def estimate_s(calls: int, *, limit: int, per_seconds: float) -> float:
    """The least time that `calls` calls take at `limit` calls per `per_seconds`: the first window costs none."""
    return max(0, math.ceil(calls / limit) - 1) * per_seconds


def tell_estimate(rows: int, *, limit: int, per_seconds: float, now: datetime) -> str:
    """Say how long a run of `rows` rows takes and when it ends: `10,000 rows at 25 per 5 s: about 34 minutes, until
    14:32`.
    """
    needed_s = estimate_s(rows, limit=limit, per_seconds=per_seconds)
    what = f"{rows:,} {'row' if rows == 1 else 'rows'} at {limit} per {per_seconds:g} s"
    return f"{what}: about {tell_duration(needed_s)}, until {_clock(now, now + timedelta(seconds=needed_s))}"


def tell_duration(seconds: float) -> str:
    """A duration in the words that a person would use."""
    if seconds < MINUTE_S:
        return _count(max(1, math.ceil(seconds)), "second")
    if seconds < HOUR_S:
        return _count(math.ceil(seconds / MINUTE_S), "minute")
    hours, rest_s = divmod(seconds, HOUR_S)
    minutes = round(rest_s / MINUTE_S)
    if minutes == MINUTE_S:
        hours, minutes = hours + 1, 0
    return f"{_count(int(hours), 'hour')} {_count(minutes, 'minute')}" if minutes else _count(int(hours), "hour")


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _clock(now: datetime, end: datetime) -> str:
    """The time of day, with the date where it is another day's; with seconds where minutes would say nothing."""
    if end.date() != now.date():
        return end.strftime("%Y-%m-%d %H:%M")
    return end.strftime("%H:%M:%S" if (end - now).total_seconds() < MINUTE_S else "%H:%M")
