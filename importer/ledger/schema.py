"""The ledger's tables, their version, and how an older version becomes the present one.

No column holds lead data: `cells`, `keys`, `ref` and an identity's `columns` are keyed digests, and `message` and `tip`
are texts from which the lead's values were taken out. No column has a length: a long file name must not end a run on
one kind of database.
"""

import secrets
import time
from collections.abc import Callable, Mapping

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    insert,
    inspect,
    select,
    text,
    update,
)

from importer.errors import UsageError
from importer.ledger.failure import REBUILD, REBUILD_STEPS

__all__ = [
    "ACCOUNT",
    "ACCOUNT_NAME",
    "BUDGET",
    "CLAIMANT",
    "DAY_CALL",
    "LEAD_KEY",
    "LEAD_ROW",
    "MACHINE",
    "META",
    "MIGRATIONS",
    "OLD_ROWS",
    "OWN_TABLES",
    "ROW_ALIAS",
    "ROW_IDENTITY",
    "RUN",
    "SLOT",
    "VERSION",
    "prepare_schema",
]

VERSION = 5

_metadata = MetaData()

META = Table(
    "meta",
    _metadata,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)

ACCOUNT = Table(
    "account",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("identity", String, nullable=False, unique=True),
    Column("host", String, nullable=False),
    Column("organisation", String),
    Column("country_code", String),
    Column("first_seen_at", Float, nullable=False),
)

