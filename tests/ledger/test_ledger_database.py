"""The database behind the ledger: whose it is, how durable it is, and what is refused."""

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from ledger_cases import CREATED, begin_run, claim, digest, intent, open_ledger, settle

from importer.errors import UsageError
from importer.ledger import database
from importer.ledger.database import LedgerError, storable
from importer.ledger.ledger import Ledger
from importer.ledger.records import Intent, State
from importer.outcome import Outcome, Status

ROOT = Path(__file__).resolve().parents[2]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def ledger_path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


def test_a_ledger_and_each_folder_made_for_it_are_their_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "lsq-import" / "ledger.sqlite3"
    before = os.umask(0)
    try:
        with open_ledger(path) as ledger:
            begin_run(ledger)
            files = [path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))]
            folders = [path.parent, path.parent.parent, path.with_name(path.name + ".locks")]
            assert [mode(file) for file in files] == [0o600] * 3
            assert [mode(folder) for folder in folders] == [0o700] * 3
    finally:
        os.umask(before)


def test_a_folder_that_is_there_keeps_its_mode_and_the_ledger_in_it_is_private(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    open_ledger(shared / "ledger.sqlite3").close()
    assert mode(shared) == 0o755
    assert mode(shared / "ledger.sqlite3") == 0o600
    assert mode(shared / "ledger.sqlite3.locks") == 0o700


def test_a_commit_is_on_disk_when_it_returns(ledger_path: Path) -> None:
    with open_ledger(ledger_path) as ledger, ledger.begin() as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("journal_mode", "synchronous")
        ]
        assert pragmas == ["wal", 2]


def test_another_process_sees_what_was_committed_although_nobody_closed_the_ledger(ledger_path: Path) -> None:
    program = """
import os, sys
sys.path.insert(0, sys.argv[2])
from ledger_cases import *
ledger = open_ledger(sys.argv[1]); begin_run(ledger)
claim(ledger, intent("a", "mail")); settle(ledger, "a", CREATED)
os._exit(9)
"""
    code = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", program, str(ledger_path), str(Path(__file__).parent)], cwd=ROOT, check=False
    ).returncode
    assert code == 9
    with open_ledger(ledger_path) as ledger:
        assert ledger.rows.find_rows([digest("a")])[digest("a")].state is State.CREATED


def test_first_runs_that_meet_make_one_ledger(ledger_path: Path) -> None:
    program = """
import sys
from importer.ledger.ledger import Ledger
sys.stdin.read()
with Ledger(sys.argv[1], identity="a", host="h") as ledger: print(ledger.secret.hex(), ledger.account.id)
"""
    children = [
        subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", program, str(ledger_path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.close()
        child.stdin = None
    words = {child.communicate()[0] for child in children}
    assert [child.returncode for child in children] == [0] * 4
    assert len(words) == 1


def test_two_accounts_in_one_ledger_do_not_see_each_others_rows(ledger_path: Path) -> None:
    with open_ledger(ledger_path, identity="one") as one, open_ledger(ledger_path, identity="two") as two:
        assert one.secret == two.secret
        begin_run(one)
        begin_run(two)
        assert claim(one, intent("a", "mail")) == [None]
        settle(one, "a", CREATED)
        assert two.rows.find_rows([digest("a")]) == {}
        assert two.rows.find_keys([digest("mail")]) == {}
        assert two.rows.find_lead("lead-1") is None
        assert claim(two, intent("a", "mail")) == [None]
        settle(two, "a", Outcome(Status.REJECTED))
        assert one.rows.find_keys([digest("mail")])[digest("mail")].state is State.CREATED


def test_an_account_that_is_dropped_leaves_no_run_to_the_next_one(ledger_path: Path) -> None:
    with open_ledger(ledger_path, identity="kept"):
        pass
    with open_ledger(ledger_path, identity="dropped") as ledger:
        begin_run(ledger)
        ledger.drop_account()
    with open_ledger(ledger_path, identity="next") as ledger:
        assert ledger.runs.list() == []


def test_a_name_that_comes_later_is_another_name_of_the_account_that_was_reached_there(ledger_path: Path) -> None:
    with Ledger(ledger_path, identity="host#1", host="host", address="host#1") as ledger:
        ledger.add_name("host#1")
        number = ledger.account.id
    with Ledger(ledger_path, identity="beta", host="host"):
        pass  # a name that was only asked about, without the keys
    for name, address in (("acme", "host#1"), ("acme", "host#2"), ("beta", "host#1"), ("beta", "host#2")):
        with Ledger(ledger_path, identity=name, host="host", address=address) as ledger:
            assert (ledger.account.id, ledger.account.identity) == (number, "host#1")
    with Ledger(ledger_path, identity="host#2", host="host", address="host#2") as ledger:
        assert ledger.account.id != number


def test_a_garbled_file_is_refused(ledger_path: Path) -> None:
    ledger_path.write_bytes(b"First Name,Email\r\n" * 100)
    with pytest.raises(UsageError, match="not a database") as refused:
        open_ledger(ledger_path)
    assert str(ledger_path) in str(refused.value)


def test_a_ledger_that_was_cut_short_is_refused(ledger_path: Path) -> None:
    open_ledger(ledger_path).close()
    ledger_path.write_bytes(ledger_path.read_bytes()[:5000])
    with pytest.raises(UsageError, match=r"malformed|not a database|disk image|I/O"):
        open_ledger(ledger_path)


@pytest.mark.parametrize("table", ["customer (id)", "meta (id)", "meta (key, value)"])
def test_a_database_of_something_else_is_refused_and_not_touched(ledger_path: Path, table: str) -> None:
    other = sqlite3.connect(ledger_path)
    other.execute(f"CREATE TABLE {table}")
    other.close()
    before = ledger_path.read_bytes()
    with pytest.raises(UsageError, match="a database of something else"):
        open_ledger(ledger_path)
    assert ledger_path.read_bytes() == before


def test_a_folder_in_the_files_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        open_ledger(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UsageError, match="cannot be written"):
        open_ledger(tmp_path / "ledger.sqlite3")


def test_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be written"):
        open_ledger(tmp_path / "file" / "ledger.sqlite3")


@pytest.mark.parametrize("name", ["a?b=c.db", "a#b%41.db", "with space.db", "na\udcefve.db"])
def test_a_path_is_taken_as_it_is(tmp_path: Path, name: str) -> None:
    with open_ledger(tmp_path / name) as ledger:
        begin_run(ledger)
    assert (tmp_path / name).stat().st_size > 0


def test_a_path_and_its_url_are_one_ledger_with_the_same_locks(ledger_path: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.sqlite3"
    link.symlink_to(ledger_path)
    with open_ledger(ledger_path) as one, open_ledger(f"sqlite:///{link}") as two:
        begin_run(one)
        assert one.secret == two.secret
        assert two.locks.is_live(one.runs.list()[0].token)
        assert two.where == f"sqlite:///{link}"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://host/name",
        "nonsense://host",
        "postgresql+nodriver://host/name",
        "://",
    ],
)
def test_a_url_that_cannot_serve_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="The ledger's address"):
        open_ledger(url)


