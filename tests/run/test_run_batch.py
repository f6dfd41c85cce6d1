"""Several files in one command: each its own report, ours and unfinished ones left out, one exit status for all."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from truth import find_lies
from workbench import Account, Desk, finish, person

from importer.app.fileselection import Stillness, select_files
from importer.errors import UsageError
from importer.exitstatus import worst_of

NAMES = ("a.csv", "b.csv")


def rows_of(nth: int, count: int = 3) -> list[Any]:
    return [person(100 * nth + number) for number in range(count)]


@pytest.fixture
def inbox(desk: Desk) -> Path:
    """Two lead lists an hour old, so that nobody takes them for unfinished."""
    (desk.folder / "inbox").mkdir()
    for nth, name in enumerate(NAMES, start=1):
        age(desk.write(rows_of(nth), f"inbox/{name}"))
    return desk.folder / "inbox"


def age(path: Path, seconds: float = 3600) -> Path:
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def told(out: str) -> dict[str, Any]:
    """The one line of JSON that is all of standard output."""
    assert out.count("\n") == 1
    line: dict[str, Any] = json.loads(out)
    return line


@pytest.mark.parametrize("args", [("inbox/a.csv", "inbox/b.csv"), ("inbox/*.csv",)])
def test_each_file_has_a_report_of_its_own(desk: Desk, account: Account, inbox: Path, args: tuple[str, ...]) -> None:
    run = desk.call(*args)
    assert run.status == 0
    assert find_lies(rows_of(1), desk.report("inbox/a.report.csv"), account.leads()[:3]) == []
    assert find_lies(rows_of(2), desk.report("inbox/b.report.csv"), account.leads()[3:]) == []
    assert [line for line in run.out.splitlines() if line.endswith(".csv:")] == ["inbox/a.csv:", "inbox/b.csv:"]
    assert inbox.is_dir()


def test_the_next_night_leaves_out_reports_copies_of_them_pages_and_lock_files_and_says_so(
    desk: Desk, account: Account, inbox: Path
) -> None:
    assert desk.call("inbox/*").status == 0
    (inbox / "a.report.2026-11-24T013000.csv").write_bytes((inbox / "a.report.csv").read_bytes())
    age(inbox / "a.report.csv").rename(inbox / "renamed.csv")
    (inbox / "~$gone.xlsx").write_bytes(b"owner")
    (inbox / ".~lock.gone.ods#").write_bytes(b"owner")
    calls = account.calls()
    run = desk.call("inbox/*", "inbox/.~lock.gone.ods#", "--json")
    assert (run.status, account.calls()) == (0, calls)
    line = told(run.out)
    assert [Path(one["file"]).name for one in line["runs"]] == list(NAMES)
    left_out = {Path(one["file"]).name for one in line["left_out"]}
    reports = {"a.report.2026-11-24T013000.csv", "b.report.csv", "renamed.csv"}
    assert left_out == {*reports, "a.report.html", "b.report.html", "~$gone.xlsx", ".~lock.gone.ods#"}
    assert all(f"{name} is left out: " in run.err for name in left_out)


def test_a_report_that_is_named_alone_is_imported(desk: Desk, inbox: Path) -> None:
    desk.call("inbox/a.csv")
    run = desk.call(inbox / "a.report.csv")
    assert run.status == 0
    assert "3  created" in run.out


def test_a_file_that_cannot_be_imported_keeps_no_other_from_it(desk: Desk, account: Account, inbox: Path) -> None:
    (inbox / "0 torn.csv").write_text('First Name,City\n"Asha,Pune\n', encoding="utf-8")
    age(inbox / "0 torn.csv")
    run = desk.call("inbox/*.csv", "--json")
    assert run.status == 2
    line = told(run.out)
    assert [one["exit_status"] for one in line["runs"]] == [2, 0, 0]
    assert "never closed" in line["error"]["message"]
    assert len(account.leads()) == 6
    assert inbox.is_dir()


def test_what_ends_every_run_ends_all_and_the_others_are_told(desk: Desk, account: Account, inbox: Path) -> None:
    account.script({"call": "Lead.Create", "status": 404, "body": "Not Found", "times": 50})
    desk.configure(workers=1)
    run = desk.call("inbox/*.csv", "--json")
    line = told(run.out)
    assert run.status == line["exit_status"] == 3
    assert [Path(one["file"]).name for one in line["runs"]] == ["a.csv"]
    assert [(Path(one["file"]).name, one["reason"][:9]) for one in line["left_out"]] == [("b.csv", "not begun")]
    assert account.calls() == 1
    assert inbox.is_dir()


def test_a_signal_ends_all_files_with_its_status(desk: Desk, account: Account, inbox: Path) -> None:
    account.change(latency="300")
    desk.configure(workers=1)
    process = desk.start("inbox/*.csv", "--json")
    account.wait_until(lambda stats: stats["creates"] >= 1)
    process.send_signal(signal.SIGTERM)
    run = finish(process)
    assert run.status == 143
    line = told(run.out)
    assert [one["exit_status"] for one in line["runs"]] == [143]
    assert [Path(one["file"]).name for one in line["left_out"]] == ["b.csv"]
    assert inbox.is_dir()


@pytest.mark.parametrize("option", ["-r", "--payloads"])
def test_an_option_that_names_one_file_is_refused_with_several(
    desk: Desk, account: Account, inbox: Path, option: str
) -> None:
    run = desk.call("inbox/*.csv", option, "one.csv", "--json")
    assert (run.status, account.stats()["arrivals"]) == (2, 0)
    assert option in told(run.out)["error"]["message"]
    assert inbox.is_dir()


def test_two_files_that_would_have_one_report_are_not_both_imported(desk: Desk, inbox: Path) -> None:
    age(desk.write(rows_of(1), "inbox/a.tsv"))
    run = desk.call("inbox/a.*")
    assert run.status == 2
    assert "same report" in run.err
    assert desk.report("inbox/a.report.csv")
    assert inbox.is_dir()


def test_a_pattern_that_fits_nothing_is_a_quiet_night_unless_files_must_exist(desk: Desk) -> None:
    run = desk.call("inbox/*.csv")
    assert (run.status, run.out) == (0, "")
    assert "No file fits inbox/*.csv: nothing is to be done." in run.err
    assert told(desk.call("inbox/*.csv", "--json").out)["runs"] == []
    run = desk.call("inbox/*.csv", "--must-exist")
    assert run.status == 2
    assert "No file fits inbox/*.csv" in run.err


def test_a_name_with_marks_of_a_pattern_is_the_file_that_has_it(tmp_path: Path) -> None:
    file = tmp_path / "leads [new].csv"
    file.touch()
    assert select_files([file]).files == (file,)
    assert not select_files([file]).is_several
    with pytest.raises(UsageError):
        select_files([tmp_path / "leads [old].csv"])


def test_a_file_that_is_named_twice_is_imported_once(tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.touch()
    assert select_files([file, tmp_path / "*.csv", tmp_path / "x" / ".." / "leads.csv"]).files == (file,)


class Time:
    """A clock that only sleeping moves; at the end of a sleep something may happen to the file."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.slept = 0.0
        self.then: Callable[[], object] = lambda: None

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds
        self.then()


