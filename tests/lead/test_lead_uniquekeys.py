"""Unique values: equal only where LeadSquared surely sees the same, alike wherever it might."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer.lead import FieldName, PayloadPlan
from importer.lead.lead import Lead
from importer.lead.uniquekeys import UniqueKey, unique_keys


def key(field: str, value: str, code: str | None = "91") -> UniqueKey:
    (found,) = unique_keys([(field, value)], country_code=code)
    return found


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("EmailAddress", "Ada@Example.com", "ada@example.COM"),
        ("EmailAddress", "É@example.com", "é@example.com"),
        ("Phone", "+91-9845098450", "+91 98450 98450"),
        ("Phone", "9845098450", "+919845098450"),
        ("Phone", "09845098450", "(+91) 98450-98450".replace("(", "").replace(")", "")),
        ("Phone", "00919845098450", "98450 98450"),
        ("Phone", "+91-12345", "12345"),
        ("Phone", "९८४५०९८४५०", "9845098450"),
        ("mx_Code", "A1", "A1"),
    ],
)
def test_one_value_in_two_ways_of_writing_is_equal_and_alike(field: str, one: str, other: str) -> None:
    assert key(field, one).exact == key(field, other).exact
    assert key(field, one).loose == key(field, other).loose


@pytest.mark.parametrize(
    ("field", "one", "other", "code"),
    [
        ("EmailAddress", "straße@example.com", "strasse@example.com", "91"),
        ("EmailAddress", "josé@example.com", "jose@example.com", "91"),
        ("Phone", "9845098450", "+919845098450", None),
        ("Phone", "919845098450", "+919845098450", "91"),
        ("Phone", "9845098450", "9845098450 x12", "91"),
        ("Phone", "9845098450 Ada", "9845098450 Bob", "91"),
        ("Phone", "+1-9845098450", "+91-9845098450", "91"),
        ("Phone", "0", "00", "91"),
        ("Phone", "0", "+91", "91"),
        ("mx_Code", "a1", "A1", "91"),
    ],
)
def test_values_that_may_differ_are_not_equal(field: str, one: str, other: str, code: str | None) -> None:
    assert key(field, one, code).exact != key(field, other, code).exact


@pytest.mark.parametrize(
    ("field", "one", "other", "code"),
    [
        ("EmailAddress", "straße@example.com", "STRASSE@example.com", "91"),
        ("EmailAddress", "josé@example.com", "jose@example.com", "91"),
        ("Phone", "9845098450", "+919845098450", None),
        ("Phone", "919845098450", "+91-9845098450", "91"),
        ("Phone", "+91-919845098450", "9845098450", "91"),
        ("Phone", "777 1234", "+960-7771234", None),
        ("Phone", "9845098450 Ada", "9845098450", "91"),
        ("mx_Code", "a1", "A1", "91"),
    ],
)
def test_values_that_might_be_the_same_are_alike_and_never_in_flight_together(
    field: str, one: str, other: str, code: str | None
) -> None:
    assert key(field, one, code).loose == key(field, other, code).loose


@given(
    st.sampled_from(["EmailAddress", "Phone", "mx_Code"]),
    st.text("+- 0123456789aäÄ@.", min_size=1, max_size=14),
    st.text("+- 0123456789aäÄ@.", min_size=1, max_size=14),
    st.sampled_from([None, "91", "1", "65"]),
)
@example("Phone", "00", "00@", None)
def test_what_is_equal_is_alike(field: str, one: str, other: str, code: str | None) -> None:
    first, second = key(field, one, code), key(field, other, code)
    assert first.exact
    assert first.exact != second.exact or first.loose == second.loose


@pytest.mark.parametrize("code", ["91", "1", "65", "960"])
@given(national=st.integers(10**6, 10**10 - 1))
def test_a_number_with_and_without_its_country_code_is_one_number(code: str, national: int) -> None:
    assert key("Phone", str(national), code).exact == key("Phone", f"+{code}-{national}", code).exact


def test_keys_come_in_the_order_of_the_unique_fields_without_empty_ones() -> None:
    values = [("EmailAddress", "A@b.example"), ("mx_Code", ""), ("Phone", "+91-1")]
    assert [(found.field, found.value) for found in unique_keys(values)] == [
        ("EmailAddress", "A@b.example"),
        ("Phone", "+91-1"),
    ]


def test_a_lead_knows_every_text_that_no_message_may_show() -> None:
    fields = [FieldName.parse(name) for name in ("FirstName", "EmailAddress", "mx_KYC.Status", "mx_City")]
    texts = ["Ægir", "a@b.example", "Pending", ""]
    lead = Lead(PayloadPlan(fields), texts, unique_keys([("EmailAddress", "a@b.example")]))
    assert lead.values() == {"Ægir", "a@b.example", "Pending"}
    assert (lead.value("FirstName"), lead.value("Phone")) == ("Ægir", "")
    assert "Ægir".encode() in lead.encode()


@pytest.mark.parametrize(
    ("field", "value", "forms"),
    [
        ("Phone", "98450 98450", ("+919845098450", "?9845098450")),
        ("Mobile", "098450-98450", ("+919845098450", "?09845098450")),
        ("Phone", "+91 98450 98450", ("+919845098450",)),
        ("Phone", "0091 98450 98450", ("+919845098450",)),
        ("Phone", "98450 98450 ext 2", ("?98450 98450 ext 2",)),
        ("EmailAddress", "A@b.example", ("a@b.example",)),
    ],
)
def test_a_phone_without_a_country_code_stays_what_it_was_when_the_accounts_is_learnt_later(
    field: str, value: str, forms: tuple[str, ...]
) -> None:
    (known,) = unique_keys([(field, value)], country_code="91")
    (unknown,) = unique_keys([(field, value)])
    assert known.forms == forms
    assert set(unknown.forms) <= set(forms)
