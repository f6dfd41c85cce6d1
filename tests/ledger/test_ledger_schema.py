"""Versions of the ledger: an older one is brought up to date or left as it was, a newer one refused."""

from pathlib import Path

import pytest
from ledger_cases import ACCOUNT, CREATED, begin_run, claim, digest, intent, open_ledger, settle
from sqlalchemy import Connection, Engine, inspect

from importer.errors import UsageError
from importer.ledger.database import open_engine
from importer.ledger.records import State
from importer.ledger.schema import MIGRATIONS, VERSION, prepare_schema


@pytest.fixture
def ledger_path(tmp_path: Path) -> Path:
    """A ledger that holds a created row."""
    path = tmp_path / "ledger.sqlite3"
    with open_ledger(path) as ledger:
        begin_run(ledger)
        claim(ledger, intent("a", "mail"))
        settle(ledger, "a", CREATED)
    return path


def add_colour(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE lead_row ADD COLUMN colour VARCHAR NOT NULL DEFAULT 'red'")


def add_index(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE INDEX by_colour ON lead_row (colour)")


def break_down(connection: Connection) -> None:
    connection.exec_driver_sql("DROP TABLE lead_key")
    raise RuntimeError("half way")


def open_raw(path: Path) -> Engine:
    return open_engine(path)[0]


def columns(engine: Engine) -> set[str]:
    return {column["name"] for column in inspect(engine).get_columns("lead_row")}


def test_every_older_version_has_its_step() -> None:
    assert sorted(MIGRATIONS) == list(range(1, VERSION))


def test_an_older_ledger_goes_through_each_step_and_keeps_its_secret_and_rows(ledger_path: Path) -> None:
    steps = {VERSION: add_colour, VERSION + 1: add_index}
    engine = open_raw(ledger_path)
    with engine.begin() as connection:
        before = prepare_schema(connection, where="it")
        after = prepare_schema(connection, where="it", version=VERSION + 2, migrations=steps)
    assert after == before
    assert "colour" in columns(engine)
    with engine.begin() as connection:  # and a second time there is nothing to do
        prepare_schema(connection, where="it", version=VERSION + 2, migrations=steps)
        assert connection.exec_driver_sql("SELECT state, colour FROM lead_row").all() == [("created", "red")]
    engine.dispose()


def test_a_step_that_fails_leaves_the_ledger_as_it_was(ledger_path: Path) -> None:
    engine = open_raw(ledger_path)
    steps = {VERSION: add_colour, VERSION + 1: break_down}
    with pytest.raises(RuntimeError, match="half way"), engine.begin() as connection:
        prepare_schema(connection, where="it", version=VERSION + 2, migrations=steps)
    assert "colour" not in columns(engine)
    engine.dispose()
    with open_ledger(ledger_path) as ledger:
        assert ledger.rows.find_keys([digest("mail")])[digest("mail")].state is State.CREATED


@pytest.mark.parametrize("version", [VERSION + 1, 99])
def test_a_newer_ledger_is_refused_by_name_and_not_touched(ledger_path: Path, version: int) -> None:
    engine = open_raw(ledger_path)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE meta SET value = ? WHERE key = 'version'", (str(version),))
    engine.dispose()
    with pytest.raises(UsageError, match=f"has version {version}; this lsq-import knows version {VERSION}") as refused:
        open_ledger(ledger_path)
    assert "newer" in refused.value.hint


def test_an_older_ledger_without_a_way_to_the_present_is_refused(ledger_path: Path) -> None:
    engine = open_raw(ledger_path)
    with pytest.raises(UsageError, match="has version"), engine.begin() as connection:
        prepare_schema(connection, where="it", version=VERSION + 2, migrations={VERSION + 1: add_colour})
    engine.dispose()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE meta SET value = 'x' WHERE key = 'version'",
        "DELETE FROM meta WHERE key = 'secret'",
        "UPDATE meta SET value = 'no hex' WHERE key = 'secret'",
        "DELETE FROM meta",
    ],
)
def test_a_ledger_without_a_readable_version_or_secret_is_damaged(ledger_path: Path, damage: str) -> None:
    engine = open_raw(ledger_path)
    with engine.begin() as connection:
        connection.exec_driver_sql(damage)
    engine.dispose()
    with pytest.raises(UsageError, match="damaged"):
        open_ledger(ledger_path)


def test_two_ledgers_have_two_secrets(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "one") as one, open_ledger(tmp_path / "two") as two:
        assert one.secret != two.secret
        assert len(one.secret) == 32


def test_a_ledger_of_version_1_gets_a_budget_and_a_skew_and_keeps_its_rows(ledger_path: Path) -> None:
    budget = ("budget", "slot", "claimant", "day_call")
    engine = open_raw(ledger_path)
    with engine.begin() as connection:
        for table in (*budget, "account_name", "machine"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("ALTER TABLE lead_row DROP COLUMN skew_s")
        connection.exec_driver_sql("UPDATE meta SET value = '1' WHERE key = 'version'")
    with open_ledger(ledger_path) as ledger:
        assert ledger.rows.find_keys([digest("mail")])[digest("mail")].state is State.CREATED
    assert set(budget) <= set(inspect(engine).get_table_names())
    assert "skew_s" in columns(engine)
    engine.dispose()


def test_a_ledger_of_version_2_knows_its_accounts_by_the_keys_that_they_were_reached_with(ledger_path: Path) -> None:
    engine = open_raw(ledger_path)
    with engine.begin() as connection:
        for table in ("account_name", "machine", "row_identity", "row_alias"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("ALTER TABLE lead_row DROP COLUMN skew_s")
        connection.exec_driver_sql("UPDATE meta SET value = '2' WHERE key = 'version'")
    engine.dispose()
    with open_ledger(ledger_path) as ledger:
        assert ledger.is_known_by(ACCOUNT)
