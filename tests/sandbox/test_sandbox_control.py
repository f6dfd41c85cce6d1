import asyncio
import re
import subprocess
import sys
from typing import Any

import aiohttp
import pytest
from sandbox_account import Account, Open

from importer.sandbox import Sandbox, Settings


async def test_leads_are_told_with_id_time_and_attributes(account: Account) -> None:
    ids = [(await account.create(FirstName=f"N{number}")).json["Message"]["Id"] for number in range(3)]
    told = (await account.control("leads")).json
    assert told["instance"] == account.sandbox.instance_id
    assert told["total"] == 3
    assert told["leads"] == account.sandbox.leads()
    assert [lead["id"] for lead in told["leads"]] == ids
    assert [lead["attributes"] for lead in told["leads"]] == [{"FirstName": f"N{number}"} for number in range(3)]
    assert all(lead["created_on"].endswith(".000") for lead in told["leads"])


@pytest.mark.parametrize(("limit", "names"), [("2", ["N1", "N2"]), ("0", []), ("9", ["N0", "N1", "N2"])])
async def test_a_limit_gives_the_newest_leads(account: Account, limit: str, names: list[str]) -> None:
    for number in range(3):
        await account.create(FirstName=f"N{number}")
    told = (await account.control(f"leads?limit={limit}")).json
    assert (told["total"], [lead["attributes"]["FirstName"] for lead in told["leads"]]) == (3, names)
    assert (await account.control("leads?limit=-1")).status == 400


async def test_very_many_leads_are_told_whole(account: Account) -> None:
    for number in range(3):
        await account.create(FirstName=f"N{number}")
    lead = account.sandbox.lead_list()[0]
    account.sandbox._store.leads.extend([lead] * 100_000)
    told = (await account.control("leads")).json
    assert len(told["leads"]) == told["total"] == 100_003


async def test_control_calls_need_no_keys_and_are_not_counted(account: Account) -> None:
    assert (await account.control("leads")).status == 200
    assert (await account.control("arrivals")).status == 200
    assert (await account.control("stats")).json["arrivals"] == 0


async def test_the_stats_hold_the_instance_and_no_keys(account: Account) -> None:
    answer = await account.control("stats")
    assert answer.json["instance"] == account.sandbox.instance_id
    assert account.sandbox.access_key not in answer.text
    assert account.sandbox.secret_key not in answer.text


async def test_switches_are_changed_while_it_runs(account: Account) -> None:
    changed = await account.control("settings", {"limit": "1/60", "refusal": 403, "mandatory": ["mx_City"]})
    assert changed.json["settings"]["calls"] == 1
    assert (await account.create(FirstName="Asha")).json["ExceptionType"] == "MXMandatoryAttributeMissingException"
    assert (await account.create(FirstName="Asha")).status == 403


@pytest.mark.parametrize(
    "switches", [{"drop_aftr": 1}, {"port": 1}, {"calls": 0}, {"unique": ["mx_None"]}, {"limit": "x"}, [], "x"]
)
async def test_a_switch_that_is_wrong_is_a_400_and_changes_nothing(account: Account, switches: Any) -> None:
    before = account.sandbox.settings
    answer = await account.control("settings", switches)
    assert answer.status == 400
    assert answer.text.strip()
    assert account.sandbox.settings == before


async def test_other_keys_can_be_set_while_it_runs(account: Account) -> None:
    old = (account.sandbox.access_key, account.sandbox.secret_key)
    await account.create(FirstName="Asha")
    account.sandbox.change(access_key="u$rnew", secret_key="a+b/c=d&e%f")
    assert (await account.create(FirstName="Asha")).status == 200
    assert (await account.call("Authentication.svc/UserByAccessKey.Get", keys=old)).status == 401


async def test_each_sandbox_draws_its_own_keys_the_secret_of_40_hex_digits(open_account: Open) -> None:
    first, second = await open_account(), await open_account()
    assert re.fullmatch(r"u\$r[0-9a-f]{32}", first.sandbox.access_key)
    assert re.fullmatch(r"[0-9a-f]{40}", first.sandbox.secret_key)
    assert first.sandbox.access_key != second.sandbox.access_key
    assert first.sandbox.secret_key != second.sandbox.secret_key
    assert first.sandbox.secret_key not in repr(first.sandbox.stats())


async def test_a_secret_with_odd_characters_and_keys_of_ones_own_can_be_had(open_account: Open) -> None:
    odd = await open_account(odd_secret=True)
    assert set("+/=&%") < set(odd.sandbox.secret_key)
    assert len(odd.sandbox.secret_key) == 45
    given = await open_account(access_key="u$rgiven", secret_key="k3y")
    assert (given.sandbox.access_key, given.sandbox.secret_key) == ("u$rgiven", "k3y")
    for account in (odd, given):
        for in_headers in (False, True):
            answer = await account.call("Authentication.svc/UserByAccessKey.Get", in_headers=in_headers)
            assert answer.status == 200


