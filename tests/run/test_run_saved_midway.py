"""A report that somebody saves while it runs in place: what was saved is kept, and that is said."""

import csv
import json
import shutil
import signal
from collections.abc import Callable

import pytest
from truth import find_lies
from workbench import Account, Desk, Run, finish, person

MX = (
    '{"Status":"Error","ExceptionType":"MXInvalidInputException","ExceptionMessage":"Invalid Input! Parameter Name: X"}'
)
SLOW = {"call": "Lead.Create", "fault": "none", "delay_ms": 900}


def make_report(desk: Desk, account: Account, *, rows: int, done: int) -> None:
    """A report with `done` created lines and others that were refused."""
    refused = [{"call": "Lead.Create", "status": 500, "body": MX}] * (rows - done)
    if refused:
        account.script(*refused)
    desk.configure(workers=1)
    desk.write([person(number) for number in range(1, rows + 1)])
    desk.call("leads.csv")


def save(desk: Desk) -> bytes:
    """Edit the report as a person does who has had it open."""
    path = desk.folder / "leads.report.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        records = list(csv.reader(file))
    records[1][5] = "my afternoon's work"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(records)
    return path.read_bytes()


def kept(desk: Desk) -> list[bytes]:
    return [path.read_bytes() for path in desk.folder.glob("leads.report.2*.csv")]


def run_and_save(desk: Desk, account: Account, *options: str, then: Callable[..., None] | None = None) -> Run:
    """Run the report in place and save it while a row is on its way."""
    account.script(SLOW)
    before = account.stats()["creates"] + account.stats()["in_flight"]
    process = desk.start("leads.report.csv", *options)
    account.wait_until(lambda stats: stats["creates"] + stats["in_flight"] > before)
    edited = save(desk)
    if then is not None:
        then(process)
    run = finish(process)
    assert edited in kept(desk)
    return run


@pytest.mark.parametrize("rows", [1, 3])
def test_an_edit_that_was_saved_while_the_report_ran_is_kept_and_said(desk: Desk, account: Account, rows: int) -> None:
    make_report(desk, account, rows=rows, done=0)
    run = run_and_save(desk, account)
    (name,) = [path.name for path in desk.folder.glob("leads.report.2*.csv")]
    assert f"kept as {name}" in run.err
    assert "Kept:   leads.report" in run.out or name in run.out
    account.clear_script()
    assert desk.call(name, "-r", "next.csv").status == 0
    assert len(account.leads()) == rows


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_is_kept_when_the_run_is_stopped(desk: Desk, account: Account, stop: signal.Signals) -> None:
    make_report(desk, account, rows=3, done=0)
    run = run_and_save(desk, account, then=lambda process: process.send_signal(stop))
    assert run.status == 128 + stop
    assert "kept as leads.report.2" in run.err


def test_it_is_kept_when_the_keys_are_refused(desk: Desk, account: Account) -> None:
    make_report(desk, account, rows=2, done=0)
    account.script({"call": "Lead.Create", "status": 401, "body": "{}", "delay_ms": 900})
    process = desk.start("leads.report.csv")
    account.wait_until(lambda stats: stats["in_flight"] > 0)
    edited = save(desk)
    assert finish(process).status == 3
    assert kept(desk) == [edited]


def test_it_is_kept_when_its_source_runs_meanwhile(desk: Desk, account: Account) -> None:
    make_report(desk, account, rows=1, done=0)
    account.script(SLOW)
    process = desk.start("leads.csv", "-q")
    account.wait_until(lambda stats: stats["in_flight"] > 0)
    edited = save(desk)
    assert "Kept:   " in finish(process).out
    assert kept(desk) == [edited]


def test_it_is_told_in_json(desk: Desk, account: Account) -> None:
    make_report(desk, account, rows=1, done=0)
    run = run_and_save(desk, account, "--json", "-q")
    (told,) = json.loads(run.out)["runs"]
    assert told["kept"] == str(*desk.folder.glob("leads.report.2*.csv"))


def test_a_report_that_nobody_touched_leaves_no_copy(desk: Desk, account: Account) -> None:
    make_report(desk, account, rows=2, done=1)
    assert desk.call("leads.report.csv").status == 0
    assert kept(desk) == []
    lines = desk.report()
    assert find_lies([line.cells for line in lines], lines, account.leads()) == []


def test_a_report_that_was_moved_away_meanwhile_is_written_anew(desk: Desk, account: Account) -> None:
    make_report(desk, account, rows=1, done=0)
    account.script(SLOW)
    process = desk.start("leads.report.csv")
    account.wait_until(lambda stats: stats["in_flight"] > 0)
    shutil.move(desk.folder / "leads.report.csv", desk.folder / "mine.csv")
    finish(process)
    assert len(desk.report()) == 1
    assert (desk.folder / "mine.csv").exists()
