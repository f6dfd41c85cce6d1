"""How a doubt is settled: by the row's reference, then by unique values; and only a lead that holds ours counts."""

import json
from typing import Any

import pytest
from scripted_client import (
    CREATED,
    LOST,
    ME,
    NOBODY,
    NOW,
    OUR_ID,
    REFERENCE,
    SERVER_ERROR,
    THEIR_ID,
    deliver,
    duplicate,
    found,
    lead_of,
    mx,
    with_reference,
)

from importer.lead.uniquekeys import unique_keys
from importer.leadsquared.answers import Reply
from importer.leadsquared.lookup import phone_forms
from importer.leadsquared.tips import SERVER_TIP
from importer.outcome import Status

KEYLESS = with_reference(lead_of(LastName="John"))
PAN = lead_of(unique=("mx_PAN",), LastName="Smith", mx_PAN="ABCDE1234F")
OURS = found(mx_Import_Ref=REFERENCE)
STRANGERS = [
    found(THEIR_ID, EmailAddress="other@example.com", Phone="+91-9000000000"),
    found(THEIR_ID, EmailAddress=None, Phone=None, Mobile="+91-9845098450"),
    Reply(200, json.dumps([{"ProspectID": THEIR_ID}]).encode()),
]


def pan(lead_id: str = OUR_ID, value: str = "ABCDE1234F", **more: Any) -> Reply:
    return found(lead_id, **{"FirstName": None, "LastName": "Smith", "mx_PAN": value} | more)


def test_any_unique_field_is_looked_up() -> None:
    outcome, client = deliver([LOST], [NOBODY, pan()], lead=PAN, unique=("mx_PAN",))
    assert (outcome.status, outcome.lead_id, len(client.sent)) == (Status.CREATED, OUR_ID, 1)
    assert client.asked == [("mx_PAN", "ABCDE1234F")] * 2
    outcome, _ = deliver([LOST], [pan(THEIR_ID, "abcde1234f", created_at=NOW - 86400)], lead=PAN, unique=("mx_PAN",))
    assert (outcome.status, outcome.lead_id) == (Status.DUPLICATE, THEIR_ID)
    assert "value of mx_PAN" in outcome.tip
    outcome, client = deliver([LOST, CREATED], lead=PAN, unique=("mx_PAN",))
    assert (outcome.status, len(client.sent), len(client.asked)) == (Status.CREATED, 2, 3)


@pytest.mark.parametrize("strangers", STRANGERS)
@pytest.mark.parametrize("unique", [("EmailAddress",), ("Phone",), ("Phone", "Mobile")])
def test_a_lead_that_lacks_our_value_in_our_field_is_neither_found_nor_a_reason_to_send_again(
    strangers: Reply, unique: tuple[str, ...]
) -> None:
    """An answer that was not filtered, or that reads another field too, leaves the doubt."""
    outcome, client = deliver([LOST, CREATED], [strangers], lead=lead_of(unique=unique), unique=unique)
    assert (outcome.status, outcome.lead_id, outcome.tip, len(client.sent)) == (Status.UNKNOWN, "", SERVER_TIP, 1)
    assert "do not hold the value" in outcome.message


def test_our_lead_is_found_among_strangers() -> None:
    both = json.loads(STRANGERS[0].body) + json.loads(found().body)
    outcome, _ = deliver([LOST], [STRANGERS[0], Reply(200, json.dumps(both).encode())])
    assert (outcome.status, outcome.lead_id) == (Status.CREATED, OUR_ID)


def test_where_one_look_up_is_about_strangers_the_next_unique_value_is_asked_for() -> None:
    outcome, client = deliver([LOST], [STRANGERS[0]] * 3 + [found()])
    assert (outcome.status, outcome.lead_id) == (Status.CREATED, OUR_ID)
    assert client.asked == [("EmailAddress", "zoe@example.com")] * 3 + [("Phone", "+91-9845098450")]


