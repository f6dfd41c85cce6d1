"""The ledger's tables as each version of it was written, as text that never changes, and ledgers made of them.

Add the present tables here when a new version is made, before `VERSION` is raised.
"""

import sqlite3
from pathlib import Path

__all__ = ["SCHEMAS", "make_ledger", "turn_back", "version_of"]

_FIRST = """
CREATE TABLE meta ("key" VARCHAR(40) NOT NULL, value VARCHAR(200) NOT NULL, PRIMARY KEY ("key"));
CREATE TABLE account (
    id INTEGER NOT NULL, identity VARCHAR(300) NOT NULL, host VARCHAR(300) NOT NULL, organisation VARCHAR(300),
    country_code VARCHAR(10), first_seen_at FLOAT NOT NULL, PRIMARY KEY (id), UNIQUE (identity)
);
CREATE TABLE run (
    id INTEGER NOT NULL, account_id INTEGER NOT NULL, token VARCHAR(40) NOT NULL, mode VARCHAR(12) NOT NULL,
    source VARCHAR(1000) NOT NULL, file VARCHAR(4000) NOT NULL, report VARCHAR(4000) NOT NULL,
    report_digest VARCHAR(64), started_at FLOAT NOT NULL, ended_at FLOAT, exit_status INTEGER, calls INTEGER,
    counts VARCHAR(1000), PRIMARY KEY (id), UNIQUE (token)
);
CREATE INDEX run_by_report ON run (report);
CREATE TABLE lead_row (
    account_id INTEGER NOT NULL, ref BLOB NOT NULL, cells BLOB NOT NULL, keys BLOB NOT NULL,
    state VARCHAR(12) NOT NULL, run_id INTEGER NOT NULL, row_number INTEGER NOT NULL, lead_id VARCHAR(60) NOT NULL,
    error VARCHAR(100) NOT NULL, message VARCHAR NOT NULL, tip VARCHAR NOT NULL, attempts INTEGER NOT NULL,
    intent_at FLOAT NOT NULL, changed_at FLOAT NOT NULL, PRIMARY KEY (account_id, ref)
) WITHOUT ROWID;
CREATE INDEX lead_row_by_lead_id ON lead_row (account_id, lead_id);
CREATE TABLE lead_key (
    account_id INTEGER NOT NULL, digest BLOB NOT NULL, ref BLOB NOT NULL, PRIMARY KEY (account_id, digest)
) WITHOUT ROWID;
"""

_WITHOUT_LENGTHS = """
CREATE TABLE meta ("key" VARCHAR NOT NULL, value VARCHAR NOT NULL, PRIMARY KEY ("key"));
CREATE TABLE account (
    id INTEGER NOT NULL, identity VARCHAR NOT NULL, host VARCHAR NOT NULL, organisation VARCHAR, country_code VARCHAR,
    first_seen_at FLOAT NOT NULL, PRIMARY KEY (id), UNIQUE (identity)
);
CREATE TABLE run (
    id INTEGER NOT NULL, account_id INTEGER NOT NULL, token VARCHAR NOT NULL, mode VARCHAR NOT NULL,
    source VARCHAR NOT NULL, file VARCHAR NOT NULL, report VARCHAR NOT NULL, report_digest VARCHAR,
    started_at FLOAT NOT NULL, ended_at FLOAT, exit_status INTEGER, calls INTEGER, counts VARCHAR, PRIMARY KEY (id),
    UNIQUE (token)
);
CREATE INDEX run_by_report ON run (report);
CREATE TABLE lead_key (
    account_id INTEGER NOT NULL, digest BLOB NOT NULL, ref BLOB NOT NULL, PRIMARY KEY (account_id, digest)
) WITHOUT ROWID;
"""