RUN = Table(
    "run",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", Integer, nullable=False),
    Column("token", String, nullable=False, unique=True),
    Column("mode", String, nullable=False),
    Column("source", String, nullable=False),
    Column("file", String, nullable=False),
    Column("report", String, nullable=False),
    Column("report_digest", String),
    Column("started_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("exit_status", Integer),
    Column("calls", Integer),
    Column("counts", String),
)

LEAD_ROW = Table(
    "lead_row",
    _metadata,
    Column("account_id", Integer, nullable=False),
    Column("ref", LargeBinary, nullable=False),
    Column("cells", LargeBinary, nullable=False),
    Column("keys", LargeBinary, nullable=False),
    Column("state", String, nullable=False),
    Column("run_id", Integer, nullable=False),
    Column("row_number", Integer, nullable=False),
    Column("lead_id", String, nullable=False, default=""),
    Column("error", String, nullable=False, default=""),
    Column("message", String, nullable=False, default=""),
    Column("tip", String, nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    Column("intent_at", Float, nullable=False),
    Column("changed_at", Float, nullable=False),
    Column("skew_s", Float),
    PrimaryKeyConstraint("account_id", "ref"),
    sqlite_with_rowid=False,
)
Index("lead_row_by_lead_id", LEAD_ROW.c.account_id, LEAD_ROW.c.lead_id)

LEAD_KEY = Table(
    "lead_key",
    _metadata,
    Column("account_id", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("ref", LargeBinary, nullable=False),
    PrimaryKeyConstraint("account_id", "digest"),
    sqlite_with_rowid=False,
)
Index("run_by_report", RUN.c.report)

# The account's budget of calls. Its times are seconds of the clock in `importer.ledger.slots.clock`, not of the day.

BUDGET = Table(
    "budget",
    _metadata,
    Column("account_id", Integer, primary_key=True, autoincrement=False),
    Column("boot", String, nullable=False),
    Column("configured_calls", Integer, nullable=False),
    Column("configured_per_seconds", Float, nullable=False),
    Column("told_calls", Integer),
    Column("told_per_seconds", Float),
    Column("backed_off", Integer, nullable=False),
    Column("changed_at", Float, nullable=False),
    Column("refused_at", Float),
    Column("paused_until", Float, nullable=False),
)

SLOT = Table(
    "slot",
    _metadata,
    Column("account_id", Integer, nullable=False),
    Column("holder", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("granted_at", Float, nullable=False),
    Column("free_at", Float, nullable=False),
    PrimaryKeyConstraint("account_id", "holder", "number"),
    sqlite_with_rowid=False,
)

CLAIMANT = Table(
    "claimant",
    _metadata,
    Column("account_id", Integer, nullable=False),
    Column("holder", String, nullable=False),
    Column("wanted", Integer, nullable=False),
    Column("seen_at", Float, nullable=False),
    Column("granted_at", Float, nullable=False),
    PrimaryKeyConstraint("account_id", "holder"),
    sqlite_with_rowid=False,
)

DAY_CALL = Table(
    "day_call",
    _metadata,
    Column("account_id", Integer, nullable=False),
    Column("minute", Integer, nullable=False),  # since 1970, by the clock on the wall
    Column("calls", Integer, nullable=False),
    PrimaryKeyConstraint("account_id", "minute"),
    sqlite_with_rowid=False,
)

# Beside its identity, under which its digests are made, an account is known by other names: those that config gave it,
# and each host with the digest of a key under which it was seen to be that account.

ACCOUNT_NAME = Table(
    "account_name",
    _metadata,
    Column("name", String, primary_key=True),
    Column("account_id", Integer, nullable=False),
)

MACHINE = Table(
    "machine",
    _metadata,
    Column("name", String, primary_key=True),
    Column("boot", String, nullable=False),
    Column("seen_at", Float, nullable=False),  # seconds since 1970, by that machine's clock
)

# What makes a source's row the same row may change: other columns are mapped, `identity:` is set, a header is renamed.

ROW_IDENTITY = Table(
    "row_identity",
    _metadata,
    Column("account_id", Integer, nullable=False),
    Column("source", LargeBinary, nullable=False),
    Column("columns", LargeBinary, nullable=False),
    Column("seen_at", Float, nullable=False),
    PrimaryKeyConstraint("account_id", "source", "columns"),
    sqlite_with_rowid=False,
)

ROW_ALIAS = Table(
    "row_alias",
    _metadata,
    Column("account_id", Integer, nullable=False),
    Column("alias", LargeBinary, nullable=False),
    Column("ref", LargeBinary, nullable=False),
    PrimaryKeyConstraint("account_id", "alias"),
    sqlite_with_rowid=False,
)
Index("row_alias_by_ref", ROW_ALIAS.c.account_id, ROW_ALIAS.c.ref)

OLD_ROWS = "old_rows"
"""The key in META that says: references of this ledger's rows and reports were made of every column of their files."""

OWN_TABLES = frozenset({META.name, ACCOUNT.name, RUN.name})
"""What every version has; a database without them is another program's."""


def _add_budget(connection: Connection) -> None:
    _metadata.create_all(connection, tables=[BUDGET, SLOT, CLAIMANT, DAY_CALL])


def _add_names(connection: Connection) -> None:
    """What was known by a host and a key's digest before there were names is known by them still."""
    _metadata.create_all(connection, tables=[ACCOUNT_NAME, MACHINE])
    known = select(ACCOUNT.c.identity, ACCOUNT.c.id).where(
        ACCOUNT.c.identity.contains("#"), ACCOUNT.c.id.in_(select(LEAD_ROW.c.account_id).distinct())
    )
    connection.execute(insert(ACCOUNT_NAME).from_select(["name", "account_id"], known))


def _add_skew(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE lead_row ADD COLUMN skew_s FLOAT"))


def _add_identities(connection: Connection) -> None:
    """Until now every column of a file counted in a row's reference: rows that are there stay known by those."""
    _metadata.create_all(connection, tables=[ROW_IDENTITY, ROW_ALIAS])
    # A run that created nothing wrote a report all the same, and that one's references were made in the old way, too.
    if connection.execute(select(RUN.c.id).limit(1)).first() is not None:
        connection.execute(insert(META).values(key=OLD_ROWS, value="1"))


MIGRATIONS: Mapping[int, Callable[[Connection], None]] = {
    1: _add_budget,
    2: _add_names,
    3: _add_skew,
    4: _add_identities,
}
"""How a version becomes the next one: version → what is done to the tables. Add a step with every new VERSION."""


def prepare_schema(
    connection: Connection,
    *,
    where: str,
    version: int = VERSION,
    migrations: Mapping[int, Callable[[Connection], None]] = MIGRATIONS,
) -> bytes:
    """Bring the database to the present version and return its secret; UsageError where it is none of ours.

    The caller's transaction holds the whole way from one version to another: an older ledger is brought up to date,
    or stays as it was. `where` names the database in messages. The secret keys every digest, so that a phone number
    cannot be found by trying them all; it lives in the same database, whose file is its owner's alone.
    """
    tables = set(inspect(connection).get_table_names())
    if not tables:
        _create(connection, version)
    elif not tables >= OWN_TABLES or not {"key", "value"} <= _columns(connection, META.name):
        raise UsageError(
            f"{where} is a database of something else ({', '.join(sorted(tables)[:3])}).",
            hint="Point ledger: in config.yaml or LSQ_LEDGER at a file or a database of its own.",
        )
    found = {row.key: row.value for row in connection.execute(select(META.c.key, META.c.value))}
    try:
        present, secret = int(found["version"]), bytes.fromhex(found["secret"])
    except (KeyError, ValueError):
        raise UsageError(
            f"The ledger {where} is damaged: its version or its secret cannot be read.",
            hint=REBUILD,
            steps=REBUILD_STEPS,
        ) from None
    if present > version or any(step not in migrations for step in range(present, version)):
        raise UsageError(
            f"The ledger {where} has version {present}; this lsq-import knows version {version}.",
            hint="Use the lsq-import that wrote it, or a newer one.",
        )
    for step in range(present, version):
        migrations[step](connection)
    if present < version:
        connection.execute(update(META).where(META.c.key == "version").values(value=str(version)))
    return secret


def _create(connection: Connection, version: int) -> None:
    _metadata.create_all(connection)
    connection.execute(
        insert(META),
        [
            {"key": "version", "value": str(version)},
            {"key": "secret", "value": secrets.token_hex(32)},
            {"key": "created_at", "value": str(time.time())},
        ],
    )


def _columns(connection: Connection, table: str) -> set[str]:
    return {column["name"] for column in inspect(connection).get_columns(table)}
