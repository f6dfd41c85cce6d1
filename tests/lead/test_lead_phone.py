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
        "٩٨٤٥٠١٠٠١٢",
        "＋９１－９８４５０－１００１２",
        "919845010012",
        "0919845010012",
        "91 (0) 98450 10012",
        "+91(0)9845010012",
        "(0091) 98450 10012",
        "p:+919845010012",
        "p:9845010012",
        "whatsapp:+919845010012",
        "'9845010012",
        "9845010012,",
        "9845010012 /",
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
        (None, "0049162 2897306", "+49-1622897306"),
        (None, "p:+919845010012", "+91-9845010012"),
        ("FR", "06/12/34/56/78", "+33-612345678"),
        ("IN", "080/4567/8901", "+91-8045678901"),
        ("DE", "0049162 2897306", "+49-1622897306"),
        ("US", "0091 98450 10012", "+91-9845010012"),
        ("US", "011 91 98450 10012", "+91-9845010012"),
        ("IN", "9198450100", "+91-9198450100"),
        ("BR", "55 99123 4567", "+55-55991234567"),
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
        ("9845010012/13", "several_phones"),
        ("9845010012, 13", "several_phones"),
        ("+91 22 24567890/91", "several_phones"),
        ("9845010012-9845010013", "several_phones"),
        ("98450 10012 98450 10013", "several_phones"),
        ("98450100129845010013", "several_phones"),
        ("+91 98450 10012 (98450 10013)", "several_phones"),
        ("98450-10012\\98450-10013", "several_phones"),
        ("9845010012,,12", "phone_extension"),
        ("98450 10012 or 98450 10013", "several_phones"),
        ("+91 98450 10012 +91 98450 10013", "several_phones"),
        ("9.19845E+11", "spoiled_phone"),
        ("9,19845E+11", "spoiled_phone"),
        ("9845010012.0", "spoiled_phone"),
        ("9.84501E09", "spoiled_phone"),
        ("9,84501 E+9", "spoiled_phone"),
        ("4915112345678", "phone_without_plus"),
        ("+0919845010012", "bad_phone"),
        ("++919845010012", "bad_phone"),
        ("9845010012+", "bad_phone"),
        ("+91", "bad_phone"),
        ("984501OO12", "bad_phone"),
        ("98450*10012", "bad_phone"),
        ("9845010012²", "bad_phone"),
        ("1-800-FLOWERS", "bad_phone"),
        ("Mobile: 9845010012", "bad_phone"),
        ("n/a", "bad_phone"),
        ("+", "bad_phone"),
        ("-", "bad_phone"),
        ("12345", "bad_phone"),
        ("0000000000", "bad_phone"),
        ("98450 1001", "bad_phone"),
        ("+999 12345678", "bad_phone"),
        ("(" * 30_000 + "x", "bad_phone"),
    ],
)
def test_what_is_no_single_number_is_refused_with_its_own_reason(writing: str, error: str) -> None:
    assert error_of(INDIAN(writing, None)) == error


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("4915123020522", "+49-15123020522"),
        ("49 162 2897306", "+49-1622897306"),
        ("496128966000", "+49-6128966000"),
        ("49 30 123456", "+49-30123456"),
        ("49 (0)162 2897306", "+49-1622897306"),
        ("0491622897306", "+49-1622897306"),
        ("04951 123456", "+49-4951123456"),
        ("0491 1234567", "+49-4911234567"),
    ],
)
def test_a_country_code_without_its_plus_is_never_taken_for_a_part_of_the_number(written: str, sent: str) -> None:
    assert make_phone_converter("DE")(written, None) == sent


@pytest.mark.parametrize(
    ("region", "written", "error"),
    [
        ("DE", "49511234", "phone_without_plus"),
        ("DE", "919845010012", "phone_without_plus"),
        ("HK", "0091 98450 10012", "phone_without_plus"),
        ("DE", "+49 4915123020522", "bad_phone"),
        ("DE", "0049 49 162 2897306", "bad_phone"),
        ("DE", "030 1234567/8", "several_phones"),
        ("DE", "+49 30 123456-78/79", "several_phones"),
        ("DE", "0821-241234/5", "several_phones"),
    ],
)
def test_what_can_be_read_in_two_ways_or_is_two_numbers_is_refused(region: str, written: str, error: str) -> None:
    assert error_of(make_phone_converter(region)(written, None)) == error


@pytest.mark.parametrize(
    ("region", "written", "words"),
    [
        ("IN", "98450 1001", "of 9 digits (country code and leading 0 left out), where one of IN has 10"),
        ("IN", "+91 98450 100122", "of 11 digits (country code and leading 0 left out), where one of IN has 10"),
        ("US", "+49 30 1", "of 3 digits (country code and leading 0 left out), where one of DE has 5 to 15"),
        ("IN", "58450 10012", "first digits that no number of IN has"),
        ("IN", "9845010012 (office)", "letters beside the digits"),
        ("IN", "9845010012+", "a + that does not stand once and in front"),
        ("IN", "+0919845010012", "a 0 between its + and its country code"),
        ("DE", "+49 4915123020522", "its country code twice"),
    ],
)
def test_a_refusal_says_what_is_wrong_with_the_number(region: str, written: str, words: str) -> None:
    refusal = make_phone_converter(region)(written, None)
    assert isinstance(refusal, Refusal)
    assert words in refusal.reason


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
        code, _, national = sent.removeprefix("+").partition("-")
        assert not (digits.startswith(code) and sent.endswith(f"-{digits}") and len(national) > 11)
        assert digits.endswith(sent.partition("-")[2][-6:])


def test_a_region_is_two_letters_of_a_country() -> None:
    assert is_region("IN")
    assert not is_region("UK")
    assert not is_region("in")
