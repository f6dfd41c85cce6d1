"""`--json`: one line about the runs, whatever their end, and nothing else on standard output; `--wait`."""

import json
import signal
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from truth import find_lies
from workbench import Account, Desk, Run, finish, person

ROWS = [person(number) for number in range(1, 7)]


def told(run: Run) -> dict[str, Any]:
    assert run.out.count("\n") == 1
    line: dict[str, Any] = json.loads(run.out)
    assert line["exit_status"] == run.status
    return line


def test_the_line_tells_what_the_summary_tells_and_where_everything_is(desk: Desk, account: Account) -> None:
    desk.write([*ROWS, ROWS[0]])
    run = desk.run("leads.csv", "--json")
    line = told(run)
    assert line["counts"] == {"created": 6, "duplicate": 1}
    (one,) = line["runs"]
    assert (line["calls"], one["calls"], one["refusals"]) == (account.stats()["arrivals"], one["calls"], 0)
    assert (one["source"], one["mode"], one["error"], line["error"]) == ("leads.csv", "import", None, None)
    assert [Path(one[name]) for name in ("file", "report", "page")] == [
        desk.folder / name for name in ("leads.csv", "leads.report.csv", "leads.report.html")
    ]
    assert one["started"].endswith("Z")
    assert one["seconds"] > 0
    history = json.loads(desk.call("history", "--json").out)
    assert one["ledger_run"] == history["run"]
    assert "7 rows" in run.err
    assert desk.call("leads.csv", "--json", "-q").err == ""


def test_a_dry_run_and_a_run_without_a_page_say_so(desk: Desk) -> None:
    desk.write(ROWS)
    (one,) = told(desk.call("leads.csv", "--json", "--dry-run", "--no-html"))["runs"]
    assert (one["mode"], one["counts"], one["page"], one["calls"]) == ("dry run", {"ready": 6}, None, 0)


@pytest.mark.parametrize(
    ("args", "wanted"),
    [
        (("none.csv",), "none.csv"),
        (("leads.csv", "-c", "none.yaml"), "none.yaml"),
        (("leads.csv", "--log-file", "leads.csv/x.log"), "log file"),
    ],
)
def test_an_error_before_the_first_call_is_in_the_line_too(desk: Desk, args: tuple[str, ...], wanted: str) -> None:
    desk.write(ROWS)
    line = told(desk.call(*args, "--json"))
    assert line["exit_status"] == 2
    assert wanted in line["error"]["message"]
    assert line["error"]["hint"]


def test_a_run_that_the_account_ends_tells_why_and_what_it_came_to(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "fault": "none", "times": 2}, {"call": "Lead.Create", "status": 404})
    desk.configure(workers=1)
    desk.write(ROWS)
    line = told(desk.call("leads.csv", "--json"))
    assert (line["exit_status"], line["counts"]) == (3, {"created": 2, "unsent": 4})
    assert "account.host" in line["error"]["hint"]


def test_a_defect_ends_with_70_in_words_without_a_traceback_or_what_the_exception_says(desk: Desk) -> None:
    desk.write(ROWS)
    with patch("importer.app.pipeline.write_report", side_effect=ZeroDivisionError("p1@example.com")):
        run = desk.call("leads.csv", "--json", "-v", "--log-file", "log.jsonl")
    line = told(run)
    assert line["exit_status"] == 70
    assert "ZeroDivisionError" in line["error"]["message"]
    log = (desk.folder / "log.jsonl").read_text("utf-8")
    assert '"trace": ["ZeroDivisionError"' in log
    assert "pipeline.py:" in run.err
    assert "p1@example.com" not in run.text + log
    assert "Traceback" not in run.text + log
    assert desk.call("leads.csv").status == 0


def test_a_busy_source_is_told_in_the_line_and_waited_for_where_asked(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "fault": "none", "delay_ms": 1500})
    desk.configure(workers=1)
    desk.write(ROWS)
    first = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["creates"] >= 1)
    busy = desk.call("leads.csv", "--json")
    assert told(busy)["exit_status"] == 75
    waiting = desk.call("leads.csv", "--wait", "--json")
    assert finish(first).status == 0
    assert waiting.status == 0
    assert "waiting until it has ended" in waiting.err
    assert told(waiting)["counts"] == {"created": 6}
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    assert account.stats()["creates"] == 6


def test_a_report_that_was_waited_for_is_read_as_the_other_run_left_it(desk: Desk, account: Account) -> None:
    desk.configure(workers=1)
    desk.write([*ROWS, ("", "", "", "", "City 9", "")])
    assert desk.call("leads.csv", "--first", "1").status == 0
    assert desk.call("leads.csv", "--dry-run").status == 1
    account.script({"call": "Lead.Create", "fault": "none", "delay_ms": 1000})
    first = desk.start("leads.report.csv")
    account.wait_until(lambda stats: stats["creates"] >= 2)
    assert desk.call("leads.report.csv", "--wait").status == 1
    assert finish(first).status == 1
    assert [line.status for line in desk.report()] == ["created"] * 6 + ["invalid"]
    assert account.stats()["creates"] == 6


@pytest.mark.skipif(sys.platform == "win32", reason="signals of its own")
def test_a_wait_can_be_ended_by_ctrl_c_and_sends_nothing(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "fault": "none", "delay_ms": 4000})
    desk.configure(workers=1)
    desk.write(ROWS)
    first = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["creates"] >= 1)
    second = desk.start("leads.csv", "--wait")
    assert second.stderr is not None
    while "waiting until" not in second.stderr.readline():
        pass
    second.send_signal(signal.SIGINT)
    assert finish(second).status == 130
    assert first.poll() is None
    first.send_signal(signal.SIGTERM)
    assert finish(first).status == 143
