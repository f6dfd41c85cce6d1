"""A phone number in any usual way of writing → `+CC-national`, the form in which LeadSquared stores it.

Sent otherwise it may end up as another number: on one account `+919999730196` was stored as `+91-919999730196`.
"""

import re

import phonenumbers
from phonenumbers import CountryCodeSource, NumberParseException, PhoneNumber, ValidationResult

from importer.lead.refusal import Converter, Refusal

__all__ = ["is_region", "make_phone_converter", "region_of"]

FEWEST_DIGITS = 7  # as many digits side by side make a number of their own
LONGEST_WRITING = 100
NORTH_AMERICA = 1  # whose country code is its trunk prefix too: 1 617 … has lost no plus

BLANK = r"[^\S\n\r\v\f]"
SCHEME = re.compile(r"(?:tel|p):\s*", re.IGNORECASE)  # p: stands before the numbers of a Meta lead ads download
WRITING = re.compile(rf"(?:{BLANK}|[(\[])*[+＋]?(?:\d|{BLANK}|[()\[\].\-/\u2010-\u2015\u2212])+")
BARE = re.compile(r"\d+")
NOT_DIGITS = re.compile(r"\D+")
EXTENSION = re.compile(r"\d\W*(?:ext(?:n|ension)?|x|#)[\W_]*\d{1,7}\W*", re.IGNORECASE)
EXPONENT = re.compile(r"\d+(?:[.,]\d+)?e\+?\d+", re.IGNORECASE)
DECIMALS = re.compile(r"\+?\d{6,}[.,]\d{1,2}")
HARD_BREAK = re.compile(r"[,;|\n\r&]|\b(?:or|and)\b", re.IGNORECASE)
PLUS = re.compile("[+＋]")

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
LOST_PLUS_REFUSAL = Refusal(
    "phone_without_plus",
    "holds a phone number that seems to have lost the + in front of its country code",
    "Put the + back (in a column formatted as text, or the spreadsheet program takes it away again).",
)
NO_CODE_REFUSAL = Refusal(
    "phone_without_country",
    "holds a phone number without a country code",
    "Write it with + and the country code, or name the column's country in config.yaml: region: IN",
)
BAD_REFUSAL = Refusal("bad_phone", "holds something that is no phone number", "Correct the number, or empty the cell.")
TOO_SHORT_REFUSAL = Refusal("bad_phone", "holds a phone number with too few digits", BAD_REFUSAL.tip)
TOO_LONG_REFUSAL = Refusal(
    "bad_phone",
    "holds more digits than a phone number of its country has",
    "Correct it; if it is two numbers, keep one.",
)
NO_COUNTRY_REFUSAL = Refusal(
    "bad_phone", "holds a phone number whose country code belongs to no country", BAD_REFUSAL.tip
)
NO_SUCH_REFUSAL = Refusal(
    "bad_phone",
    "holds a phone number that cannot exist in its country",
    "Correct it. If you are sure of it, leave out the column's type: phone, and it is sent as it is written.",
)
PARSE_REFUSALS = {
    NumberParseException.INVALID_COUNTRY_CODE: NO_COUNTRY_REFUSAL,
    NumberParseException.TOO_SHORT_AFTER_IDD: TOO_SHORT_REFUSAL,
    NumberParseException.TOO_SHORT_NSN: TOO_SHORT_REFUSAL,
    NumberParseException.TOO_LONG: TOO_LONG_REFUSAL,
}
VALIDITY_REFUSALS = {
    ValidationResult.TOO_SHORT: TOO_SHORT_REFUSAL,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: TOO_SHORT_REFUSAL,
    ValidationResult.TOO_LONG: TOO_LONG_REFUSAL,
}


def region_of(country_code: str) -> str:
    """The country (two letters) of a country code such as `91`; empty where it is none, or several countries'."""
    if not country_code.isdecimal():
        return ""
    regions = phonenumbers.region_codes_for_country_code(int(country_code))
    return regions[0] if len(regions) == 1 and regions[0].isalpha() else ""


def is_region(region: str) -> bool:
    """Whether `region` is a country's two letters (ISO 3166), such as IN."""
    return region in phonenumbers.SUPPORTED_REGIONS


def make_phone_converter(region: str | None) -> Converter:
    """A converter for phones; those without a country code are the `region`'s, or refused where there is none."""

    def convert(text: str, _kind: str | None) -> str | Refusal:
        scheme = SCHEME.match(text)
        writing = text[scheme.end() :] if scheme else text
        if len(writing) > LONGEST_WRITING or WRITING.fullmatch(writing) is None or DECIMALS.fullmatch(writing):
            return _refuse_writing(writing)
        if _looks_double(writing):
            return SEVERAL_REFUSAL
        has_code = PLUS.search(writing) is not None
        if not has_code and region is None:
            digits = NOT_DIGITS.sub("", writing)
            if not digits.startswith("00"):
                return NO_CODE_REFUSAL if len(digits) >= FEWEST_DIGITS else TOO_SHORT_REFUSAL
            writing, has_code = f"+{digits[2:]}", True
        try:
            number = phonenumbers.parse(writing, None if has_code else region, keep_raw_input=True)
        except NumberParseException as error:
            return PARSE_REFUSALS.get(error.error_type, BAD_REFUSAL)
        if not phonenumbers.is_valid_number(number):
            return LOST_PLUS_REFUSAL if not has_code and _is_valid_with_plus(writing) else _refuse_number(number)
        if _has_lost_plus(number, writing):
            return LOST_PLUS_REFUSAL
        return f"+{number.country_code}-{phonenumbers.national_significant_number(number)}"

    return convert


def _refuse_writing(writing: str) -> Refusal:
    """Why a text that is not written as one number is none."""
    if EXPONENT.fullmatch(writing) or DECIMALS.fullmatch(writing):
        return SPOILED_REFUSAL
    if _count_numbers(HARD_BREAK.split(writing)) > 1 or _looks_double(writing) or len(PLUS.findall(writing)) > 1:
        return SEVERAL_REFUSAL
    return EXTENSION_REFUSAL if EXTENSION.search(writing) else BAD_REFUSAL


def _refuse_number(number: PhoneNumber) -> Refusal:
    return VALIDITY_REFUSALS.get(phonenumbers.is_possible_number_with_reason(number), NO_SUCH_REFUSAL)


def _looks_double(writing: str) -> bool:
    """Whether two blocks of digits, apart by blanks or a slash, are long enough to be a number each."""
    return _count_numbers(writing.split()) > 1 or ("/" in writing and _count_numbers(writing.split("/")) > 1)


def _count_numbers(parts: list[str]) -> int:
    return sum(len(NOT_DIGITS.sub("", part)) >= FEWEST_DIGITS for part in parts)


def _has_lost_plus(number: PhoneNumber, writing: str) -> bool:
    """Whether bare digits hold the country code: a person who leaves out the plus puts a blank or hyphen behind it."""
    source = number.country_code_source
    is_bare = source == CountryCodeSource.FROM_NUMBER_WITHOUT_PLUS_SIGN and BARE.fullmatch(writing) is not None
    return is_bare and number.country_code != NORTH_AMERICA


def _is_valid_with_plus(writing: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(f"+{NOT_DIGITS.sub('', writing)}", None))
    except NumberParseException:
        return False
