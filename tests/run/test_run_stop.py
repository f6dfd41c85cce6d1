"""A first signal ends a run within the time that was told, whatever it waits for, and the report is whole."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from truth import find_lies
from workbench import Account, Desk, finish, person

from importer.app.stop import Interrupted
from importer.commands.signals import Signals

ROWS = [person(number) for number in range(1, 13)]
AT_ONCE_S = 8.0
"""The waits below are of 30 s and more; this leaves room for a slow machine."""


def said(desk: Desk) -> Counter[str]:
    return Counter(line.status for line in desk.report())


def stop(process: "subprocess.Popen[str]", number: signal.Signals = signal.SIGTERM) -> float:
    """Send a signal; how long the run took to end."""
    began = time.monotonic()
    process.send_signal(number)
    assert finish(process).status == 128 + number
    return time.monotonic() - began


def read_until(process: "subprocess.Popen[str]", words: str) -> None:
    assert process.stderr is not None
    while words not in (line := process.stderr.readline()):
        assert line, f"the run ended without saying {words!r}"


def open_files(process: "subprocess.Popen[str]") -> list[Path]:
    files = Path(f"/proc/{process.pid}/fd").glob("*")
    return [file.resolve() for file in files if file.exists() and file.resolve().is_file()]


def check_nothing_is_lost(desk: Desk, account: Account) -> None:
    """The report is true, and the next run brings all to its end."""
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    account.clear_script()
    desk.configure()
    assert desk.call("leads.csv").status == 0
    assert find_lies(ROWS, desk.report(), account.leads()) == []


def test_a_stop_does_not_wait_for_slots_that_a_killed_run_holds(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "fault": "hang_after", "times": 3})
    desk.configure(limits={"calls": 5, "per_seconds": 60}, timeout_s=300)
    desk.write(ROWS)
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["faults"].get("hang_after") == 3)
    process.kill()
    process.communicate()
    process = desk.start("leads.csv")
    read_until(process, "The first calls wait")
    assert stop(process) < AT_ONCE_S
    assert said(desk) == {"unknown": 3, "unsent": 9}
    assert find_lies(ROWS, desk.report(), account.leads()) == []


def test_a_stop_does_not_wait_as_long_as_the_account_asked_to(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "status": 429, "headers": {"Retry-After": "60"}, "times": 50})
    desk.write(ROWS)
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["calls"].get("Lead.Create", 0) >= 1 and stats["in_flight"] == 0)
    assert stop(process, signal.SIGINT) < AT_ONCE_S
    assert said(desk) == {"unsent": 12}
    assert find_lies(ROWS, desk.report(), account.leads()) == []


def test_a_stop_leaves_look_ups_to_the_next_run(desk: Desk, account: Account) -> None:
    account.script(
        {"call": "Lead.Create", "fault": "drop_after", "times": 12},
        {"call": "Leads.Get", "fault": "drop_before", "times": 500},
    )
    desk.configure(workers=12, breaker={"failures": 0})
    desk.write(ROWS)
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["faults"].get("drop_before", 0) >= 12)
    assert stop(process) < AT_ONCE_S
    assert said(desk) == {"unknown": 12}
    check_nothing_is_lost(desk, account)


def test_a_stop_does_not_wait_for_a_connection_to_be_tried_again(desk: Desk, account: Account) -> None:
    desk.write(ROWS)
    assert desk.call("leads.csv", "--first", "1").status == 0
    desk.environ["LSQ_HOST"] = account.sandbox.url.replace("127.0.0.1", "127.0.0.2")  # nobody listens there
    desk.configure(account={"name": "acme"}, breaker={"failures": 0})
    process = desk.start("leads.csv", "-v")
    read_until(process, "at 1000 per 5 s")
    time.sleep(1.5)  # not for a race: the retries wait longer and longer
    assert stop(process) < AT_ONCE_S
    assert said(desk)["unsent"] + said(desk)["failed"] == 12


def test_a_stop_waits_for_calls_on_their_way_as_long_as_it_may_and_no_longer(desk: Desk, account: Account) -> None:
    account.script(
        {"call": "Lead.Create", "fault": "none", "delay_ms": 700},
        {"call": "Lead.Create", "fault": "hang_after", "times": 2},
    )
    desk.configure(workers=3, timeout_s=300)
    desk.write(ROWS)
    process = desk.start("leads.csv", "--stop-within", "5")
    account.wait_until(lambda stats: stats["faults"].get("hang_after") == 2)
    took_s = stop(process)
    assert 3 < took_s < 5 + AT_ONCE_S
    assert said(desk) == {"created": 1, "unknown": 2, "unsent": 9}
    check_nothing_is_lost(desk, account)


def test_a_stop_does_not_wait_for_another_run(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "fault": "hang_after", "times": 12})
    desk.configure(timeout_s=300)
    desk.write(ROWS)
    first = desk.start("leads.csv", "--stop-within", "0")
    account.wait_until(lambda stats: stats["faults"].get("hang_after", 0) >= 2)
    second = desk.start("leads.csv", "--wait")
    read_until(second, "waiting until it has ended")
    assert stop(second) < AT_ONCE_S
    desk.write(ROWS, "others.csv")
    third = desk.start("others.csv")  # its rows are in the hands of the first
    read_until(third, "at 1000 per 5 s")
    assert stop(third) < AT_ONCE_S
    assert Counter(line.status for line in desk.report("others.report.csv")) == {"unsent": 12}
    assert stop(first) < AT_ONCE_S
    check_nothing_is_lost(desk, account)


@pytest.mark.parametrize("call", ["UserByAccessKey.Get", "LeadsMetaData.Get"])
def test_a_stop_does_not_wait_for_what_is_asked_before_the_first_row(desk: Desk, account: Account, call: str) -> None:
    account.script({"call": call, "fault": "hang_before"})
    desk.configure(timeout_s=300)
    desk.write(ROWS)
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["faults"].get("hang_before") == 1)
    assert stop(process) < AT_ONCE_S / 2
    assert not (desk.folder / "leads.report.csv").exists()
    assert account.calls() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows which files a process has open")
def test_a_stop_does_not_wait_for_a_ledger_that_another_program_holds(desk: Desk, account: Account) -> None:
    account.change(latency="100")
    desk.configure(workers=2)
    desk.write(ROWS)
    process = desk.start("leads.csv", "--stop-within", "1")
    account.wait_until(lambda stats: stats["creates"] >= 4)
    with contextlib.closing(sqlite3.connect(desk.ledger, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        process.terminate()
        run = finish(process)
        assert time.monotonic() - began < 10  # it would wait for a minute, time and again
        waiting = desk.start("leads.csv")
        until = time.monotonic() + 30
        while not any(desk.ledger.samefile(file) for file in open_files(waiting)) and time.monotonic() < until:
            time.sleep(0.05)
        assert stop(waiting) < AT_ONCE_S
    assert run.status in {3, 143}
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    assert desk.call("leads.csv").status == 0
    assert find_lies(ROWS, desk.report(), account.leads()) == []


def test_what_keeps_the_loop_from_its_turn_is_left_at_once() -> None:
    def read_a_long_file() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        while True:
            time.sleep(0.001)

    with Signals() as signals, pytest.raises(Interrupted), signals.blocking():
        read_a_long_file()
    assert signals.stop.exit_status == 128 + signal.SIGTERM
