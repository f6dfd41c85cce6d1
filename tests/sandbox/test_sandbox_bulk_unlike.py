"""What nobody knows of a bulk call, each way of it to be chosen: its reply, its twins, its unknown attributes."""

from typing import Any

import pytest
from bulk_calls import CREATE, CREATE_OR_UPDATE, names, numbers, row, send, send_names
from sandbox_account import Account, Open

EIGHT = "ABCDEFGH"
BOTH_CALLS = pytest.mark.parametrize("call", [CREATE, CREATE_OR_UPDATE])


@BOTH_CALLS
@pytest.mark.parametrize("reply", ["known", "short", "reordered", "zero_based"])
async def test_the_entries_of_a_reply_may_be_other_than_expected_but_the_rows_are_stored(
    open_account: Open, reply: str, call: str
) -> None:
    account = await open_account(bulk_reply=reply)
    answer = await send_names(account, EIGHT, call=call)
    assert answer.status == 200
    assert names(account) == list(EIGHT)
    told, all_numbers = numbers(answer), list(range(1, 9))
    match reply:
        case "known":
            assert told == all_numbers
        case "short":
            assert len(told) == 7
            assert [number for number in all_numbers if number in told] == told
        case "reordered":
            assert told != all_numbers
            assert sorted(told) == all_numbers
        case _:
            assert told == list(range(8))
    base = 0 if reply == "zero_based" else 1
    ids = [lead["id"] for lead in account.sandbox.leads()]
    assert all(ids[entry["RowNumber"] - base] == entry["LeadId"] for entry in answer.json)


@pytest.mark.parametrize("reply", ["short", "reordered"])
async def test_a_seed_draws_the_same_replies_again_whatever_else_it_draws(open_account: Open, reply: str) -> None:
    runs = []
    for seed, latency in ((7, "0"), (7, "0.1-0.2"), (8, "0")):
        account = await open_account(seed=seed, bulk_reply=reply, bulk_calls=None)
        account.sandbox.change(latency=latency, error_500_before=0.0)
        runs.append([numbers(await send_names(account, EIGHT)) for _ in range(12)])
    assert runs[0] == runs[1] != runs[2]
    assert len({tuple(told) for told in runs[0]}) > 3


@pytest.mark.parametrize(
    ("reply", "told"), [("short", []), ("reordered", [1]), ("zero_based", [0]), ("envelope", None)]
)
async def test_a_call_with_one_row_has_such_replies_too(open_account: Open, reply: str, told: list[int] | None) -> None:
    account = await open_account(bulk_reply=reply)
    answer = await send_names(account, "A")
    assert (answer.json["Status"] if told is None else numbers(answer)) == ("Error" if told is None else told)
    assert names(account) == ["A"]


async def test_another_order_is_never_the_same_order(open_account: Open) -> None:
    account = await open_account(bulk_reply="reordered", bulk_calls=None)
    assert [numbers(await send_names(account, "AB")) for _ in range(8)] == [[2, 1]] * 8


@BOTH_CALLS
async def test_an_envelope_tells_the_first_refusal_although_other_rows_were_stored(
    open_account: Open, call: str
) -> None:
    account = await open_account(bulk_reply="envelope")
    answer = await send(account, row(FirstName="A"), row(FirstName="B", mx_None="x"), row(FirstName="C"), call=call)
    assert answer.status == 500
    assert answer.json == {
        "Status": "Error",
        "ExceptionType": "MXUnknownAttributeException",
        "ExceptionMessage": "Attribute(s) does not exist - mx_None.",
        "IsMXException": True,
    }
    assert names(account) == ["A", "C"]


async def test_an_envelope_comes_although_no_row_was_refused(open_account: Open) -> None:
    account = await open_account(bulk_reply="envelope", mx_status=200)
    answer = await send_names(account, "AB")
    assert (answer.status, answer.json["ExceptionType"]) == (200, "MXInvalidInputException")
    assert names(account) == ["A", "B"]


