from typing import Any
from urllib.parse import quote

import pytest
from sandbox_account import Account, Clock, Open

PEOPLE = [
    {"FirstName": "Asha", "EmailAddress": "asha@example.com", "mx_City": "Pune", "mx_Budget": "900"},
    {"FirstName": "Binu", "Phone": "9845098450", "mx_City": "PUNE", "mx_Budget": "1000"},
    {"FirstName": "Chitra", "Mobile": "9845098451", "mx_Import_Ref": "a1b2c3d4e5f6"},
]


async def search(account: Account, name: str, value: str, how: str = "=", **rest: Any) -> list[Any]:
    parameter = {"LookupName": name, "LookupValue": value, "SqlOperator": how}
    answer = await account.post("LeadManagement.svc/Leads.Get", {"Parameter": parameter, **rest})
    assert answer.status == 200
    found: list[Any] = answer.json
    return found


def names(leads: list[Any]) -> list[str]:
    return sorted(lead["FirstName"] for lead in leads)


@pytest.fixture
async def people(open_account: Open) -> Account:
    account = await open_account(wall_clock=Clock(1_767_225_600.0))
    for person in PEOPLE:
        assert (await account.create(**person)).status == 200
    return account


@pytest.mark.parametrize(
    ("name", "value", "how", "found"),
    [
        ("mx_Import_Ref", "a1b2c3d4e5f6", "=", ["Chitra"]),
        ("mx_Import_Ref", "a1b2c3d4e5", "=", []),
        ("mx_Import_Ref", "", "=", []),
        ("EmailAddress", "ASHA@example.com", "=", ["Asha"]),
        ("Phone", "+91-9845098450", "=", ["Binu"]),
        ("Phone", "9845098450", "=", []),
        ("Mobile", "+91-9845098451", "=", ["Chitra"]),
        ("mx_City", "pune", "=", ["Asha", "Binu"]),
        ("mx_City", "Pune", "<>", ["Chitra"]),
        ("mx_Budget", "901", ">", ["Binu"]),
        ("mx_Budget", "1000.0", "<=", ["Asha", "Binu"]),
        ("FirstName", "%i%", "LIKE", ["Binu", "Chitra"]),
        ("FirstName", "A_ha", "like", ["Asha"]),
        ("firstname", "asha", "=", ["Asha"]),
        ("ProspectStage", "Prospect", "=", ["Asha", "Binu", "Chitra"]),
        ("CreatedOn", "2026-01-01 00:00:00", ">", []),
        ("CreatedOn", "2026-01-01 00:00:00", ">=", ["Asha", "Binu", "Chitra"]),
        ("CreatedOn", "2026-01-02", "<", ["Asha", "Binu", "Chitra"]),
        ("CreatedOn", "2099-01-01", ">", []),
    ],
)
async def test_a_search_finds_leads_by_any_field(
    people: Account, name: str, value: str, how: str, found: list[str]
) -> None:
    assert names(await search(people, name, value, how)) == found


async def test_a_search_by_id_finds_the_lead(people: Account) -> None:
    lead_id = people.sandbox.leads()[1]["id"]
    assert names(await search(people, "ProspectID", lead_id)) == ["Binu"]


@pytest.mark.parametrize(
    "body", [{}, [], {"SearchParameters": {"LeadIds": []}}, {"Parameter": {"Name": "FirstName"}}, {"Parameter": []}]
)
async def test_a_body_of_another_shape_is_answered_with_every_lead(people: Account, body: Any) -> None:
    assert names((await people.post("LeadManagement.svc/Leads.Get", body)).json) == ["Asha", "Binu", "Chitra"]


@pytest.mark.parametrize(("name", "how", "told"), [("mx_None", "=", "LookupName"), ("FirstName", "IN", "SqlOperator")])
async def test_a_search_by_what_there_is_not_is_refused(people: Account, name: str, how: str, told: str) -> None:
    body = {"Parameter": {"LookupName": name, "LookupValue": "x", "SqlOperator": how}}
    answer = await people.post("LeadManagement.svc/Leads.Get", body)
    assert (answer.status, answer.json["ExceptionType"]) == (500, "MXInvalidInputException")
    assert told in answer.json["ExceptionMessage"]


async def test_a_search_shows_the_columns_that_it_names(people: Account) -> None:
    columns = {"Include_CSV": "ProspectID, CreatedOn,EmailAddress,mx_None"}
    (lead,) = await search(people, "FirstName", "Asha", Columns=columns)
    assert list(lead) == ["ProspectID", "CreatedOn", "EmailAddress"]
    (lead,) = await search(people, "FirstName", "Asha")
    assert len(lead) >= 150