def still(file: Path, clock: Time) -> Stillness:
    return Stillness([file], watch_s=2, young_s=60, now=clock, sleep=clock.sleep)


@pytest.fixture
def young(tmp_path: Path) -> Path:
    file = tmp_path / "young.csv"
    file.write_text("a", "utf-8")
    os.utime(file, (999_990, 999_990))
    return file


def test_an_old_file_is_read_at_once(tmp_path: Path) -> None:
    clock = Time()
    file = tmp_path / "old.csv"
    file.touch()
    os.utime(file, (999_000, 999_000))
    assert still(file, clock).reason_against(file) == ""
    assert clock.slept == 0


def test_a_young_file_is_watched_for_two_seconds_or_what_is_left_of_them(young: Path) -> None:
    clock = Time()
    stillness = still(young, clock)
    clock.now += 1.5
    assert stillness.reason_against(young) == ""
    assert clock.slept == pytest.approx(0.5)


def test_a_file_that_grows_while_it_is_watched_is_left_out(young: Path) -> None:
    clock = Time()
    clock.then = lambda: young.write_text("aa", "utf-8")
    assert still(young, clock).reason_against(young) == "still being written"


def test_a_file_that_was_finished_since_it_was_first_seen_is_watched_anew(young: Path) -> None:
    clock = Time()
    stillness = still(young, clock)
    young.write_text("aa", "utf-8")
    os.utime(young, (1_000_010, 1_000_010))
    clock.now += 20
    assert stillness.reason_against(young) == ""
    assert clock.slept == 2


@pytest.mark.parametrize("lock", ["~$young.csv", ".~lock.young.csv#"])
def test_a_file_that_is_open_in_a_spreadsheet_program_is_left_out(young: Path, lock: str) -> None:
    young.with_name(lock).touch()
    assert lock in still(young, Time()).reason_against(young)


def test_an_unfinished_file_is_imported_by_the_next_command_and_the_status_says_so(desk: Desk, inbox: Path) -> None:
    lock = inbox / "~$b.csv"
    lock.touch()
    run = desk.call("inbox/*.csv")
    assert run.status == 75
    assert "b.csv is left out: open in a spreadsheet program" in run.err
    lock.unlink()
    assert desk.call("inbox/*.csv").status == 0
    assert desk.report("inbox/b.report.csv")


@pytest.mark.parametrize(
    ("statuses", "worst"),
    [
        ((), 0),
        ((0, 1), 1),
        ((75, 1), 75),
        ((4, 75), 4),
        ((2, 4), 2),
        ((5, 2), 5),
        ((3, 5), 3),
        ((3, 70), 70),
        ((70, 130, 3), 130),
    ],
)
def test_the_exit_status_of_several_runs_is_the_worst(statuses: tuple[int, ...], worst: int) -> None:
    assert worst_of(statuses) == worst
