"""The ledger's tables and their version; how an older one becomes the present one stands in `migrations`.

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
    update,
)

from importer.errors import SettingsError
from importer.ledger.failure import REBUILD, REBUILD_STEPS
from importer.ledger.migrations import MIGRATIONS

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
    "MOVED_TO",
    "OWN_TABLES",
    "ROW_ALIAS",
    "ROW_IDENTITY",
    "RUN",
    "SLOT",
    "VERSION",
    "prepare_schema",
]

VERSION = 9
"""Raise it with every change of a table, and add the step to `importer.ledger.migrations`."""

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
    Column("time_zone", String),
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

# The budgets of an account, each with its name and a limit of its own. Their times are seconds of the clock in
# `importer.ledger.slots.clock`, not of the day.

BUDGET = Table(
    "budget",
    _metadata,
    Column("account_id", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("boot", String, nullable=False),
    Column("configured_calls", Integer, nullable=False),
    Column("configured_per_seconds", Float, nullable=False),
    Column("advertised_calls", Integer),
    Column("advertised_per_seconds", Float),
    Column("backed_off", Integer, nullable=False),
    Column("changed_at", Float, nullable=False),
    Column("refused_at", Float),
    Column("paused_until", Float, nullable=False),
    Column("clock_shift", Float, nullable=False, server_default="0"),  # on a server: added to its clock
    PrimaryKeyConstraint("account_id", "name"),
)

SLOT = Table(
    "slot",
    _metadata,
    Column("account_id", Integer, nullable=False),
    Column("budget", String, nullable=False),
    Column("holder", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("granted_at", Float, nullable=False),
    Column("free_at", Float, nullable=False),
    PrimaryKeyConstraint("account_id", "budget", "holder", "number"),
    sqlite_with_rowid=False,
)

CLAIMANT = Table(
    "claimant",
    _metadata,
    Column("account_id", Integer, nullable=False),
    Column("budget", String, nullable=False),
    Column("holder", String, nullable=False),
    Column("wanted", Integer, nullable=False),
    Column("seen_at", Float, nullable=False),
    Column("granted_at", Float, nullable=False),
    PrimaryKeyConstraint("account_id", "budget", "holder"),
    sqlite_with_rowid=False,
)

# The day's calls are counted for the account as a whole: no source says that a call of some kind is free of it.

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

MOVED_TO = "moved to"
"""The key in META under which a ledger that was copied elsewhere says where it is now."""

OWN_TABLES = frozenset({META.name, ACCOUNT.name, RUN.name})
"""What every version has; a database without them is another program's."""


def prepare_schema(
    connection: Connection,
    *,
    where: str,
    version: int = VERSION,
    migrations: Mapping[int, Callable[[Connection], None]] = MIGRATIONS,
) -> bytes:
    """Bring the database to the present version and return its secret; UsageError where it is none of ours.

    The caller's transaction holds the whole way from one version to another: an older ledger is brought up to date,
    or stays as it was. `where` names the database in messages. The secret keys every digest, so that two
    ledgers' digests have nothing in common. It lives in the same database: whoever has that can try numbers out. In a
    file of its own it could be lost alone, and the ledger would know no row any more.
    """
    tables = set(inspect(connection).get_table_names())
    if not tables:
        _create(connection, version)
    elif not tables >= OWN_TABLES or not {"key", "value"} <= _columns(connection, META.name):
        raise SettingsError(
            f"{where} is a database of something else ({', '.join(sorted(tables)[:3])}).",
            hint="Point ledger: in config.yaml or LSQ_LEDGER at a file or a database of its own.",
        )
    found = {row.key: row.value for row in connection.execute(select(META.c.key, META.c.value))}
    try:
        present, secret = int(found["version"]), bytes.fromhex(found["secret"])
    except (KeyError, ValueError):
        raise SettingsError(
            f"The ledger {where} is damaged: its version or its secret cannot be read.",
            hint=REBUILD,
            steps=REBUILD_STEPS,
        ) from None
    if MOVED_TO in found:
        raise SettingsError(
            f"The ledger {where} has moved to {found[MOVED_TO]}.",
            hint="Point ledger: in config.yaml or LSQ_LEDGER there, with the password, if it needs one.",
        )
    if present > version or any(step not in migrations for step in range(present, version)):
        raise SettingsError(
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