async def test_pages_sorted_by_a_unique_column_show_every_lead_once(open_account: Open) -> None:
    account = await open_account()
    for number in range(25):
        await account.create(FirstName="Same", mx_Import_Ref=f"ref{number:02d}")
    seen: list[str] = []
    for page in range(1, 5):
        found = await search(
            account,
            "FirstName",
            "Same",
            Sorting={"ColumnName": "mx_Import_Ref", "Direction": "1"},
            Paging={"PageIndex": page, "PageSize": 10},
        )
        seen += [lead["mx_Import_Ref"] for lead in found]
    assert seen == [f"ref{number:02d}" for number in reversed(range(25))]


async def test_pages_sorted_by_a_column_that_is_not_unique_show_leads_twice_or_never(open_account: Open) -> None:
    account = await open_account()
    for number in range(25):
        await account.create(FirstName="Same", mx_Import_Ref=f"ref{number:02d}")
    seen: list[str] = []
    for page in (1, 2, 3):
        paging = {"PageIndex": page, "PageSize": 10}
        found = await search(account, "FirstName", "Same", Sorting={"ColumnName": "FirstName"}, Paging=paging)
        seen += [lead["mx_Import_Ref"] for lead in found]
    assert len(seen) == 25
    assert len(set(seen)) < 25


async def test_a_search_finds_a_new_lead_only_after_the_lag(open_account: Open, clock: Clock) -> None:
    account = await open_account(clock=clock, lag_s=2.0)
    await account.create(FirstName="Asha", mx_Import_Ref="r1")
    assert await search(account, "mx_Import_Ref", "r1") == []
    assert (await account.post("LeadManagement.svc/Leads.Get", {})).json == []
    clock.now += 2.0
    assert names(await search(account, "mx_Import_Ref", "r1")) == ["Asha"]


async def test_a_second_lead_with_the_reference_of_another_is_refused(account: Account) -> None:
    assert (await account.create(FirstName="Asha", mx_Import_Ref="r1")).status == 200
    answer = await account.create(FirstName="Binu", mx_Import_Ref="R1")
    assert answer.json["ExceptionType"] == "MXDuplicateEntryException"
    assert answer.json["ExceptionMessage"] == "A Lead with same Import Reference already exists."


async def test_mobile_is_unique_by_default_beside_e_mail_and_phone(account: Account) -> None:
    assert (await account.create(FirstName="Asha", Mobile="9845098450")).status == 200
    answer = await account.create(FirstName="Binu", Mobile="+91-9845098450")
    assert answer.json["ExceptionMessage"] == "A Lead with same Mobile Number already exists."
    assert (await account.create(FirstName="Chitra", Phone="9845098450")).status == 200


async def test_the_look_up_by_phone_reads_mobile_too_and_answers_with_the_latest_lead(
    open_account: Open, clock: Clock
) -> None:
    account = await open_account(clock=clock)
    await account.create(FirstName="Asha", Phone="9845098450")
    clock.now += 1
    await account.create(FirstName="Binu", Mobile="9845098450")
    for number in ("9845098450", "+91-9845098450"):
        answer = await account.call("LeadManagement.svc/RetrieveLeadByPhoneNumber", query=f"phone={quote(number)}")
        assert names(answer.json) == ["Binu"]


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ("any", ["+91-9845098450", "9845098450", "919845098450"]),
        ("stored", ["+91-9845098450"]),
        ("bare", ["9845098450", "919845098450"]),
    ],
)
async def test_the_form_in_which_the_look_up_by_phone_wants_a_number_can_be_chosen(
    open_account: Open, form: str, found: list[str]
) -> None:
    account = await open_account(phone_lookup=form)
    await account.create(FirstName="Asha", Phone="9845098450")
    numbers = ["+91-9845098450", "9845098450", "919845098450", "+91", "x"]
    asked = [
        number
        for number in numbers
        if (await account.call("LeadManagement.svc/RetrieveLeadByPhoneNumber", query=f"phone={quote(number)}")).json
    ]
    assert asked == found


@pytest.mark.parametrize(
    ("path", "query", "found"),
    [
        ("leadmanagement.svc/LEADS.GETBYID", "ID={id}", 1),
        ("LeadManagement.svc/Leads.GetByEmailAddress", "EmailAddress=asha%40example.com", 1),
        ("/LeadManagement.svc//Leads.GetById", "id={id}", 1),
        ("LeadManagement.svc/Leads.GetByEmailAddress", "email=asha%40example.com", 0),
    ],
)
async def test_the_case_of_paths_and_query_names_does_not_matter_but_a_wrong_name_finds_nothing(
    people: Account, path: str, query: str, found: int
) -> None:
    query = query.format(id=people.sandbox.leads()[0]["id"])
    answer = await people.call(path, query=query)
    assert (answer.status, len(answer.json)) == (200, found)