_ROWS = """
CREATE TABLE lead_row (
    account_id INTEGER NOT NULL, ref BLOB NOT NULL, cells BLOB NOT NULL, keys BLOB NOT NULL, state VARCHAR NOT NULL,
    run_id INTEGER NOT NULL, row_number INTEGER NOT NULL, lead_id VARCHAR NOT NULL, error VARCHAR NOT NULL,
    message VARCHAR NOT NULL, tip VARCHAR NOT NULL, attempts INTEGER NOT NULL, intent_at FLOAT NOT NULL,
    changed_at FLOAT NOT NULL, PRIMARY KEY (account_id, ref)
) WITHOUT ROWID;
CREATE INDEX lead_row_by_lead_id ON lead_row (account_id, lead_id);
"""

_ROWS_WITH_SKEW = _ROWS.replace("changed_at FLOAT NOT NULL,", "changed_at FLOAT NOT NULL, skew_s FLOAT,")

_BUDGET = """
CREATE TABLE budget (
    account_id INTEGER NOT NULL, boot VARCHAR NOT NULL, configured_calls INTEGER NOT NULL,
    configured_per_seconds FLOAT NOT NULL, told_calls INTEGER, told_per_seconds FLOAT, held_back INTEGER NOT NULL,
    changed_at FLOAT NOT NULL, refused_at FLOAT, paused_until FLOAT NOT NULL, PRIMARY KEY (account_id)
);
CREATE TABLE slot (
    account_id INTEGER NOT NULL, holder VARCHAR NOT NULL, number INTEGER NOT NULL, granted_at FLOAT NOT NULL,
    free_at FLOAT NOT NULL, PRIMARY KEY (account_id, holder, number)
) WITHOUT ROWID;
CREATE TABLE claimant (
    account_id INTEGER NOT NULL, holder VARCHAR NOT NULL, wanted INTEGER NOT NULL, seen_at FLOAT NOT NULL,
    granted_at FLOAT NOT NULL, PRIMARY KEY (account_id, holder)
) WITHOUT ROWID;
CREATE TABLE day_call (
    account_id INTEGER NOT NULL, minute INTEGER NOT NULL, calls INTEGER NOT NULL, PRIMARY KEY (account_id, minute)
) WITHOUT ROWID;
"""

_NAMED_BUDGETS = """
CREATE TABLE budget (
    account_id INTEGER NOT NULL, name VARCHAR NOT NULL, boot VARCHAR NOT NULL, configured_calls INTEGER NOT NULL,
    configured_per_seconds FLOAT NOT NULL, advertised_calls INTEGER, advertised_per_seconds FLOAT,
    backed_off INTEGER NOT NULL, changed_at FLOAT NOT NULL, refused_at FLOAT, paused_until FLOAT NOT NULL,
    PRIMARY KEY (account_id, name)
);
CREATE TABLE slot (
    account_id INTEGER NOT NULL, budget VARCHAR NOT NULL, holder VARCHAR NOT NULL, number INTEGER NOT NULL,
    granted_at FLOAT NOT NULL, free_at FLOAT NOT NULL, PRIMARY KEY (account_id, budget, holder, number)
) WITHOUT ROWID;
CREATE TABLE claimant (
    account_id INTEGER NOT NULL, budget VARCHAR NOT NULL, holder VARCHAR NOT NULL, wanted INTEGER NOT NULL,
    seen_at FLOAT NOT NULL, granted_at FLOAT NOT NULL, PRIMARY KEY (account_id, budget, holder)
) WITHOUT ROWID;
CREATE TABLE day_call (
    account_id INTEGER NOT NULL, minute INTEGER NOT NULL, calls INTEGER NOT NULL, PRIMARY KEY (account_id, minute)
) WITHOUT ROWID;
"""

_NAMES = """
CREATE TABLE account_name (name VARCHAR NOT NULL, account_id INTEGER NOT NULL, PRIMARY KEY (name));
CREATE TABLE machine (name VARCHAR NOT NULL, boot VARCHAR NOT NULL, seen_at FLOAT NOT NULL, PRIMARY KEY (name));
"""

