"""`Lead/Bulk/CreateOrUpdate`."""

import pytest
from bulk_calls import CREATE_OR_UPDATE, names, row, send, send_names
from sandbox_account import Account, Answer, Clock, Open

from importer.sandbox.calls import CREATES


async def change(account: Account, *rows: object) -> Answer:
    return await send(account, *rows, call=CREATE_OR_UPDATE)


async def test_each_row_creates_updates_or_is_refused_by_itself_and_says_which(account: Account) -> None:
    old = (await account.create(FirstName="Old", EmailAddress="old@example.com", Phone="1")).json["Message"]["Id"]
    answer = await change(
        account,
        row(SearchBy="EmailAddress", FirstName="New", EmailAddress="new@example.com"),
        row(SearchBy="EmailAddress", EmailAddress="OLD@example.com", mx_City="Pune"),
        row(FirstName="Taken", EmailAddress="other@example.com", SearchBy="EmailAddress", Phone="1"),
        row(SearchBy="Phone", Phone="1", LastName="Rao"),
        {"no": "array"},
        row(SearchBy="Nothing", FirstName="X"),
        row(EmailAddress="new@example.com", mx_None="x"),
    )
    new = account.sandbox.leads()[1]["id"]
    assert answer.status == 200
    created, updated, duplicate, again, malformed, wrong, unknown = answer.json
    done = {"LeadCreated": False, "LeadUpdated": False, "AffectedRows": 1}
    assert created == {"RowNumber": 1, "LeadId": new, **done, "LeadCreated": True}
    assert updated == {"RowNumber": 2, "LeadId": old, **done, "LeadUpdated": True}
    assert again == {"RowNumber": 4, "LeadId": old, **done, "LeadUpdated": True}
    refused = {"LeadId": "", "LeadCreated": False, "LeadUpdated": False, "AffectedRows": 0}
    assert duplicate == {
        "RowNumber": 3,
        **refused,
        "ExceptionType": "MXDuplicateEntryException",
        "ErrorMessage": "A Lead with same Phone Number already exists.",
    }
    assert malformed["ErrorMessage"].startswith("Invalid data")
    assert "SearchBy" in wrong["ErrorMessage"]
    assert unknown["ExceptionType"] == "MXUnknownAttributeException"
    assert all(entry.items() >= refused.items() for entry in (malformed, wrong, unknown))
    assert names(account) == ["Old", "New"]
    stored = account.sandbox.leads()[0]["attributes"]
    assert stored == {**stored, "EmailAddress": "OLD@example.com", "LastName": "Rao", "mx_City": "Pune"}


@pytest.mark.parametrize("twins", ["first", "both", "none"])
async def test_the_second_of_two_rows_with_one_key_updates_the_lead_of_the_first(
    open_account: Open, twins: str
) -> None:
    account = await open_account(bulk_twins=twins)
    first, second = (
        await change(
            account,
            row(SearchBy="Phone", FirstName="A", Phone="1"),
            row(SearchBy="Phone", FirstName="B", Phone="1"),
        )
    ).json
    assert first["LeadId"] == second["LeadId"]
    assert (first["LeadCreated"], second["LeadUpdated"]) == (True, True)
    assert names(account) == ["B"]


@pytest.mark.parametrize(("count", "status"), [(25, 200), (26, 500)])
async def test_a_call_holds_at_most_twenty_five_rows(account: Account, count: int, status: int) -> None:
    answer = await send_names(account, "N" * count, call=CREATE_OR_UPDATE)
    assert answer.status == status
    assert len(account.sandbox.leads()) == (25 if status == 200 else 0)


async def test_both_bulk_calls_share_one_limit(open_account: Open, clock: Clock) -> None:
    account = await open_account(clock=clock, bulk_calls=2)
    assert (await send_names(account, "A")).status == 200
    assert (await change(account, row(FirstName="B"))).status == 200
    for call in ("Lead/Bulk/Create", CREATE_OR_UPDATE):
        refused = await send_names(account, "C", call=call)
        assert refused.json["ExceptionMessage"] == "API calls exceeded the limit of 2 in 5 second(s)"
    assert names(account) == ["A", "B"]


async def test_faults_on_creates_strike_it(open_account: Open) -> None:
    assert CREATE_OR_UPDATE in CREATES
    account = await open_account(error_500_after=1.0)
    assert (await change(account, row(FirstName="A"))).status == 500
    assert account.sandbox.stats()["faults"] == {"error_500_after": 1}
