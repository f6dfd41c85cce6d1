import asyncio
from itertools import pairwise
from typing import Any

import aiohttp
import pytest
from sandbox_account import LEAD_CREATE, Account, Clock, Open, until

from importer.sandbox import FAULTS, Sandbox, Settings


async def suffer(account: Account, fault: str, **values: str) -> str:
    """What the client sees of a create that this fault strikes."""
    account.sandbox.script([{"fault": fault}])
    try:
        answer = await asyncio.wait_for(account.create(**values), 0.5)
    except TimeoutError:
        return "nothing"
    except aiohttp.ClientPayloadError:
        return "half"
    except aiohttp.ClientConnectionError:
        return "lost"
    return f"{answer.status} {answer.headers['Content-Type'].split(';')[0]} {'Exception' in answer.text}"


SEEN = {
    "drop": "lost",
    "error_500": "500 text/plain False",
    "html_502": "502 text/html False",
    "gateway_504": "504 text/html False",
    "hang": "nothing",
    "cut": "half",
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_strikes_before_or_after_the_lead_is_stored(
    account: Account, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    what, _, when = fault.rpartition("_")
    assert await suffer(account, fault, FirstName="Asha", Phone="9845098450") == SEEN[what]
    assert len(account.sandbox.leads()) == (when == "after")
    stats = account.sandbox.stats()
    assert stats["faults"] == {fault: 1}
    assert stats["in_flight"] == 0
    assert account.sandbox.arrivals()[-1]["answer"] == fault
    again = (await account.create(FirstName="Asha", Phone="9845098450")).json
    assert again["Status"] == ("Error" if when == "after" else "Success")
    assert [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []


@pytest.mark.parametrize("fault", FAULTS)
async def test_odds_of_one_strike_every_create_and_no_look_up(open_account: Open, fault: str) -> None:
    account = await open_account(**{fault: 1.0})
    tries = [asyncio.create_task(account.create(FirstName="Asha")) for _ in range(3)]
    await asyncio.wait(tries, timeout=0.3)
    for one in tries:
        one.cancel()
    await asyncio.gather(*tries, return_exceptions=True)
    assert account.sandbox.stats()["faults"] == {fault: 3}
    assert (await account.call("LeadManagement.svc/Leads.GetById", query="id=x")).json == []
    account.sandbox.change(faults_on="all", **{fault: 0.0, "error_500_before": 1.0})
    assert (await account.call("LeadManagement.svc/Leads.GetById", query="id=x")).status == 500


async def test_a_seed_gives_the_same_faults_and_ids_again(open_account: Open) -> None:
    runs = []
    for seed in (7, 7, 8):
        account = await open_account(seed=seed, error_500_after=0.3, html_502_before=0.3)
        for number in range(40):
            await account.create(FirstName=f"N{number}")
        answers = [arrival["answer"] for arrival in account.sandbox.arrivals()]
        runs.append((answers, [lead["id"] for lead in account.sandbox.leads()]))
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]
    assert {"created", "error_500_after", "html_502_before"} == set(runs[0][0])


async def test_a_reset_draws_from_the_seeds_beginning(open_account: Open) -> None:
    account = await open_account(error_500_before=0.5)
    seen = []
    for _ in range(2):
        account.sandbox.reset()
        seen.append([(await account.create(FirstName="Asha")).text for _ in range(20)])
    assert seen[0] == seen[1]


async def test_a_hanging_call_ends_with_the_sandbox() -> None:
    async with aiohttp.ClientSession() as session:
        sandbox = Sandbox(Settings(port=0, calls=None, hang_after=1.0))
        await sandbox.start()
        account = Account(sandbox, session)
        hanging = asyncio.create_task(account.create(FirstName="Asha"))
        await until(sandbox.leads)
        assert not hanging.done()
        await sandbox.stop()
        with pytest.raises(aiohttp.ClientConnectionError):
            await hanging


async def test_a_call_whose_client_is_gone_still_arrives_and_is_stored(open_account: Open) -> None:
    account = await open_account(latency_ms=(100, 100))
    leaving = asyncio.create_task(account.create(FirstName="Asha"))
    await until(lambda: account.sandbox.stats()["in_flight"])
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    await until(lambda: not account.sandbox.stats()["in_flight"])
    assert len(account.sandbox.leads()) == 1


async def test_latency_is_within_its_range_and_partly_before_the_arrival(open_account: Open) -> None:
    account = await open_account(latency_ms=(40, 60))
    loop = asyncio.get_running_loop()
    taken = []
    for _ in range(8):
        begin = loop.time()
        await account.create(FirstName="Asha")
        taken.append(loop.time() - begin)
    assert min(taken) >= 0.039
    arrivals = [arrival["at_s"] for arrival in account.sandbox.arrivals()]
    gaps = {round(later - earlier, 2) for earlier, later in pairwise(arrivals)}
    assert len(gaps) > 1, "the way up takes a random part"


async def test_scripted_answers_come_in_their_order_and_to_their_call(account: Account) -> None:
    account.sandbox.script(
        [
            {"call": "Leads.GetById", "status": 503, "body": "later", "content_type": "text/plain"},
            {"status": 200, "body": '{"Status":"Success"}', "store": True, "times": 2},
            {"fault": "refuse_403"},
            {"status": 429, "body": "{}", "headers": {"Retry-After": "3"}, "delay_ms": 1},
        ]
    )
    assert account.sandbox.stats()["script"] == 5
    first, second, third, fourth = [await account.create(FirstName="Asha") for _ in range(4)]
    assert first.text == second.text == '{"Status":"Success"}'
    assert len(account.sandbox.leads()) == 2
    assert (third.status, third.json["ExceptionType"]) == (403, "MXAPIRateLimitExceededException")
    assert (fourth.status, fourth.headers["Retry-After"]) == (429, "3")
    assert (await account.create(FirstName="Asha")).json["Message"]["Id"]
    look_up = await account.call("LeadManagement.svc/Leads.GetById", query="id=x")
    assert (look_up.status, look_up.text) == (503, "later")
    assert account.sandbox.stats()["refusals"] == 1


async def test_a_refused_call_leaves_the_script_for_the_next(open_account: Open, clock: Clock) -> None:
    account = await open_account(clock=clock, calls=1)
    await account.create(FirstName="Asha")
    account.sandbox.script([{"status": 599}])
    assert (await account.create(FirstName="Asha")).status == 429
    clock.now += 5
    assert (await account.create(FirstName="Asha")).status == 599


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ({}, "array"),
        ([1], "answer 1 is no object"),
        ([{}, {"flt": "x"}], "answer 2: unknown key 'flt'"),
        ([{"fault": "explode"}], "no fault is called 'explode'"),
        ([{"call": "Lead.Crate"}], "no call is called"),
        ([{"status": 99}], "200 to 599"),
        ([{"status": 200, "fault": "drop_after"}], "exclude"),
        ([{"times": 0}], "times"),
        ([{"delay_ms": -1}], "delay_ms"),
        ([{"status": 200, "body": {}}], "body is the text"),
        ([{"status": 200, "body": 1}], "body is a text"),
        ([{"status": 200, "headers": {"Content-Type": "x"}}], "headers"),
        ([{"status": 200, "store": "yes"}], "store"),
    ],
)
async def test_a_script_that_is_wrong_is_told_and_not_taken(account: Account, script: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        account.sandbox.script(script)
    assert account.sandbox.stats()["script"] == 0


async def test_a_dropped_reply_is_a_reset_on_a_reused_connection_too(account: Account) -> None:
    await account.create(FirstName="First")
    account.sandbox.script([{"fault": "drop_after"}])
    with pytest.raises(aiohttp.ClientConnectionError):
        await account.call(LEAD_CREATE, verb="POST", body=b'[{"Attribute":"FirstName","Value":"Second"}]')
    assert len(account.sandbox.leads()) == 2