@pytest.mark.parametrize("field", ["Phone", "Mobile"])
def test_a_phone_is_looked_up_as_it_is_stored_then_bare(field: str) -> None:
    mine: dict[str, Any] = {field: "+91-9845098450"}
    theirs: dict[str, Any] = {"Phone": None, field: "9845098450"}
    lead = lead_of(unique=(field,), LastName="Smith", **mine)
    there = found(FirstName=None, **theirs)
    outcome, client = deliver([LOST], [NOBODY, there], lead=lead, unique=(field,))
    assert (outcome.status, outcome.lead_id) == (Status.CREATED, OUR_ID)
    assert client.asked == [(field, "+91-9845098450"), (field, "9845098450")]


@pytest.mark.parametrize(
    ("sent", "country_code", "forms"),
    [
        ("+91-9845098450", "91", ("+91-9845098450", "9845098450")),
        ("+44-2079460000", None, ("+44-2079460000", "2079460000")),
        ("+919845098450", "91", ("+91-9845098450", "+91-919845098450", "+919845098450", "9845098450")),
        ("98450 98450", "91", ("+91-9845098450", "98450 98450", "9845098450")),
        ("9845098450", None, ("9845098450",)),
        ("919845098450", "91", ("+91-919845098450", "919845098450")),
    ],
)
def test_a_phone_is_asked_for_in_each_form_in_which_it_may_be_stored(
    sent: str, country_code: str | None, forms: tuple[str, ...]
) -> None:
    (key,) = unique_keys([("Phone", sent)], country_code=country_code)
    assert phone_forms(key, country_code) == forms


def test_a_row_without_a_unique_value_is_found_by_its_reference() -> None:
    outcome, client = deliver([LOST], [NOBODY, found(mx_Import_Ref=REFERENCE, created_at=NOW - 99)], lead=KEYLESS)
    assert (outcome.status, outcome.lead_id, len(client.sent)) == (Status.CREATED, OUR_ID, 1)
    assert client.asked == [("mx_Import_Ref", REFERENCE)] * 2
    assert json.loads(client.sent[0][1])[-1] == {"Attribute": "mx_Import_Ref", "Value": REFERENCE}


def test_a_row_that_is_not_found_by_its_reference_is_sent_again() -> None:
    outcome, client = deliver([SERVER_ERROR, CREATED], lead=KEYLESS)
    assert (outcome.status, outcome.lead_id, outcome.attempts) == (Status.CREATED, OUR_ID, 2)
    assert [field for field, _ in client.asked] == ["mx_Import_Ref"] * 3


@pytest.mark.parametrize("lead", [KEYLESS, with_reference(lead_of())], ids=["keyless", "keyed"])
@pytest.mark.parametrize("what", ["Import Reference", "Email"])
def test_a_duplicate_of_ones_own_reference_is_created(lead: Any, what: str) -> None:
    outcome, client = deliver([LOST, duplicate(what)], [NOBODY] * 3 + [OURS], lead=lead)
    assert (outcome.status, outcome.lead_id, len(client.sent)) == (Status.CREATED, OUR_ID, 2)


def test_a_duplicate_that_may_be_the_reference_is_looked_up_once_even_without_a_doubt() -> None:
    """A person said of the row that it is not there, and it is."""
    outcome, client = deliver([duplicate("Import Reference")], [OURS], lead=KEYLESS)
    assert (outcome.status, outcome.lead_id, len(client.asked)) == (Status.CREATED, OUR_ID, 1)
    outcome, client = deliver([duplicate("PAN")], [NOBODY], lead=with_reference(lead_of()))
    assert (outcome.status, outcome.lead_id, len(client.asked)) == (Status.DUPLICATE, "", 1)
    outcome, client = deliver([duplicate()], [OURS], lead=with_reference(lead_of()))
    assert (outcome.status, outcome.lead_id, len(client.asked)) == (Status.DUPLICATE, "", 0)


