"""A ledger that is deleted, damaged or full while a run writes it: noticed, told in full, and nothing is doubled."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from truth import find_lies
from workbench import Account, Desk, finish, person

ROWS = [person(number, email=False, phone=False) for number in range(1, 21)]


def said(desk: Desk) -> Counter[str]:
    return Counter(line.status for line in desk.report())


def delete_folder(desk: Desk) -> None:
    shutil.rmtree(desk.ledger.parent)


def delete_file(desk: Desk) -> None:
    desk.ledger.unlink()


def move_away(desk: Desk) -> None:
    desk.ledger.rename(desk.folder / "moved.sqlite3")


def replace_it(desk: Desk) -> None:
    other = desk.folder / "other.sqlite3"
    shutil.copy(desk.ledger, other)
    other.replace(desk.ledger)


@pytest.mark.parametrize("lose", [delete_folder, delete_file, move_away, replace_it])
def test_a_ledger_that_goes_away_ends_the_run_with_a_whole_report_and_nothing_is_sent_twice(
    desk: Desk, account: Account, lose: Callable[[Desk], None]
) -> None:
    account.change(latency="60")
    desk.configure(workers=2)
    desk.write(ROWS)
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["creates"] >= 6)
    lose(desk)
    run = finish(process)
    assert run.status == 3
    assert "was deleted, moved or replaced" in run.err
    assert "lsq-import ledger rebuild" in run.err
    assert "Report: leads.report.csv" in run.out
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    created = len(account.leads())
    assert said(desk) == {"created": created, "unsent": 20 - created}
    shutil.rmtree(desk.ledger.parent, ignore_errors=True)
    assert desk.call("leads.csv").status == 2  # a new ledger knows nothing of them
    assert desk.call("ledger", "rebuild", "leads.report.csv").status == 0
    assert desk.call("leads.csv").status == 0
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    assert account.stats()["creates"] == 20


@pytest.fixture
def late_loss(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> Iterator[None]:
    """The ledger goes after the last outcome is in it, while the report is written."""
    from importer.app import pipeline
    from importer.run.reporting import write_report

    async def write_and_lose(*args: Any, **more: Any) -> None:
        delete_folder(desk)
        await write_report(*args, **more)

    monkeypatch.setattr(pipeline, "write_report", write_and_lose)
    yield
    monkeypatch.undo()


@pytest.mark.usefixtures("late_loss")
def test_a_ledger_that_goes_away_at_the_very_end_is_no_success(desk: Desk) -> None:
    desk.write(ROWS)
    run = desk.call("leads.csv")
    assert run.status == 3
    assert "Report: leads.report.csv" in run.out
    assert "20 rows" in run.out
    assert "was deleted" in run.err
    assert said(desk) == {"created": 20}


@pytest.fixture(params=["all at once", "the rest while the report is written"])
def loss_after_the_locks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    """The folder goes file by file, the locks first: a run looks at them before it looks at the ledger."""
    from importer.ledger.locks import FileLocks

    check = FileLocks.check
    checked: list[FileLocks] = []

    def lose_and_check(locks: FileLocks) -> None:
        checked.append(locks)
        if len(checked) == 5:
            if request.param == "all at once":
                delete_folder(desk)
            else:
                shutil.rmtree(desk.ledger.with_name(f"{desk.ledger.name}.locks"))
                request.getfixturevalue("late_loss")
        check(locks)

    monkeypatch.setattr(FileLocks, "check", lose_and_check)


@pytest.mark.usefixtures("loss_after_the_locks")
def test_a_lost_ledger_is_told_rather_than_its_lost_locks(desk: Desk, account: Account) -> None:
    desk.configure(workers=1)
    desk.write(ROWS)
    run = desk.call("leads.csv")
    assert run.status == 3
    assert "was deleted, moved or replaced" in run.err
    assert "has lost the locks" not in run.err
    assert find_lies(ROWS, desk.report(), account.leads()) == []


def damage(path: Path) -> None:
    """Write over all pages but the first."""
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)


def test_a_ledger_that_is_damaged_meanwhile_ends_the_run_with_its_summary_and_report(
    desk: Desk, account: Account
) -> None:
    account.change(latency="60")
    desk.configure(workers=2)
    desk.write(ROWS[:4])
    assert desk.call("leads.csv").status == 0
    desk.write(ROWS)
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["creates"] >= 8)
    damage(desk.ledger)
    run = finish(process)
    created = len(account.leads())
    assert run.status == 3
    assert f"{created}  created" in run.out
    assert "Report: leads.report.csv" in run.out
    assert "lsq-import ledger rebuild" in run.err
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    assert said(desk) == {"created": created, "unsent": 20 - created}
    shutil.rmtree(desk.ledger.parent)
    assert desk.call("ledger", "rebuild", "leads.report.csv").status == 0
    assert desk.call("leads.csv").status == 0
    assert account.stats()["creates"] == 20


def garble(path: Path) -> None:
    path.write_bytes(b"no database at all" * 400)


def lose_secret(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("DELETE FROM meta WHERE key = 'secret'")
        database.commit()


@pytest.mark.parametrize("spoil", [damage, garble, lose_secret])
def test_a_damaged_ledger_is_rebuilt_from_the_report_and_not_left_behind(
    desk: Desk, account: Account, spoil: Callable[[Path], None]
) -> None:
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 0
    spoil(desk.ledger)
    run = desk.call("leads.csv")
    assert run.status in {2, 3}
    assert "lsq-import ledger rebuild" in run.err
    shutil.rmtree(desk.ledger.parent)  # moved away, as the hint says
    assert desk.call("ledger", "rebuild", "leads.report.csv").status == 0
    assert desk.call("leads.csv").status == 0
    assert said(desk) == {"created": 20}
    assert account.stats()["creates"] == 20
