"""What an account says of its fields is held against mapping and rows, and nothing that it does not mean."""

import json
from typing import Any

import pytest
from workbench import COLUMNS, HEADER, Account, Desk, person

ROW = person(1)


def field(name: str, **more: Any) -> dict[str, Any]:
    return {
        "SchemaName": name,
        "DisplayName": name,
        "DataType": "Text",
        "IsMandatory": False,
        "MaxLength": "200",
    } | more


STANDARD = [
    *(field(name) for name in ("FirstName", "LastName", "mx_City")),
    field("EmailAddress", DataType="Email"),
    field("Phone", DataType="Phone", MaxLength="10"),
]
KYC = {
    "CustomObjectMetaData": {
        "Fields": [
            field("Status", DataType="Select", OptionSet=[{"Value": "Pending"}, {"Value": "Done"}]),
            field("mx_CustomObject_1", MaxLength="5"),
        ]
    }
}


def tell(account: Account, *more: dict[str, Any]) -> None:
    """Have the account tell these fields."""
    account.clear_script()
    body = json.dumps([*STANDARD, *more])
    told = {"call": "LeadsMetaData.Get", "status": 200, "body": body, "content_type": "application/json"}
    account.script(*[told] * 3)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("ProspectID", "ProspectID is written by LeadSquared itself"),
        ("ProspectAutoId", "ProspectAutoId is written by LeadSquared itself"),
        ("CreatedOn", "CreatedOn is written by LeadSquared itself"),
        ("ModifiedBy", "ModifiedBy is written by LeadSquared itself"),
        ("LeadType", "LeadType is set by LeadSquared, by the account's object types"),
        ("Groups", "Groups is not for imports (its ShowInImport is false)"),
    ],
)
@pytest.mark.parametrize("way", ["column", "constant"])
def test_a_field_that_leadsquared_fills_is_refused_with_the_reason(
    desk: Desk, account: Account, target: str, message: str, way: str
) -> None:
    constants = {"constants": {target: "x"}} if way == "constant" else {}
    desk.configure(columns={**COLUMNS, **({"Remark": target} if way == "column" else {})}, **constants)
    desk.write([ROW])
    run = desk.call("leads.csv")
    assert run.status == 2
    assert message in run.err
    assert account.stats()["creates"] == 0


def test_system_columns_of_an_export_are_passed_over_where_headers_name_their_fields(
    desk: Desk, account: Account
) -> None:
    header = ("ProspectID", "FirstName", "CreatedOn", "Score", "mx_City", "LeadType")
    desk.configure(columns={}, unmapped_columns="pass")
    desk.write([("x", "Zoe", "2026-01-01", "7", "Pune", "Business")], header=header)
    run = desk.call("leads.csv")
    assert run.status == 0
    assert account.leads()[0]["attributes"] == {"FirstName": "Zoe", "mx_City": "Pune"}
    assert "ProspectID, CreatedOn, Score, LeadType" in run.err


def test_system_fields_are_never_proposed(desk: Desk) -> None:
    header = ("First Name", "Last Name", "Lead Number", "Created On", "Modified By", "Lead Type", "Lead Score")
    desk.write([("A", "B", "1", "2026-01-01", "C", "Business", "7")], header=header)
    proposed = desk.call("map", "leads.csv").out
    assert "First Name: FirstName" in proposed
    for name in ("ProspectAutoId", "ProspectID", "CreatedOn", "ModifiedBy", "LeadType", " Score"):
        assert name not in proposed.replace("Lead Score", "")


def test_a_mandatory_field_with_a_default_is_not_missing(desk: Desk, account: Account) -> None:
    stage = field("ProspectStage", IsMandatory=True, DefaultValue="Prospect")
    tell(account, stage, field("LeadType", IsMandatory=True, DefaultValue="OT_0"))
    desk.write([ROW])
    assert desk.call("leads.csv").status == 0
    columns = {**COLUMNS, "Remark": "ProspectStage"}
    desk.configure(columns=columns)
    tell(account, stage)
    desk.write([(*person(2)[:5], "")], "blank.csv")
    assert desk.call("blank.csv").status == 0, "its cell is blank, and the server fills the field"
    tell(account, field("mx_Must", IsMandatory=True))
    run = desk.call("blank.csv", "--refresh-fields")
    assert run.status == 2
    assert "mx_Must is mandatory" in run.err


def test_the_length_of_a_phone_field_is_not_held_against_the_number(desk: Desk, account: Account) -> None:
    tell(account)
    desk.configure(columns={**COLUMNS, "Mobile": {"field": "Phone", "type": "phone"}})
    desk.write([ROW])
    assert desk.call("leads.csv").status == 0
    assert account.leads()[0]["attributes"]["Phone"] == "+91-9800000001"


@pytest.mark.parametrize(
    ("target", "status", "message"),
    [
        ("mx_KYC.Status", 2, "no sub-field State, did you mean mx_KYC.Status"),
        ("mx_KYC", 2, "is a custom field set"),
    ],
)
def test_a_sub_field_is_checked_like_a_field(
    desk: Desk, account: Account, target: str, status: int, message: str
) -> None:
    tell(account, field("mx_KYC", DataType="Text", **KYC))
    wrong = target.replace("Status", "State")
    desk.configure(columns={**COLUMNS, "Remark": wrong})
    desk.write([ROW])
    run = desk.call("leads.csv")
    assert run.status == status
    assert message in run.err


def test_options_and_lengths_of_sub_fields_are_held_against_the_rows(desk: Desk, account: Account) -> None:
    tell(account, field("mx_KYC", **KYC))
    desk.configure(columns={**COLUMNS, "Remark": "mx_KYC.Status", "Number": "mx_KYC.mx_CustomObject_1"})
    rows = [
        (*person(number)[:5], *more) for number, more in enumerate([("Done", "12345"), ("Lost", ""), ("", "123456")])
    ]
    desk.write(rows, header=(*HEADER, "Number"))
    assert desk.call("leads.csv").status == 1
    assert [(line.status, line.error) for line in desk.report()] == [
        ("created", ""),
        ("invalid", "off_list"),
        ("invalid", "too_long"),
    ]
