"""A number format's code (`00000`, `d/m/yyyy`, `[h]:mm`) → what it means for a cell's text.

What is decided here holds for every workbook format: a format that is zeros (two or more) and fixed text, such as
`00000`, `000-00-0000` or `"LEAD-"0000`, makes a code out of a number, so the cell reads as it is shown
(`LEAD-0042`). Any other format shows a quantity (`15%`, `$1,250.00`): the cell reads as the plain number.

By hand: openpyxl's own look at a format tells dates from other numbers, and no more.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from importer.sheet.bounds import MOST_FORMAT_CHARS

__all__ = ["BUILT_IN", "DIGIT", "GENERAL", "CellFormat", "DateKind", "built_in_format", "parse_format"]

DateKind = Literal["date", "datetime", "time", "duration"]

DIGIT = "\0"
"""Where a digit goes in a template."""


@dataclass(frozen=True, slots=True)
class CellFormat:
    """What a number format says about a number: `date`, or the zeros it pads with.

    `zeros` is how many digits there are at least before the decimal point (0 or 1: no padding). `template` is the
    text that the format shows, with `DIGIT` for each digit, where it is zeros and fixed text alone. `elapsed` is
    the format of a duration, such as `[h]:mm`, where it can be followed.
    """

    date: DateKind | None = None
    zeros: int = 0
    template: str = ""
    elapsed: str = ""


GENERAL = CellFormat()

# The built-in formats that are dates or times (ECMA-376 part 1, 18.8.30); none of the others pads.
BUILT_IN: Mapping[int, str] = {
    14: "mm-dd-yy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yy h:mm",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mmss.0",
    # East Asian Excel: most are dates, some are dates in one language and times in another
    **dict.fromkeys((27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "yyyy-mm-dd"),
    **dict.fromkeys((32, 33, 34, 35, 55, 56), "yyyy-mm-dd hh:mm:ss"),
}

_TOKEN = re.compile(r'"([^"]*)"|\\(.)|[_*].|(\[[^\[\]]*\])|(.)', re.DOTALL)
_QUOTED = re.compile(r'"[^"]*"')
_FILLER = re.compile(r"[_*].")  # a blank as wide as a character, a character repeated over the cell's width
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_FOLLOWED_ELAPSED = re.compile(r"\[h{1,2}\]:mm(?::ss)?", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\[\]]*\]")
_AM_PM = re.compile(r"am/pm|a/p", re.IGNORECASE)
_CONDITION = re.compile(r"\[[<>=]")
_SEPARATORS = frozenset("+-/() ")
_PADDING = re.compile(r"[^0#?.]*([0#?,]*)")
_SECTION = re.compile(r'((?:"[^"]*"|\\.|[^;"\\])*)(?:;|$)', re.DOTALL)


def built_in_format(number: int) -> CellFormat:
    """What the built-in format of this number means."""
    return parse_format(BUILT_IN.get(number, "General"))


@lru_cache(maxsize=4096)
def parse_format(code: str) -> CellFormat:
    """What a number format's code means for the text of a positive number.

    A code longer than any spreadsheet program takes means nothing.
    """
    if len(code) > MOST_FORMAT_CHARS:
        return GENERAL
    section = _SECTION.match(code)
    first = section.group(1) if section else code
    bare = _FILLER.sub("", re.sub(r"\\.", "", _QUOTED.sub("", first)))
    if _ELAPSED.search(bare):
        plain = bare.strip()
        return CellFormat(date="duration", elapsed=plain.lower() if _FOLLOWED_ELAPSED.fullmatch(plain) else "")
    bare = _AM_PM.sub("h", _BRACKETS.sub("", bare))
    letters = bare.lower().replace("general", "")
    if re.search("[ydhsm]", letters):
        has_time = bool(re.search("[hs]", letters))
        has_date = bool(re.search("[yd]", letters)) or not has_time
        return CellFormat(date="datetime" if has_date and has_time else "date" if has_date else "time")
    return _padding(first, bare)


def _padding(first: str, bare: str) -> CellFormat:
    if _CONDITION.search(first) or re.search("[%E@]", bare):
        return GENERAL
    template = _template(first)
    if template.count(DIGIT) > 1:
        return CellFormat(zeros=template.count(DIGIT), template=template)
    whole = _PADDING.match(bare)
    zeros = whole.group(1).count("0") if whole and "/" not in bare else 0
    return CellFormat(zeros=zeros) if zeros > 1 else GENERAL


def _template(section: str) -> str:
    """What a section shows, if it is zeros and fixed text alone; else an empty text."""
    shown: list[str] = []
    for quoted, escaped, bracket, plain in _TOKEN.findall(section):
        if plain == "0":
            shown.append(DIGIT)
        elif plain and plain not in _SEPARATORS:
            return ""
        elif not bracket:
            shown.append(quoted or escaped or plain)
    return "".join(shown)
