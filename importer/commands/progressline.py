"""The line that shows a sending: a bar, the rows done, the time left and the counts, as wide as the terminal. Pure."""

from collections.abc import Iterator, Mapping

from tqdm.std import Bar  # type: ignore[attr-defined]

from importer.outcome import Status
from importer.ratelimit.estimate import tell_left

__all__ = ["draw_line", "tell_counts"]

NARROWEST_BAR = 5
WIDEST_BAR = 40
BLOCKS = " ▏▎▍▌▋▊▉█"
ASCII = " #"


def draw_line(counts: Mapping[Status, int], total: int, *, left_s: float, width: int, marks: str = BLOCKS) -> str:
    """The line in at most `width` characters. What does not fit is left out as a whole, the bar first.

    `marks` are what a bar is drawn with, from an empty place to a full one.
    """
    done = sum(counts.values())
    share = done / total if total else 1.0
    for front, text in _texts(counts, done, total, tell_left(left_s)):
        bar_width = min(WIDEST_BAR, width - len(front) - len(text) - 3)
        if front and bar_width >= NARROWEST_BAR:
            return f"{front}|{_bar(share, bar_width, marks)}| {text}"
        if not front and len(text) <= width:
            return text
    return f"{done:,}"[:width]


def tell_counts(counts: Mapping[Status, int]) -> str:
    """The counts in the one order of the statuses."""
    return ", ".join(f"{counts[status]:,} {status}" for status in Status if counts.get(status)) or "none done yet"


def _texts(counts: Mapping[Status, int], done: int, total: int, left: str) -> Iterator[tuple[str, str]]:
    """What may stand on the line, the fullest first: in front of the bar (empty: without one), and behind it."""
    percent = f"{100 * done // total if total else 100:3d}% "
    rows, created = f"{done:,}/{total:,}", counts.get(Status.CREATED, 0)
    yield percent, f"{rows} rows, {left} left; {tell_counts(counts)}"
    yield percent, f"{rows}, {left} left; {tell_counts(counts)}"
    yield "", f"{rows} rows, {left} left; {tell_counts(counts)}"
    yield percent, f"{rows} rows, {left} left; {created:,} created, {done - created:,} not"
    yield "", f"{rows}, {left} left; {created:,} created, {done - created:,} not"
    yield "", f"{rows}, {left} left"
    yield "", rows


def _bar(share: float, width: int, marks: str) -> str:
    return str(format(Bar(share, default_len=width, charset=marks)))
