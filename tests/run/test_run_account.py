"""Whose account is it? Keys are replaced, hosts renamed, and organisations share names: nothing is guessed."""

import re
import signal
from collections import Counter

import pytest
from truth import find_lies
from workbench import Account, Desk, Open, finish, person

from importer.app import identity
from importer.app.account import _host_of
from importer.config import base_url_of

ROWS = [person(number, email=False, phone=False) for number in range(1, 9)]
"""Rows that nothing but the ledger keeps from being created twice."""

USER = "UserByAccessKey.Get"
GATEWAY = {"call": USER, "status": 502, "body": "<html>Bad Gateway</html>", "times": 50}
SLOW = {"call": USER, "fault": "none", "delay_ms": 400, "times": 50}
LIMITED = {"call": USER, "fault": "refuse_429", "times": 50}


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "ASK_AGAIN_S", (0.01, 0.02))


@pytest.fixture
def imported(desk: Desk, account: Account) -> Desk:
    """A desk whose rows are created."""
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 0
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    return desk


def said(desk: Desk) -> Counter[str]:
    return Counter(line.status for line in desk.report())


def replace_keys(account: Account) -> None:
    account.sandbox.change(access_key="u$rreplaced", secret_key="new+one")


def offered_name(text: str) -> str:
    found = re.search(r'the same account.*name: "([^"]+)"', text)
    assert found is not None, text
    return found[1]


@pytest.mark.parametrize("answer", [GATEWAY, LIMITED, SLOW], ids=["502", "429", "slow"])
def test_new_keys_without_an_answer_whose_they_are_stop_the_run_and_a_name_answers_for_good(
    imported: Desk, account: Account, monkeypatch: pytest.MonkeyPatch, answer: dict[str, object]
) -> None:
    monkeypatch.setattr(identity, "ASK_TIMEOUT_S", 0.1)
    replace_keys(account)
    account.script(answer)
    before = imported.report()
    run = None
    for _ in range(2):  # a second try knows no more than the first
        run = imported.call("leads.csv")
        assert (run.status, run.out) == (3, "")
        assert "asking again" in run.err
        assert imported.report() == before
    assert account.stats()["creates"] == 8
    assert run is not None
    imported.configure(account={"name": offered_name(run.err)})
    run = imported.call("leads.csv")
    assert (run.status, said(imported)) == (0, {"created": 8})
    assert account.stats()["creates"] == 8


def test_new_keys_are_asked_about_again_until_there_is_an_answer(imported: Desk, account: Account) -> None:
    replace_keys(account)
    account.script(GATEWAY | {"times": 2})
    run = imported.call("leads.csv")
    assert run.status == 2
    assert "Sandbox Organisation" in run.err
    assert account.stats()["creates"] == 8


def test_a_signal_ends_the_waiting_for_an_answer(imported: Desk, account: Account) -> None:
    replace_keys(account)
    account.script(GATEWAY)
    asked = account.stats()["calls"][USER]
    process = imported.start("leads.csv")
    account.wait_until(lambda stats: stats["calls"][USER] >= asked + 2)
    process.send_signal(signal.SIGTERM)
    run = finish(process)
    assert run.status == 143
    assert "nothing was sent" in run.err


def test_new_keys_that_are_refused_leave_the_report_of_what_is_created_as_it_is(
    imported: Desk, account: Account
) -> None:
    before = imported.report()
    imported.environ["LSQ_ACCESS_KEY"] = "u$rmistyped"
    run = imported.call("leads.csv")
    assert run.status == 3
    assert "refused the keys" in run.err
    assert imported.report() == before
    assert account.stats()["creates"] == 8


def test_two_accounts_with_one_organisation_name_are_told_apart_by_whoever_knows(
    imported: Desk, account: Account
) -> None:
    replace_keys(account)
    run = imported.call("leads.csv")
    assert run.status == 2
    assert "the same account" in run.err
    assert "another account" in run.err
    assert "is found with these keys" in run.err
    assert account.stats()["creates"] == 8
    imported.configure(account={"name": "acme-test"})
    run = imported.call("leads.csv")
    assert (run.status, said(imported)) == (0, {"created": 8})
    assert "account of its own" in run.err
    assert account.stats()["creates"] == 16  # another account, as was said: nothing of the first is known in it
    for _ in range(2):
        assert imported.call("leads.csv").status == 0
    assert account.stats()["creates"] == 16


