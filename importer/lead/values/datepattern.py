"""How a column writes its dates: `%d/%m/%Y` or `dd/mm/yyyy` → a reader of such texts.

The directives are strptime's, read by this module itself, so that neither the machine's locale nor its clock plays a
part: names of months and days are English, digits are ASCII.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

__all__ = ["DatePattern", "compile_pattern"]

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = "(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
DIRECTIVES = {
    "d": r"(?P<day>\d{1,2})",
    "m": r"(?P<month>\d{1,2})",
    "b": rf"(?P<month_name>{MONTH})",
    "B": rf"(?P<month_name>{MONTH})",
    "Y": r"(?P<year>\d{4})",
    "y": r"(?P<short_year>\d{2})",
    "H": r"(?P<hour>\d{1,2})",
    "I": r"(?P<hour12>\d{1,2})",
    "M": r"(?P<minute>\d{1,2})",
    "S": r"(?P<second>\d{1,2})",
    "f": r"(?P<fraction>\d{1,9})",
    "p": r"(?P<half>[ap]\.?m\.?)",
    "a": rf"(?P<weekday>{DAY})",
    "A": rf"(?P<weekday>{DAY})",
    "z": r"(?P<offset>Z|UTC|GMT|[+-]\d\d:?\d\d)",
    "Z": r"(?P<offset>Z|UTC|GMT)",
    "%": "%",
}
TOKENS = re.compile(r"y+|m+|d+|h+|s+|am/pm|a/p|(?<=[dy])t(?=h)|z|[^a-z]+", re.IGNORECASE)
SPELLINGS = {
    "Y": ("yyyy",),
    "y": ("yy",),
    "m": ("m", "mm"),
    "b": ("mmm",),
    "B": ("mmmm",),
    "d": ("d", "dd"),
    "a": ("ddd",),
    "A": ("dddd",),
    "H": ("h", "hh"),
    "S": ("s", "ss"),
    "p": ("am/pm", "a/p"),
    "Z": ("z",),
}
TOKEN_DIRECTIVES = {spelling: directive for directive, spellings in SPELLINGS.items() for spelling in spellings}
TIMES = {"hour", "hour12", "minute", "second", "fraction", "half", "offset"}
DIGITS = frozenset("dmYyHIMSf")
TIME_MARKS = ("T", "t")  # between a date and its time, as ISO 8601 writes it
CLOCK = frozenset("HIMSfp")
WRITTEN_OFFSET = re.compile(r"(?<![A-Za-z])(?:Z|UTC|GMT|[+-]\d\d:?\d\d)(?![A-Za-z0-9])")
CENTURY = 100
CENTURY_TURN = 69  # strptime's (POSIX): 69 is 1969, 68 is 2068
NOON = 12
MICROSECOND_DIGITS = 6


@dataclass(frozen=True, slots=True)
class DatePattern:
    """A reader of dates; `has_time` tells whether they have a time of day.

    A year of two digits is from 1969 to 2068. Where `latest` is given, one that would come after it is a century
    earlier: nobody is born tomorrow.
    """

    regex: re.Pattern[str]
    has_time: bool
    latest: date | None = None

    def read(self, text: str) -> datetime | None:
        """The moment, with its offset where the text has one.

        None where the text is not written so, where there is no such day, or where it is another day of the week.
        """
        found = self.regex.fullmatch(text)
        if found is None:
            return None
        moment = self._moment(found.groupdict())
        return None if moment is None or _is_other_weekday(found, moment) else moment

    def has_wrong_weekday(self, text: str) -> bool:
        """Whether a text is a date of this pattern but for the day of the week that stands beside it."""
        found = self.regex.fullmatch(text)
        moment = None if found is None else self._moment(found.groupdict())
        return found is not None and moment is not None and _is_other_weekday(found, moment)

    def _moment(self, parts: dict[str, str | None]) -> datetime | None:
        hour = _hour(parts)
        if hour is None:
            return None
        year = _year(parts)
        moment = _build(parts, year, hour)
        if moment is not None and self.latest is not None and parts.get("short_year") and moment.date() > self.latest:
            return _build(parts, year - CENTURY, hour)
        return moment


def compile_pattern(text: str) -> DatePattern:
    """The pattern of a `format:`; ValueError with the reason where it is none.

    A blank stands for any number of blanks, and may be missing before AM and PM. Day, month and times may have one
    digit, unless digits of another part follow at once: `1122026` could be two days.
    """
    written = list(_directives(text) if "%" in text else _tokens(text))
    parts: list[str] = []
    for nth, (part, is_directive) in enumerate(written):
        beside = [one for one, is_one in (written[nth - 1 : nth] + written[nth + 1 : nth + 2]) if is_one]
        if not is_directive:
            parts.append(_literal(part, is_after_clock=any(one in CLOCK for one, is_one in written[:nth] if is_one)))
        elif part in DIGITS and DIGITS.intersection(beside):
            parts.append(DIRECTIVES[part].replace("{1,2}", "{2}"))
        else:
            parts.append(DIRECTIVES[part])
    joined = "".join(parts).replace(r"\s+(?P<half>", r"\s*(?P<half>")
    try:
        regex = re.compile(joined, re.IGNORECASE | re.ASCII)
    except re.error:
        raise ValueError("one part of the date stands in it twice") from None
    names = set(regex.groupindex)
    if not ({"day"} <= names and names & {"month", "month_name"} and names & {"year", "short_year"}):
        raise ValueError("it must name day, month and year, such as %d/%m/%Y")
    if len(names & {"month", "month_name"}) > 1 or len(names & {"year", "short_year"}) > 1:
        raise ValueError("one part of the date stands in it twice")
    if ("hour12" in names) != ("half" in names) or {"hour", "hour12"} <= names:
        raise ValueError("%I goes with %p (AM or PM), and %H with neither")
    if "minute" in names and not names & {"hour", "hour12"}:
        raise ValueError("it has minutes and no hours")
    order = [regex.groupindex[name] for name in ("year", "day", "month") if name in names]
    if order == sorted(order) and {"year", "month"} <= names:
        raise ValueError("year, day, month looks just like year, month, day; nobody can tell them apart")
    return DatePattern(regex, bool(names & TIMES))


def _literal(text: str, *, is_after_clock: bool) -> str:
    """What stands between directives; `Z`, `UTC` or `+05:30` behind a time is its offset, not a mere mark."""
    found = WRITTEN_OFFSET.search(text) if is_after_clock else None
    if found is None:
        return re.sub(r"(?:\\?\s)+", r"\\s+", re.escape(text))
    before, after = (_literal(part, is_after_clock=False) for part in (text[: found.start()], text[found.end() :]))
    return f"{before}(?P<offset>{re.escape(found[0])}){after}"


def _directives(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of a pattern with percent signs: directives and what stands between them."""
    rest = text
    while rest:
        before, percent, rest = rest.partition("%")
        if before:
            yield before, False
        if percent:
            if rest[:1] not in DIRECTIVES or not rest:
                raise ValueError(
                    f"%{rest[:1]} is not understood; known are {', '.join(f'%{one}' for one in DIRECTIVES)}"
                )
            yield rest[0], True
            rest = rest[1:]


