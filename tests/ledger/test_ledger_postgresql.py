"""The ledger on a PostgreSQL server: the same promises, across machines."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from ledger_cases import ACCOUNT, CREATED, UNKNOWN, begin_run, claim, digest, intent, open_ledger, settle
from old_schemas import SCHEMAS, version_of
from postgresql import Cluster
from sqlalchemy import create_engine, select
from test_ledger_locks import CLAIM, child, race

from importer.app.account import Destination
from importer.clocks import WallSeconds
from importer.config import Config
from importer.errors import UsageError
from importer.ledger import database
from importer.ledger.database import LedgerError
from importer.ledger.failure import LocksLostError
from importer.ledger.ledger import Ledger
from importer.ledger.maintenance import Forgotten, forget, prune, settle_by_hand
from importer.ledger.records import Settled, State
from importer.ledger.schema import BUDGET, ROW_ALIAS
from importer.ledger.serverurl import shown
from importer.ledger.writer import LedgerWriter
from importer.outcome import Outcome, Status


@pytest.fixture
def ledger(server_url: str) -> Iterator[Ledger]:
    with open_ledger(server_url) as ledger:
        begin_run(ledger)
        yield ledger


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_ledger_of_every_version_is_brought_up_to_date(server_url: str, name: str) -> None:
    engine = create_engine(server_url.replace("postgresql:", "postgresql+psycopg:"))
    words = SCHEMAS[name].replace(" BLOB ", " BYTEA ").replace(") WITHOUT ROWID", ")")
    account = f"INSERT INTO account (identity, host, first_seen_at) VALUES ('{ACCOUNT}', 'api.leadsquared.com', 0)"  # noqa: S608
    meta = f"INSERT INTO meta VALUES ('version', '{version_of(name)}'), ('secret', '{'5e' * 32}')"  # noqa: S608
    with engine.begin() as connection:
        connection.exec_driver_sql(
            words.replace("id INTEGER NOT NULL, i", "id SERIAL NOT NULL, i").replace(
                "id INTEGER NOT NULL, account_id", "id SERIAL NOT NULL, account_id"
            )
        )
        connection.exec_driver_sql(account)
        connection.exec_driver_sql(meta)
    engine.dispose()
    with open_ledger(server_url) as present:
        assert present.secret == b"\x5e" * 32
        begin_run(present)
        claim(present, intent("a", "mail"))
        settle(present, "a", CREATED)
        with present.begin() as connection:
            assert connection.execute(select(BUDGET)).all() == []
            assert connection.execute(select(ROW_ALIAS)).all() == []
        assert present.rows.find_keys([digest("mail")])[digest("mail")].state is State.CREATED


async def test_a_row_goes_its_whole_way(ledger: Ledger) -> None:
    async with LedgerWriter(ledger) as writer:
        assert await writer.claim([intent("a", "mail", "phone")]) == [None]
        outcome = Outcome(Status.CREATED, "lead-1", "e" * 300, "nul \0 and half \ud83d", "tip", attempts=2)
        await writer.settle([Settled(digest("a"), outcome, WallSeconds(1.5))])
        (conflict,) = await writer.claim([intent("b", "mail")])
    assert conflict is not None
    assert (conflict.ref, conflict.state, conflict.lead_id, conflict.changed_at) == (
        digest("a"),
        State.CREATED,
        "lead-1",
        1.5,
    )
    assert conflict.keys == (digest("mail"), digest("phone"))
    ledger.runs.end(ledger.rows.run_id, exit_status=0, calls=1, counts={"created": 1}, report_digest="d")
    assert [run.counts for run in ledger.runs.list(report="/x/r.csv")] == [{"created": 1}]


def test_a_second_process_sees_the_first_one_live_and_then_killed(ledger: Ledger, server_url: str) -> None:
    with child(CLAIM, server_url) as process:
        token = ledger.runs.list()[0].token
        assert ledger.locks.is_live(token)
        assert not ledger.locks.take_source("account", "leads.csv")
        assert claim(ledger, intent("b", "mail"))[0] is not None
        process.kill()
        process.wait()
        for _ in range(2000):  # the server notices the broken connection by itself
            if ledger.locks.take_source("account", "leads.csv"):
                break
        assert not ledger.locks.is_live(token)
        assert claim(ledger, intent("b", "mail")) == [None]


@pytest.mark.usefixtures("ledger")
def test_of_two_processes_that_claim_the_same_values_exactly_one_gets_each(server_url: str) -> None:
    assert race(server_url) == [str(number) for number in range(60)]


def test_first_runs_that_meet_make_one_ledger(server_url: str) -> None:
    program = (
        "import sys; from importer.ledger.ledger import Ledger\n"
        "with Ledger(sys.argv[1], identity='a', host='h') as ledger: print(ledger.secret.hex(), ledger.account.id)"
    )
    children = [
        subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", program, server_url],
            cwd=Path(__file__).resolve().parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    assert len({process.communicate()[0] for process in children}) == 1
    assert [process.returncode for process in children] == [0] * 4


def test_upkeep_does_its_work(ledger: Ledger, server_url: str) -> None:
    with open_ledger(server_url) as gone:
        begin_run(gone)
        claim(gone, intent("a", "mail"), intent("b"), intent("c", "phone"))
        settle(gone, "a", CREATED)
        settle(gone, "b", UNKNOWN)
        settle(gone, "c", Outcome(Status.REJECTED))
    assert forget(ledger, keys=[digest("mail")]) == Forgotten(created=1)
    settle_by_hand(ledger, digest("b"), lead_id="lead-9")
    pruned = prune(ledger, older_than_days=-1)
    assert pruned.rows == 1


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_each_way_of_writing_the_scheme_means_the_same(server_url: str, scheme: str) -> None:
    with open_ledger(server_url.replace("postgresql", scheme)) as ledger:
        assert ledger.is_on_server


def test_a_missing_driver_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UsageError, match="needs psycopg") as missing:
        open_ledger("postgres://me:hunter2@127.0.0.1/ledger")
    assert "pip install 'lsq-import[postgresql]'" in missing.value.hint
    assert "hunter2" not in str(missing.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgres://me:hunter2@127.0.0.1:1/ledger",
        "postgresql://127.0.0.1:1/ledger?user=me&password=hunter2",
        "postgresql://me:hunter2@127.0.0.1:port/ledger",
        "postgresql+asyncpg://me:hunter2@127.0.0.1/ledger",
    ],
)
def test_a_password_in_a_url_shows_in_no_message_and_no_place(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        open_ledger(url)
    assert "hunter2" not in f"{refused.value}{refused.value.hint}{shown(url)}"


def test_a_ledger_on_a_server_demands_a_name_of_the_account(server_url: str) -> None:
    account = Destination(
        Config(), "api.leadsquared.com#0123", "api.leadsquared.com", address="api.leadsquared.com#0123"
    )
    with pytest.raises(UsageError, match="name is missing"):
        account.open_ledger(server_url)
    with replace(account, identity="acme").open_ledger(server_url) as ledger:
        assert ledger.account.identity == "acme"


def test_a_database_of_something_else_is_refused(ledger: Ledger, server_url: str) -> None:
    with ledger.begin() as connection:
        connection.exec_driver_sql("DROP TABLE run")
    with pytest.raises(UsageError, match="something else"):
        open_ledger(server_url)


def test_a_ledger_that_is_held_for_long_is_an_error(
    ledger: Ledger, server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.05)
    with (
        open_ledger(server_url) as other,
        ledger.begin(),
        pytest.raises(LedgerError, match="lock timeout") as held,
    ):
        begin_run(other)
    assert "Another program" in held.value.hint


END_THE_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid != pg_backend_pid() AND datname = "
    "current_database()"
)


async def test_a_run_that_was_cut_off_takes_its_locks_anew_and_goes_on(ledger: Ledger, server_url: str) -> None:
    token = ledger.runs.list()[0].token
    async with LedgerWriter(ledger, notify=lambda _notice: None) as writer:
        assert await writer.claim([intent("a", "mail")]) == [None]
        with open_ledger(server_url) as other, other.begin() as connection:
            connection.exec_driver_sql(END_THE_OTHERS)
        assert await writer.claim([intent("b")]) == [None]
        await writer.settle([Settled(digest("a"), CREATED, WallSeconds(1.5))])
        with open_ledger(server_url) as other:
            assert other.locks.is_live(token)
            assert other.rows.find_rows([digest("a")])[digest("a")].state is State.CREATED
        assert set(ledger.rows.find_rows([digest(name) for name in "abc"])) == {digest("a"), digest("b")}


async def test_a_run_whose_source_another_has_taken_meanwhile_takes_no_new_row_and_still_writes_its_outcomes(
    ledger: Ledger, server_url: str
) -> None:
    assert ledger.locks.take_source("account", "leads.csv")
    async with LedgerWriter(ledger, notify=lambda _notice: None) as writer:
        assert await writer.claim([intent("a", "mail")]) == [None]
        with open_ledger(server_url) as other:
            with other.begin() as connection:
                connection.exec_driver_sql(END_THE_OTHERS)
            while not other.locks.take_source("account", "leads.csv"):
                pass
            with pytest.raises(LocksLostError, match="has lost the locks"):
                await writer.claim([intent("b")])
            await writer.settle([Settled(digest("a"), CREATED, WallSeconds(1.5))])
            assert set(other.rows.find_rows([digest(name) for name in "ab"])) == {digest("a")}


async def test_a_claim_waits_for_a_server_that_is_restarted(ledger: Ledger, cluster: Cluster) -> None:
    async with LedgerWriter(ledger, notify=lambda _notice: None) as writer:
        cluster.stop("immediate")
        claimed = asyncio.create_task(writer.claim([intent("a", "mail")]))
        await asyncio.to_thread(cluster.start)
        assert await claimed == [None]
    assert ledger.rows.find_rows([digest("a")])[digest("a")].state is State.INTENT


def test_an_outcome_is_written_only_by_the_run_that_owns_the_row(ledger: Ledger, server_url: str) -> None:
    with open_ledger(server_url) as gone:
        begin_run(gone)
        claim(gone, intent("a", "mail"))
        gone.locks.release()
        assert claim(ledger, intent("a", "mail", resolves=True)) == [None]
        settle(gone, "a", CREATED)
    assert ledger.rows.find_rows([digest("a")])[digest("a")].state is State.INTENT
