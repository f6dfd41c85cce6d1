"""A phone number in any usual way of writing → `+CC-national`, the form in which LeadSquared stores it.

Sent otherwise it may end up as another number: on one account `+919999730196` was stored as `+91-919999730196`.
Digits without a plus can often be read in two ways: as a national number, or as one with its country code. Every
reading that makes a valid number is looked at; where two do, and nothing tells them apart, the cell is refused.
"""

from dataclasses import dataclass
from functools import cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumber, PhoneNumberType

from importer.errors import Remedy
from importer.lead.refusal import Converter, Refusal
from importer.lead.values.phonetext import (
    BAD_REFUSAL,
    FEWEST_DIGITS,
    SEVERAL_REFUSAL,
    TOO_SHORT_REFUSAL,
    digits_of,
    find_writing_fault,
    is_plain_writing,
    tidy_phone,
)

__all__ = ["is_region", "make_phone_converter", "region_of"]

INTERNATIONAL = "00"
TRUNK = "0"
UNKNOWN_LENGTH = -1  # what the library writes for a kind of number that a country has not

LOST_PLUS_REFUSAL = Refusal(
    "phone_without_plus",
    "holds a phone number that seems to have lost the + in front of its country code",
    "Put the + back (in a column formatted as text, or the spreadsheet program takes it away again).",
)
TWO_READINGS_REFUSAL = Refusal(
    "phone_without_plus",
    "holds a phone number that can be read in two ways: its first digits may be the country code without a +, or not",
    "Write it with + and the country code (in a column formatted as text, or the + is taken away again).",
)
DOUBLED_REFUSAL = Refusal(
    "bad_phone",
    "holds a phone number that seems to have its country code twice",
    "Take one of the two away, and keep the + in front of the other.",
)
NO_CODE_REFUSAL = Refusal(
    "phone_without_country",
    "holds a phone number without a country code",
    "Write it with + and the country code, or name the column's country in config.yaml: region: IN",
    Remedy("region", "IN"),
)
TOO_LONG_TIP = "Correct it; if it is two numbers, keep one."
TOO_LONG_REFUSAL = Refusal("bad_phone", "holds more digits than a phone number of its country has", TOO_LONG_TIP)
NO_COUNTRY_REFUSAL = Refusal(
    "bad_phone", "holds a phone number whose country code belongs to no country", BAD_REFUSAL.tip
)
ZERO_REFUSAL = Refusal(
    "bad_phone",
    "holds a phone number with a 0 between its + and its country code",
    "Take the 0 away where the country code follows it, or the + where the number follows.",
)
NO_SUCH_TIP = "Correct it. If you are sure of it, leave out the column's type: phone, and it is sent as it is written."
PARSE_REFUSALS = {
    NumberParseException.INVALID_COUNTRY_CODE: NO_COUNTRY_REFUSAL,
    NumberParseException.TOO_SHORT_AFTER_IDD: TOO_SHORT_REFUSAL,
    NumberParseException.TOO_SHORT_NSN: TOO_SHORT_REFUSAL,
    NumberParseException.TOO_LONG: TOO_LONG_REFUSAL,
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
    home = None if region is None else _home(region)

    def convert(text: str, _kind: str | None) -> str | Refusal:
        writing = text
        if not is_plain_writing(text):
            writing = tidy_phone(text)
            fault = find_writing_fault(writing)
            if fault is not None:
                return fault
        if "+" in writing:
            number = _read_with_plus(writing)
        elif home is not None:
            number = _read_at_home(writing, home)
        else:
            number = _read_anywhere(writing)
        return number if isinstance(number, Refusal) else f"+{number.country_code}-{_national(number)}"

    return convert


@dataclass(frozen=True, slots=True)
class _Home:
    """A country: its two letters, its country code, and how many digits its usual numbers have at most."""

    region: str
    code: str
    usual: int


@cache
def _home(region: str) -> _Home:
    code = phonenumbers.country_code_for_region(region)
    kinds = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE)
    examples = [phonenumbers.example_number_for_type(region, kind) for kind in kinds]
    return _Home(region, str(code), max((len(_national(one)) for one in examples if one is not None), default=0))


