"""Is a lead that was found the one that we sent?"""

from typing import Any

import pytest
from scripted_client import ME, NOW, SINCE, found, lead_of

from importer.clocks import ServerSeconds
from importer.leadsquared.answers import read_leads
from importer.leadsquared.matching import CREATED_ALLOWANCE_S, is_ours

UNIQUE = ("EmailAddress", "Phone")


def is_taken_for_ours(
    sent: dict[str, Any], *, country_code: str | None = "91", created_at: float = NOW, **read: Any
) -> bool:
    leads = read_leads(found(created_at=created_at, **read))
    assert isinstance(leads, tuple)
    lead = lead_of(country_code=country_code, **sent)
    return is_ours(leads[0], lead, unique=UNIQUE, country_code=country_code, since=ServerSeconds(SINCE))


@pytest.mark.parametrize(
    ("offset_s", "is_new"),
    [(-CREATED_ALLOWANCE_S - 1, False), (-CREATED_ALLOWANCE_S, True), (0, True), (86400, True)],
)
def test_a_lead_from_before_the_intent_is_not_ours(*, offset_s: float, is_new: bool) -> None:
    assert is_taken_for_ours(ME, created_at=SINCE + offset_s) is is_new


@pytest.mark.parametrize("created_on", [None, "", "yesterday", 7, "2026-13-45 00:00:00"])
def test_a_lead_of_unknown_age_is_not_ours(created_on: object) -> None:
    assert not is_taken_for_ours(ME, CreatedOn=created_on)


@pytest.mark.parametrize(
    ("read", "is_same"),
    [
        ({"FirstName": "ZOË", "LastName": " smith "}, True),
        ({"FirstName": "Zoe\u0308"}, True),
        ({"LastName": "Smith  "}, True),
        ({"FirstName": "Zoe"}, False),
        ({"FirstName": None}, False),
        ({"LastName": "Smithers"}, False),
    ],
)
def test_names_agree_without_case_blanks_and_ways_to_write_an_umlaut(*, read: dict[str, Any], is_same: bool) -> None:
    assert is_taken_for_ours(ME, **read) is is_same


def test_a_name_that_was_not_sent_must_not_stand_there() -> None:
    sent = {name: value for name, value in ME.items() if name != "FirstName"}
    assert is_taken_for_ours(sent, FirstName=None)
    assert is_taken_for_ours(sent, FirstName="")
    assert not is_taken_for_ours(sent, FirstName="Zoë")


@pytest.mark.parametrize(
    ("sent", "read", "country_code", "is_same"),
    [
        ("+91-9845098450", "+91-9845098450", "91", True),
        ("9845098450", "+91-9845098450", "91", True),
        ("098450 98450", "+91-9845098450", "91", True),
        ("9845098450", "+91-9845098450", None, True),
        ("+919845098450", "+91-9845098450", None, True),
        # The account put its own code before all the digits that were sent.
        ("+919845098450", "+91-919845098450", "91", True),
        ("+4930123456", "+91-4930123456", "91", True),
        ("098450 98450", "+91-09845098450", "91", True),
        ("00919845098450", "+91-00919845098450", "91", True),
        ("+919845098450", "+91-9845098451", "91", False),
        ("9845098450", "+91-9845098451", None, False),
        ("+919845098450", "+44-9845098450", "91", False),
        ("+919845098450", None, "91", False),
        ("+919845098450", "-", "91", False),
    ],
)
def test_a_phone_is_known_again_in_the_form_in_which_it_is_read_back(
    *, sent: str, read: str | None, country_code: str | None, is_same: bool
) -> None:
    assert is_taken_for_ours({**ME, "Phone": sent}, country_code=country_code, Phone=read) is is_same


@pytest.mark.parametrize(
    ("read", "is_same"), [("ZOE@Example.COM", True), ("zoe@example.org", False), (None, False), (["x"], False)]
)
def test_every_unique_value_that_was_sent_must_stand_there(*, read: object, is_same: bool) -> None:
    assert is_taken_for_ours(ME, EmailAddress=read) is is_same


def test_a_unique_value_that_was_not_sent_does_not_matter() -> None:
    sent = {name: value for name, value in ME.items() if name != "Phone"}
    assert is_taken_for_ours(sent, Phone="+91-1111111111")