def test_a_stranger_who_is_new_and_has_our_values_is_not_ours_where_every_call_carried_the_reference() -> None:
    finds = [NOBODY] * 6 + [found(THEIR_ID)]
    outcome, client = deliver([LOST, duplicate()], finds, lead=with_reference(lead_of()))
    assert (outcome.status, outcome.lead_id) == (Status.DUPLICATE, THEIR_ID)
    assert [field for field, _ in client.asked] == ["mx_Import_Ref"] * 6 + ["EmailAddress"]


@pytest.mark.parametrize(
    ("told", "status"),
    [(None, Status.CREATED), ("-", Status.CREATED), (REFERENCE, Status.CREATED), ("r00bb", Status.DUPLICATE)],
)
def test_a_doubt_of_an_earlier_run_may_be_of_a_call_without_the_reference(told: str | None, status: Status) -> None:
    lead = with_reference(lead_of())
    outcome, client = deliver([CREATED], [NOBODY] * 3 + [found(mx_Import_Ref=told)], lead=lead, is_in_doubt=True)
    assert (outcome.status, outcome.lead_id, client.sent) == (status, OUR_ID, [])
    assert [field for field, _ in client.asked] == ["mx_Import_Ref"] * 3 + ["EmailAddress"]


def test_a_keyless_doubt_of_an_earlier_run_is_absent_only_if_it_was_sent_with_its_reference() -> None:
    outcome, client = deliver([CREATED], [NOBODY], lead=KEYLESS, is_in_doubt=True)
    assert (outcome.status, client.sent) == (Status.UNKNOWN, [])
    outcome, client = deliver([CREATED], [OURS], lead=KEYLESS, is_in_doubt=True)
    assert (outcome.status, outcome.lead_id, client.sent) == (Status.CREATED, OUR_ID, [])
    outcome, client = deliver([CREATED], [NOBODY], lead=KEYLESS, is_in_doubt=True, carried_reference=True)
    assert (outcome.status, len(client.sent)) == (Status.CREATED, 1)
    outcome, client = deliver(
        [CREATED], [NOBODY], lead=with_reference(lead_of()), is_in_doubt=True, carried_reference=True
    )
    assert {field for field, _ in client.asked} == {"mx_Import_Ref"}


@pytest.mark.parametrize("answer", [STRANGERS[0], Reply(403, b"")])
def test_a_look_up_by_reference_that_does_not_tell_leaves_the_doubt(answer: Reply) -> None:
    outcome, client = deliver([LOST, CREATED], [answer], lead=KEYLESS)
    assert (outcome.status, len(client.sent)) == (Status.UNKNOWN, 1)
    outcome, client = deliver([LOST, duplicate("Import Reference")], [NOBODY] * 3 + [answer], lead=KEYLESS)
    assert (outcome.status, len(client.sent)) == (Status.UNKNOWN, 2)


def test_an_undocumented_error_is_a_doubt_that_a_look_up_settles() -> None:
    outcome, client = deliver([mx("MXTimeoutException", "The operation has timed out.")], [found()])
    assert (outcome.status, outcome.lead_id, len(client.sent)) == (Status.CREATED, OUR_ID, 1)
    keyless = lead_of(LastName="John")
    outcome, client = deliver([mx("MXTimeoutException"), CREATED], lead=keyless)
    assert (outcome.status, outcome.error, len(client.sent)) == (Status.UNKNOWN, "MXTimeoutException", 1)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 405, 411, 413, 414, 415, 422, 431])
def test_a_definite_refusal_is_one_call_and_names_its_status(status: int) -> None:
    outcome, client = deliver([Reply(status, b"")], lead=lead_of(**ME))
    assert (outcome.status, outcome.error, outcome.attempts) == (Status.REJECTED, f"HTTP {status}", 1)
    assert str(status) in outcome.message
    assert (len(client.sent), client.asked) == (1, [])
