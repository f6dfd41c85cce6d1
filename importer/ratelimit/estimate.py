"""How long a run will take, from the account's limit alone."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

__all__ = ["estimate_s", "tell_duration", "tell_estimate", "tell_left"]

MINUTE_S = 60
HOUR_S = 3600


def estimate_s(calls: int, *, limit: int, per_seconds: float, ago: Sequence[float] = ()) -> float:
    """The least time until the last of `calls` calls goes, at `limit` calls per `per_seconds`. Pure.

    `ago`: how many seconds ago each earlier call was made; those of the last window still hold their places. With all
    places free the first window costs no time: 150 calls at 25 per 5 s take 25 s.
    """
    if calls <= 0:
        return 0.0
    held = sorted(per_seconds - seconds for seconds in ago if seconds < per_seconds)[-limit:]
    turns, place = divmod(calls - 1, limit)
    free = limit - len(held)
    return turns * per_seconds + (held[place - free] if place >= free else 0.0)


def tell_estimate(
    rows: int, needed_s: float, *, limit: int, per_seconds: float, now: datetime, rows_per_call: int = 1
) -> str:
    """Say how long a run of `rows` rows takes and when it ends: `10,000 rows at 25 per 5 s: about 34 minutes, until
    14:32`. `needed_s` is what `estimate_s` says of their calls.
    """
    each = f", {rows_per_call} a call," if rows_per_call > 1 else ""
    what = f"{rows:,} {'row' if rows == 1 else 'rows'}{each} at {limit} per {per_seconds:g} s"
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


def tell_left(seconds: float) -> str:
    """A time that is left, short enough for a narrow line: `0 s`, `42 s`, `4 min 12 s`, `5 h 12 min`."""
    whole = max(0, math.ceil(seconds))
    if whole < MINUTE_S:
        return f"{whole} s"
    if whole < HOUR_S:
        return f"{whole // MINUTE_S} min {whole % MINUTE_S} s"
    return f"{whole // HOUR_S:,} h {whole % HOUR_S // MINUTE_S} min"


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _clock(now: datetime, end: datetime) -> str:
    """The time of day, with the date where it is another day's; with seconds where minutes would say nothing."""
    if end.date() != now.date():
        return end.strftime("%Y-%m-%d %H:%M")
    return end.strftime("%H:%M:%S" if (end - now).total_seconds() < MINUTE_S else "%H:%M")
