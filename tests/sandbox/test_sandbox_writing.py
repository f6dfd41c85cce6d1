from typing import Any

import pytest
from sandbox_account import Account, Answer, Clock, Open

ASHA = {"FirstName": "Asha", "EmailAddress": "asha@example.com", "Phone": "9845098450", "Source": "Website"}
NOBODY = "00000000-0000-0000-0000-000000000000"


async def send(account: Account, call: str, *, query: str = "", **values: str) -> Answer:
    items = [{"Attribute": name, "Value": value} for name, value in values.items()]
    return await account.post(f"LeadManagement.svc/{call}", items, query=query)


async def add(account: Account, **values: str) -> str:
    lead_id: str = (await account.create(**values)).json["Message"]["Id"]
    return lead_id


def attributes(account: Account) -> list[dict[str, str]]:
    return [lead["attributes"] for lead in account.sandbox.leads()]


async def test_an_update_changes_what_it_names_and_clears_what_is_empty(account: Account) -> None:
    lead_id = await add(account, **ASHA, mx_City="Pune")
    answer = await send(account, "Lead.Update", query=f"leadId={lead_id}", mx_City="", LastName="Rao", Phone="9")
    assert answer.json == {"Status": "Success", "Message": {"AffectedRows": 1}}
    (stored,) = attributes(account)
    assert stored == {**ASHA, "LastName": "Rao", "Phone": "+91-9"}
    for number, found in (("9", 1), ("9845098450", 0)):
        answer = await account.call("LeadManagement.svc/RetrieveLeadByPhoneNumber", query=f"phone={number}")
        assert len(answer.json) == found


async def test_an_update_moves_modified_on_and_leaves_created_on_alone(open_account: Open) -> None:
    wall = Clock(1_767_225_600.0)
    account = await open_account(wall_clock=wall)
    lead_id = await add(account, **ASHA)
    wall.now += 90
    await send(account, "Lead.Update", query=f"LEADID={lead_id}", LastName="Rao")
    (lead,) = (await account.call("LeadManagement.svc/Leads.GetById", query=f"id={lead_id}")).json
    assert (lead["CreatedOn"], lead["ModifiedOn"]) == ("2026-01-01 00:00:00.000", "2026-01-01 00:01:30.000")


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"EmailAddress": "binu@example.com"}, "MXDuplicateEntryException"),
        ({"mx_None": "x"}, "MXUnknownAttributeException"),
        ({"DoNotCall": "perhaps"}, "MXInvalidDataTypeException"),
        ({"FirstName": "", "EmailAddress": "", "Phone": ""}, "MXInvalidInputException"),
    ],
)
async def test_an_update_that_the_account_refuses_changes_nothing(
    account: Account, values: dict[str, str], kind: str
) -> None:
    lead_id = await add(account, **ASHA)
    await add(account, FirstName="Binu", EmailAddress="binu@example.com")
    before = attributes(account)
    answer = await send(account, "Lead.Update", query=f"leadId={lead_id}", **values)
    assert (answer.status, answer.json["ExceptionType"]) == (500, kind)
    assert attributes(account) == before


async def test_an_update_may_repeat_the_leads_own_unique_values(account: Account) -> None:
    lead_id = await add(account, **ASHA)
    assert (await send(account, "Lead.Update", query=f"leadId={lead_id}", **ASHA)).status == 200


async def test_an_update_of_no_lead_is_refused(account: Account) -> None:
    answer = await send(account, "Lead.Update", query=f"leadId={NOBODY}", LastName="Rao")
    assert answer.json["ExceptionMessage"] == "Invalid Input! Parameter Name: leadId"


@pytest.mark.parametrize(
    ("values", "updated"),
    [
        ({"SearchBy": "EmailAddress", "EmailAddress": "ASHA@example.com"}, True),
        ({"SearchBy": "Phone", "Phone": "+91-9845098450"}, True),
        ({"SearchBy": "FirstName", "FirstName": "Asha"}, True),
        ({"EmailAddress": "asha@example.com"}, True),
        ({"EmailAddress": "new@example.com", "Phone": "9845098450"}, True),
        ({"SearchBy": "EmailAddress", "EmailAddress": "new@example.com"}, False),
        ({"SearchBy": "Phone", "FirstName": "Asha"}, False),
    ],
)
async def test_create_or_update_goes_by_search_by_else_by_e_mail_then_phone(
    account: Account, values: dict[str, str], *, updated: bool
) -> None:
    lead_id = await add(account, **ASHA)
    answer = await send(account, "Lead.CreateOrUpdate", query="postUpdatedLead=false", **values, LastName="Rao")
    assert answer.json["Message"]["AffectedRows"] == 1
    assert (answer.json["Message"]["Id"] == lead_id) is updated
    assert len(attributes(account)) == (1 if updated else 2)
    assert attributes(account)[-1]["LastName"] == "Rao"
    assert "SearchBy" not in attributes(account)[-1]