def _tokens(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of a pattern as spreadsheets write it: `mm` after hours or before seconds is minutes, else months."""
    tokens = TOKENS.findall(text)
    if "".join(tokens) != text:
        raise ValueError("a format is written like %d/%m/%Y or dd/mm/yyyy")
    words = [(nth, token.lower()) for nth, token in enumerate(tokens) if token[0].isalpha() and token not in TIME_MARKS]
    has_half = any(word in {"am/pm", "a/p"} for _, word in words)
    places = {nth: at for at, (nth, _) in enumerate(words)}
    for nth, token in enumerate(tokens):
        if nth not in places:
            yield token, False
            continue
        word, at = token.lower(), places[nth]
        directive = TOKEN_DIRECTIVES.get(word)
        if directive is None:
            raise ValueError(f"{token} is not understood; a format is written like %d/%m/%Y or dd/mm/yyyy")
        before = words[at - 1][1] if at else ""
        after = words[at + 1][1] if at + 1 < len(words) else ""
        if directive == "m" and (before[:1] == "h" or after[:1] == "s"):
            directive = "M"
        yield "I" if directive == "H" and has_half else directive, True


def _build(parts: dict[str, str | None], year: int, hour: int) -> datetime | None:
    fraction = (parts.get("fraction") or "").ljust(MICROSECOND_DIGITS, "0")[:MICROSECOND_DIGITS]
    try:
        return datetime(
            year,
            _month(parts),
            int(parts["day"] or 0),
            hour,
            int(parts.get("minute") or 0),
            int(parts.get("second") or 0),
            int(fraction),
            tzinfo=_offset(parts.get("offset")),
        )
    except ValueError:
        return None


def _is_other_weekday(found: re.Match[str], moment: datetime) -> bool:
    weekday = found.groupdict().get("weekday")
    return weekday is not None and DAYS.index(weekday[:3].lower()) != moment.weekday()


def _year(parts: dict[str, str | None]) -> int:
    if short := parts.get("short_year"):
        return int(short) + (1900 if int(short) >= CENTURY_TURN else 2000)
    return int(parts["year"] or 0)


def _month(parts: dict[str, str | None]) -> int:
    if name := parts.get("month_name"):
        return MONTHS.index(name[:3].lower()) + 1
    return int(parts["month"] or 0)


def _hour(parts: dict[str, str | None]) -> int | None:
    """The hour from 0 to 24; None for a clock that goes to 12 and shows another hour."""
    half = parts.get("half")
    if half is None:
        return int(parts.get("hour") or 0)
    hour = int(parts.get("hour12") or 0)
    if not 1 <= hour <= NOON:
        return None
    return hour % NOON + (NOON if half[0].lower() == "p" else 0)


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text.isalpha():  # Z, UTC, GMT
        return timezone.utc  # noqa: UP017 - beside timezone(…) it reads better
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))
