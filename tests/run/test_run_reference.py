"""With `reference:` every row can be found again, whatever was lost; and only what proves something settles a doubt."""

import json
from collections import Counter
from typing import Any

import pytest
from truth import find_lies
from workbench import COLUMNS, HEADER, Account, Desk, finish, person

from importer.sandbox import FAULTS

FIELD = "mx_Import_Ref"
KEYLESS = [person(number, email=False, phone=False) for number in range(1, 6)]
ROWS = [*KEYLESS, *(person(number) for number in range(6, 10))]
TIMEOUT = {"Status": "Error", "ExceptionType": "MXTimeoutException", "ExceptionMessage": "The operation has timed out."}

pytestmark = pytest.mark.usefixtures("quick_look_ups")


def said(desk: Desk) -> Counter[str]:
    return Counter(line.status for line in desk.report())


def stored_but(**answer: Any) -> dict[str, Any]:
    """A Lead.Create that stores the lead and answers otherwise."""
    return {"call": "Lead.Create", "store": True, "content_type": "application/json"} | answer


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.endswith("_after")])
def test_after_any_lost_reply_every_row_is_created_once_and_nothing_is_unknown(
    desk: Desk, account: Account, fault: str
) -> None:
    account.change(**{fault: 1.0, "lag_s": 0.03})
    desk.configure(workers=20, timeout_s=0.25, breaker={"failures": 0}, reference=FIELD)
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 0
    assert said(desk) == {"created": len(ROWS)}
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    assert account.stats()["creates"] == len(ROWS)
    assert {lead["attributes"][FIELD] for lead in account.leads()} == {line.ref for line in desk.report()}


def test_equal_rows_have_references_of_their_own_and_edited_lines_keep_theirs(desk: Desk, account: Account) -> None:
    desk.configure(reference=FIELD)
    desk.write([KEYLESS[0], KEYLESS[0], KEYLESS[1]])
    account.script(stored_but(status=502, body=""), *[{"call": "Leads.Get", "status": 403, "body": ""}])
    assert desk.call("leads.csv").status == 1
    (doubtful,) = [line for line in desk.report() if line.status == "unknown"]
    # Edited where it stands, its lead is found all the same.
    desk.mend({doubtful.cells[4]: {1: "Edited"}})
    assert desk.call("leads.report.csv").status == 0
    assert said(desk) == {"created": 3}
    assert len(account.leads()) == len({lead["attributes"][FIELD] for lead in account.leads()}) == 3


def test_a_run_that_is_killed_after_the_account_stored_a_keyless_row_leaves_no_doubt(
    desk: Desk, account: Account
) -> None:
    desk.configure(reference=FIELD, workers=1, timeout_s=30)
    desk.write(KEYLESS)
    account.script({"call": "Lead.Create", "fault": "hang_after"})
    process = desk.start("leads.csv", "-q")
    account.wait_until(lambda stats: stats["creates"] == 1)
    process.kill()
    assert finish(process).status < 0
    assert desk.call("leads.csv").status == 0
    assert said(desk) == {"created": len(KEYLESS)}
    assert find_lies(KEYLESS, desk.report(), account.leads()) == []


def test_a_row_that_was_sent_without_its_reference_is_not_taken_for_absent(desk: Desk, account: Account) -> None:
    """The field was made after the doubt: that no lead holds the reference proves nothing."""
    desk.write(KEYLESS[:1])
    account.script(stored_but(status=502, body=""))
    assert desk.call("leads.csv").status == 1
    assert said(desk) == {"unknown": 1}
    desk.configure(reference=FIELD)
    for file in ("leads.csv", "leads.report.csv"):
        assert desk.call(file).status == 1
        assert said(desk) == {"unknown": 1}
    (desk.ledger).unlink()
    assert desk.call("leads.report.csv").status == 1, "another machine knows of the report alone"
    assert said(desk) == {"unknown": 1}
    assert account.stats()["creates"] == 1


@pytest.mark.parametrize("stored", [True, False])
def test_another_machine_finds_a_row_of_the_report_by_its_reference_and_never_sends_it_blindly(
    *, desk: Desk, account: Account, stored: bool
) -> None:
    desk.configure(reference=FIELD)
    desk.write(KEYLESS[:1])
    account.script(stored_but(status=502, body="", store=stored), {"call": "Leads.Get", "status": 403, "body": ""})
    assert desk.call("leads.csv").status == 1
    assert said(desk) == {"unknown": 1}
    desk.ledger.unlink()
    assert desk.call("leads.report.csv").status == (0 if stored else 1)
    assert said(desk) == {"created" if stored else "unknown": 1}
    assert account.stats()["creates"] == 1


