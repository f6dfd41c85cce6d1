"""A workbook's cell → the text that a person sees: pure rules, one cell at a time.

Numbers keep all their digits (15 significant ones, as Excel has them) and are never written with an exponent;
percent, currency and thousands are shown as the plain number. A format that pads with zeros keeps its padding, and
where it is made of zeros and fixed text alone (`00000`, `(000) 000-0000`, `"LEAD-"0000`) a whole number is written
just as the format shows it. Dates are `YYYY-MM-DD HH:MM:SS`, times `HH:MM:SS`, rounded to the second; a cell that
is shown as a date alone is that day at 00:00:00, whatever clock time it hides. Elapsed times have as many hours as
there are: `25:30` where the format is `[h]:mm` and no seconds are hidden, else `25:30:00`. Whether a date has a time
of day is told beside the text by `DateKind`, from the number format.
"""

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from importer.sheet.numberformat import DIGIT, GENERAL, CellFormat, DateKind

__all__ = [
    "ERROR_VALUES",
    "FORMULA_WITHOUT_RESULT",
    "MISSING_STRING",
    "NO_NUMBER",
    "TORN_ROW",
    "UNKNOWN_KIND",
    "UNREADABLE",
    "CellText",
    "boolean_text",
    "is_error_value",
    "iso_text",
    "moment_text",
    "number_text",
    "serial_text",
    "stored_number",
    "unescape_text",
]

FORMULA_WITHOUT_RESULT = "formula without a saved result"
DATE_OUT_OF_RANGE = "number shown as a date that does not exist"
NO_NUMBER = "number cell that holds no number"
MISSING_STRING = "text that is missing in the file"
UNKNOWN_KIND = "cell of an unknown kind"
TORN_ROW = "piece of a row that a stray line break has torn apart"
UNREADABLE = (FORMULA_WITHOUT_RESULT, DATE_OUT_OF_RANGE, NO_NUMBER, MISSING_STRING, UNKNOWN_KIND, TORN_ROW)
"""All that makes a cell unreadable but for the error values."""

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
_FIRST_YEAR = 1900
_PHANTOM_LEAP_DAY = 60  # the 1900 system has a 1900-02-29
_DAYS_1900_TO_1904 = 1462
_EPOCH_1900 = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's date has no time zone
_MOST_DAYS = 1e9
_FLOAT_NOISE_DAYS = 1e-9  # a tenth of a millisecond: what arithmetic on dates leaves
_PLAIN_EXPONENTS = range(-30, 31)  # beyond these, zeros tell a person less than an exponent


@dataclass(frozen=True, slots=True)
class CellText:
    """A cell's text, what kind of date it is if it is one, and what makes it unreadable if anything does."""

    text: str
    date: DateKind | None = None
    bad: str = ""


_STORED_NUMBER = re.compile(r"[+-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?")


def stored_number(text: str) -> float | None:
    """The number that an XML workbook stores as this text (`.56`, `1E5`), or None: `NaN` and `INF` are none.

    A whole number is an `int`, so that none of its digits is lost.
    """
    text = text.strip()
    if text.isascii() and text.isdecimal():
        return int(text)
    if _STORED_NUMBER.fullmatch(text) is None:
        return None
    if text[1:].isdecimal() and text[0] != ".":
        return int(text)
    number = float(text)
    return number if math.isfinite(number) else None


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
    if cell_format.template and not point and not sign:
        more = len(padded) - cell_format.zeros + 1  # a longer number begins at the first digit's place
        following = iter((padded[:more], *padded[more:]))
        return "".join(next(following) if mark == DIGIT else mark for mark in cell_format.template)
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
    if not abs(serial) <= _MOST_DAYS:
        return CellText(number_text(serial), bad=DATE_OUT_OF_RANGE)
    seconds = round(serial * _SECONDS_PER_DAY)
    if kind == "duration":
        return CellText(_duration_text(seconds, cell_format), "duration")
    if kind == "date":  # the clock is not shown: it is dropped, never rounded up to the next day
        seconds = math.floor(serial + _FLOAT_NOISE_DAYS) * _SECONDS_PER_DAY
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
        return CellText(_duration_text(round(value.total_seconds()), cell_format), "duration")
    if isinstance(value, time):
        seconds = value.hour * 3600 + value.minute * 60 + value.second + round(value.microsecond / 1e6)
        return CellText(_clock(seconds % _SECONDS_PER_DAY), "time")
    if not isinstance(value, datetime):
        return CellText(f"{value.isoformat()} 00:00:00", "date")
    if cell_format.date == "date":
        return CellText(f"{value.date().isoformat()} 00:00:00", "date")
    if value.microsecond:
        value = value.replace(microsecond=0) + timedelta(seconds=round(value.microsecond / 1e6))
    date_only = cell_format.date is None and value.time() == time()
    return CellText(value.isoformat(sep=" ", timespec="seconds"), "date" if date_only else "datetime")


def iso_text(stored: str, cell_format: CellFormat = GENERAL) -> CellText:
    """A date or time that a workbook stores in ISO 8601 form; what is no such thing stays the text that it is."""
    for parse in (datetime.fromisoformat, time.fromisoformat):
        try:
            value = parse(stored.removesuffix("Z"))
        except ValueError:
            continue
        if isinstance(value, datetime):
            if value.year < _FIRST_YEAR:  # a time of day, on the day before the first
                return moment_text(value.time())
            if "T" not in stored and cell_format.date != "datetime":
                return moment_text(value.date())
        return moment_text(value, cell_format)
    return CellText(stored)


def _clock(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}"


def _duration_text(seconds: int, cell_format: CellFormat) -> str:
    """An elapsed time as its format shows it, with the seconds where that would hide some."""
    sign, shown = ("-" if seconds < 0 else ""), _clock(abs(seconds))
    if cell_format.elapsed and (seconds % 60 == 0 or cell_format.elapsed.endswith("ss")):
        if not cell_format.elapsed.endswith("ss"):
            shown = shown.removesuffix(":00")
        if cell_format.elapsed.startswith("[h]") and shown.startswith("0"):
            shown = shown[1:]
    return f"{sign}{shown}"


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
