"""The doctor looks whether the field for references is there, can hold one, and finds leads."""

import json
from typing import Any

import pytest
from workbench import Account, Desk, person

FIELD = "mx_Import_Ref"
STRANGERS = json.dumps([{"ProspectID": "1b3c7a52-9f0e-4d55-8a01-6a2f44c1d9e0"}])


def test_a_field_that_serves_is_well_and_what_nobody_tells_is_said(desk: Desk, account: Account) -> None:
    desk.configure(reference=FIELD)
    desk.write([person(1)])
    assert desk.call("leads.csv").status == 0
    run = desk.call("doctor")
    assert f"ok    reference: {FIELD} can hold one" in run.out
    assert "unique, no call tells" in run.out
    assert len(account.leads()) == 1


@pytest.mark.parametrize(
    ("name", "answers", "message"),
    [
        ("mx_Import_Reff", [], "did you mean mx_Import_Ref"),
        ("mx_Enquiry_Number", [], "takes 30 characters"),
        (FIELD, [{"call": "Leads.Get", "status": 403, "body": "no"}], "cannot be looked up by mx_Import_Ref"),
        (FIELD, [{"call": "Leads.Get", "status": 200, "body": STRANGERS}], "leads that do not hold the value"),
        (FIELD, [{"call": "Leads.Get", "fault": "drop_before"}], "no look-up by mx_Import_Ref was answered"),
        (FIELD, [{"call": "LeadsMetaData.Get", "status": 403, "body": "no"}], "did not tell its fields"),
    ],
)
def test_a_field_that_does_not_serve_is_told_with_what_to_do(
    desk: Desk, account: Account, name: str, answers: list[dict[str, Any]], message: str
) -> None:
    account.script(*answers)
    desk.configure(reference=name)
    run = desk.call("doctor")
    assert run.status == 1
    (line,) = [line for line in run.out.splitlines() if line.startswith("MEND")]
    assert message in line
