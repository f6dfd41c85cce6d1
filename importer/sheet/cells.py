"""A workbook's cell → the text that a person sees: pure rules, one cell at a time.

Numbers keep all their digits (15 significant ones, as Excel has them) and are never written with an exponent;
percent, currency and thousands are shown as the plain number. A format that pads with zeros keeps its padding, and
where it is made of zeros and separators alone (`00000`, `000-00-0000`, `(000) 000-0000`) a whole number is
written just as the format shows it. Dates are `YYYY-MM-DD HH:MM:SS`, times `HH:MM:SS`, elapsed times `HH:MM:SS`
with as many hours as there are, all rounded to the second. Whether a date has a time of day is told beside the text
by `DateKind`, from the number format.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal

__all__ = [
    "ERROR_VALUES",
    "FORMULA_WITHOUT_RESULT",
    "GENERAL",
    "CellFormat",
    "CellText",
    "DateKind",
    "boolean_text",
    "is_error_value",
    "iso_text",
    "moment_text",
    "number_text",
    "parse_format",
    "serial_text",
    "unescape_text",
]

DateKind = Literal["date", "datetime", "time", "duration"]

FORMULA_WITHOUT_RESULT = "formula without a saved result"
DATE_OUT_OF_RANGE = "number shown as a date that does not exist"

# Excel's own names, then those that its other languages and LibreOffice write into a CSV.
ERROR_VALUES = frozenset(
    (
        "#N/A",
        "#DIV/0!",
        "#VALUE!",
        "#REF!",
        "#NAME?",
        "#NUM!",
        "#NULL!",
        "#SPILL!",
        "#CALC!",
        "#GETTING_DATA",
        "#FIELD!",
        "#BLOCKED!",
        "#CONNECT!",
        "#UNKNOWN!",
        "#EXTERNAL!",
        "#BUSY!",
        "#PYTHON!",
        "#TIMEOUT!",
        "#NV",
        "#WERT!",
        "#BEZUG!",
        "#ZAHL!",
        "#N/D",
        "#VALEUR!",
        "#NOM?",
        "#NOMBRE!",
        "#¡VALOR!",
        "#¡REF!",
        "#¿NOMBRE?",
        "#¡NUM!",
        "#¡DIV/0!",
        "#NUL!",
        "#NULO!",
        "#VALOR!",
        "#NOME?",
        "#VALORE!",
        "#RIF!",
        "#WAARDE!",
        "#VERW!",
        "#NAAM?",
        "#GETAL!",
    ),
)
_LIBREOFFICE_ERROR = re.compile(r"Err:5\d\d")

_SECONDS_PER_DAY = 86_400
_SIGNIFICANT_DIGITS = 15
_LAST_SERIAL = 2_958_465  # 9999-12-31 in the 1900 system
_PHANTOM_LEAP_DAY = 60  # the 1900 system has a 1900-02-29
_DAYS_1900_TO_1904 = 1462
_EPOCH_1900 = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's date has no time zone
_PLAIN_EXPONENTS = range(-30, 31)  # beyond these, zeros tell a person less than an exponent


@dataclass(frozen=True, slots=True)
class CellFormat:
    """What a number format says about a number: `date`, or the zeros it pads with.

    `zeros` is how many digits there are at least before the decimal point (0 or 1: no padding). `template` is the
    format itself, without quotes, where it is zeros and separators alone.
    """

    date: DateKind | None = None
    zeros: int = 0
    template: str = ""


@dataclass(frozen=True, slots=True)
class CellText:
    """A cell's text, what kind of date it is if it is one, and what makes it unreadable if anything does."""

    text: str
    date: DateKind | None = None
    bad: str = ""


GENERAL = CellFormat()

_QUOTED = re.compile(r'"([^"]*)"')
_FILLER = re.compile(r"[_*].")  # a blank as wide as a character, a character repeated over the cell's width
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]")
_AM_PM = re.compile(r"am/pm|a/p", re.IGNORECASE)
_CONDITION = re.compile(r"\[[<>=]")
_TEMPLATE = re.compile(r"[+( ]*0[0 ()+/-]*")
_PADDING = re.compile(r"[^0#?.]*([0#?,]*0[0#?,]*)")
_SECTION = re.compile(r'((?:"[^"]*"|\\.|[^;"\\])*)(?:;|$)')


@lru_cache(maxsize=4096)
def parse_format(code: str) -> CellFormat:
    """What a number format's code (`00000`, `d/m/yyyy`) means for the text of a positive number."""
    section = _SECTION.match(code)
    first = section.group(1) if section else code
    bare = _FILLER.sub("", re.sub(r"\\.", "", _QUOTED.sub("", first)))
    if _ELAPSED.search(bare):
        return CellFormat(date="duration")
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
    shown = re.sub(r"\\(.)", r"\1", _QUOTED.sub(r"\1", _FILLER.sub("", _BRACKETS.sub("", first))))
    if _TEMPLATE.fullmatch(shown) and bare.count("0") > 1 and shown.count("0") == bare.count("0"):
        return CellFormat(zeros=bare.count("0"), template=shown)
    whole = _PADDING.match(bare)
    zeros = whole.group(1).count("0") if whole and "/" not in bare else 0
    return CellFormat(zeros=zeros) if zeros > 1 else GENERAL


