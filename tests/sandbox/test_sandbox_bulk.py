"""`Lead/Bulk/Create`."""

import pytest
from bulk_calls import CREATE, names, row, send
from sandbox_account import Account, Clock, Open


async def test_each_row_is_created_or_refused_by_itself(account: Account) -> None:
    await account.create(FirstName="Old", EmailAddress="old@example.com")
    kyc = {"Attribute": "mx_KYC", "Value": "", "Fields": [{"Attribute": "Status", "Value": "Pending"}]}
    answer = await send(
        account,
        [*row(FirstName="A", EmailAddress="a@example.com"), kyc],
        row(FirstName="B", EmailAddress="OLD@example.com"),
        row(FirstName="C", mx_None="x"),
        row(mx_City="Pune"),
        {"no": "array"},
        row(FirstName="D", EmailAddress="a@example.com"),
        row(FirstName="E"),
    )
    assert answer.status == 200
    told = answer.json
    assert [one["RowNumber"] for one in told] == [1, 2, 3, 4, 5, 6, 7]
    assert [one["LeadCreated"] for one in told] == [True, False, False, False, False, False, True]
    assert [one["LeadId"] for one in told if one["LeadCreated"]] == [lead["id"] for lead in account.sandbox.leads()[1:]]
    assert told[1]["ErrorMessage"] == told[5]["ErrorMessage"] == "A Lead with same Email already exists."
    assert told[2]["ErrorMessage"] == "Attribute(s) does not exist - mx_None."
    assert told[4]["ErrorMessage"].startswith("Invalid data")
    assert names(account) == ["Old", "A", "E"]
    assert account.sandbox.leads()[1]["attributes"]["mx_KYC"] == '{"Status":"Pending"}'


@pytest.mark.parametrize(("count", "status"), [(50, 200), (51, 500)])
async def test_a_call_holds_at_most_fifty_rows(account: Account, count: int, status: int) -> None:
    answer = await send(account, *(row(FirstName=f"N{number}") for number in range(count)))
    assert answer.status == status
    assert len(account.sandbox.leads()) == (50 if status == 200 else 0)


@pytest.mark.parametrize("body", [b"[", b"{}", b"[]"])
async def test_a_body_that_is_no_array_of_rows_is_malformed(account: Account, body: bytes) -> None:
    assert (await account.call(f"LeadManagement.svc/{CREATE}", verb="POST", body=body)).status == 400


async def test_bulk_calls_have_a_limit_of_their_own_and_count_in_the_other_one(
    open_account: Open, clock: Clock
) -> None:
    account = await open_account(clock=clock, calls=4, bulk_calls=2)
    for number in range(2):
        assert (await send(account, row(FirstName=f"N{number}"))).status == 200
    refused = await send(account, row(FirstName="N2"))
    assert (refused.status, refused.json["ExceptionType"]) == (429, "MXAPIRateLimitExceededException")
    assert refused.json["ExceptionMessage"] == "API calls exceeded the limit of 2 in 5 second(s)"
    assert (await account.create(FirstName="N3")).status == 200
    assert (
        (await account.create(FirstName="N4")).json["ExceptionMessage"].startswith("API calls exceeded the limit of 4")
    )
    clock.now += 5
    assert (await send(account, row(FirstName="N5"))).status == 200
    account.sandbox.change(bulk_limit="off", limit="off")
    for number in range(6, 10):
        assert (await send(account, row(FirstName=f"N{number}"))).status == 200