TWINS = (
    row(FirstName="A", EmailAddress="a@example.com"),
    row(FirstName="B", EmailAddress="A@example.com", Phone="9845098450"),
    row(FirstName="C", Phone="98450 98450"),
    row(FirstName="D"),
    row(FirstName="E", EmailAddress="no address", Phone="9845098450"),
)
MAIL, PHONE = "A Lead with same Email already exists.", "A Lead with same Phone Number already exists."
INVALID = "Invalid Input! Parameter Name: EmailAddress"


@pytest.mark.parametrize(
    ("switch", "stored", "told"),
    [
        ("first", "ACD", [None, MAIL, None, None, INVALID]),
        ("both", "ABCD", [None, None, None, None, INVALID]),
        ("none", "D", [MAIL, MAIL, PHONE, None, INVALID]),
    ],
)
async def test_rows_of_one_call_that_share_a_unique_value(
    open_account: Open, switch: str, stored: str, told: list[str | None]
) -> None:
    account = await open_account(bulk_twins=switch)
    answer = await send(account, *TWINS)
    assert [entry.get("ErrorMessage") for entry in answer.json] == told
    assert names(account) == list(stored)


@pytest.mark.parametrize("switch", ["first", "both", "none"])
async def test_a_lead_of_another_call_is_a_duplicate_whatever_becomes_of_twins(open_account: Open, switch: str) -> None:
    account = await open_account(bulk_twins=switch, bulk_calls=None)
    await send(account, row(FirstName="A", EmailAddress="a@example.com"))
    answer = await send(account, row(FirstName="B", EmailAddress="a@example.com"))
    assert answer.json[0]["ErrorMessage"] == MAIL
    assert names(account) == ["A"]


async def test_twins_are_twins_where_only_one_of_them_is_worked_on(open_account: Open) -> None:
    account = await open_account(bulk_twins="none")
    account.sandbox.script([{"call": CREATE, "fault": "error_500_after", "rows": 1}])
    await send(account, *TWINS)
    assert names(account) == []


@BOTH_CALLS
async def test_an_unknown_attribute_of_one_row_may_sink_the_call(open_account: Open, call: str) -> None:
    account = await open_account(bulk_unknown="call")
    kyc = {"Attribute": "mx_KYC", "Value": "", "Fields": [{"Attribute": "Stature", "Value": "1"}]}
    rows: list[Any] = [row(FirstName="A"), {"no": "array"}, row(FirstName="B", mx_None="x"), [*row(FirstName="C"), kyc]]
    answer = await send(account, *rows, call=call)
    assert answer.status == 500
    assert answer.json["ExceptionType"] == "MXUnknownAttributeException"
    assert answer.json["ExceptionMessage"] == "Attribute(s) does not exist - mx_None,Stature."
    assert names(account) == []
    assert len((await send(account, *rows[:2], call=call)).json) == 2
    assert names(account) == ["A"]


async def test_an_unknown_attribute_sinks_the_call_where_its_row_is_not_worked_on_too(open_account: Open) -> None:
    account = await open_account(bulk_unknown="call", bulk_late_s=0.01)
    account.sandbox.script([{"call": CREATE, "fault": "error_500_after", "rows": 1}])
    await send(account, row(FirstName="A"), row(FirstName="B", mx_None="x"))
    assert names(account) == []
    assert account.sandbox.stats()["in_flight"] == 0


async def test_the_switches_are_changed_while_it_runs(account: Account) -> None:
    for switches in ({"bulk_reply": "zero_based"}, {"bulk_twins": "both", "bulk_unknown": "call"}):
        answer = await account.control("settings", switches)
        assert answer.json["settings"].items() >= switches.items()
    assert numbers(await send(account, *TWINS[:2])) == [0, 1]
    assert names(account) == ["A", "B"]
    assert (await account.control("settings", {"bulk_reply": "long"})).status == 400
