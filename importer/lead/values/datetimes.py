"""Dates and times → `YYYY-MM-DD HH:MM:SS`, the form that LeadSquared's pages name, in UTC.

A date never shifts: what has no time of day is sent as that day's 00:00:00, whatever the time zone. What has one is
converted to UTC. Three things tell the two apart, in this order:

- A workbook's own date cell is a date where its number format shows no time of day.
- A text that is written in one of the column's formats has a time of day where the first that fits has one.
- A text that ends in ` 00:00:00` is a date alone: so a workbook's date reads in a report, and in most exports from
  databases. Who means midnight writes `2026-10-05T00:00:00`, `2026-10-05 00:00` or an offset behind it.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, tzinfo

from importer.errors import Remedy
from importer.lead.refusal import Converter, Refusal
from importer.lead.values.datepattern import DatePattern

__all__ = [
    "make_date_converter",
    "make_datetime_converter",
    "make_latest_check",
    "read_account_date",
    "read_account_datetime",
]

ISO = re.compile(
    r"(\d{4}[-/]\d\d[-/]\d\d)"
    r"(?:(?P<gap>[ T])(?P<clock>\d\d:\d\d(?P<second>:\d\d)?)(?:\.(?P<fraction>\d{1,9}))?"
    r"(?P<offset>Z| ?[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
ACCOUNT = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d(?:\.\d{1,3})?)?", re.ASCII)
MIDNIGHT = time()
NUMERIC = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}\b.*", re.ASCII | re.DOTALL)
DAY_AND_MONTH = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d\d)(?: \d{1,2}:\d\d(:\d\d)?)?", re.ASCII)
MONTHS = 12
SERIAL = re.compile(r"\d{4,6}(?:\.\d+)?", re.ASCII)

AMBIGUOUS_REFUSAL = Refusal(
    "bad_date",
    "holds a date of which the order of day and month is not known",
    'Say in config.yaml how the column is written, such as format: "%d/%m/%Y", or write it as YYYY-MM-DD.',
)
SERIAL_REFUSAL = Refusal(
    "bad_date",
    "holds a number where a date should stand, perhaps a spreadsheet's count of days",
    "Give the cell a date format in the spreadsheet program and save the file again, or write YYYY-MM-DD.",
)
WEEKDAY_REFUSAL = Refusal(
    "bad_date",
    "holds a day of the week that is not the one of its date",
    "Correct the date or the day; one of them is wrong.",
)
NO_SUCH_REFUSAL = Refusal("bad_date", "holds a date or time that does not exist", "Correct it, or empty the cell.")
BAD_REFUSAL = Refusal(
    "bad_date",
    "holds something that is not written as a date",
    'Write it as YYYY-MM-DD, or say in config.yaml how the column is written, such as format: "%d/%m/%Y".',
)
FUTURE_REFUSAL = Refusal("bad_date", "holds a birth in the future", "Correct the year, or empty the cell.")
HAS_TIME_REFUSAL = Refusal(
    "bad_date",
    "holds a time of day beside its date, which this column would lose",
    "Take the time away, or say type: datetime in config.yaml.",
)
NO_DATE_REFUSAL = Refusal("bad_date", "holds a time of day without a date", "Add the date, or empty the cell.")
GAP_REFUSAL = Refusal(
    "bad_date",
    "holds a time that did not exist: clocks were put forward over it",
    "Correct the time, or write it with its offset, such as 2026-03-29T02:30:00+01:00.",
)
TWICE_REFUSAL = Refusal(
    "bad_date",
    "holds a time that came twice: clocks were put back over it",
    "Write it with its offset, such as 2026-10-25T02:30:00+02:00.",
)
OFFSET_REFUSAL = Refusal(
    "bad_date",
    "holds a moment with an offset, which can be two different days",
    "Write the day alone, or say type: datetime in config.yaml.",
)


def make_date_converter(patterns: Sequence[DatePattern]) -> Converter:
    """A converter for days; a time of day is refused, never dropped."""

    def convert(text: str, kind: str | None) -> str | Refusal:
        read = _read(text, kind, patterns)
        if isinstance(read, Refusal):
            return read
        moment, _ = read
        if moment.tzinfo is not None:
            return OFFSET_REFUSAL
        return _shown(moment) if moment.time() == MIDNIGHT else HAS_TIME_REFUSAL

    return convert


def make_datetime_converter(patterns: Sequence[DatePattern], zone: tzinfo) -> Converter:
    """A converter for moments: local times of `zone`, daylight saving included, go out in UTC; a date stays."""

    def convert(text: str, kind: str | None) -> str | Refusal:
        read = _read(text, kind, patterns)
        if isinstance(read, Refusal):
            return read
        moment, has_time = read
        return _in_utc(moment, zone) if has_time else _shown(moment)

    return convert


def make_latest_check(latest: date) -> Converter:
    """A check that a date, as it is sent, is not after `latest`: for births."""
    last = latest.isoformat()
    return lambda text, _kind: FUTURE_REFUSAL if text[: len(last)] > last else text


def read_account_date(text: str, kind: str | None) -> str | Refusal:
    """A date for a column without a type: as it is where the account takes it, else read where it has one meaning."""
    return _as_account(text, kind, make_date_converter(()))


def read_account_datetime(text: str, kind: str | None) -> str | Refusal:
    """A moment for a column without a type: a text with an offset goes to UTC, any other time stays as written."""
    return _as_account(text, kind, _read_moment)


def _as_account(text: str, kind: str | None, other: Converter) -> str | Refusal:
    if ACCOUNT.fullmatch(text) is None:
        return other(text, kind)
    try:
        datetime.fromisoformat(text.partition(".")[0])
    except ValueError:
        return NO_SUCH_REFUSAL
    return text


def _read_moment(text: str, kind: str | None) -> str | Refusal:
    read = _read(text, kind, ())
    if isinstance(read, Refusal):
        return read
    moment, _ = read
    return _shown(moment) if moment.tzinfo is None else _in_utc(moment, UTC)


def _read(text: str, kind: str | None, patterns: Sequence[DatePattern]) -> tuple[datetime, bool] | Refusal:
    """The moment that a cell holds, and whether it has a time of day."""
    if kind in {"time", "duration"}:
        return NO_DATE_REFUSAL
    for pattern in patterns if kind is None else ():
        moment = pattern.read(text)
        if moment is not None:
            return moment, pattern.has_time
    found = ISO.fullmatch(text)
    if found is None:
        return _refuse(text, patterns)
    day, clock, offset = found[1].replace("/", "-"), found["clock"], found["offset"]
    try:
        moment = datetime.fromisoformat(f"{day}T{clock or '00:00'}{(offset or '').strip()}")
    except ValueError:
        return NO_SUCH_REFUSAL
    if clock is None or kind == "date":
        return moment, False
    is_date_alone = kind is None and found["gap"] == " " and found["second"] and not offset
    return moment, not (is_date_alone and moment.time() == MIDNIGHT and not (found["fraction"] or "").strip("0"))


def _in_utc(moment: datetime, zone: tzinfo) -> str | Refusal:
    try:
        if moment.tzinfo is not None:
            return _shown(moment.astimezone(UTC))
        local = moment.replace(tzinfo=zone)
        utc = local.astimezone(UTC)
        if local.utcoffset() != local.replace(fold=1).utcoffset():
            return TWICE_REFUSAL if utc.astimezone(zone).replace(tzinfo=None) == moment else GAP_REFUSAL
    except OverflowError:
        return NO_SUCH_REFUSAL
    return _shown(utc)


def _shown(moment: datetime) -> str:
    """The form that LeadSquared takes; fractions of a second are left out."""
    return moment.replace(tzinfo=None, microsecond=0).isoformat(sep=" ")


def _refuse(text: str, patterns: Sequence[DatePattern]) -> Refusal:
    if SERIAL.fullmatch(text):
        return SERIAL_REFUSAL
    if patterns:
        if any(pattern.has_wrong_weekday(text) for pattern in patterns):
            return WEEKDAY_REFUSAL
        return NO_SUCH_REFUSAL if any(pattern.regex.fullmatch(text) for pattern in patterns) else BAD_REFUSAL
    return replace(AMBIGUOUS_REFUSAL, remedy=_find_format(text)) if NUMERIC.fullmatch(text) else BAD_REFUSAL


def _find_format(text: str) -> Remedy | None:
    """The format of a date that can be read in one order only: one of its numbers is no month."""
    found = DAY_AND_MONTH.fullmatch(text)
    if found is None:
        return None
    first, mark, second, year, seconds = found.groups()
    numbers = int(first), int(second)
    if (max(numbers) > MONTHS) == (min(numbers) > MONTHS):
        return None
    order = ("%d", "%m") if numbers[0] > MONTHS else ("%m", "%d")
    clock = "" if ":" not in text else " %H:%M:%S" if seconds else " %H:%M"
    return Remedy("format", mark.join([*order, "%y" if len(year) == len("yy") else "%Y"]) + clock)
