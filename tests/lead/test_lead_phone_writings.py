"""Every country's example numbers, written as people write them: each is read as that number, or refused."""

from collections.abc import Iterator

import phonenumbers
import pytest
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat

from importer.lead.refusal import Refusal
from importer.lead.values.phone import make_phone_converter

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
KINDS = range(11)  # every kind of number that the library has examples of
CERTAIN = frozenset(
    (
        *("+CC digits", "+CC blanks", "+CC-national", "+CC.dots", "tel:", "p:", "full width"),
        *("00", "00 blanks", "own prefix", "text mark"),
    )
)
"""The ways that leave nothing open: each of these must be read."""
DOUBLED = frozenset({"+CC CC", "00 CC CC"})


def examples(region: str) -> Iterator[PhoneNumber]:
    seen: set[str] = set()
    for kind in KINDS:
        number = phonenumbers.example_number_for_type(region, kind)
        if number is not None and phonenumbers.is_valid_number(number) and str(number) not in seen:
            seen.add(str(number))
            yield number


def writings(number: PhoneNumber, region: str) -> Iterator[tuple[str, str]]:
    """The number in each usual way of writing, and each way's name."""
    code, digits = str(number.country_code), phonenumbers.national_significant_number(number)
    plain = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    shown = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    at_home = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    metadata = PhoneMetadata.metadata_for_region(region)
    assert metadata is not None
    yield "+CC digits", plain
    yield "+CC blanks", shown
    yield "+CC-national", f"+{code}-{digits}"
    yield "+CC.dots", shown.replace(" ", ".").replace("-", ".")
    yield "tel:", phonenumbers.format_number(number, PhoneNumberFormat.RFC3966)
    yield "p:", f"p:{plain}"
    yield "full width", plain.translate({ord(mark): ord(mark) + 0xFEE0 for mark in "+0123456789"})
    yield "00", f"00{plain[1:]}"
    yield "00 blanks", f"00 {shown[1:]}"
    if (metadata.international_prefix or "").isdigit():
        yield "own prefix", f"{metadata.international_prefix}{code}{digits}"
    yield "text mark", f"'{plain}"
    yield "national", at_home
    yield "national digits", "".join(mark for mark in at_home if mark.isdigit())
    yield "other digits", at_home.translate({ord(str(digit)): 0x660 + digit for digit in range(10)})
    yield "without trunk", digits
    yield "CC digits", f"{code}{digits}"
    yield "CC blanks", shown[1:]
    yield "CC-digits", f"{code}-{digits}"
    yield "0 CC digits", f"0{code}{digits}"
    if metadata.national_prefix == "0":
        yield "+CC (0)", f"+{code} (0) {digits}"
    yield "+0 CC", f"+0{code}{digits}"
    yield "+CC CC", f"+{code}{code}{digits}"
    yield "00 CC CC", f"00{code}{code}{digits}"


def is_properly_another(sent: str, writing: str, region: str) -> bool:
    """Whether the text is, to the library as well, the usual writing of the number that is sent.

    Sweden's 046-812 34 56 has the digits of 0, 46 and Stockholm's 8-12 34 56; nobody could tell them apart.
    """
    number = phonenumbers.parse(sent, None)
    return (phonenumbers.parse(writing, region)) == number and phonenumbers.is_valid_number(number)


@pytest.mark.parametrize("region", REGIONS)
def test_no_way_of_writing_makes_another_number_of_an_example(region: str) -> None:
    convert = make_phone_converter(region)
    for number in examples(region):
        right = f"+{number.country_code}-{phonenumbers.national_significant_number(number)}"
        for way, writing in writings(number, region):
            sent = convert(writing, None)
            if isinstance(sent, Refusal):
                assert way not in CERTAIN, (way, writing, sent.reason)
            elif way in DOUBLED or way == "0 CC digits":
                assert sent == right or is_properly_another(sent, writing, region), (way, writing, sent)
            else:
                assert sent == right, (way, writing)
                assert way != "+0 CC"


def test_nearly_every_usual_way_of_writing_is_read() -> None:
    read, total = 0, 0
    for region in REGIONS:
        convert = make_phone_converter(region)
        for number in examples(region):
            for way, writing in writings(number, region):
                if way not in DOUBLED and way != "+0 CC":
                    total += 1
                    read += isinstance(convert(writing, None), str)
    assert total > 20_000
    assert read / total > 0.998
