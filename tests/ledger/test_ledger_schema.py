"""Versions of the ledger: an older one is brought up to date or left as it was, a newer one refused."""

from pathlib import Path

import pytest
from ledger_cases import ACCOUNT, CREATED, begin_run, claim, digest, intent, open_ledger, settle
from old_schemas import SCHEMAS, make_ledger, version_of
from sqlalchemy import Connection, Engine, inspect, select

from importer.errors import UsageError
from importer.ledger import schema
from importer.ledger.database import open_engine
from importer.ledger.migrations import MIGRATIONS
from importer.ledger.records import State
from importer.ledger.schema import VERSION, prepare_schema
from importer.ledger.slots.budget import Budget, Terms
from importer.ratelimit.adaptive import Limit


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


HEX = {name: digest(name).hex() for name in ("a", "b", "c", "cells", "mail", "phone")}

ROWS = f"""
INSERT INTO account (id, identity, host, first_seen_at) VALUES (1, '{ACCOUNT}', 'api.leadsquared.com', 0);
INSERT INTO run (id, account_id, token, mode, source, file, report, started_at, ended_at, counts)
    VALUES (1, 1, 'token', 'import', 'leads.csv', '/x/leads.csv', '/x/r.csv', 0, 1, '{{"created": 1}}');
INSERT INTO lead_row (account_id, ref, cells, keys, state, run_id, row_number, lead_id, error, message, tip, attempts,
    intent_at, changed_at) VALUES
    (1, x'{HEX["a"]}', x'{HEX["cells"]}', x'{HEX["mail"]}', 'created', 1, 2, 'lead-1', '', '', '', 1, 0.5, 1),
    (1, x'{HEX["b"]}', x'{HEX["cells"]}', x'', 'unknown', 1, 3, '', 'lost_reply', '', '', 1, 0.5, 1),
    (1, x'{HEX["c"]}', x'{HEX["cells"]}', x'{HEX["phone"]}', 'intent', 1, 4, '', '', '', '', 1, 0.5, 1);
INSERT INTO lead_key VALUES (1, x'{HEX["mail"]}', x'{HEX["a"]}'), (1, x'{HEX["phone"]}', x'{HEX["c"]}');
"""  # noqa: S608 - texts of the test's own
"""What a ledger of every version holds."""

BUDGET = """
INSERT INTO budget VALUES (1, 'boot', 25, 5, 20, 5, 3, 0, 0, 0);
INSERT INTO slot VALUES (1, 'holder', 0, 0, 0);
INSERT INTO claimant VALUES (1, 'holder', 1, 0, 0);
INSERT INTO day_call VALUES (1, 0, 7);
"""
NAMED_BUDGET = """
INSERT INTO budget VALUES (1, 'calls', 'boot', 25, 5, 20, 5, 3, 0, 0, 0);
INSERT INTO slot VALUES (1, 'calls', 'holder', 0, 0, 0);
INSERT INTO claimant VALUES (1, 'calls', 'holder', 1, 0, 0);
INSERT INTO day_call VALUES (1, 0, 7);
"""
NAMED_SINCE = 7
NAMES = f"""
INSERT INTO account_name VALUES ('{ACCOUNT}', 1);
INSERT INTO machine VALUES ('another', 'boot', 0);
"""  # noqa: S608 - the same


@pytest.fixture(params=SCHEMAS)
def old_path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A ledger as each older version wrote it."""
    name, path = str(request.param), tmp_path / "ledger.sqlite3"
    added = {2: BUDGET if version_of(name) < NAMED_SINCE else NAMED_BUDGET, 3: NAMES}
    make_ledger(path, name, ROWS + "".join(rows for since, rows in added.items() if version_of(name) >= since))
    return path


def test_a_ledger_of_every_version_keeps_its_rows_and_its_secret(old_path: Path) -> None:
    with open_ledger(old_path) as ledger:
        assert ledger.secret == b"\x5e" * 32
        assert ledger.is_known_by(ACCOUNT)
        found = ledger.rows.find_keys([digest("mail"), digest("phone")])
        assert {key: (row.state, row.lead_id) for key, row in found.items()} == {
            digest("mail"): (State.CREATED, "lead-1"),
            digest("phone"): (State.INTENT, ""),
        }
        lead = ledger.rows.find_lead("lead-1")
        assert lead is not None
        assert (lead.ref, lead.row_number, lead.skew_s) == (digest("a"), 2, None)
        assert [run.counts for run in ledger.runs.list()] == [{"created": 1}]
        begin_run(ledger)
        known = claim(ledger, intent("b"), intent("d", "mail"))
        assert [row and row.state for row in known] == [State.UNKNOWN, State.CREATED]


def test_a_ledger_of_every_version_has_the_tables_of_a_new_one(old_path: Path, tmp_path: Path) -> None:
    """Fails where a table was changed without a new version."""
    for path in (old_path, tmp_path / "new.sqlite3"):
        open_ledger(path).close()
    assert tables(old_path) == tables(tmp_path / "new.sqlite3")


def test_what_a_ledger_of_every_version_learnt_of_the_limit_is_read(old_path: Path) -> None:
    with open_ledger(old_path) as ledger, ledger.begin() as connection:
        found = connection.execute(select(schema.BUDGET)).mappings().all()
        assert [(row["name"], row["advertised_calls"], row["backed_off"]) for row in found] in ([], [("calls", 20, 3)])


@pytest.mark.parametrize("name", [name for name in SCHEMAS if version_of(name) >= 2])
def test_slots_that_an_older_version_gave_are_still_held(tmp_path: Path, name: str) -> None:
    budget, key = (BUDGET, "1") if version_of(name) < NAMED_SINCE else (NAMED_BUDGET, "1, 'calls'")
    held = f"INSERT INTO slot VALUES ({key}, 'holder', 1, 0, 40), ({key}, 'holder', 2, 0, 40);"  # noqa: S608 - our own
    make_ledger(tmp_path / "ledger.sqlite3", name, ROWS + budget + held)
    with open_ledger(tmp_path / "ledger.sqlite3") as ledger, ledger.begin() as connection:
        ours = Budget(ledger.account.id, holder="me", terms=Terms(limit=Limit(25, 5), longest_s=36.0))
        ours.open(connection, 1.0, boot="boot")
        # Told 20, of which 3 are backed off, 2 held, and 1 wanted by another run.
        assert len(ours.grant(connection, 1.0, 25).numbers) == 20 - 3 - 2 - 1


def tables(path: Path) -> dict[str, object]:
    """Each table's columns, with nullability and place in the key, and its indexes; lengths of texts do not count."""
    engine = open_raw(path)
    found = inspect(engine)
    described = {
        table: (
            {
                column["name"]: (str(column["type"]).partition("(")[0], column["nullable"])
                for column in found.get_columns(table)
            },
            found.get_pk_constraint(table)["constrained_columns"],
            {(index["name"], tuple(index["column_names"])) for index in found.get_indexes(table)},
        )
        for table in found.get_table_names()
    }
    engine.dispose()
    return dict(described)