_IDENTITIES = """
CREATE TABLE row_identity (
    account_id INTEGER NOT NULL, source BLOB NOT NULL, columns BLOB NOT NULL, seen_at FLOAT NOT NULL,
    PRIMARY KEY (account_id, source, columns)
) WITHOUT ROWID;
CREATE TABLE row_alias (
    account_id INTEGER NOT NULL, alias BLOB NOT NULL, ref BLOB NOT NULL, PRIMARY KEY (account_id, alias)
) WITHOUT ROWID;
CREATE INDEX row_alias_by_ref ON row_alias (account_id, ref);
"""

SCHEMAS = {
    "1 with lengths": _FIRST,
    "1": _WITHOUT_LENGTHS + _ROWS,
    "2": _WITHOUT_LENGTHS + _ROWS + _BUDGET,
    "3": _WITHOUT_LENGTHS + _ROWS + _BUDGET + _NAMES,
    "4": _WITHOUT_LENGTHS + _ROWS_WITH_SKEW + _BUDGET + _NAMES,
    "5": _WITHOUT_LENGTHS + _ROWS_WITH_SKEW + _BUDGET + _NAMES + _IDENTITIES,
    "5 with the new name": (_WITHOUT_LENGTHS + _ROWS_WITH_SKEW + _BUDGET + _NAMES + _IDENTITIES).replace(
        "held_back", "backed_off"
    ),
    "6": (_WITHOUT_LENGTHS + _ROWS_WITH_SKEW + _BUDGET + _NAMES + _IDENTITIES).replace("held_back", "backed_off"),
    "7": _WITHOUT_LENGTHS + _ROWS_WITH_SKEW + _NAMED_BUDGETS + _NAMES + _IDENTITIES,
    "8": _WITHOUT_LENGTHS.replace("country_code VARCHAR,", "country_code VARCHAR, time_zone VARCHAR,")
    + _ROWS_WITH_SKEW
    + _NAMED_BUDGETS
    + _NAMES
    + _IDENTITIES,
}
"""Every version that was ever written, and those that were written in two ways."""


_PRESENT_NAMES = {
    "held_back": "backed_off",
    "told_calls": "advertised_calls",
    "told_per_seconds": "advertised_per_seconds",
}
"""What columns of older versions are called now."""


def version_of(name: str) -> int:
    """The number that a ledger of this name holds as its version."""
    return int(name.split(maxsplit=1)[0])


def make_ledger(path: Path, name: str, rows: str) -> None:
    """Make a ledger of a version, with these rows."""
    database = sqlite3.connect(path)
    database.executescript(f"BEGIN; {SCHEMAS[name]} {rows} COMMIT;")
    database.execute("INSERT INTO meta VALUES ('version', ?), ('secret', ?)", (str(version_of(name)), "5e" * 32))
    database.commit()
    database.close()


def turn_back(path: Path, name: str) -> None:
    """Make a ledger of the present version one of an older: its tables are those of then, with what they could hold."""
    old = path.with_name("old.sqlite3")
    database = sqlite3.connect(old)
    database.executescript(SCHEMAS[name])
    database.execute("ATTACH ? AS present", (str(path),))
    for (table,) in database.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
        present = _columns(database, "present", table)
        theirs_of = {column: _PRESENT_NAMES.get(column, column) for column in _columns(database, "main", table)}
        columns = [column for column, its in theirs_of.items() if its in present]
        theirs = [theirs_of[column] for column in columns]
        names, values = ", ".join(f'"{column}"' for column in columns), ", ".join(f'"{column}"' for column in theirs)
        database.execute(f"INSERT INTO main.{table} ({names}) SELECT {values} FROM present.{table}")  # noqa: S608
    database.execute("UPDATE main.meta SET value = ? WHERE key = 'version'", (str(version_of(name)),))
    database.commit()
    database.close()
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    old.chmod(0o600)
    old.replace(path)


def _columns(database: sqlite3.Connection, schema: str, table: str) -> list[str]:
    return [name for _, name, *_ in database.execute(f"PRAGMA {schema}.table_info({table})")]
