import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.lead.refusal import Converter, Refusal
from importer.lead.values.boolean import read_boolean
from importer.lead.values.choice import make_choice_converter, make_option_check
from importer.lead.values.clock import read_clock
from importer.lead.values.fullname import read_first, read_last
from importer.lead.values.number import make_number_converter, read_plain_number

ENGLISH = make_number_converter(thousands=",", decimal=".")
GERMAN = make_number_converter(thousands=".", decimal=",")
FRENCH = make_number_converter(thousands=" ", decimal=",")
BARE = make_number_converter(thousands="", decimal=".")
OPTIONS = ("Interested", "Not interested", "Contacted", "straße", "Maybe", "maybe")


def refusal_of(result: str | Refusal) -> Refusal:
    assert isinstance(result, Refusal), result
    return result


@pytest.mark.parametrize(
    ("convert", "written", "sent"),
    [
        (ENGLISH, "1,234,567.50", "1234567.50"),
        (ENGLISH, "12,34,567", "1234567"),
        (ENGLISH, "1234.5", "1234.5"),
        (ENGLISH, "-1,234", "-1234"),
        (ENGLISH, "\u22125", "-5"),
        (ENGLISH, "+5", "5"),
        (ENGLISH, ".5", "0.5"),
        (ENGLISH, "5.", "5"),
        (ENGLISH, "007", "007"),
        (GERMAN, "1.234.567,5", "1234567.5"),
        (GERMAN, "1.234", "1234"),
        (FRENCH, "1 234\u202f567,5", "1234567.5"),
        (BARE, "12345678901234567890.123", "12345678901234567890.123"),
        (read_plain_number, "-12.50", "-12.50"),
        (read_plain_number, "+.5", "0.5"),
    ],
)
def test_a_number_keeps_every_digit_and_loses_its_marks(convert: Converter, written: str, sent: str) -> None:
    assert convert(written, None) == sent


@pytest.mark.parametrize(
    ("convert", "written", "word"),
    [
        (BARE, "1,234", "could mean"),
        (read_plain_number, "1,234", "could mean"),
        (ENGLISH, "1.234,5", "could mean"),
        (ENGLISH, "1,23", "could mean"),
        (ENGLISH, "1234,567", "could mean"),
        (GERMAN, "1.23", "could mean"),
        (BARE, "9.19E+11", "exponent"),
        (read_plain_number, "1e5", "exponent"),
        (BARE, "12 %", "words or signs"),
        (BARE, "$12", "words or signs"),
        (BARE, "(12)", "no number"),
        (BARE, "₹ 5,00,000", "words or signs"),
        (BARE, "5 lakh", "words or signs"),
        (BARE, "10-15", "two numbers"),
        (BARE, "10 to 15", "two numbers"),
        (ENGLISH, "1,000 / 2,000", "two numbers"),
        (BARE, "n/a", "no number"),
        (BARE, "-", "no number"),
        (BARE, ".", "no number"),
        (BARE, "٣", "no number"),
        (BARE, "12 kg", "words or signs"),
    ],
)
def test_a_number_that_could_be_another_is_refused(convert: Converter, written: str, word: str) -> None:
    assert word in refusal_of(convert(written, None)).reason


