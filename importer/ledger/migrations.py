"""How each older version of the ledger becomes the next one.

A step is text that never changes again. It must not use the tables of `importer.ledger.schema`: those are today's, and
a column that they get tomorrow would then be there twice on the way from an old version, or never.

By hand: Alembic wants a folder of scripts and a set-up of its own; a few steps of SQL need neither.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, inspect

__all__ = ["MIGRATIONS", "OLD_ROWS"]

OLD_ROWS = "old_rows"
"""The key in `meta` that says: this ledger's references, and its reports', were made of every column of their files."""

_BUDGET = (
    """CREATE TABLE budget (
        account_id INTEGER NOT NULL,
        boot VARCHAR NOT NULL,
        configured_calls INTEGER NOT NULL,
        configured_per_seconds FLOAT NOT NULL,
        told_calls INTEGER,
        told_per_seconds FLOAT,
        held_back INTEGER NOT NULL,
        changed_at FLOAT NOT NULL,
        refused_at FLOAT,
        paused_until FLOAT NOT NULL,
        PRIMARY KEY (account_id)
    )""",
    """CREATE TABLE slot (
        account_id INTEGER NOT NULL,
        holder VARCHAR NOT NULL,
        number INTEGER NOT NULL,
        granted_at FLOAT NOT NULL,
        free_at FLOAT NOT NULL,
        PRIMARY KEY (account_id, holder, number)
    ) WITHOUT ROWID""",
    """CREATE TABLE claimant (
        account_id INTEGER NOT NULL,
        holder VARCHAR NOT NULL,
        wanted INTEGER NOT NULL,
        seen_at FLOAT NOT NULL,
        granted_at FLOAT NOT NULL,
        PRIMARY KEY (account_id, holder)
    ) WITHOUT ROWID""",
    """CREATE TABLE day_call (
        account_id INTEGER NOT NULL,
        minute INTEGER NOT NULL,
        calls INTEGER NOT NULL,
        PRIMARY KEY (account_id, minute)
    ) WITHOUT ROWID""",
)

# What was known by a host and a key's digest before there were names is known by them still.
_NAMES = (
    "CREATE TABLE account_name (name VARCHAR NOT NULL, account_id INTEGER NOT NULL, PRIMARY KEY (name))",
    "CREATE TABLE machine (name VARCHAR NOT NULL, boot VARCHAR NOT NULL, seen_at FLOAT NOT NULL, PRIMARY KEY (name))",
    """INSERT INTO account_name (name, account_id)
        SELECT identity, id FROM account
        WHERE replace(identity, '#', '') <> identity AND id IN (SELECT DISTINCT account_id FROM lead_row)""",
)

_SKEW = ("ALTER TABLE lead_row ADD COLUMN skew_s FLOAT",)

# Until then every column of a file counted in a row's reference: rows that are there stay known by those. A run that
# created nothing wrote a report all the same, and that one's references were made in the old way, too.
_IDENTITIES = (
    """CREATE TABLE row_identity (
        account_id INTEGER NOT NULL,
        source BLOB NOT NULL,
        columns BLOB NOT NULL,
        seen_at FLOAT NOT NULL,
        PRIMARY KEY (account_id, source, columns)
    ) WITHOUT ROWID""",
    """CREATE TABLE row_alias (
        account_id INTEGER NOT NULL,
        alias BLOB NOT NULL,
        ref BLOB NOT NULL,
        PRIMARY KEY (account_id, alias)
    ) WITHOUT ROWID""",
    "CREATE INDEX row_alias_by_ref ON row_alias (account_id, ref)",
    "INSERT INTO meta (key, value) SELECT 'old_rows', '1' WHERE EXISTS (SELECT 1 FROM run)",
)

# Until then an account had one budget, that of calls. Its primary keys get the budget's name, so the tables are made
# anew; PostgreSQL would not need that, but one way is enough.
_NAMED_BUDGETS = (
    """CREATE TABLE named_budget (
        account_id INTEGER NOT NULL,
        name VARCHAR NOT NULL,
        boot VARCHAR NOT NULL,
        configured_calls INTEGER NOT NULL,
        configured_per_seconds FLOAT NOT NULL,
        advertised_calls INTEGER,
        advertised_per_seconds FLOAT,
        backed_off INTEGER NOT NULL,
        changed_at FLOAT NOT NULL,
        refused_at FLOAT,
        paused_until FLOAT NOT NULL,
        PRIMARY KEY (account_id, name)
    )""",
    """INSERT INTO named_budget (account_id, name, boot, configured_calls, configured_per_seconds,
            advertised_calls, advertised_per_seconds, backed_off, changed_at, refused_at, paused_until)
        SELECT account_id, 'calls', boot, configured_calls, configured_per_seconds, told_calls, told_per_seconds,
            backed_off, changed_at, refused_at, paused_until
        FROM budget""",
    """CREATE TABLE named_slot (
        account_id INTEGER NOT NULL,
        budget VARCHAR NOT NULL,
        holder VARCHAR NOT NULL,
        number INTEGER NOT NULL,
        granted_at FLOAT NOT NULL,
        free_at FLOAT NOT NULL,
        PRIMARY KEY (account_id, budget, holder, number)
    ) WITHOUT ROWID""",
    """INSERT INTO named_slot (account_id, budget, holder, number, granted_at, free_at)
        SELECT account_id, 'calls', holder, number, granted_at, free_at FROM slot""",
    """CREATE TABLE named_claimant (
        account_id INTEGER NOT NULL,
        budget VARCHAR NOT NULL,
        holder VARCHAR NOT NULL,
        wanted INTEGER NOT NULL,
        seen_at FLOAT NOT NULL,
        granted_at FLOAT NOT NULL,
        PRIMARY KEY (account_id, budget, holder)
    ) WITHOUT ROWID""",
    """INSERT INTO named_claimant (account_id, budget, holder, wanted, seen_at, granted_at)
        SELECT account_id, 'calls', holder, wanted, seen_at, granted_at FROM claimant""",
    "DROP TABLE budget",
    "DROP TABLE slot",
    "DROP TABLE claimant",
    "ALTER TABLE named_budget RENAME TO budget",
    "ALTER TABLE named_slot RENAME TO slot",
    "ALTER TABLE named_claimant RENAME TO claimant",
)

_CLOCK_SHIFT = ("ALTER TABLE budget ADD COLUMN clock_shift FLOAT NOT NULL DEFAULT '0'",)

_TIME_ZONE = ("ALTER TABLE account ADD COLUMN time_zone VARCHAR",)


def _run(*statements: str) -> Callable[[Connection], None]:
    """A step that runs SQLite's statements, in the words of PostgreSQL where that is the database."""

    def step(connection: Connection) -> None:
        for statement in statements:
            if connection.dialect.name == "postgresql":
                statement = statement.replace(" BLOB ", " BYTEA ").removesuffix(" WITHOUT ROWID")  # noqa: PLW2901
            connection.exec_driver_sql(statement)

    return step


def _rename_held_back(connection: Connection) -> None:
    """The column got its new name in a few ledgers before this step was there."""
    if "held_back" in {column["name"] for column in inspect(connection).get_columns("budget")}:
        connection.exec_driver_sql("ALTER TABLE budget RENAME COLUMN held_back TO backed_off")


MIGRATIONS: Mapping[int, Callable[[Connection], None]] = {
    1: _run(*_BUDGET),
    2: _run(*_NAMES),
    3: _run(*_SKEW),
    4: _run(*_IDENTITIES),
    5: _rename_held_back,
    6: _run(*_NAMED_BUDGETS),
    7: _run(*_TIME_ZONE),
    8: _run(*_CLOCK_SHIFT),
}
"""Version → what is done to the tables. Add a step with every new VERSION, and its tables' text to the tests."""
