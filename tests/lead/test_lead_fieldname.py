import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.lead import FieldName

SCHEMA_NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True)


@given(SCHEMA_NAMES, st.none() | SCHEMA_NAMES)
def test_a_name_survives_being_written_and_parsed(parent: str, sub: str | None) -> None:
    name = FieldName(parent, sub)
    assert FieldName.parse(str(name)) == name


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        (".", "both sides of the dot"),
        ("mx_KYC.", "both sides of the dot"),
        (".Status", "both sides of the dot"),
        ("a.b.c", "more than one dot"),
        ("1st", "begins with a letter or an underscore"),
        ("mx_KYC.1", "begins with a letter or an underscore"),
        ("First Name", "not a blank"),
        ("E-Mail", "not '-'"),
        ("Straße", "not 'ß'"),
        ("mx_KYC .Status", "not a blank"),
        ("Phone\n", "not a line break"),
        ("mx_٣", "not '٣'"),
    ],
)
def test_what_can_be_no_schema_name_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        FieldName.parse(text)