def test_a_dry_run_says_what_the_real_run_would_say(imported: Desk, account: Account) -> None:
    replace_keys(account)
    run = imported.call("leads.csv", "--dry-run", "-r", "dry.csv")
    assert run.status == 2
    assert "the same account" in run.err


def test_the_doctor_says_what_the_run_would_say(imported: Desk, account: Account) -> None:
    assert imported.call("doctor").status == 0
    replace_keys(account)
    run = imported.call("doctor")
    assert run.status == 1
    assert "the same account" in run.out
    assert "another account" in run.out


def test_the_same_host_by_another_name_is_compared_by_its_organisation(imported: Desk, account: Account) -> None:
    imported.environ["LSQ_HOST"] = account.sandbox.url.replace("127.0.0.1", "localhost")
    run = imported.call("leads.csv")
    assert run.status == 2
    assert "this host" in run.err
    imported.configure(account={"name": offered_name(run.err)})
    assert imported.call("leads.csv").status == 0
    assert account.stats()["creates"] == 8


def test_a_name_that_is_given_later_is_another_name_of_the_same_account_and_stays_so(
    imported: Desk, account: Account
) -> None:
    imported.configure(account={"name": "acme"})
    assert imported.call("leads.csv").status == 0
    replace_keys(account)
    account.script(GATEWAY)
    assert imported.call("leads.csv").status == 0
    account.clear_script()
    assert imported.call("leads.csv").status == 0
    imported.configure()  # the new keys were seen to be that account's
    assert imported.call("leads.csv").status == 0
    assert said(imported) == {"created": 8}
    assert account.stats()["creates"] == 8


def test_what_other_commands_ask_under_new_keys_or_a_new_name_makes_no_account_of_its_own(
    imported: Desk, account: Account
) -> None:
    imported.configure(account={"name": "acme"})
    for command in ("doctor", "fields"):
        assert imported.call(command).status == 0
    assert imported.call("leads.csv").status == 0
    replace_keys(account)
    imported.configure()
    assert imported.call("fields").status == 0
    assert imported.call("leads.csv").status == 2
    imported.configure(account={"name": "acme"})
    assert imported.call("leads.csv").status == 0
    imported.configure()
    assert imported.call("leads.csv").status == 0
    assert account.stats()["creates"] == 8


def test_a_known_name_with_the_keys_of_another_account_is_no_proof_that_its_leads_are_there(
    imported: Desk, account: Account
) -> None:
    imported.configure(account={"name": "acme"})
    assert imported.call("leads.csv").status == 0
    replace_keys(account)
    account.script({"call": "Leads.GetById", "status": 200, "body": "[]", "times": 3})  # none of them is there
    run = imported.call("leads.csv")
    assert run.status == 2
    assert "another account's than acme" in run.err
    assert account.stats()["creates"] == 8
    account.clear_script()
    account.change(org_name="Somebody Else")
    account.script({"call": "Leads.GetById", "status": 404, "body": "", "times": 50})
    run = imported.call("leads.csv")
    assert run.status == 2
    assert "Somebody Else, not Sandbox Organisation" in run.err
    unknown = imported.call("ledger", "keys", "nobody")
    assert (unknown.status, "knows no account nobody" in unknown.err) == (2, True)
    assert imported.call("ledger", "keys", "acme").status == 0
    assert imported.call("leads.csv").status == 0
    assert account.stats()["creates"] == 8


def test_two_organisations_in_one_ledger_go_on_without_a_question(desk: Desk, account: Account) -> None:
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 0
    replace_keys(account)
    account.change(org_name="Another Client")
    for _ in range(2):
        assert desk.call("leads.csv").status == 0
    assert account.stats()["creates"] == 16


@pytest.mark.parametrize("host", ["api.leadsquared.com", "https://api.leadsquared.com:443/v2/", "API.LeadSquared.com"])
def test_a_host_is_one_address_however_it_is_spelt(host: str) -> None:
    assert _host_of(base_url_of(host)) == "api.leadsquared.com"


def test_two_sandboxes_are_two_accounts_whatever_their_organisation(imported: Desk, open_account: Open) -> None:
    other = open_account()
    imported.account = other
    assert imported.call("leads.csv").status == 0
    assert other.stats()["creates"] == 8