async def test_create_or_update_is_a_duplicate_when_the_mail_is_new_and_the_phone_taken(account: Account) -> None:
    await add(account, **ASHA)
    answer = await send(
        account, "Lead.CreateOrUpdate", SearchBy="EmailAddress", EmailAddress="new@example.com", Phone="9845098450"
    )
    assert answer.json["ExceptionType"] == "MXDuplicateEntryException"
    assert len(attributes(account)) == 1


async def test_a_search_by_what_is_no_field_is_refused(account: Account) -> None:
    answer = await send(account, "Lead.CreateOrUpdate", SearchBy="Nothing", FirstName="Asha")
    assert "SearchBy" in answer.json["ExceptionMessage"]


@pytest.mark.parametrize(
    ("behaviour", "changed"),
    [
        ("", {"FirstName": "Asa", "Phone": "+91-1", "mx_City": "Pune", "Source": "Website"}),
        ("DoNotUpdate", {"FirstName": "Asha", "Phone": "+91-9845098450", "mx_City": None, "Source": "Website"}),
        ("UpdateOnlyEmptyFields", {"FirstName": "Asha", "Phone": "+91-9845098450", "mx_City": "Pune"}),
        ("DoNotUpdateUniqueFields", {"FirstName": "Asa", "Phone": "+91-9845098450", "mx_City": "Pune"}),
    ],
)
async def test_a_second_capture_updates_as_it_says_and_leaves_the_source_alone(
    account: Account, behaviour: str, changed: dict[str, Any]
) -> None:
    lead_id = await add(account, **ASHA)
    again = {"FirstName": "Asa", "EmailAddress": "asha@example.com", "Phone": "1", "mx_City": "Pune", "Source": "Ads"}
    answer = await send(account, "Lead.Capture", query=f"LeadUpdateBehavior={behaviour}", **again)
    assert answer.json["Message"]["RelatedId"] == lead_id != answer.json["Message"]["Id"]
    (stored,) = attributes(account)
    assert {name: stored.get(name) for name in changed} == changed


async def test_a_capture_without_a_key_makes_a_new_lead_each_time(account: Account) -> None:
    ids = {(await send(account, "Lead.Capture", FirstName="Asha")).json["Message"]["RelatedId"] for _ in range(3)}
    assert len(ids) == len(attributes(account)) == 3


async def test_a_capture_goes_by_the_id_it_names(account: Account) -> None:
    lead_id = await add(account, FirstName="Asha")
    answer = await send(account, "Lead.Capture", ProspectID=lead_id, LastName="Rao")
    assert answer.json["Message"]["RelatedId"] == lead_id
    assert attributes(account) == [{"FirstName": "Asha", "LastName": "Rao"}]


async def test_a_lead_is_deleted_only_where_support_has_enabled_it(account: Account) -> None:
    first, second = await add(account, **ASHA), await add(account, FirstName="Binu")
    path, query = "LeadManagement.svc/Lead/Delete/ById", f"leadId={first}"
    assert (await account.call(path, query=query)).json["Status"] == "Error"
    assert len(attributes(account)) == 2
    account.sandbox.change(allow_delete=True)
    assert (await account.call(path, query=query)).json == {"Status": "Success"}
    assert [lead["id"] for lead in account.sandbox.leads()] == [second]
    assert (await account.call(path, query=query)).json["Status"] == "Error"
    assert (await account.create(**ASHA)).status == 200


async def test_leads_are_counted_by_prospect_auto_id_deleted_ones_too(open_account: Open) -> None:
    account = await open_account(allow_delete=True)
    first, second = await add(account, FirstName="Asha"), await add(account, FirstName="Binu")
    await account.call("LeadManagement.svc/Lead/Delete/ById", query=f"leadId={first}")
    third = await add(account, FirstName="Chitra")
    told = [
        (await account.call("LeadManagement.svc/Leads.GetById", query=f"id={one}")).json[0]["ProspectAutoId"]
        for one in (second, third)
    ]
    assert told == ["2", "3"]
    await send(account, "Lead.Update", query=f"leadId={third}", LastName="Rao")
    assert [lead["attributes"]["FirstName"] for lead in account.sandbox.leads()] == ["Binu", "Chitra"]
