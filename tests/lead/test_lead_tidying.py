"""Prefixes, replacements and case: what is taken out of a cell before it is read."""

import pytest

from importer.lead.conversion import make_conversion
from importer.lead.refusal import Refusal
from importer.lead.rule import STRICT, ValueRule
from importer.lead.tidying import make_tidier


def tidied(text: str, **rule: object) -> str:
    tidy = make_tidier(ValueRule(**rule))  # type: ignore[arg-type]
    assert tidy is not None
    return tidy(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("p:+919845010012", "+919845010012"),
        ("P: +919845010012", "+919845010012"),
        ("tel:p:98450", "98450"),
        ("p:", ""),
        ("98450 p:", "98450 p:"),
    ],
)
def test_prefixes_are_taken_away_whatever_their_case_and_as_often_as_they_stand_there(text: str, wanted: str) -> None:
    assert tidied(text, strip=("p:", "tel:")) == wanted


def test_replacements_come_in_their_order_and_are_exact() -> None:
    pairs = (("Bangalore", "Bengaluru"), (" (old)", ""), ("a", "A"))
    assert tidied("Bangalore (old)", replace=pairs) == "BengAluru"
    assert tidied("bangalore", replace=(("Bangalore", "Bengaluru"),)) == "bangalore"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("RAVI KUMAR", "Ravi Kumar"),
        ("ravi  o'neil-d’souza", "Ravi  O'Neil-D’Souza"),
        ("they're here", "They're Here"),
        ("émile ZOLA 2nd", "Émile Zola 2Nd"),
        ("अमित kumar", "अमित Kumar"),
        ("", ""),
    ],
)
def test_titles(text: str, wanted: str) -> None:
    assert tidied(text, case="title") == wanted


def test_upper_and_lower_case() -> None:
    assert tidied("in-ka straße", case="upper") == "IN-KA STRASSE"
    assert tidied("ABC@Example.COM", case="lower") == "abc@example.com"


def test_nothing_is_asked_for() -> None:
    assert make_tidier(ValueRule(type="phone", region="IN")) is None


def test_what_is_tidied_is_translated_read_and_may_be_blank() -> None:
    rule = ValueRule(strip=("city:",), case="title", values=(("Blr", "Bengaluru"),), default="Pune")
    conversion, problems = make_conversion(rule, None, STRICT)
    assert problems == ()
    assert [conversion.judge(text) for text in ("city:blr", "city: mysuru", "city:", "city: -", "")] == [
        "Bengaluru",
        "Mysuru",
        "Pune",
        "Pune",
        "Pune",
    ]
    phone, _ = make_conversion(ValueRule(type="phone", region="IN", strip=("ph.",)), None, STRICT)
    assert phone.judge("Ph. 98450 10012") == "+91-9845010012"
    required, _ = make_conversion(ValueRule(is_required=True, strip=("x",)), None, STRICT)
    assert isinstance(required.judge("x"), Refusal)
