"""A number as people write it → the digits, sign and point that LeadSquared takes."""

import re
from dataclasses import replace

from importer.errors import Remedy
from importer.lead.refusal import Converter, Refusal

__all__ = ["BLANK_MARK", "SEVERAL_REFUSAL", "make_number_converter", "read_plain_number", "refuse_number"]

BLANK_MARK = " "
"""As a thousands mark it stands for every kind of blank: no-break and narrow ones too."""

PLAIN = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
LOOSE = re.compile(r"([+\-\u2212]?)(\d*)(?:\.(\d*))?", re.ASCII)
EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?e[+-]?\d+", re.IGNORECASE | re.ASCII)
BLANKS = r"[\x20\u00a0\u2009\u202f]"
BETWEEN = r"\s*(?:[/;|&\u2013\u2014-]|\b(?:to|and|or)\b|\n)\s*"
SEVERAL = re.compile(rf"[+-]?\d[\d.,]*{BETWEEN}\d[\d.,]*", re.IGNORECASE | re.ASCII)
UNIT = re.compile(r"[^\W\d_]|[%\u20a0-\u20cf$\u00a3\u00a5\u00a2]")
INDIAN = re.compile(r"₹|\d ?(?:lakhs?|lacs?|l|crores?|crs?)\b", re.IGNORECASE | re.ASCII)
GROUP = 3  # digits
MINUS = {"-": "-", "\u2212": "-"}

SPOILED_REFUSAL = Refusal(
    "bad_number",
    "holds a number with an exponent; digits may be lost",
    "Write the number out, in a column formatted as text or as a plain number.",
)
MARKS_REFUSAL = Refusal(
    "bad_number",
    "holds a number whose marks could mean thousands or decimals",
    'Say in config.yaml how the column is written, such as {type: number, thousands: ",", decimal: "."}, or write '
    "the number without them.",
)
SEVERAL_REFUSAL = Refusal(
    "bad_number",
    "holds two numbers, or a range",
    "Keep one of them, or map the column to a text field.",
)
UNIT_REFUSAL = Refusal(
    "bad_number",
    "holds words or signs (a currency, a unit, a percent sign) beside its digits",
    "Write digits alone, or map the column to a text field.",
)
BAD_REFUSAL = Refusal(
    "bad_number",
    "holds something that is no number",
    "Write digits alone (no currency, no percent sign), or empty the cell.",
)


def make_number_converter(*, thousands: str, decimal: str) -> Converter:
    """A converter for numbers with these marks; `thousands` may be empty: no such mark is expected.

    Groups are of three digits, or Indian: of two before the last three. No digit is added, lost or rounded.
    """
    group = BLANKS if thousands == BLANK_MARK else re.escape(thousands)
    grouped = rf"\d{{1,3}}(?:{group}\d{{3}})+|\d{{1,2}}(?:{group}\d\d)*{group}\d{{3}}|" if thousands else ""
    pattern = re.compile(rf"([+\-\u2212]?)({grouped}\d*)(?:{re.escape(decimal)}(\d*))?", re.ASCII)
    marks = re.compile(group) if thousands else None

    def convert(text: str, _kind: str | None) -> str | Refusal:
        found = pattern.fullmatch(text)
        if found is None:
            return refuse_number(text)
        sign, whole, fraction = found.groups()
        return _assemble(sign, whole if marks is None else marks.sub("", whole), fraction)

    return convert


def read_plain_number(text: str, _kind: str | None) -> str | Refusal:
    """A number that has no marks but a decimal point: as it is, a plus left out and a lone point given its zero."""
    if PLAIN.fullmatch(text):
        return text
    found = LOOSE.fullmatch(text)
    return refuse_number(text) if found is None else _assemble(*found.groups())


def _assemble(sign: str, whole: str, fraction: str | None) -> str | Refusal:
    if not whole and not fraction:
        return BAD_REFUSAL
    return f"{MINUS.get(sign, '')}{whole or '0'}{f'.{fraction}' if fraction else ''}"


def refuse_number(text: str) -> Refusal:
    """Why a text is no number."""
    if EXPONENT.fullmatch(text):
        return SPOILED_REFUSAL
    if SEVERAL.fullmatch(text):
        return SEVERAL_REFUSAL
    if UNIT.search(text) and any(mark.isdigit() for mark in text):
        is_indian = INDIAN.search(text) is not None
        return replace(UNIT_REFUSAL, remedy=Remedy("indian", "true")) if is_indian else UNIT_REFUSAL
    if re.fullmatch(rf"[+\-\u2212]?\d(?:\d|[.,'’]|{BLANKS})*\d", text, re.ASCII):
        return replace(MARKS_REFUSAL, remedy=_find_marks(text))
    return BAD_REFUSAL


def _find_marks(text: str) -> Remedy | None:
    """The mark of thousands in a number whose points and commas can be read in one way only.

    It says the decimal mark too, which is the other one of the two.
    """
    marks = re.sub(r"[\d+\-\u2212]", "", text)
    if not marks or set(marks) - {".", ","}:
        return None
    last, before = marks[-1], marks[:-1]
    if last in before:
        return None if set(before) != {last} else Remedy("thousands", last)
    is_decimal = bool(before) or len(text) - text.rindex(last) - 1 != GROUP
    return Remedy("thousands", "." if last == "," else ",") if is_decimal else None
