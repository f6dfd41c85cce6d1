from typing import Any

import pytest
from sandbox_account import Account, Clock, Open

RECENT = "LeadManagement.svc/Leads.RecentlyModified"
BY_IDS = "LeadManagement.svc/Leads/Retrieve/ByIds"


def flat(answer: Any) -> list[dict[str, Any]]:
    return [{one["Attribute"]: one["Value"] for one in lead["LeadPropertyList"]} for lead in answer["Leads"]]


async def test_recently_modified_leads_are_told_as_property_lists_by_their_hidden_milliseconds(
    open_account: Open,
) -> None:
    wall = Clock(1_767_225_600.7)
    account = await open_account(wall_clock=wall)
    lead_id = (await account.create(FirstName="Asha")).json["Message"]["Id"]
    wall.now += 10
    await account.create(FirstName="Binu")

    async def recent(since: str, until: str) -> list[str]:
        period = {"FromDate": f"2026-01-01 {since}", "ToDate": f"2026-01-01 {until}"}
        answer = (await account.post(RECENT, {"Parameter": period, "Columns": {"Include_CSV": "FirstName"}})).json
        assert answer["RecordCount"] == len(answer["Leads"])
        return sorted(lead["FirstName"] for lead in flat(answer))

    assert await recent("00:00:00", "00:00:05") == ["Asha"]
    assert await recent("00:00:00", "00:00:00") == []
    assert await recent("00:00:01", "00:00:20") == ["Binu"]
    wall.now += 60
    await account.post(
        "LeadManagement.svc/Lead.Update", [{"Attribute": "LastName", "Value": "Rao"}], query=f"leadId={lead_id}"
    )
    assert await recent("00:01:00", "00:02:00") == ["Asha"]


async def test_recently_modified_leads_come_in_pages_with_the_count_of_all(account: Account) -> None:
    for number in range(5):
        await account.create(FirstName=f"N{number}")
    body = {
        "Parameter": {"FromDate": "2000-01-01 00:00:00", "ToDate": "2999-01-01 00:00:00"},
        "Columns": {"Include_CSV": "FirstName,ProspectAutoId"},
        "Sorting": {"ColumnName": "ProspectAutoId", "Direction": "0"},
        "Paging": {"PageIndex": 2, "PageSize": 2},
    }
    answer = (await account.post(RECENT, body)).json
    assert answer["RecordCount"] == 5
    assert [lead["FirstName"] for lead in flat(answer)] == ["N2", "N3"]
    assert list(flat(answer)[0]) == ["FirstName", "ProspectAutoId"]


async def test_a_moment_that_is_none_is_refused(account: Account) -> None:
    answer = await account.post(RECENT, {"Parameter": {"FromDate": "yesterday", "ToDate": "2999-01-01 00:00:00"}})
    assert answer.json["ExceptionMessage"] == "Invalid Input! Parameter Name: FromDate"


async def test_leads_are_retrieved_by_ids_those_that_there_are_not_left_out(account: Account) -> None:
    ids = [(await account.create(FirstName=f"N{number}")).json["Message"]["Id"] for number in range(3)]
    body = {
        "SearchParameters": {"LeadIds": [ids[2], "00000000-0000-0000-0000-000000000000", ids[0].upper()]},
        "Columns": {"Include_CSV": "ProspectID,FirstName"},
    }
    answer = (await account.post(BY_IDS, body)).json
    assert answer == {
        "RecordCount": 2,
        "Leads": [{"ProspectID": ids[2], "FirstName": "N2"}, {"ProspectID": ids[0], "FirstName": "N0"}],
    }
    assert (await account.post(BY_IDS, {"LeadIds": ids})).json == {"RecordCount": 0, "Leads": []}


async def test_no_listing_tells_of_a_lead_before_the_lag(open_account: Open, clock: Clock) -> None:
    account = await open_account(clock=clock, lag_s=2.0)
    lead_id = (await account.create(FirstName="Asha", EmailAddress="asha@example.com")).json["Message"]["Id"]

    async def told() -> list[int]:
        by_ids = (await account.post(BY_IDS, {"SearchParameters": {"LeadIds": [lead_id]}})).json["Leads"]
        recent = (await account.post(RECENT, {"Parameter": {"FromDate": "2000-01-01", "ToDate": ""}})).json["Leads"]
        quick = (await account.call("LeadManagement.svc/Leads.GetByQuickSearch", query="key=ASH")).json
        return [len(by_ids), len(recent), len(quick)]

    assert await told() == [0, 0, 0]
    clock.now += 2.0
    assert await told() == [1, 1, 1]


@pytest.mark.parametrize(("key", "found"), [("ash", 1), ("098450", 1), ("EXAMPLE", 1), ("", 0), ("zz", 0)])
async def test_a_quick_search_reads_names_and_contacts(account: Account, key: str, found: int) -> None:
    await account.create(FirstName="Asha", EmailAddress="a@example.com", Phone="9845098450")
    assert len((await account.call("LeadManagement.svc/Leads.GetByQuickSearch", query=f"key={key}")).json) == found