def test_a_password_in_a_url_shows_in_no_message() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(UsageError) as refused:
        open_ledger("postgresql+psycopg://someone:hunter2@127.0.0.1:1/name")
    assert "hunter2" not in str(refused.value)


def claim_on_a_full_disk(ledger: Ledger, rows: list[Intent]) -> None:
    with ledger.begin() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        ledger.rows.claim(connection, rows)


def test_a_full_disk_is_an_error_that_says_how_to_go_on_and_loses_nothing(ledger_path: Path) -> None:
    with open_ledger(ledger_path) as ledger:
        begin_run(ledger)
        claim(ledger, intent("before"))
        rows = [intent(f"row {number}", f"key {number}") for number in range(2000)]
        with pytest.raises(LedgerError) as full:
            claim_on_a_full_disk(ledger, rows)
        assert "full" in full.value.message
        assert "same command again" in full.value.hint
        assert full.value.exit_status == 3
        found = ledger.rows.find_rows([digest("before"), digest("row 0")])
        assert set(found) == {digest("before")}


def test_a_ledger_that_another_program_holds_for_long_is_an_error(
    ledger_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.05)
    with open_ledger(ledger_path) as ledger:
        begin_run(ledger)
        other = sqlite3.connect(ledger_path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="locked") as held:
            begin_run(ledger)
        assert "Another program" in held.value.hint
        with pytest.raises(UsageError, match="locked"):
            open_ledger(ledger_path)
        assert len(ledger.runs.list()) == 1  # reading goes on
        other.execute("ROLLBACK")
        other.close()
        begin_run(ledger)


@pytest.mark.parametrize("text", ["a\0b", "half \ud83d", "plain", "ü\udcff"])
def test_any_text_can_be_written_down(ledger_path: Path, text: str) -> None:
    with open_ledger(ledger_path) as ledger:
        run_id = ledger.runs.begin(mode="import", source=text, file=text, report=text)
        ledger.rows.run_id = run_id
        claim(ledger, intent("a"))
        settle(ledger, "a", Outcome(Status.REJECTED, error=text, message=text, tip=text))
        assert ledger.rows.find_rows([digest("a")])[digest("a")].message == storable(text)
        assert [run.id for run in ledger.runs.list(report=text)] == [run_id]


def test_what_is_known_of_an_account_outlives_the_process(ledger_path: Path) -> None:
    with open_ledger(ledger_path) as ledger:
        ledger.describe_account(organisation="Example", country_code="91", time_zone="Asia/Kolkata")
    with open_ledger(ledger_path) as ledger:
        assert (ledger.account.organisation, ledger.account.country_code) == ("Example", "91")
        assert ledger.find_account(ledger.account.identity) == ledger.account
        assert ledger.find_account("elsewhere") is None


def test_runs_are_listed_newest_first_with_how_they_ended(ledger_path: Path) -> None:
    with Ledger(ledger_path, identity="a", host="h") as ledger:
        first, second = begin_run(ledger), begin_run(ledger)
        ledger.runs.end(first, exit_status=1, calls=7, counts={"created": 5}, report_digest="d")
        newest, oldest = ledger.runs.list()
        assert (newest.id, newest.ended_at, newest.exit_status, newest.counts) == (second, None, None, {})
        assert (oldest.exit_status, oldest.calls, oldest.counts) == (1, 7, {"created": 5})
        assert [run.id for run in ledger.runs.list(limit=1)] == [second]
