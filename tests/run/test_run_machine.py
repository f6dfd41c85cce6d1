"""What the machine does to a run (it is killed, its disk fills up, its file changes), and what it shows and leaves."""

import contextlib
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from truth import find_lies
from workbench import Account, Desk, finish, person

ROWS = [person(number) for number in range(1, 13)]


def said(desk: Desk) -> Counter[str]:
    return Counter(line.status for line in desk.report())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits another process")
@pytest.mark.parametrize("most_bytes", [200_000, 260_000])
def test_a_full_disk_ends_the_run_and_loses_and_doubles_nothing(desk: Desk, account: Account, most_bytes: int) -> None:
    import resource

    # No file may grow beyond this: the ledger fails midway.
    rows = [person(number, email=number % 2 == 0, phone=False, remark="x" * 400) for number in range(1, 201)]
    desk.configure(workers=5)
    desk.write(rows)
    process = desk.start("leads.csv")
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    run = finish(process)
    assert run.status in {3, 5}
    assert "then run the same command again" in run.err
    assert 0 < len(account.leads()) < 200
    if (desk.folder / "leads.report.csv").exists():
        assert "Report: leads.report.csv" in run.out
        assert find_lies(rows, desk.report(), account.leads()) == []
    desk.call("leads.csv")
    assert find_lies(rows, desk.report(), account.leads()) == []
    assert len(account.leads()) + said(desk)["unknown"] >= 200
    assert account.stats()["creates"] <= 200


def test_a_killed_run_goes_on_where_it_stopped_and_says_so(desk: Desk, account: Account) -> None:
    account.change(latency="40")
    desk.configure(workers=2)
    rows = [person(number) for number in range(1, 21)]
    desk.write(rows)
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["creates"] >= 8)
    process.kill()
    process.communicate()
    assert not (desk.folder / "leads.report.csv").exists()
    held = len(account.leads())
    run = desk.call("leads.csv")
    assert run.status == 0
    assert "Going on where an earlier run stopped" in run.err
    assert find_lies(rows, desk.report(), account.leads()) == []
    assert account.stats()["creates"] == 20
    assert held >= 8


def test_a_file_that_changes_meanwhile_ends_the_run_politely(desk: Desk, account: Account) -> None:
    account.change(latency="150")
    desk.configure(workers=1)
    path = desk.write(ROWS)
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["creates"] >= 2)
    desk.write(ROWS[:2])
    run = finish(process)
    assert run.status == 4
    assert f"{path.name} was changed" in run.err
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    assert said(desk)["unsent"] > 0
    assert "Ended early" in (desk.folder / "leads.report.html").read_text("utf-8")


def test_a_report_that_cannot_be_written_has_an_exit_status_of_its_own(desk: Desk, account: Account) -> None:
    account.change(latency="150")
    desk.configure(workers=1)
    desk.write(ROWS[:4])
    process = desk.start("leads.csv", "--json")
    account.wait_until(lambda stats: stats["creates"] >= 2)
    (desk.folder / "leads.report.csv").mkdir()
    run = finish(process)
    assert run.status == 5
    assert "could not be written" in run.err
    assert json.loads(run.out)["exit_status"] == 5
    (desk.folder / "leads.report.csv").rmdir()
    assert desk.call("leads.csv").status == 0
    assert find_lies(ROWS[:4], desk.report(), account.leads()) == []
    assert account.stats()["creates"] == 4


def test_a_terminal_shows_a_bar_with_counts_and_the_time_left(desk: Desk) -> None:
    pty, termios = pytest.importorskip("pty"), pytest.importorskip("termios")
    desk.write(ROWS)
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 120))
    process = subprocess.Popen(
        [sys.executable, "-m", "importer", "leads.csv"],
        cwd=desk.folder,
        env=desk.variables(),
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # the end, as a terminal tells it
        while data := os.read(ours, 4096):
            shown += data
    os.close(ours)
    assert process.wait() == 0
    assert b"12/12 rows" in shown
    assert b"12 created" in shown
    assert b"left" in shown


def test_a_sandbox_of_its_own_wins_over_the_keys_that_are_set(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "desk")
    desk.environ = {"LSQ_HOST": "api.leadsquared.com", "LSQ_ACCESS_KEY": "u$r1", "LSQ_SECRET_KEY": "s"}
    desk.write(ROWS)
    run = desk.run("leads.csv", "--sandbox")
    assert run.status == 0
    assert said(desk) == {"created": 12}
    assert not list(desk.folder.rglob("*.part"))


def test_no_file_of_the_run_is_left_behind(desk: Desk, tmp_path: Path) -> None:
    desk.write(ROWS)
    desk.environ["TMPDIR"] = str(tmp_path / "scratch")
    (tmp_path / "scratch").mkdir()
    assert desk.run("leads.csv", "--payloads", "bodies.jsonl").status == 0
    assert list((tmp_path / "scratch").iterdir()) == []
    left = {path.name for path in desk.folder.iterdir()} - {"config.yaml", "leads.csv", "state"}
    assert left - {"leads.report.html"} == {"bodies.jsonl", "leads.report.csv"}
