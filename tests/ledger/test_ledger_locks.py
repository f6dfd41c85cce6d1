"""Who is alive: told by the kernel, also of processes that were killed."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ledger_cases import begin_run, claim, digest, intent, open_ledger

from importer.errors import UsageError
from importer.ledger.ledger import Ledger
from importer.ledger.locks import FileLocks

ROOT = Path(__file__).resolve().parents[2]
CLAIM = """
import sys
sys.path.insert(0, sys.argv[2])
from ledger_cases import *
ledger = open_ledger(sys.argv[1])
begin_run(ledger)
ledger.locks.take_source("account", "leads.csv")
assert claim(ledger, intent("a", "mail")) == [None]
print("ready", flush=True)
sys.stdin.read()
ledger.close()
"""
RACE = """
import sys
sys.path.insert(0, sys.argv[2])
from ledger_cases import *
from importer.ledger.database import guard_database
ledger = open_ledger(sys.argv[1])
begin_run(ledger)
print("ready", flush=True)
sys.stdin.readline()
won = [name for name in map(str, range(60)) if claim(ledger, intent(sys.argv[3] + name, "key " + name)) == [None]]
print(",".join(won), flush=True)
sys.stdin.read()
"""


@contextmanager
def child(program: str, path: Path | str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A second process that has said it is ready."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", program, str(path), str(Path(__file__).parent), *words],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def is_live(ledger: Ledger) -> bool:
    return ledger.locks.is_live(ledger.runs.list()[-1].token)


@pytest.mark.parametrize("end", ["kill", "close"])
def test_a_run_lives_until_its_process_ends_however_that_ends(tmp_path: Path, end: str) -> None:
    path = tmp_path / "ledger.sqlite3"
    with child(CLAIM, path) as process, open_ledger(path) as ledger:
        begin_run(ledger)
        token = ledger.runs.list()[-1].token
        assert ledger.locks.is_live(token)
        assert not ledger.locks.take_source("account", "leads.csv")
        assert claim(ledger, intent("b", "mail"))[0] is not None
        if end == "kill":
            process.kill()  # SIGKILL
            process.wait()
        else:
            process.communicate()
        assert not ledger.locks.is_live(token)
        assert ledger.locks.take_source("account", "leads.csv")
        assert claim(ledger, intent("b", "mail")) == [None]
        row = ledger.rows.find_rows([digest("a")])[digest("a")]
        assert row.run_token == token


def race(location: Path | str) -> list[str]:
    """What two processes won together, in order, that claimed the same sixty values at once."""
    with child(RACE, location, "one") as one, child(RACE, location, "two") as two:
        won: list[str] = []
        for process in (one, two):
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in (one, two):
            assert process.stdout is not None
            won += process.stdout.readline().strip().split(",")
        return sorted((name for name in won if name), key=int)


def test_of_two_processes_that_claim_the_same_values_exactly_one_gets_each(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    open_ledger(path).close()
    assert race(path) == [str(number) for number in range(60)]


def test_a_source_is_taken_once_whoever_asks(tmp_path: Path) -> None:
    one, two = FileLocks(tmp_path), FileLocks(tmp_path)
    assert one.take_source("account", "leads.csv")
    assert not two.take_source("account", "leads.csv")
    assert two.take_source("account", "other.csv")
    assert two.take_source("another account", "leads.csv")
    assert two.take_source("account", "no text \udcff.csv")
    one.release()
    assert two.take_source("account", "leads.csv")
    two.release()


def test_a_run_that_ended_leaves_no_lock_file(tmp_path: Path) -> None:
    locks = FileLocks(tmp_path)
    token = locks.start_run()
    assert locks.is_live(token)
    assert FileLocks(tmp_path).is_live(token)
    locks.release()
    assert list(tmp_path.iterdir()) == []
    assert not FileLocks(tmp_path).is_live(token)


def test_the_lock_file_of_a_killed_run_means_nothing_and_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "run-0123.lock").touch()
    assert not FileLocks(tmp_path).is_live("0123")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("token", ["", "never-there"])
def test_a_run_that_nobody_started_is_dead(tmp_path: Path, token: str) -> None:
    assert not FileLocks(tmp_path).is_live(token)


def test_a_folder_without_room_for_locks_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="No lock can be taken"):
        FileLocks(tmp_path / "file").start_run()


def test_a_lock_that_is_a_link_is_refused_and_what_it_leads_to_stays_as_it_is(tmp_path: Path) -> None:
    folder, target = tmp_path / "locks", tmp_path / "target"
    folder.mkdir()
    target.write_text("not ours")
    locks = FileLocks(folder)
    assert locks.take_source("account", "leads.csv")
    locks.release()
    (lock,) = folder.iterdir()
    lock.unlink()
    lock.symlink_to(target)
    (folder / "run-0123.lock").symlink_to(target)
    with pytest.raises(UsageError, match="No lock can be taken"):
        FileLocks(folder).take_source("account", "leads.csv")
    with pytest.raises(UsageError, match="No lock can be taken"):
        FileLocks(folder).is_live("0123")
    assert target.read_text() == "not ours"