def number_text(value: float, cell_format: CellFormat = GENERAL) -> str:
    """A number with all its digits, and the zeros that its format pads it with.

    An `int` is written as it is: where a file holds more than 15 digits as a whole number, none is lost. A
    `float` has Excel's 15 significant digits: 0.1 + 0.2 is 0.3.
    """
    text = str(value) if isinstance(value, int) else _float_text(value)
    if cell_format.zeros < 2 or "E" in text:  # noqa: PLR2004 - one zero pads nothing
        return text
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, fraction = digits.partition(".")
    padded = whole.zfill(cell_format.zeros)
    if cell_format.template and not point and not sign and len(padded) == cell_format.zeros:
        following = iter(padded)
        return "".join(next(following) if mark == "0" else mark for mark in cell_format.template)
    return f"{sign}{padded}{point}{fraction}"


def _float_text(value: float) -> str:
    if value.is_integer() and abs(value) < 10**_SIGNIFICANT_DIGITS:
        return str(int(value))
    text = f"{value:.{_SIGNIFICANT_DIGITS}g}"
    if "e" not in text:
        return text
    exact = Decimal(text)
    return format(exact, "f") if exact.adjusted() in _PLAIN_EXPONENTS else text.upper()


def serial_text(serial: float, cell_format: CellFormat, *, epoch_1904: bool = False) -> CellText:
    """A date serial (days since the workbook's epoch) as text, or a bad cell where no such date exists.

    Below one day it is a time of day, unless the format shows a date and the epoch is 1904, whose day 0 is real.
    """
    kind = cell_format.date
    seconds = round(serial * _SECONDS_PER_DAY)
    if kind == "duration":
        return CellText(_duration_text(seconds), "duration")
    days, rest = divmod(seconds, _SECONDS_PER_DAY)
    if days == 0 and kind != "date":
        return CellText(_clock(rest), "time")
    if epoch_1904:
        days += _DAYS_1900_TO_1904 if days >= 0 else 0
    if not 1 <= days <= _LAST_SERIAL or days == _PHANTOM_LEAP_DAY:
        return CellText(number_text(serial), bad=DATE_OUT_OF_RANGE)
    day = _EPOCH_1900 + timedelta(days=days + (days < _PHANTOM_LEAP_DAY))
    return CellText(f"{day:%Y-%m-%d} {_clock(rest)}", "date" if kind == "date" else "datetime")


def moment_text(value: datetime | date | time | timedelta, cell_format: CellFormat = GENERAL) -> CellText:
    """A date, time or duration that a reader has already made out of the cell, as text.

    Without a format to tell, midnight sharp counts as a date.
    """
    if isinstance(value, timedelta):
        return CellText(_duration_text(round(value.total_seconds())), "duration")
    if isinstance(value, time):
        seconds = value.hour * 3600 + value.minute * 60 + value.second + round(value.microsecond / 1e6)
        return CellText(_clock(seconds % _SECONDS_PER_DAY), "time")
    if not isinstance(value, datetime):
        return CellText(f"{value.isoformat()} 00:00:00", "date")
    if value.microsecond:
        value = value.replace(microsecond=0) + timedelta(seconds=round(value.microsecond / 1e6))
    date_only = cell_format.date == "date" or (cell_format.date is None and value.time() == time())
    return CellText(value.isoformat(sep=" ", timespec="seconds"), "date" if date_only else "datetime")


def iso_text(stored: str, cell_format: CellFormat = GENERAL) -> CellText:
    """A date or time that a workbook stores in ISO 8601 form; what is no such thing stays the text that it is."""
    for parse in (datetime.fromisoformat, time.fromisoformat):
        try:
            value = parse(stored.removesuffix("Z"))
        except ValueError:
            continue
        if isinstance(value, datetime) and "T" not in stored:
            return moment_text(value.date())
        return moment_text(value, cell_format)
    return CellText(stored)


def _clock(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}"


def _duration_text(seconds: int) -> str:
    return f"-{_clock(-seconds)}" if seconds < 0 else _clock(seconds)


def boolean_text(value: bool) -> str:  # noqa: FBT001 - the value is what the function is about
    """`TRUE` or `FALSE`, as Excel shows them."""
    return "TRUE" if value else "FALSE"


def is_error_value(text: str) -> bool:
    """Whether a text, but for surrounding blanks, is exactly an error value such as `#N/A`."""
    text = text.strip()
    return text in ERROR_VALUES or _LIBREOFFICE_ERROR.fullmatch(text) is not None


_ESCAPES = re.compile(r"(?:_x[0-9A-Fa-f]{4}_)+")


def unescape_text(text: str) -> str:
    """A text as OOXML stores it, with its `_x000D_` escapes decoded (ECMA-376 part 1, 22.9.2.19, ST_Xstring).

    `_x005F_` is an underscore that keeps the following text from being an escape. An escape that is half a
    surrogate pair is no character: it stays as it is written. A NUL shows nothing and is taken out, as in a CSV.
    """
    return _ESCAPES.sub(_decode_escapes, text) if "_x" in text else text


def _decode_escapes(match: re.Match[str]) -> str:
    escapes = re.findall("_x(....)_", match.group())
    decoded = b"".join(int(escape, 16).to_bytes(2, "big") for escape in escapes)
    try:
        return decoded.decode("utf-16-be").replace("\0", "")
    except UnicodeDecodeError:
        return match.group()