def test_a_keyed_row_that_was_sent_without_its_reference_is_found_by_its_unique_value(
    desk: Desk, account: Account
) -> None:
    desk.write([person(1)])
    account.script(stored_but(status=502, body=""), {"call": "Leads.Get", "status": 403, "body": ""})
    assert desk.call("leads.csv").status == 1
    assert said(desk) == {"unknown": 1}
    desk.configure(reference=FIELD)
    assert desk.call("leads.csv").status == 0
    assert account.stats()["creates"] == 1


def test_a_row_that_a_person_wrongly_called_missing_is_not_sent_twice(desk: Desk, account: Account) -> None:
    desk.configure(reference=FIELD)
    desk.write(KEYLESS[:1])
    account.script(stored_but(status=502, body=""), {"call": "Leads.Get", "status": 403, "body": ""})
    assert desk.call("leads.csv").status == 1
    assert desk.call("settle", "leads.report.csv", "--row", "2", "--missing").status == 0
    assert desk.call("leads.csv").status == 0
    assert find_lies(KEYLESS[:1], desk.report(), account.leads()) == []
    assert len(account.leads()) == 1


def test_a_dry_run_shows_the_reference_that_the_lead_will_carry(desk: Desk, account: Account) -> None:
    desk.configure(reference=FIELD)
    desk.write(KEYLESS[1:], "others.csv")  # from the first import on there is a ledger, whose secret makes references
    assert desk.call("others.csv").status == 0
    desk.write(KEYLESS[:1])
    run = desk.call("leads.csv", "--dry-run", "--payloads", "payloads.jsonl")
    payload = json.loads((desk.folder / "payloads.jsonl").read_text("utf-8"))
    assert payload["lead"][-1]["Attribute"] == FIELD
    assert FIELD in run.out
    assert desk.call("leads.csv").status == 0
    assert account.leads()[-1]["attributes"][FIELD] == payload["lead"][-1]["Value"] == desk.report()[0].ref


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reference": "mx_Import_Reff"}, "no field mx_Import_Reff, did you mean mx_Import_Ref"),
        ({"reference": "mx_KYC"}, "must be a text field"),
        ({"reference": "mx_Enquiry_Channel"}, "must be a text field"),
        ({"reference": "mx_Enquiry_Number"}, "takes 30 characters"),
        ({"reference": "EmailAddress"}, "no custom field"),
        ({"reference": "mx_KYC.Status"}, "no custom field"),
        ({"reference": FIELD, "constants": {FIELD: "x"}}, "goes to mx_Import_Ref"),
        ({"reference": FIELD, "columns": {**COLUMNS, "Remark": FIELD}}, "goes to mx_Import_Ref"),
    ],
)
def test_a_field_that_cannot_hold_a_reference_is_refused_before_the_first_call(
    desk: Desk, account: Account, changes: dict[str, Any], message: str
) -> None:
    desk.configure(**changes)
    desk.write(KEYLESS)
    run = desk.call("leads.csv")
    assert run.status == 2
    assert message in run.err
    assert account.stats()["creates"] == 0


@pytest.mark.parametrize("runs", [1, 2])
@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500, "body": json.dumps(TIMEOUT)},
        {"status": 200, "body": json.dumps(TIMEOUT | {"ExceptionType": "MySqlException"})},
        {"status": 400, "body": json.dumps(TIMEOUT | {"ExceptionMessage": "MySqlException: Deadlock found"})},
    ],
)
def test_a_keyless_row_that_was_stored_with_an_undocumented_error_is_never_sent_again(
    desk: Desk, account: Account, answer: dict[str, Any], runs: int
) -> None:
    desk.write(KEYLESS[:1])
    account.script(stored_but(**answer))
    for _ in range(runs):
        assert desk.call("leads.csv").status == 1
    assert said(desk) == {"unknown": 1}
    assert len(account.leads()) == 1


