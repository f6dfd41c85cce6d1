"""The geometry of the page's two drawings: shares of a bar, and calls over time. Pure.

Lengths are per cent of the drawing, which is stretched to the page's width: texts stand beside it, never in it.

By hand: a library for charts brings a script or a picture; two rows of bars need neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from importer.html_report.phrases import MINUTE_S, tell_duration
from importer.outcome import Status
from importer.ratelimit.timeline import CallCounts

__all__ = ["CallChart", "CallColumn", "Share", "draw_calls", "draw_shares"]

FULL = 100.0
NARROWEST = 1.5
"""A share is never drawn narrower, so that one row among a million is seen."""

LOWEST = 3.0
HEADROOM = 1.12


@dataclass(frozen=True, slots=True)
class Share:
    """One status in the bar. `percent` is its true share in words; `x` and `width` are as drawn."""

    status: Status
    count: int
    percent: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class CallColumn:
    """One bucket, measured from the floor up: `mean` within `fullest`, and of the mean what was refused."""

    x: float
    width: float
    mean: float
    fullest: float
    refused: float
    title: str


@dataclass(frozen=True, slots=True)
class CallChart:
    """Calls per window against the limit, whose line is `limit_y` above the floor. `ticks` are moments."""

    columns: tuple[CallColumn, ...]
    limit_y: float
    ticks: tuple[str, ...]
    bucket: str
    is_merged: bool


def draw_shares(counts: Mapping[Status, int]) -> Sequence[Share]:
    """Lay the statuses that have rows side by side, small ones a little too wide."""
    total = sum(counts.values())
    found = [(status, counts[status]) for status in Status if counts.get(status, 0)]
    wide = [max(NARROWEST, FULL * count / total) for _, count in found]
    shares = []
    x = 0.0
    for (status, count), width in zip(found, wide, strict=True):
        drawn = FULL * width / sum(wide)
        shares.append(Share(status, count, tell_percent(count, total), round(x, 3), round(drawn, 3)))
        x += drawn
    return shares


def tell_percent(count: int, total: int) -> str:
    """A share that is never rounded to nothing or to all: `<0.1 %`, `>99.9 %`."""
    if count == total:
        return "100 %"
    tenths = round(1000 * count / total)
    if not tenths:
        return "<0.1 %"
    return ">99.9 %" if tenths == 1000 else f"{tenths / 10:g} %"  # noqa: PLR2004 - all of it


def draw_calls(counts: CallCounts) -> CallChart:
    """Lay the buckets side by side, each as wide as it is long; at least one call is needed."""
    top = HEADROOM * max(counts.limit, *(bucket.fullest for bucket in counts.buckets), 1)
    windows = sum(bucket.windows for bucket in counts.buckets)
    columns = []
    passed = 0
    for bucket in counts.buckets:
        refused = bucket.refusals / bucket.windows
        columns.append(
            CallColumn(
                x=round(FULL * passed / windows, 3),
                width=round(FULL * bucket.windows / windows, 3),
                mean=_height(bucket.mean, top),
                fullest=_height(bucket.fullest, top),
                refused=_height(refused, top),
                title=_title(passed * counts.per_seconds, bucket.calls, bucket.fullest, bucket.refusals),
            )
        )
        passed += bucket.windows
    return CallChart(
        columns=tuple(columns),
        limit_y=round(FULL * counts.limit / top, 3),
        ticks=_ticks(counts.duration_s),
        bucket=tell_duration(counts.windows * counts.per_seconds),
        is_merged=counts.windows > 1,
    )


def _ticks(duration_s: float) -> tuple[str, ...]:
    """The moments at the middle and at the end; the end alone where the middle would be half seconds."""
    moments = (duration_s,) if duration_s < MINUTE_S else (duration_s / 2, duration_s)
    return tuple(f"+{tell_duration(moment)}" for moment in moments)


def _height(calls: float, top: float) -> float:
    return round(max(LOWEST, FULL * calls / top), 3) if calls else 0.0


def _title(begins_s: float, calls: int, fullest: int, refusals: int) -> str:
    refused = f", {refusals:,} refused" if refusals else ""
    return f"+{tell_duration(begins_s)}: {calls:,} calls, at most {fullest:,} a window{refused}"
