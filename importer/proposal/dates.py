"""How a column writes its dates, where its values leave only one way to read them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from importer.lead.values.datepattern import DatePattern, compile_pattern

__all__ = ["DateStyle", "find_date_style"]

_ORDERS = ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y", "%d{0}%m{0}%y", "%m{0}%d{0}%y", "%y{0}%m{0}%d")
_NAMED = ("%d %b %Y", "%d-%b-%Y", "%d %b %y", "%d-%b-%y", "%b %d, %Y", "%b %d %Y")
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")


@dataclass(frozen=True, slots=True)
class DateStyle:
    """The `format` of a column's dates; empty where none is needed, or where `is_unclear`: several fit, or no one."""

    format: str = ""
    is_unclear: bool = False


def find_date_style(values: Iterable[str]) -> DateStyle:
    """The one format that reads all of `values`; those that no format reads (ISO dates, blanks, junk) do not count.

    `03/04/2026` alone is unclear; beside `25/04/2026` it is the third of April.
    """
    patterns = dict(_patterns())
    fitting = set(patterns)
    has_any = False
    for value in {text.strip() for text in values}:
        readers = {name for name, pattern in patterns.items() if pattern.read(value) is not None}
        if readers:
            has_any = True
            fitting &= readers
    if not has_any:
        return DateStyle()
    return DateStyle(fitting.pop()) if len(fitting) == 1 else DateStyle(is_unclear=True)


@cache
def _patterns() -> tuple[tuple[str, DatePattern], ...]:
    return tuple((text, compile_pattern(text)) for text in _formats())


def _formats() -> Iterator[str]:
    days = [*(order.format(mark) for mark in "/-." for order in _ORDERS), *_NAMED]
    for day in days:
        for clock in _CLOCKS:
            yield day + clock