@given(st.integers(-(10**20), 10**20), st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", ".")]))
def test_grouped_digits_are_the_number_that_they_group(number: int, marks: tuple[str, str]) -> None:
    thousands, decimal = marks
    written = f"{number:,}".replace(",", thousands) + f"{decimal}05"
    assert make_number_converter(thousands=thousands, decimal=decimal)(written, None) == f"{number}.05"


@pytest.mark.parametrize("written", ["yes", "Y", "TRUE", "True", "1"])
def test_yes_is_true(written: str) -> None:
    assert read_boolean(written, None) == "true"


@pytest.mark.parametrize("written", ["no", "N", "FALSE", "0"])
def test_no_is_false(written: str) -> None:
    assert read_boolean(written, None) == "false"


@pytest.mark.parametrize("written", ["ja", "on", "2", "x", "yes!"])
def test_any_other_word_is_neither(written: str) -> None:
    assert refusal_of(read_boolean(written, None)).error == "bad_boolean"


@pytest.mark.parametrize(
    ("written", "option"),
    [
        ("Interested", "Interested"),
        ("INTERESTED", "Interested"),
        ("not  interested", "Not interested"),
        ("STRASSE", "straße"),
        ("maybe", "maybe"),
        ("Maybe", "Maybe"),
    ],
)
def test_a_choice_is_found_whatever_its_case(written: str, option: str) -> None:
    assert make_choice_converter(OPTIONS, sends_others=False)(written, None) == option


def test_a_near_miss_is_proposed_not_taken() -> None:
    refusal = refusal_of(make_choice_converter(OPTIONS, sends_others=False)("Intrested", None))
    assert refusal.error == "off_list"
    assert "Did you mean `Interested`" in refusal.tip
    assert "`Intrested`" in refusal.reason


def test_a_text_that_is_like_no_option_is_not_repeated() -> None:
    refusal = refusal_of(make_choice_converter(OPTIONS, sends_others=False)("12 MG Road", None))
    assert "MG Road" not in refusal.reason + refusal.tip


def test_a_choice_between_two_options_that_differ_in_case_only_is_not_guessed() -> None:
    assert refusal_of(make_choice_converter(OPTIONS, sends_others=False)("MAYBE", None)).error == "off_list"


def test_what_is_far_from_all_is_told_the_options() -> None:
    refusal = refusal_of(make_option_check([f"Option {n}" for n in range(20)], is_multiple=False)("?!", None))
    assert "The options are `Option 0`" in refusal.tip
    assert "`Option 7`, …" in refusal.tip
    assert "Option 8" not in refusal.tip


def test_with_the_policy_send_a_value_off_the_list_goes_out_as_it_is() -> None:
    assert make_choice_converter(OPTIONS, sends_others=True)("Elsewhere", None) == "Elsewhere"


def test_several_choices_are_looked_at_one_by_one() -> None:
    convert = make_choice_converter(["VIP", "Event"], sends_others=False, is_multiple=True)
    assert convert("vip; EVENT", None) == "VIP;Event"
    assert refusal_of(convert("VIP;Evnt", None)).error == "off_list"
    check = make_option_check(["VIP", "Event"], is_multiple=True)
    assert check("VIP; Event", None) == "VIP; Event"
    assert refusal_of(check("vip", None)).error == "off_list"


@pytest.mark.parametrize(("written", "sent"), [("09:30", "09:30"), ("9:30", "09:30"), ("23:59:59", "23:59:59")])
def test_a_clock_time_is_sent_with_two_digits_each(written: str, sent: str) -> None:
    assert read_clock(written, None) == sent


@pytest.mark.parametrize("written", ["24:00", "27:15:00", "9:5", "9.30", "9:30 pm", "٩:30"])
def test_what_no_clock_shows_is_refused(written: str) -> None:
    assert refusal_of(read_clock(written, None)).error == "bad_time"


@pytest.mark.parametrize(
    ("full", "first", "last"),
    [
        ("Asha Raman", "Asha", "Raman"),
        ("Mary Ann  Smith", "Mary Ann", "Smith"),
        ("Zoë van der Meer", "Zoë", "van der Meer"),
        ("Vincent van Gogh", "Vincent", "van Gogh"),
        ("asha raman", "asha", "raman"),
        ("मीरा जोशी", "मीरा", "जोशी"),
        ("Asha", "Asha", ""),
        ("de Souza", "de", "Souza"),
        ("李娜", "李娜", ""),
    ],
)
def test_a_full_name_is_split_before_its_last_name(full: str, first: str, last: str) -> None:
    assert (read_first(full), read_last(full)) == (first, last)


@given(st.text(max_size=30))
def test_splitting_loses_no_word(full: str) -> None:
    first, last = read_first(full), read_last(full)
    assert isinstance(first, str)
    assert isinstance(last, str)
    assert [*first.split(), *last.split()] == full.split()
