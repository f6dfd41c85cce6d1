"""`lsq-import watch` from outside: what comes into a folder is imported once and put away, whatever happens between."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from truth import find_lies
from workbench import PATIENCE_S, Account, Desk, finish, person

ROWS = [person(number) for number in range(1, 4)]
KEYLESS = [person(number, email=False, phone=False) for number in range(11, 14)]
BAD = ("Ravi", "Rao", "no address", "", "City 9", "")


@pytest.fixture
def inbox(desk: Desk) -> Path:
    folder = desk.folder / "inbox"
    folder.mkdir()
    return folder


def bring(desk: Desk, rows: list[Any], name: str = "leads.csv") -> Path:
    """A file that lay there for an hour, so that nobody takes it for unfinished."""
    return age(desk.write(rows, f"inbox/{name}"))


def age(path: Path) -> Path:
    os.utime(path, (time.time() - 3600,) * 2)
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def wait_for(path: Path) -> None:
    end = time.monotonic() + PATIENCE_S
    while not path.exists():
        assert time.monotonic() < end, path
        time.sleep(0.02)


def test_a_file_goes_to_done_or_to_attention_with_its_report_beside_it(
    desk: Desk, account: Account, inbox: Path
) -> None:
    bring(desk, [*KEYLESS, BAD], "bad.csv")
    desk.call("watch", "inbox", "--once")
    assert find_lies([*KEYLESS, BAD], desk.report("inbox/attention/bad.report.csv"), account.leads()) == []
    bring(desk, ROWS, "good.csv")
    age((inbox / "attention" / "bad.csv").rename(inbox / "bad.csv"))
    for name in ("bad.report.csv", "bad.report.html"):
        (inbox / "attention" / name).unlink()
    run = desk.call("watch", "inbox", "--once")
    assert run.status == 1
    assert names(inbox) == []
    assert names(inbox / "done") == ["good.csv", "good.report.csv", "good.report.html"]
    assert names(inbox / "attention") == ["bad.csv", "bad.report.csv", "bad.report.html"]
    assert len(account.leads()) == 6


def test_a_corrected_report_that_is_put_back_is_imported_and_a_name_that_is_taken_gets_the_time(
    desk: Desk, account: Account, inbox: Path
) -> None:
    bring(desk, [*KEYLESS, BAD])
    desk.call("watch", "inbox", "--once")
    report = inbox / "attention" / "leads.report.csv"
    text = report.read_text("utf-8-sig")
    age(report).rename(inbox / report.name)
    (inbox / report.name).write_text(text.replace("no address", "ravi@example.com"), "utf-8-sig")
    age(inbox / report.name)
    assert desk.call("watch", "inbox", "--once").status == 0
    assert names(inbox / "done") == ["leads.report.csv", "leads.report.html"]
    assert len(account.leads()) == 4
    bring(desk, [*KEYLESS, *ROWS])
    (inbox / "done" / "leads.csv").touch()
    assert desk.call("watch", "inbox", "--once").status == 0
    assert len(account.leads()) == 7, "keyless rows of a file of this name are known, and none is sent again"
    assert len([name for name in names(inbox / "done") if name.startswith("leads.20")]) == 3


def test_a_file_that_cannot_be_read_goes_to_attention_with_the_reason(
    desk: Desk, account: Account, inbox: Path
) -> None:
    (inbox / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    age(inbox / "broken.xlsx")
    bring(desk, ROWS)
    assert desk.call("watch", "inbox", "--once").status == 2
    assert names(inbox / "attention") == ["broken.error.txt", "broken.xlsx"]
    assert "broken.xlsx" in (inbox / "attention" / "broken.error.txt").read_text("utf-8")
    assert "leads.csv" in names(inbox / "done")
    assert len(account.leads()) == 3


def test_settings_that_are_wrong_are_no_files_fault(desk: Desk, inbox: Path) -> None:
    bring(desk, ROWS)
    config = desk.folder / "config.yaml"
    right = config.read_text("utf-8")
    config.write_text("colums: {}\n", "utf-8")
    run = desk.call("watch", "inbox", "--once")
    assert (run.status, names(inbox)) == (2, ["leads.csv"])
    assert "colums" in run.err
    config.write_text(right, "utf-8")
    assert desk.call("watch", "inbox", "--once").status == 0


def test_what_the_account_ends_stays_and_goes_on_later(desk: Desk, account: Account, inbox: Path) -> None:
    bring(desk, ROWS, "a.csv")
    bring(desk, KEYLESS, "b.csv")
    desk.configure(workers=1)
    account.script({"call": "Lead.Create", "status": 401, "body": '{"Status":"Error"}'})
    run = desk.call("watch", "inbox", "--once")
    assert (run.status, len(account.leads())) == (3, 0)
    assert {"a.csv", "b.csv"} <= set(names(inbox)), "and the second was not begun"
    assert desk.call("watch", "inbox", "--once").status == 0
    assert (names(inbox), len(account.leads())) == ([], 6)


def test_an_empty_folder_and_a_file_without_rows_are_a_quiet_night(desk: Desk, account: Account, inbox: Path) -> None:
    run = desk.call("watch", "inbox", "--once")
    assert (run.status, "holds no file to import" in run.err) == (0, True)
    bring(desk, [])
    assert desk.call("watch", "inbox", "--once").status == 0
    assert "leads.csv" in names(inbox / "done")
    assert account.leads() == []
    run = desk.call("watch", "nowhere", "--once")
    assert (run.status, "cannot be listed" in run.err) == (2, True)


def test_what_is_no_list_of_leads_is_left_alone(desk: Desk, account: Account, inbox: Path) -> None:
    left = ["~$leads.xlsx", ".hidden.csv", "notes.txt.part", "page.html", "leads.report.2026-01-02T030405.csv"]
    for name in left:
        age(desk.write(ROWS, f"inbox/{name}"))
    (inbox / "folder.csv").mkdir()
    assert desk.call("watch", "inbox", "--once").status == 0
    assert (names(inbox), account.leads()) == (sorted(left), [])


def test_it_takes_what_comes_until_it_is_told_to_stop(desk: Desk, account: Account, inbox: Path) -> None:
    process = desk.start("watch", "inbox", "--every", "0.1")
    bring(desk, ROWS, "one.csv")
    wait_for(inbox / "done" / "one.csv")
    bring(desk, KEYLESS, "two.csv")
    wait_for(inbox / "done" / "two.csv")
    process.send_signal(signal.SIGTERM)
    assert finish(process).status == 143
    assert len(account.leads()) == 6


def test_a_file_that_grows_is_left_until_it_is_whole(desk: Desk, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.write(ROWS, "inbox/leads.csv")

    def grow(_seconds: float) -> None:
        with path.open("a") as file:
            file.write("\n")

    monkeypatch.setitem(_stillness_defaults(), "sleep", grow)
    run = desk.call("watch", "inbox", "--once")
    assert (run.status, names(inbox)) == (75, ["leads.csv"])
    assert "left for now: still being written" in run.err


def _stillness_defaults() -> dict[str, Any]:
    from importer.app.fileselection import Stillness

    defaults = Stillness.__init__.__kwdefaults__
    assert defaults is not None
    return defaults


@pytest.mark.parametrize("killed_in", ["the import", "the move"])
def test_a_watch_that_is_killed_goes_on_and_sends_nothing_twice(
    desk: Desk, account: Account, inbox: Path, killed_in: str
) -> None:
    rows = [*ROWS, *KEYLESS]
    bring(desk, rows)
    if killed_in == "the import":
        account.change(latency="50")
        desk.configure(workers=1)
        process = desk.start("watch", "inbox", "--every", "0.1")
        account.wait_until(lambda stats: stats["creates"] >= 2)
        process.send_signal(signal.SIGKILL)
        finish(process)
        account.change(latency="0")
    else:  # report and page were moved, the file was not
        desk.call("inbox/leads.csv")
        (inbox / "done").mkdir()
        for name in ("leads.report.csv", "leads.report.html"):
            (inbox / name).rename(inbox / "done" / name)
    assert desk.call("watch", "inbox", "--once").status in {0, 1}
    assert "leads.csv" not in names(inbox)
    assert len(account.leads()) <= len(rows)
    reports = [path for place in ("done", "attention") for path in (inbox / place).glob("*.report.csv")]
    for report in reports:
        assert find_lies(rows, desk.report(str(report)), account.leads()) == []


@pytest.mark.usefixtures("inbox")
def test_somebody_is_told_of_each_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(
        "importer.commands.watch.tell_somebody", lambda *_args, exit_status, **_others: told.append(exit_status)
    )
    bring(desk, ROWS, "a.csv")
    bring(desk, [BAD], "b.csv")
    desk.call("watch", "inbox", "--once")
    assert sorted(told) == [0, 1]
