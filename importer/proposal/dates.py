"""How a column writes its dates, where its values leave only one way to read them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from importer.lead.values.datepattern import DatePattern, compile_pattern
from importer.lead.values.datetimes import ISO

__all__ = ["DateStyle", "could_be_date", "find_date_style", "settle"]

_ORDERS = ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y", "%d{0}%m{0}%y", "%m{0}%d{0}%y", "%y{0}%m{0}%d")
_NAMED = ("%d %b %Y", "%d-%b-%Y", "%d/%b/%Y", "%d %b %y", "%d-%b-%y", "%d-%b, %Y", "%b %d, %Y", "%b %d %Y")
_CLOCKS = (
    "",
    " %H:%M",
    " %H:%M:%S",
    " %I:%M %p",
    " %I:%M:%S %p",
    ", %H:%M",
    ", %H:%M:%S",
    ", %I:%M %p",
    ", %I:%M:%S %p",
)
_LONGEST = 40
_FEW_YEARS = 2


@dataclass(frozen=True, slots=True)
class DateStyle:
    """The `format` of a column's dates; empty where none is needed, or where `is_unclear`: several fit, or no one.

    `candidates` are those that fit where several do. `has_times` tells that a time of day stands in some value, and
    `has_offsets` that each of those names its own offset from UTC. `is_mixed`: no one format reads all values.
    `is_settled`: the order of day and month is that of the file's other dates.
    """

    format: str = ""
    is_unclear: bool = False
    candidates: tuple[str, ...] = ()
    has_times: bool = False
    has_offsets: bool = False
    is_settled: bool = False

    @property
    def is_mixed(self) -> bool:
        """Whether the values are written in several ways, so that no format reads them all."""
        return self.is_unclear and not self.candidates


def find_date_style(values: Iterable[str]) -> DateStyle:
    """The one format that reads all of `values`; those that no format reads (ISO dates, blanks, junk) do not count.

    `03/04/2026` alone is unclear; beside `25/04/2026` it is the third of April.
    """
    texts = {text.strip() for text in values}
    patterns = dict(_patterns())
    fitting = dict.fromkeys(patterns)
    has_any = False
    clocks = [(found["clock"], found["offset"]) for text in texts if (found := ISO.fullmatch(text))]
    for value in texts:
        readers = _readers(value)
        if readers:
            has_any = True
            fitting = {name: None for name in fitting if name in readers}
    has_times = any(clock and not clock.startswith("00:00") for clock, _ in clocks)
    has_offsets = has_times and all(offset for clock, offset in clocks if clock)
    if not has_any:
        return DateStyle(has_times=has_times, has_offsets=has_offsets)
    has_times = has_times or any(patterns[name].has_time for name in fitting)
    fitting = dict.fromkeys(_of_few_years(tuple(fitting), texts))
    if len(fitting) == 1:
        return DateStyle(next(iter(fitting)), has_times=has_times)
    return DateStyle(is_unclear=True, candidates=tuple(fitting), has_times=has_times)


def _of_few_years(names: Sequence[str], texts: Iterable[str]) -> Sequence[str]:
    """The formats that read a column without those of a year in front by which its dates are of many years.

    `03/10/26`, `28/10/26` and `31/10/26` are three days of one year, and no days of 2003, 2028 and 2031.
    """
    patterns = dict(_patterns())
    years = {
        name: {moment.year for text in texts if (moment := patterns[name].read(text)) is not None} for name in names
    }
    few = [name for name in names if len(years[name]) <= _FEW_YEARS]
    others = [name for name in names if name not in few]
    return few if few and all(name.startswith("%y") for name in others) else names


def settle(styles: Sequence[DateStyle]) -> tuple[DateStyle, ...]:
    """The styles of a file's columns, where what is clear of some settles what is not of others.

    Nobody writes the day first in one column and the month first in the next: where all that are clear agree, an
    unclear one is read alike, if that leaves one way.
    """
    firsts = {style.format[:2] for style in styles if style.format and not style.format.startswith("%y")}
    numeric = {style.format[:2] for style in styles if style.format and "%b" not in style.format}
    if len(firsts | numeric) != 1 or not numeric:
        return tuple(styles)
    return tuple(_settled(style, next(iter(numeric))) for style in styles)


def _settled(style: DateStyle, first: str) -> DateStyle:
    fitting = [name for name in style.candidates if name.startswith(first)]
    if len(fitting) != 1:
        return style
    return replace(style, format=fitting[0], is_unclear=False, is_settled=True)


def could_be_date(text: str) -> bool:
    """Whether a text is a date in one of the ways that can be read."""
    if len(text) > _LONGEST or not any(mark.isdigit() for mark in text):
        return False
    return ISO.fullmatch(text) is not None or bool(_readers(text))


@cache
def _readers(text: str) -> frozenset[str]:
    if len(text) > _LONGEST:
        return frozenset()
    return frozenset(name for name, pattern in _patterns() if pattern.read(text) is not None)


@cache
def _patterns() -> tuple[tuple[str, DatePattern], ...]:
    return tuple((text, compile_pattern(text)) for text in _formats())


def _formats() -> Iterator[str]:
    days = [*(order.format(mark) for mark in "/-." for order in _ORDERS), *_NAMED]
    for day in days:
        for clock in _CLOCKS:
            yield day + clock