def _read_with_plus(writing: str) -> PhoneNumber | Refusal:
    digits = digits_of(writing)
    if digits.startswith(TRUNK):
        return ZERO_REFUSAL
    number = _parse(writing, None)
    if isinstance(number, Refusal):
        return SEVERAL_REFUSAL if _holds_two(writing, None) else number
    if _has_code_twice(number):
        return DOUBLED_REFUSAL
    return number if phonenumbers.is_valid_number(number) else _refuse_number(number, writing, None)


def _read_anywhere(writing: str) -> PhoneNumber | Refusal:
    """The number where no country is named: only 00 before the country code serves for a plus."""
    digits = digits_of(writing)
    if digits.startswith(INTERNATIONAL):
        return _read_with_plus(f"+{digits[len(INTERNATIONAL) :]}")
    return NO_CODE_REFUSAL if len(digits) >= FEWEST_DIGITS else TOO_SHORT_REFUSAL


def _read_at_home(writing: str, home: _Home) -> PhoneNumber | Refusal:
    """The number where those without a country code are a country's own."""
    digits = digits_of(writing)
    own = _parse(writing, home.region)
    national = own if isinstance(own, PhoneNumber) and phonenumbers.is_valid_number(own) else None
    is_abroad = digits.startswith(INTERNATIONAL)
    found = _read_abroad(digits, national) if is_abroad else _read_coded(writing, digits, national, home)
    if found is not None:
        return found
    if national is not None:
        return DOUBLED_REFUSAL if _has_code_twice(national) else national
    if _valid(f"+{digits}") is not None:
        return LOST_PLUS_REFUSAL
    if isinstance(own, Refusal):
        return SEVERAL_REFUSAL if _holds_two(writing, home.region) else own
    return _refuse_number(own, writing, home)


def _read_abroad(digits: str, national: PhoneNumber | None) -> PhoneNumber | Refusal | None:
    """The number behind 00, whatever the country dials before a country code; None where there is none."""
    abroad = _read_with_plus(f"+{digits[len(INTERNATIONAL) :]}")
    if isinstance(abroad, PhoneNumber):
        return abroad if national is None or _is_same(national, abroad) else TWO_READINGS_REFUSAL
    return abroad if abroad is DOUBLED_REFUSAL else None


def _read_coded(writing: str, digits: str, national: PhoneNumber | None, home: _Home) -> PhoneNumber | Refusal | None:
    """The number behind the country's own code without a plus; None where the digits are to be read as they are."""
    coded = _with_code(digits, home)
    if coded is None:
        return LOST_PLUS_REFUSAL if national is not None and _is_unusual(national, digits, home) else None
    if national is None or _is_same(national, coded) or _shows_code(writing, digits, national, home):
        return coded
    is_own = digits.startswith(TRUNK) and str(national.country_code) == home.code
    return None if is_own else TWO_READINGS_REFUSAL


def _with_code(digits: str, home: _Home) -> PhoneNumber | None:
    """The number where the digits begin with the country's own code, or with 0 and the code; else None."""
    for before in ("", TRUNK):
        if digits.startswith(before + home.code):
            return _valid(f"+{digits[len(before) :]}")
    return None


def _shows_code(writing: str, digits: str, national: PhoneNumber, home: _Home) -> bool:
    """Whether the first digits are surely the country code: something stands behind it, or the rest is long enough."""
    if len(_national(national)) > home.usual:
        return True
    at = writing.find(home.code) + len(home.code)
    return digits.startswith(home.code) and not writing[at : at + 1].isdigit()


def _is_unusual(national: PhoneNumber, digits: str, home: _Home) -> bool:
    """Whether digits, longer than the country's usual numbers, begin with some country code, its own or another's."""
    if len(digits) <= home.usual or digits != _national(national):
        return False
    return digits.startswith(home.code) or _valid(f"+{digits}") is not None


