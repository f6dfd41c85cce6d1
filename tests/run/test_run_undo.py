"""Undo from outside: a run's leads are listed or deleted, whatever interrupts it, and can be imported again."""

import csv
import json
import signal

import pytest
from truth import find_lies
from workbench import Account, Desk, Open, finish, person

from importer.sandbox.store import Store

ROWS = [person(number, email=number % 2 == 0, phone=number % 2 == 1) for number in range(1, 31)]
DELETE = "Lead/Delete/ById"
FILL = "AddLeadsToStaticList"


@pytest.fixture
def account(open_account: Open) -> Account:
    return open_account(allow_delete=True, log_bodies=True)


@pytest.fixture
def desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr("importer.leadsquared.removal.WAITS_S", (0.01,))
    monkeypatch.setattr("importer.leadsquared.retries.FIRST_WAIT_S", 0.01)
    monkeypatch.setattr("importer.leadsquared.retries.JITTER_S", 0.01)
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 0
    return desk


def number_of(desk: Desk, file: str = "leads.csv") -> int:
    runs = [json.loads(line) for line in desk.call("history", "--json").out.splitlines()]
    return next(int(run["run"]) for run in runs if run["file"].endswith(file))


def undone(desk: Desk) -> list[list[str]]:
    (path,) = desk.folder.glob("*.undo-*.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def lists(account: Account) -> dict[str, set[str]]:
    return {one.name: set(one.lead_ids) for one in store_of(account).lists.values()}


def store_of(account: Account) -> Store:
    return account.sandbox._account.store


def bodies(account: Account, call: str) -> list[dict[str, list[str]]]:
    return [json.loads(one["body"]) for one in account.arrivals() if one["call"] == call]


def test_the_leads_of_a_run_are_put_into_one_list_25_at_a_time_however_often_it_is_asked(
    desk: Desk, account: Account
) -> None:
    desk.write([person(99)], "other.csv")
    desk.call("other.csv")
    ids = {lead["id"] for lead in account.leads() if lead["attributes"]["mx_City"] != "City 99"}
    for _ in range(2):
        run = desk.call("undo", number_of(desk))
        assert run.status == 0, run.text
        ((name, listed),) = lists(account).items()
        assert listed == ids
        assert "leads.csv" in name
        assert name in run.out
    assert [len(body["leadIds"]) for body in bodies(account, FILL)] == [25, 5, 25, 5]
    before = account.stats()["creates"]
    assert desk.call("leads.csv").status == 0
    assert account.stats()["creates"] == before, "listed leads are not forgotten: they are still there"


def test_deleted_leads_are_gone_told_line_by_line_and_can_be_imported_again(desk: Desk, account: Account) -> None:
    before = {lead["id"] for lead in account.leads()}
    run = desk.call("undo", number_of(desk), "--delete", "--yes")
    assert (run.status, account.leads()) == (0, [])
    header, *lines = undone(desk)
    assert header == ["lsq_row", "lead_id", "what", "message"]
    assert {line[1] for line in lines} == before
    assert {line[2] for line in lines} == {"deleted"}
    assert [int(line[0]) for line in lines] == list(range(2, 32))
    assert desk.call("leads.csv").status == 0
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    assert not before & {lead["id"] for lead in account.leads()}


def test_an_undo_that_was_killed_goes_on(desk: Desk, account: Account) -> None:
    account.change(latency="30")
    process = desk.start("undo", number_of(desk), "--delete", "--yes")
    account.wait_until(lambda stats: stats["calls"].get(DELETE, 0) >= 4)
    process.send_signal(signal.SIGKILL)
    finish(process)
    account.change(latency="0")
    assert 0 < len(account.leads()) < len(ROWS)
    run = desk.call("undo", number_of(desk), "--delete", "--yes")
    assert (run.status, account.leads()) == (0, [])
    assert "not there" in run.out
    assert desk.call("leads.csv").status == 0
    assert len(account.leads()) == len(ROWS)


def test_an_undo_that_is_stopped_says_what_was_done_and_goes_on(desk: Desk, account: Account) -> None:
    account.change(latency="30")
    process = desk.start("undo", number_of(desk), "--delete", "--yes")
    account.wait_until(lambda stats: stats["calls"].get(DELETE, 0) >= 4)
    process.send_signal(signal.SIGINT)
    process.communicate()
    account.change(latency="0")
    _, *lines = undone(desk)
    left = {lead["id"] for lead in account.leads()}
    assert {line[1] for line in lines}.isdisjoint(left)
    assert desk.call("undo", number_of(desk), "--delete", "--yes").status == 0
    assert account.leads() == []


@pytest.mark.parametrize("fault", ["drop_after", "drop_before", "error_500_after", "html_502_before"])
@pytest.mark.parametrize("how", [[], ["--delete", "--yes"]])
def test_lost_replies_are_looked_up_or_asked_again(desk: Desk, account: Account, fault: str, how: list[str]) -> None:
    ids = {lead["id"] for lead in account.leads()}
    faulty = [{"call": call, "fault": fault} for call in ((DELETE,) if how else ("CreateEmptyList", FILL))]
    account.script(*faulty)
    run = desk.call("undo", number_of(desk), *how)
    assert run.status == 0, run.text
    if how:
        assert account.leads() == []
    else:
        assert ids in lists(account).values()


def test_leads_that_are_gone_already_do_not_keep_the_others_out_of_the_list(desk: Desk, account: Account) -> None:
    gone, *kept = [lead["id"] for lead in account.leads()]
    store = store_of(account)
    lead = store.get(gone)
    assert lead is not None
    store.remove(lead)
    run = desk.call("undo", number_of(desk))
    assert run.status == 0
    assert list(lists(account).values()) == [set(kept)]
    assert "29 listed, 1 not there" in run.out


def test_where_deleting_is_not_enabled_nothing_changes_and_the_way_out_is_told(open_account: Open, desk: Desk) -> None:
    account = open_account()
    desk.account = account
    desk.call("leads.csv")
    run = desk.call("undo", number_of(desk), "--delete", "--yes")
    assert run.status == 3
    assert "support enables" in run.err
    assert len(account.leads()) == len(ROWS)
    assert desk.call("undo", number_of(desk)).status == 0
    store = store_of(account)
    for lead_id in [lead["id"] for lead in account.leads()]:  # the admin deletes them from the list
        lead = store.get(lead_id)
        assert lead is not None
        store.remove(lead)
    assert desk.call("undo", number_of(desk), "--delete", "--yes").status == 0
    assert desk.call("leads.csv").status == 0
    assert len(account.leads()) == len(ROWS)


def test_nothing_is_done_in_a_dry_run_or_unasked_or_for_another_run(desk: Desk, account: Account) -> None:
    before = account.calls()
    run = desk.call("undo", number_of(desk), "--delete", "--dry-run")
    assert (run.status, "30 leads" in run.out) == (0, True)
    run = desk.call("undo", number_of(desk), "--delete")
    assert (run.status, "no terminal" in run.err) == (2, True)
    run = desk.call("undo", 999)
    assert (run.status, "no import of number 999" in run.err) == (2, True)
    assert account.calls() == before
    assert list(desk.folder.glob("*.undo-*.csv")) == []
    assert len(account.leads()) == len(ROWS)


def test_a_run_that_is_alive_is_not_undone(desk: Desk, account: Account) -> None:
    desk.write([person(number) for number in range(100, 140)], "more.csv")
    account.change(latency="200")
    desk.configure(workers=1)
    process = desk.start("more.csv")
    account.wait_until(lambda stats: stats["creates"] > len(ROWS))
    run = desk.call("undo", number_of(desk, "more.csv"))
    process.send_signal(signal.SIGKILL)
    finish(process)
    assert (run.status, "still importing" in run.err) == (75, True)