def test_a_lead_of_ours_is_no_duplicate_of_a_stranger_whose_mobile_is_our_phone(desk: Desk, account: Account) -> None:
    columns = {"First Name": "FirstName", "Last Name": "LastName", "Mobile": "Mobile", "City": "mx_City"}
    desk.configure(columns=columns)
    stranger = person(1, email=False)
    desk.write([stranger], "strangers.csv")
    assert desk.call("strangers.csv").status == 0
    desk.configure()
    ours = ("Zoe", "Roe", "", stranger[3], "City 2", "")
    desk.write([ours])
    account.script({"call": "Lead.Create", "fault": "drop_after"})
    assert desk.call("leads.csv").status == 0
    assert said(desk) == {"created": 1}
    assert desk.report()[0].lead_id == account.leads()[1]["id"]


@pytest.mark.parametrize("stored", [True, False])
def test_an_answer_that_was_not_filtered_settles_nothing(*, desk: Desk, account: Account, stored: bool) -> None:
    desk.write([person(1)])
    strangers = [{"ProspectID": "1b3c7a52-9f0e-4d55-8a01-6a2f44c1d9e0", "EmailAddress": "stranger@example.com"}]
    unfiltered = {"call": "Leads.Get", "status": 200, "body": json.dumps(strangers)}
    account.script(stored_but(status=502, body="", store=stored), *[unfiltered] * 12)
    assert desk.call("leads.csv").status == 1
    (line,) = desk.report()
    assert (line.status, line.lead_id) == ("unknown", "")
    assert account.stats()["creates"] == 1
    account.clear_script()
    assert desk.call("leads.csv").status == 0
    assert len(account.leads()) == 1


def test_two_rows_with_one_mobile_are_one_lead(desk: Desk, account: Account) -> None:
    """Mobile is unique by default, as on a new account."""
    desk.configure(columns={"First Name": "FirstName", "Mobile": "Mobile", "City": "mx_City"})
    first, second = person(1, email=False), person(2, email=False)
    desk.write([first, (*second[:3], first[3], *second[4:])])
    assert desk.call("leads.csv").status == 1
    assert [line.status for line in desk.report()] == ["created", "duplicate"]
    assert account.stats()["creates"] == 1
    account.script({"call": "Lead.Create", "fault": "drop_after"})
    desk.write([person(3, email=False)], "more.csv")
    assert desk.call("more.csv").status == 0
    assert len(account.leads()) == 2


def test_a_field_that_is_hidden_from_peoples_imports_serves_as_well(desk: Desk, account: Account) -> None:
    names = ("FirstName", "LastName", "EmailAddress", "Phone", "mx_City")
    hidden = {"SchemaName": FIELD, "DataType": "Text", "MaxLength": "100", "ShowInImport": False}
    body = json.dumps([*({"SchemaName": name} for name in names), hidden])
    told = {"call": "LeadsMetaData.Get", "status": 200, "body": body, "content_type": "application/json"}
    account.script(told, told)
    desk.write(KEYLESS[:1])
    assert f"\nreference: {FIELD}" in desk.call("map", "leads.csv").out
    desk.configure(reference=FIELD)
    assert desk.call("leads.csv", "--refresh-fields").status == 0
    assert account.leads()[0]["attributes"][FIELD]


def test_rows_sent_again_on_purpose_are_not_doubled_while_their_leads_are_there(desk: Desk, account: Account) -> None:
    desk.configure(reference=FIELD)
    desk.write(KEYLESS[:2])
    assert desk.call("leads.csv").status == 0
    desk.call("leads.csv", "--again", "--yes")
    assert len(account.leads()) == 2
    assert find_lies(KEYLESS[:2], desk.report(), account.leads()) == []


def test_the_sandbox_of_a_run_keeps_the_reference_unique(desk: Desk) -> None:
    desk.configure(reference=FIELD)
    desk.write(ROWS)
    assert desk.call("leads.csv", "--sandbox").status == 0
    assert said(desk) == {"created": len(ROWS)}


def test_the_proposal_names_the_field_that_the_account_has_for_references(desk: Desk) -> None:
    desk.write([KEYLESS[0]], header=(*HEADER[:5], "Import Ref"))
    proposed = desk.call("map", "leads.csv", "-c", "config.yaml").out
    assert f"\nreference: {FIELD}" in proposed
    assert f"Import Ref: {FIELD}" not in proposed