async def test_a_script_comes_by_http_too(account: Account) -> None:
    assert (await account.control("script", [{"status": 503}])).json["script"] == 1
    assert (await account.create(FirstName="Asha")).status == 503
    assert (await account.control("script", [{"fault": "x"}])).status == 400


async def test_a_reset_forgets_everything_and_is_another_instance(account: Account) -> None:
    await account.create(FirstName="Asha", Phone="9845098450")
    account.sandbox.script([{"status": 503}])
    before = account.sandbox.instance_id
    told = (await account.control("reset", {})).json
    assert told["instance"] == account.sandbox.instance_id != before
    assert (told["leads"], told["arrivals"], told["script"]) == (0, 0, 0)
    assert (await account.create(FirstName="Asha", Phone="9845098450")).status == 200


async def test_the_bodies_are_in_the_log_when_asked_for(open_account: Open) -> None:
    account = await open_account(log_bodies=True)
    await account.create(FirstName="Asha")
    (arrival,) = (await account.control("arrivals")).json["arrivals"]
    assert arrival["body"] == '[{"Attribute": "FirstName", "Value": "Asha"}]'
    assert arrival["call"] == "Lead.Create"
    account.sandbox.change(log_bodies=False)
    await account.create(FirstName="Asha")
    assert "body" not in account.sandbox.arrivals()[-1]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example:8750"}, 403),
        ({"Host": "["}, 403),
        ({"Host": ""}, 403),
        ({"Host": "localhost:8750"}, 200),
        ({"Host": "127.0.0.1"}, 200),
        ({"Host": "[::1]:8750"}, 200),
    ],
)
async def test_a_foreign_host_header_is_refused(account: Account, headers: dict[str, str], status: int) -> None:
    assert (await account.control("leads", **headers)).status == status


async def test_other_origins_and_forms_cannot_change_anything(account: Account) -> None:
    url = f"{account.sandbox.url}/__sandbox/reset"
    async with account.session.post(url, json={}, headers={"Origin": "http://evil.example"}) as response:
        assert response.status == 403
    async with account.session.post(url, data={"a": "b"}) as response:
        assert response.status == 415
    async with account.session.post(url, data="{}", headers={"Content-Type": "text/plain"}) as response:
        assert response.status == 415
    async with account.session.post(url, json={}, headers={"Origin": account.sandbox.url}) as response:
        assert response.status == 200
    async with account.session.get(url) as response:
        assert response.status == 405
    async with account.session.get(f"{account.sandbox.url}/none") as response:
        assert response.status == 404


async def test_the_page_is_served_alone_and_sets_values_only_as_text(account: Account) -> None:
    async with account.session.get(account.sandbox.url + "/") as response:
        page = await response.text()
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "prefers-color-scheme" in page or "light-dark(" in page
    assert not any(word in page for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("))
    assert "http://" not in page
    assert "https://" not in page


async def test_markup_in_a_lead_leaves_the_server_as_json_only(account: Account) -> None:
    await account.create(FirstName="<img src=x onerror=alert(1)>")
    answer = await account.control("leads")
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_after_an_outage_the_same_leads_are_on_the_same_port(account: Account) -> None:
    await account.create(FirstName="Asha", Phone="9845098450")
    url, instance = account.sandbox.url, account.sandbox.instance_id
    await account.sandbox.stop()
    with pytest.raises(aiohttp.ClientConnectionError):
        await account.create(FirstName="Asha")
    await account.sandbox.start()
    assert (account.sandbox.url, account.sandbox.instance_id) == (url, instance)
    assert (await account.create(FirstName="Asha", Phone="9845098450")).status == 500
    with pytest.raises(RuntimeError, match="started already"):
        await account.sandbox.start()


async def test_each_sandbox_is_an_instance_of_its_own(open_account: Open) -> None:
    first, second = await open_account(), await open_account()
    assert first.sandbox.instance_id != second.sandbox.instance_id
    assert first.sandbox.url != second.sandbox.url


async def test_a_taken_port_is_an_oserror(account: Account) -> None:
    with pytest.raises(OSError, match="in use"):
        await Sandbox(Settings(port=account.sandbox.port)).start()


@pytest.mark.parametrize("names", [{"unique": ("mx_Nix",)}, {"mandatory": ("mx_Citi",)}])
def test_a_field_that_there_is_not_is_told_before_the_start(names: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no field is called"):
        Sandbox(Settings(**names))


async def test_a_hundred_calls_at_once_are_judged_one_by_one(open_account: Open) -> None:
    account = await open_account(calls=25, latency_ms=(0, 20), log_bodies=False)
    answers = await asyncio.gather(*(account.create(FirstName=f"N{number}") for number in range(100)))
    stats = account.sandbox.stats()
    assert sum(answer.status == 200 for answer in answers) == stats["created"] == stats["leads"] == 25
    assert stats["refusals"] == 75
    assert stats["most_in_window"] == 100


def test_importing_the_sandbox_and_its_command_imports_no_web_server() -> None:
    code = "import sys, importer.sandbox, importer.sandbox.command; sys.exit('aiohttp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own line
