"""Runs at the same time keep the account's limit together, and a day's quota is told before it is spent."""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from truth import find_lies
from workbench import Account, Desk, person

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

from budget import Scene, play

ROWS = [person(number) for number in range(1, 13)]
SCALED: dict[str, Any] = {"per_seconds": 0.5, "latency_ms": (3, 30), "timeout_s": 5.0}


def said(desk: Desk) -> Counter[str]:
    return Counter(line.status for line in desk.report())


async def test_three_runs_at_once_are_never_refused_and_waste_next_to_nothing(tmp_path: Path) -> None:
    shared = await play(tmp_path, Scene(**SCALED, rows=90, errors_after=0.02))
    assert shared.statuses == (0, 0, 0)
    assert shared.refusals == 0
    assert shared.most_in_window <= 25
    assert shared.share >= 0.7, shared.tell("three")


async def test_when_one_of_three_is_killed_the_others_are_still_not_refused(tmp_path: Path) -> None:
    shared = await play(tmp_path, Scene(**SCALED, rows=80, kill_after=110))
    assert shared.statuses == (0, 0, -9)
    assert shared.refusals == 0
    assert shared.most_in_window <= 25
    assert shared.share >= 0.5, shared.tell("killed")  # what the dead one had on its way is held for long


async def test_a_limit_lower_than_configs_is_adopted_in_the_first_window_and_told(tmp_path: Path) -> None:
    shared = await play(tmp_path, Scene(runs=1, rows=30, true_calls=10, per_seconds=1.0, latency_ms=(3, 30)))
    assert shared.statuses == (0,)
    assert 0 < shared.refusals <= 15
    assert shared.last_refusal_s() <= 1.0
    assert "the account's limit is 10 per 1 s, not 25 per 1 s" in shared.told[0]


def test_a_share_of_the_limit_is_all_that_is_used(desk: Desk, account: Account) -> None:
    desk.configure(limits={"calls": 10, "per_seconds": 0.5, "share": 0.4})
    account.change(limit="10/0.5")
    desk.write(ROWS)
    run = desk.call("leads.csv")
    assert (run.status, account.stats()["most_in_window"]) == (0, 4)
    assert "12 rows at 4 per 0.5 s" in run.err


@pytest.mark.usefixtures("quick_look_ups")
def test_a_run_that_is_started_after_a_kill_says_why_its_first_calls_wait(desk: Desk, account: Account) -> None:
    desk.configure(workers=3, timeout_s=1, limits={"calls": 8, "per_seconds": 2})
    account.change(limit="8/2")
    desk.write(ROWS)
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["arrivals"] >= 8)
    process.kill()
    process.communicate()
    run = desk.call("leads.csv")
    assert run.err.count("of a run that has ended may still count against the account's limit") == 1
    assert run.status == 0
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    assert account.stats()["refusals"] == 0


@pytest.mark.parametrize("quota", [11, 5])
def test_a_file_that_needs_more_calls_than_are_left_is_not_begun(desk: Desk, account: Account, quota: int) -> None:
    desk.configure(limits={"calls": 1000, "per_seconds": 5, "calls_per_day": quota})
    desk.write(ROWS)
    run = desk.call("leads.csv")
    assert run.status == 2
    left = quota - 2  # the account was asked who it is and for its fields
    assert f"This file needs 12 calls, {left} are left today" in run.err
    assert "--until-quota" in run.err
    assert account.calls() == 0
    assert not (desk.folder / "leads.report.csv").exists()
    assert desk.call("leads.csv", "--dry-run").status == 0, "a dry run needs no quota"


def test_until_the_quota_what_fits_is_sent_and_the_next_night_sends_the_rest(desk: Desk, account: Account) -> None:
    limits = {"calls": 1000, "per_seconds": 5}
    desk.configure(limits=limits | {"calls_per_day": 10}, workers=3)
    desk.write(ROWS)
    run = desk.call("leads.csv", "--until-quota")
    assert (run.status, said(desk)) == (1, {"created": 8, "unsent": 4})
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    assert "10 calls of limits.calls_per_day are used up" in run.err
    assert "error" not in run.err
    again = desk.call("leads.csv", "--until-quota")
    assert (again.status, said(desk)) == (1, {"created": 8, "unsent": 4})
    assert account.calls() == 8, "a night without calls costs none and loses nothing"
    desk.configure(limits=limits | {"calls_per_day": 14})
    assert desk.call("leads.csv").status == 0
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    assert account.stats()["creates"] == 12


def test_a_quota_that_runs_out_on_retries_ends_the_run_with_3(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "fault": "refuse_429", "times": 1})
    desk.configure(limits={"calls": 1000, "per_seconds": 1, "calls_per_day": 14}, workers=1)
    account.change(limit="1000/1")
    desk.write(ROWS)
    run = desk.call("leads.csv")
    assert (run.status, said(desk)) == (3, {"created": 11, "unsent": 1})
    assert find_lies(ROWS, desk.report(), account.leads()) == []
