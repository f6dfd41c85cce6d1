"""A bulk call of which a part of the rows is worked on: at once, later, never."""

import asyncio

import aiohttp
import pytest
from bulk_calls import CREATE, CREATE_OR_UPDATE, names, numbers, row, send, send_names
from sandbox_account import Account, Open, PassTime, until

from importer.sandbox import FAULTS

EIGHT = "ABCDEFGH"
AFTER = [fault for fault in FAULTS if fault.endswith("_after")]


async def test_a_struck_call_stores_all_its_rows_or_none_unless_parts_are_wanted(open_account: Open) -> None:
    account = await open_account(error_500_after=1.0, bulk_calls=None)
    assert (await send_names(account, "AB")).status == 500
    assert names(account) == ["A", "B"]
    account.sandbox.change(error_500_after=0.0, error_500_before=1.0)
    assert (await send_names(account, "CD")).status == 500
    assert names(account) == ["A", "B"]


async def test_of_a_struck_call_a_drawn_part_of_the_rows_is_stored(open_account: Open) -> None:
    account = await open_account(error_500_after=1.0, bulk_partial=1.0, bulk_calls=None)
    kept: list[int] = []
    for _ in range(20):
        before = len(account.sandbox.leads())
        await send_names(account, EIGHT)
        kept.append(len(account.sandbox.leads()) - before)
    assert 0 < sum(kept) < 160
    assert len(set(kept)) > 3


SEEN = {"drop": "lost", "error_500": "500", "html_502": "502", "gateway_504": "504", "hang": "nothing", "cut": "half"}


async def suffer(account: Account, call: str) -> str:
    """What the client sees of a call with eight rows."""
    sending = asyncio.create_task(send_names(account, EIGHT, call=call))
    await until(lambda: sending.done() or "hang_after" in account.sandbox.stats()["faults"])
    if not sending.done():
        sending.cancel()
    try:
        answer = await sending
    except asyncio.CancelledError:
        return "nothing"
    except aiohttp.ClientPayloadError:
        return "half"
    except aiohttp.ClientConnectionError:
        return "lost"
    return str(answer.status)


@pytest.mark.parametrize("call", [CREATE, CREATE_OR_UPDATE])
@pytest.mark.parametrize("fault", AFTER)
async def test_every_fault_after_storing_can_leave_a_seeded_part_of_the_rows(
    open_account: Open, fault: str, call: str
) -> None:
    stored = []
    for seed in (1, 1, 2):
        account = await open_account(seed=seed, bulk_partial=1.0, **{fault: 1.0})
        assert await suffer(account, call) == SEEN[fault.removesuffix("_after")]
        stored.append("".join(names(account)))
    assert stored[0] == stored[1] != stored[2]
    for kept in stored:
        assert 0 < len(kept) < len(EIGHT)
        assert list(kept) == sorted(kept)
    assert not all(EIGHT.startswith(kept) for kept in stored), "a part is any of the rows, not the first ones"


async def test_a_call_may_be_cut_after_its_first_rows(account: Account) -> None:
    account.sandbox.script([{"call": CREATE, "fault": "cut_after", "rows": 3}])
    assert await suffer(account, CREATE) == "half"
    assert names(account) == list("ABC")


@pytest.mark.parametrize("rows", [0, 2])
async def test_a_script_says_how_many_rows_are_worked_on_before_the_reply_is_lost(account: Account, rows: int) -> None:
    account.sandbox.script([{"call": CREATE, "status": 504, "store": True, "rows": rows}])
    assert (await send_names(account, "ABC")).status == 504
    assert names(account) == list("ABC")[:rows]


async def test_a_reply_that_leaves_rows_out_can_be_scripted(account: Account) -> None:
    account.sandbox.script([{"call": CREATE, "fault": "none", "rows": 2}])
    assert numbers(await send_names(account, "ABC")) == [1, 2]


