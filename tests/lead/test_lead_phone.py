import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.lead.refusal import Refusal
from importer.lead.values.phone import is_region, make_phone_converter

INDIAN = make_phone_converter("IN")
ANYWHERE = make_phone_converter(None)
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


def error_of(result: str | Refusal) -> str:
    assert isinstance(result, Refusal), result
    return result.error


@pytest.mark.parametrize(
    "writing",
    [
        "9845010012",
        "09845010012",
        "98450 10012",
        "98450-10012",
        "098450.10012",
        "+91-98450 10012",
        "+919845010012",
        "(+91) 98450 10012",
        "+91 (0) 98450 10012",
        "00919845010012",
        "91 98450 10012",
        "91-9845010012",
        "tel:+91-98450-10012",
        "+91\u201198450\u201110012",
        "+91\u00a098450\u00a010012",
        "९८४५०१००१२",
    ],
)
def test_any_usual_writing_is_the_form_that_leadsquared_stores(writing: str) -> None:
    assert INDIAN(writing, None) == "+91-9845010012"


@pytest.mark.parametrize(
    ("region", "writing", "sent"),
    [
        ("DE", "030/231 250 14", "+49-3023125014"),
        ("US", "(617) 555-0143", "+1-6175550143"),
        ("US", "1 617 555 0143", "+1-6175550143"),
        ("US", "16175550143", "+1-6175550143"),
        ("IN", "+44 (0)20 7946 0958", "+44-2079460958"),
        ("IN", "+39 06 555 0144", "+39-065550144"),
        (None, "0044 20 7946 0958", "+44-2079460958"),
    ],
)
def test_every_country_writes_in_its_own_way(region: str | None, writing: str, sent: str) -> None:
    assert make_phone_converter(region)(writing, None) == sent


@pytest.mark.parametrize(
    ("writing", "error"),
    [
        ("98450 10012 ext 5", "phone_extension"),
        ("98450 10012 x5", "phone_extension"),
        ("+91-9845010012;ext=5", "phone_extension"),
        ("98450 10012 / 98450 10013", "several_phones"),
        ("9845010012/9845010013", "several_phones"),
        ("9845010012, 9845010013", "several_phones"),
        ("9845010012 9845010013", "several_phones"),
        ("98450 10012\n98450 10013", "several_phones"),
        ("98450 10012 or 98450 10013", "several_phones"),
        ("+91 98450 10012 +91 98450 10013", "several_phones"),
        ("9.19845E+11", "spoiled_phone"),
        ("9,19845E+11", "spoiled_phone"),
        ("9845010012.0", "spoiled_phone"),
        ("919845010012", "phone_without_plus"),
        ("4915112345678", "phone_without_plus"),
        ("1-800-FLOWERS", "bad_phone"),
        ("Mobile: 9845010012", "bad_phone"),
        ("n/a", "bad_phone"),
        ("+", "bad_phone"),
        ("-", "bad_phone"),
        ("12345", "bad_phone"),
        ("0000000000", "bad_phone"),
        ("98450 1001", "bad_phone"),
        ("98450 10012 98450 10013", "bad_phone"),
        ("+999 12345678", "bad_phone"),
        ("(" * 30_000 + "x", "bad_phone"),
    ],
)
def test_what_is_no_single_number_is_refused_with_its_own_reason(writing: str, error: str) -> None:
    assert error_of(INDIAN(writing, None)) == error


def test_without_a_region_a_number_needs_its_country_code() -> None:
    assert ANYWHERE("+91-98450 10012", None) == "+91-9845010012"
    assert error_of(ANYWHERE("9845010012", None)) == "phone_without_country"
    assert error_of(ANYWHERE("919845010012", None)) == "phone_without_country"


@pytest.mark.parametrize("region", REGIONS)
def test_the_example_of_every_country_survives_all_its_ways_of_writing(region: str) -> None:
    convert = make_phone_converter(region)
    for kind in (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE):
        number = phonenumbers.example_number_for_type(region, kind)
        if number is None:
            continue
        sent = f"+{number.country_code}-{phonenumbers.national_significant_number(number)}"
        for style in range(4):
            assert convert(phonenumbers.format_number(number, style), None) == sent
        assert convert(sent, None) == sent
        assert ANYWHERE(sent, None) == sent


@given(st.text(st.sampled_from("0123456789+-() ./xXeE,;\n٣९"), max_size=24), st.sampled_from([None, "IN", "US", "DE"]))
def test_whatever_is_sent_is_a_valid_number_that_stays_as_it_is(writing: str, region: str | None) -> None:
    sent = make_phone_converter(region)(writing, None)
    if isinstance(sent, str):
        assert phonenumbers.is_valid_number(phonenumbers.parse(sent, None))
        assert ANYWHERE(sent, None) == sent
        digits = "".join(str(int(mark)) for mark in writing if mark.isdigit())
        assert digits.endswith(sent.partition("-")[2][-6:])


def test_a_region_is_two_letters_of_a_country() -> None:
    assert is_region("IN")
    assert not is_region("UK")
    assert not is_region("in")
