"""What a dropdown's refusal says: the words that come near an option, the options, and no other word."""

import pytest

from importer.errors import Remedy
from importer.lead.refusal import Refusal
from importer.lead.values.choice import make_choice_converter, make_option_check

COLOURS = ["Red", "Green", "Blue"]


def refusal_of(text: str) -> Refusal:
    refusal = make_choice_converter(COLOURS, sends_others=False, is_multiple=True)(text, None)
    assert isinstance(refusal, Refusal)
    return refusal


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Grean", "holds `Grean`, which is none of the field's options"),
        ("someone@example.com", "holds a value that is none of the field's options"),
        ("Grean;Red;Blu", "holds `Grean` and `Blu`, each of which is none of the field's options"),
        ("Grean;a@example.com", "holds `Grean` and another value, each of which is none of the field's options"),
        ("Grean;a@b.com;c@d.com", "holds `Grean` and 2 more values, each of which is none of the field's options"),
        ("a@example.com;98450 10001", "holds 2 values, each of which is none of the field's options"),
    ],
)
def test_every_part_is_judged_and_only_what_comes_near_an_option_is_repeated(text: str, reason: str) -> None:
    refusal = refusal_of(text)
    assert refusal.reason == reason
    assert "@" not in refusal.reason + refusal.tip


def test_a_text_is_translated_as_a_whole_where_each_part_has_an_obvious_option() -> None:
    assert refusal_of("Grean; red;Blu").remedy == Remedy("values", "Green;Red;Blue", "Grean; red;Blu")
    assert refusal_of("Grean;a@example.com").remedy is None


@pytest.mark.parametrize(
    ("options", "text", "meant"),
    [
        (["B.Tech", "M.Tech"], "b.tech.", "B.Tech"),
        (["Email Campaign", "Paid Search"], "E-mail Campain", "Email Campaign"),
        (["Sales North", "Sales South"], "Sales Nouth", None),
        (["Green", "Blue"], "Green or so", None),
    ],
)
def test_an_option_is_obvious_where_it_is_very_like_and_no_other_is(
    options: list[str], text: str, meant: str | None
) -> None:
    refusal = make_option_check(options, is_multiple=False)(text, None)
    assert isinstance(refusal, Refusal)
    assert refusal.remedy == (None if meant is None else Remedy("values", meant, text))
