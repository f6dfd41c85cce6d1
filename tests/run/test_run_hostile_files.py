"""Files that come by mail from strangers: each is read or refused in a line, within bounds, and the rest goes on."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile_files import REFUSED, far_cell, far_cell_of_xls
from measured import MOST_BYTES, MOST_SECONDS, measure
from workbench import Account, Desk, finish, person


def test_hostile_files_are_refused_in_a_line_each_within_bounds_and_the_batch_goes_on(
    desk: Desk, account: Account
) -> None:
    inbox = desk.folder / "inbox"
    inbox.mkdir()
    for case, (make, _) in REFUSED.items():
        made = make(desk.folder)
        made.replace(inbox / f"{case}{made.suffix}")
    desk.write([person(1)], "inbox/zz.csv")
    for path in inbox.iterdir():
        os.utime(path, (time.time() - 3600,) * 2)
    run = measure(desk, "inbox/*", "--no-html")
    assert run.status == 2
    for case, (_, said) in REFUSED.items():
        assert re.search(rf"error: inbox/{re.escape(case)}\.\w+.*{re.escape(said)}", run.err), case
    assert [line.status for line in desk.report("inbox/zz.report.csv")] == ["created"]
    assert len(account.leads()) == 1
    assert run.seconds < MOST_SECONDS * len(REFUSED) / 4
    assert run.peak_bytes < MOST_BYTES


@pytest.mark.parametrize("make", [far_cell, far_cell_of_xls])
def test_a_cell_far_away_costs_nothing(desk: Desk, make: Callable[[Path], Path]) -> None:
    run = desk.run(make(desk.folder), "--dry-run", "--no-html")
    assert run.status == 1
    assert "2 rows" in run.text


def test_a_report_guards_what_other_programs_divide_and_gives_it_back(desk: Desk) -> None:
    """Read the report as a program does that divides at semicolons, tabs, pipes and line breaks."""
    first, last = "Eve;=cmd|' /C calc'!A0", "Adams\t=1+1\n@SUM(A1)"
    desk.write([(first, last, f"p{number}@example.com", "", "Pune|+A1", "") for number in (1, 2)])
    assert desk.call("leads.csv", "--dry-run", "--no-html", "--payloads", "one.jsonl").status == 0
    text = (desk.folder / "leads.report.csv").read_text("utf-8-sig")
    assert "=cmd" in text
    for piece in re.split("[;\t|\r\n,]", text):
        assert not piece.lstrip('" ').startswith(("=", "@", "+", "-"))
    assert desk.call("leads.report.csv", "--dry-run", "--no-html", "--payloads", "two.jsonl").status == 0
    assert (desk.folder / "one.jsonl").read_bytes() == (desk.folder / "two.jsonl").read_bytes()


def test_what_is_no_file_in_a_folder_is_left_out_and_said(desk: Desk, account: Account) -> None:
    inbox = desk.folder / "inbox"
    inbox.mkdir()
    honest = desk.write([person(1)], "inbox/a.csv")
    os.utime(honest, (time.time() - 3600,) * 2)
    os.mkfifo(inbox / "pipe.csv")
    (inbox / "loop.csv").symlink_to("loop.csv")
    (inbox / "device.csv").symlink_to("/dev/zero")
    (inbox / "nowhere.csv").symlink_to("gone.csv")
    run = desk.run("inbox/*.csv", "--no-html")
    for name, why in (
        ("pipe", "a pipe or a device"),
        ("device", "a pipe or a device"),
        ("loop", "in a circle"),
        ("nowhere", "leads nowhere"),
    ):
        assert re.search(rf"{name}\.csv is left out: .*{why}", run.err)
    assert run.status == 0
    assert len(account.leads()) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list any folder")
def test_a_folder_that_may_not_be_listed_is_said(desk: Desk) -> None:
    (desk.folder / "inbox").mkdir(mode=0o300)
    run = desk.run("inbox/*.csv")
    assert run.status == 75
    assert "may not be listed" in run.err


@pytest.mark.parametrize("name", ["leads.report.html", ".leads.report.csv.x.part", ".env", "log"])
def test_a_pipe_in_the_way_stops_nothing_for_good(desk: Desk, name: str) -> None:
    desk.write([person(1)])
    os.mkfifo(desk.folder / name)
    run = finish(desk.start("leads.csv", "--dry-run", *(["--log-file", "log"] if name == "log" else [])))
    assert run.status == (0 if name.endswith(".part") else 2)


def test_a_link_that_leads_in_a_circle_is_no_report(desk: Desk) -> None:
    desk.write([person(1)])
    (desk.folder / "leads.report.csv").symlink_to("leads.report.csv")
    run = desk.call("leads.csv", "--dry-run")
    assert run.status == 2
    assert "in a circle" in run.err


def test_a_report_behind_a_link_is_kept_where_it_was_edited(desk: Desk) -> None:
    desk.write([person(1)])
    (desk.folder / "out").mkdir()
    (desk.folder / "leads.report.csv").symlink_to("out/real.report.csv")
    assert desk.call("leads.csv", "--no-html").status == 0
    target = desk.folder / "out" / "real.report.csv"
    edited = target.read_bytes().replace(b"City 1", b"City 9")
    target.write_bytes(edited)
    assert desk.call("leads.csv", "--no-html").status == 0
    kept = list((desk.folder / "out").glob("real.report.2*.csv"))
    assert [path.read_bytes() for path in kept] == [edited]
    assert (desk.folder / "leads.report.csv").is_symlink()
    assert target.read_bytes() != edited


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_foreign_file_behind_a_link_is_never_replaced(desk: Desk, account: Account, more: tuple[str, ...]) -> None:
    desk.write([person(1)])
    foreign = desk.folder / "precious.csv"
    foreign.write_text("a,b\n1,2\n")
    (desk.folder / "leads.report.csv").symlink_to(foreign)
    run = desk.call("leads.csv", *more)
    assert run.status == 2
    assert "no report of lsq-import" in run.err
    assert foreign.read_text() == "a,b\n1,2\n"
    assert account.calls() == 0


@pytest.mark.parametrize("option", ["--payloads", "--log-file"])
def test_nothing_is_written_over_or_behind_what_is_not_ours(desk: Desk, option: str) -> None:
    desk.write([person(1)])
    foreign = desk.folder / "precious.txt"
    foreign.write_text("mine\n")
    assert desk.call("leads.csv", "--dry-run", option, "precious.txt").status == 2
    assert foreign.read_text() == "mine\n"
    for _ in range(2):
        assert desk.call("leads.csv", "--dry-run", option, "ours.txt").status == 0