def _has_code_twice(number: PhoneNumber) -> bool:
    """Whether a number that is longer than usual begins with its country's code, and would be one without it."""
    code, national = str(number.country_code), _national(number)
    if not national.startswith(code):
        return False
    region = _region_of(number)
    is_long = not is_region(region) or len(national) > _home(region).usual
    return is_long and _valid(f"+{code}{national[len(code) :]}") is not None


def _parse(writing: str, region: str | None) -> PhoneNumber | Refusal:
    try:
        return phonenumbers.parse(writing, region)
    except NumberParseException as error:
        return PARSE_REFUSALS.get(error.error_type, TOO_SHORT_REFUSAL)


def _valid(writing: str, region: str | None = None) -> PhoneNumber | None:
    """The number that a text with a plus means, or one without it in a region; None where there is no such number."""
    number = _parse(writing, region)
    return number if isinstance(number, PhoneNumber) and phonenumbers.is_valid_number(number) else None


def _is_same(one: PhoneNumber, other: PhoneNumber) -> bool:
    return one.country_code == other.country_code and _national(one) == _national(other)


def _region_of(number: PhoneNumber) -> str:
    """The main country of a number's code; no two letters where it belongs to none."""
    return phonenumbers.region_code_for_country_code(number.country_code or 0)


def _national(number: PhoneNumber) -> str:
    return phonenumbers.national_significant_number(number)


def _refuse_number(number: PhoneNumber, writing: str, home: _Home | None) -> Refusal:
    """Why a number that could be read is none of its country."""
    if _holds_two(writing, None if home is None else home.region):
        return SEVERAL_REFUSAL
    region = _region_of(number)
    where = home.region if home is not None and home.code == str(number.country_code) else region
    name = where if is_region(where) else f"the country code +{number.country_code}"
    count, lengths = len(_national(number)), _lengths(where)
    if lengths and count not in lengths:
        digits = "1 digit" if count == 1 else f"{count} digits"
        return Refusal(
            "bad_phone",
            f"holds a phone number of {digits} (country code and leading 0 left out), where one of {name} has "
            f"{_listed(lengths)}",
            BAD_REFUSAL.tip if count < lengths[0] else TOO_LONG_TIP,
        )
    return Refusal("bad_phone", f"holds a phone number with first digits that no number of {name} has", NO_SUCH_TIP)


@cache
def _lengths(region: str) -> tuple[int, ...]:
    """How many digits a country's lines and mobiles have, without country code and trunk prefix."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None:
        return ()
    kinds = (metadata.fixed_line, metadata.mobile)
    found = {length for kind in kinds if kind is not None for length in kind.possible_length}
    return tuple(sorted(found - {UNKNOWN_LENGTH}))


def _listed(lengths: tuple[int, ...]) -> str:
    if len(lengths) == 1:
        return str(lengths[0])
    is_range = lengths[-1] - lengths[0] == len(lengths) - 1 and len(lengths) > 2  # noqa: PLR2004 - 8 to 10, but 8 or 9
    if is_range:
        return f"{lengths[0]} to {lengths[-1]}"
    return f"{', '.join(map(str, lengths[:-1]))} or {lengths[-1]}"


def _holds_two(writing: str, region: str | None) -> bool:
    """Whether a text breaks in two where each half is a valid number, the second perhaps without the first's code."""
    breaks = [at for at in range(FEWEST_DIGITS, len(writing)) if not writing[at].isdigit()] or [len(writing) // 2]
    for at in breaks:
        first = _find_number(writing[:at], region)
        if first is not None and _find_number(writing[at:], region or _region_of(first)) is not None:
            return True
    return False


def _find_number(writing: str, region: str | None) -> PhoneNumber | None:
    return _valid(writing, region) if len(digits_of(writing)) >= FEWEST_DIGITS else None
