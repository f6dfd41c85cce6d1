"""How a column writes its numbers: which mark stands between thousands, which before decimals. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["PLAIN", "NumberStyle", "find_number_style"]

_WHOLE = re.compile(r"[+\-\u2212]?(\d+(?:[.,'’_\u00a0\u2009\u202f ]\d+)*)", re.ASCII)
_MARKS = re.compile(r"[.,'’_\u00a0\u2009\u202f ]")
_BLANKS = " \u00a0\u2009\u202f"
_GROUP = 3


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """The marks of a column's numbers, both empty where there are none.

    `is_unclear`: a mark may stand for thousands or for decimals. `unread` is the share of values that are no number.
    """

    thousands: str = ""
    decimal: str = ""
    is_unclear: bool = False
    unread: float = 0.0


PLAIN = NumberStyle()


def find_number_style(values: Sequence[str], *, is_continental: bool | None) -> NumberStyle:
    """The marks by which all of `values` can be read.

    `25.000` alone may be thousands or decimals. A second group or another mark in the column tells (`1.250.000`,
    `25.000,50`); else the habit of the file's language does (`is_continental`: a comma before decimals), where known.
    """
    texts = [found[1] for value in values if (found := _WHOLE.fullmatch(value.strip()))]
    unread = 1 - len(texts) / len(values) if values else 0.0
    thousands = set(_sure_thousands(texts))
    decimals = set(_sure_decimals(texts, thousands))
    open_marks = {_mark(text) for text in texts} - thousands - decimals - {""}
    for mark in open_marks:
        if mark == " " or mark in "'’_" or _other(mark) in decimals:
            thousands.add(mark)
        elif _other(mark) in thousands:
            decimals.add(mark)
        elif is_continental is None:
            return NumberStyle(is_unclear=True, unread=unread)
        elif (mark == ".") == is_continental:
            thousands.add(mark)
        else:
            decimals.add(mark)
    if len(thousands) > 1 or len(decimals) > 1 or thousands & decimals:
        return NumberStyle(is_unclear=True, unread=unread)
    group, point = next(iter(thousands), ""), next(iter(decimals), "")
    if group == "." and not point:
        point = ","
    return NumberStyle(group, "" if point == "." else point, unread=unread)


def _sure_thousands(texts: Iterable[str]) -> Iterable[str]:
    """Marks that stand twice in a number, or before another mark."""
    for text in texts:
        marks = _plain_marks(text)
        if len(marks) > 1:
            yield marks[0]


def _sure_decimals(texts: Iterable[str], thousands: set[str]) -> Iterable[str]:
    """Marks behind another one, and those that are not followed by three digits."""
    for text in texts:
        marks = _plain_marks(text)
        if len(marks) > 1 and marks[-1] != marks[0]:
            yield marks[-1]
        elif (
            len(marks) == 1 and len(_MARKS.split(text)[-1]) != _GROUP and marks[0] in ".," and marks[0] not in thousands
        ):
            yield marks[0]


def _plain_marks(text: str) -> list[str]:
    return [" " if mark in _BLANKS else mark for mark in _MARKS.findall(text)]


def _mark(text: str) -> str:
    marks = _plain_marks(text)
    return marks[0] if marks else ""


def _other(mark: str) -> str:
    return {",": ".", ".": ","}.get(mark, "")