async def test_keys_and_form_are_looked_at_before_a_part_is(account: Account) -> None:
    account.sandbox.script([{"call": CREATE, "fault": "none", "rows": 0, "times": 2}])
    path = f"LeadManagement.svc/{CREATE}"
    assert (await account.call(path, verb="POST", keys=("no", "keys"), body=b"[[]]")).status == 401
    assert (await account.call(path, verb="POST", body=b"{}")).status == 400


async def test_the_rest_of_a_part_is_stored_row_by_row_over_the_seconds(
    open_account: Open, pass_time: PassTime
) -> None:
    account = await open_account(bulk_late_s=900)
    account.sandbox.script([{"call": CREATE, "fault": "error_500_after", "rows": 1}])
    assert (await send_names(account, "ABCD")).status == 500
    for stored in ("A", "AB", "ABC"):
        await until(lambda stored=stored: names(account) == list(stored))  # type: ignore[misc]
        assert account.sandbox.stats()["in_flight"] == 1
        pass_time(200)
        for _ in range(5):
            await asyncio.sleep(0)  # what is due now is done by then
        assert names(account) == list(stored), "it is not yet time"
        pass_time(100)
    await until(lambda: account.sandbox.stats()["in_flight"] == 0)
    assert names(account) == list("ABCD")


async def test_a_call_is_in_flight_until_its_own_last_row(open_account: Open, pass_time: PassTime) -> None:
    account = await open_account(bulk_late_s=2000, bulk_calls=None)
    account.sandbox.script([{"call": CREATE, "fault": "error_500_after", "rows": 0, "times": 2}])
    await send_names(account, "AB")
    assert account.sandbox.stats()["in_flight"] == 1
    account.sandbox.change(bulk_late_s=400)
    await send_names(account, "CD")
    assert account.sandbox.stats()["in_flight"] == 2
    pass_time(500)
    await until(lambda: account.sandbox.stats()["in_flight"] == 1)
    assert names(account) == ["C", "D"]
    pass_time(2000)
    await until(lambda: account.sandbox.stats()["in_flight"] == 0)
    assert names(account) == ["C", "D", "A", "B"]


async def test_a_late_row_is_refused_by_what_was_stored_meanwhile(open_account: Open, pass_time: PassTime) -> None:
    account = await open_account(bulk_late_s=900)
    account.sandbox.script([{"call": CREATE, "fault": "error_500_after", "rows": 1}])
    await send(account, row(FirstName="A"), row(FirstName="B", Phone="1"), row(FirstName="C", mx_None="x"))
    await account.create(FirstName="Other", Phone="1")
    pass_time(1000)
    await until(lambda: account.sandbox.stats()["in_flight"] == 0)
    assert names(account) == ["A", "Other"]


async def test_a_reset_forgets_the_rows_that_were_still_to_come(open_account: Open, pass_time: PassTime) -> None:
    account = await open_account(bulk_late_s=900)
    script = [{"call": CREATE, "fault": "error_500_after", "rows": 0}]
    account.sandbox.script(script)
    await send_names(account, "AB")
    account.sandbox.reset()
    account.sandbox.script(script)
    await send_names(account, "CD")
    assert account.sandbox.stats()["in_flight"] == 1
    pass_time(1000)
    await until(lambda: account.sandbox.stats()["in_flight"] == 0)
    assert names(account) == ["C", "D"]


async def test_the_rows_of_a_part_keep_their_numbers(open_account: Open) -> None:
    account = await open_account(seed=3, bulk_partial=1.0, cut_after=1.0)
    sandbox = account.sandbox
    headers = {"x-LSQ-AccessKey": sandbox.access_key, "x-LSQ-SecretKey": sandbox.secret_key}
    url = f"{sandbox.url}/v2/LeadManagement.svc/{CREATE}"
    rows = [row(FirstName=name) for name in EIGHT]
    async with account.session.post(url, json=rows, headers=headers) as response:
        begin = await response.content.readexactly(20)
    first = names(account)[0]
    assert first != "A"
    assert begin.startswith(b'[{"RowNumber":%d,' % (EIGHT.index(first) + 1))
