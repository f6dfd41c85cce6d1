"""How a phone number is written: what goes before it is read, and what shows that a cell holds no single number.

Only the text is looked at: which numbers a country has is not known here.
"""

import re
import unicodedata

from importer.lead.refusal import Refusal

__all__ = [
    "BAD_REFUSAL",
    "FEWEST_DIGITS",
    "SEVERAL_REFUSAL",
    "TOO_SHORT_REFUSAL",
    "digits_of",
    "find_writing_fault",
    "is_plain_writing",
    "strip_phone",
    "tidy_phone",
]

FEWEST_DIGITS = 7  # as many digits side by side make a number of their own
LONGEST_CODE = 3
LONGEST_GROUP = 5  # as many digits without a break are more than a group of a number
LONGEST_WRITING = 100

BLANK = r"[^\S\n\r\v\f]"
LABEL = re.compile(
    r"(?:tel|p|callto|whatsapp|sms):\s*", re.IGNORECASE
)  # `p:` stands in the exports of Facebook's forms
TEXT_MARKS = "'\u2018\u2019`\u00b4"  # an apostrophe before a number keeps it a text in spreadsheets
LIST_MARKS = ",;"
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xFE62: "+"}

WRITING = re.compile(rf"(?:{BLANK}|[(\[])*+\+?(?:\d|{BLANK}|[()\[\].\-/\u2010-\u2015\u2212])++")
PLAIN = re.compile(r"\+?\d[\d-]{6,16}", re.ASCII)
NOT_DIGITS = re.compile(r"\D+", re.ASCII)
EXTENSION = re.compile(
    r"\d\W*(?:ext(?:n|ension)?|x|#|dw|durchwahl|ramal|poste|int(?:erno)?|доб)[\W_]*\d{1,7}\W*|.*\d\s*,,+\s*\d{1,7}",
    re.IGNORECASE,
)
EXPONENT = re.compile(r"\+?\d+(?:[.,]\d+)?\s?(?:e\s?\+?\s?\d+|[x×*]\s?10\s?\^\s?\d+)", re.IGNORECASE)
DECIMALS = re.compile(r"\+?\d{6,}[.,]\d{1,2}")
BREAK = re.compile(r"[/,;|\n\r&\\:\u3001]|\b(?:or|and|und|oder|et|ou|y|o)\b", re.IGNORECASE)

EXTENSION_REFUSAL = Refusal(
    "phone_extension",
    "holds a phone number with an extension, which LeadSquared cannot store",
    "Keep the number alone, and put the extension into a column of its own.",
)
SEVERAL_REFUSAL = Refusal(
    "several_phones",
    "holds more than one phone number",
    "Keep one, and put the others into columns of their own.",
)
SPOILED_REFUSAL = Refusal(
    "spoiled_phone",
    "holds a phone number that a spreadsheet program has turned into a calculated number; digits may be lost",
    "Type the number again from its source, in a column formatted as text.",
)
BAD_REFUSAL = Refusal("bad_phone", "holds something that is no phone number", "Correct the number, or empty the cell.")
LETTERS_REFUSAL = Refusal(
    "bad_phone",
    "holds letters beside the digits of a phone number",
    "Keep the digits alone, and put the words into a column of their own.",
)
MARKS_REFUSAL = Refusal(
    "bad_phone", "holds marks that stand in no phone number", "Keep digits, blanks, hyphens and a + in front."
)
PLUS_REFUSAL = Refusal(
    "bad_phone", "holds a + that does not stand once and in front of the number", "Keep one +, in front."
)
LINE_BREAK_REFUSAL = Refusal(
    "bad_phone", "holds a phone number with a line break inside", "Take it out; if it is two numbers, keep one."
)
TOO_SHORT_REFUSAL = Refusal("bad_phone", "holds a phone number with too few digits", BAD_REFUSAL.tip)


def tidy_phone(text: str) -> str:
    """The number without what programs put around it: `tel:`, `p:`, a text mark in front, a list's mark behind.

    Digits of other scripts and full-width forms become ASCII; no digit is added or lost.
    """
    if not text.isascii():
        text = text.translate(FULL_WIDTH)
        text = "".join(str(unicodedata.decimal(mark)) if mark.isdecimal() else mark for mark in text)
    return strip_phone(text)


def strip_phone(text: str) -> str:
    """The number without label, text mark and list mark; its digits stay as they are written."""
    text = text.strip().lstrip(TEXT_MARKS).lstrip()
    found = LABEL.match(text)
    if found is not None:
        text = text[found.end() :]
    return text.rstrip(LIST_MARKS).rstrip()


def find_writing_fault(writing: str) -> Refusal | None:
    """Why a tidied text is not written as one phone number, None where it is."""
    if len(writing) > LONGEST_WRITING:
        return BAD_REFUSAL
    if EXPONENT.fullmatch(writing) or DECIMALS.fullmatch(writing):
        return SPOILED_REFUSAL
    if WRITING.fullmatch(writing) is not None:
        return SEVERAL_REFUSAL if _looks_double(writing) else None
    if EXTENSION.search(writing):
        return EXTENSION_REFUSAL
    if _looks_double(writing) or _counted(BREAK.split(writing)) > 1:
        return SEVERAL_REFUSAL
    return _odd_marks(writing)


def is_plain_writing(text: str) -> bool:
    """Whether a text is digits and hyphens, perhaps behind a plus, as most are: then it is tidy and without fault."""
    return PLAIN.fullmatch(text) is not None


def digits_of(writing: str) -> str:
    """The digits of a tidied text, side by side."""
    return NOT_DIGITS.sub("", writing)


def _odd_marks(writing: str) -> Refusal:
    if not digits_of(writing):
        return BAD_REFUSAL
    if any(mark.isalpha() for mark in writing):
        return LETTERS_REFUSAL
    if "\n" in writing or "\r" in writing:
        return LINE_BREAK_REFUSAL
    return PLUS_REFUSAL if "+" in writing else MARKS_REFUSAL


def _looks_double(writing: str) -> bool:
    """Whether two blocks are long enough to be a number each, or one is, and a slash, comma or `or` and digits follow.

    Before a slash an area code may stand (030/1234567), but no whole number: 030 1234567/8 is two.
    """
    if _counted(writing.split()) > 1 or ("+" in writing[1:] and _counted(writing.split("+")) > 1):
        return True
    begin = 0
    for mark in BREAK.finditer(writing):
        is_number = _own_digits(writing[: mark.start()]) >= FEWEST_DIGITS
        is_whole = len(digits_of(writing[begin : mark.start()])) >= LONGEST_GROUP  # unlike those of 06/12/34/56/78
        if is_number and is_whole and _begins_with_digit(writing[mark.end() :]):
            return True
        begin = mark.end()
    return False


def _begins_with_digit(text: str) -> bool:
    rest = text.lstrip(" \t\u00a0(+/-")
    return rest[:1].isdigit()


def _counted(parts: list[str]) -> int:
    return sum(_own_digits(part) >= FEWEST_DIGITS for part in parts)


def _own_digits(part: str) -> int:
    """How many digits a block has behind what may be a country code."""
    digits = digits_of(part)
    if part.lstrip(" ([").startswith("+"):
        return len(digits) - LONGEST_CODE
    return len(digits) - 2 - LONGEST_CODE if digits.startswith("00") else len(digits)
