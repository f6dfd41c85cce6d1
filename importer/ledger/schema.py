"""The ledger's tables, their version, and how an older version becomes the present one.

No column holds lead data: `cells`, `keys` and `ref` are keyed digests, and `message` and `tip` are texts from which
the lead's values were taken out.
"""

import secrets
import time

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
)

from importer.errors import UsageError

__all__ = ["ACCOUNT", "LEAD_KEY", "LEAD_ROW", "META", "RUN", "VERSION", "prepare_schema"]

VERSION = 1

_metadata = MetaData()

META = Table(
    "meta",
    _metadata,
    Column("key", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
)

ACCOUNT = Table(
    "account",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("identity", String(300), nullable=False, unique=True),
    Column("host", String(300), nullable=False),
    Column("organisation", String(300)),
    Column("country_code", String(10)),
    Column("first_seen_at", Float, nullable=False),
)

RUN = Table(
    "run",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", Integer, nullable=False),
    Column("token", String(40), nullable=False, unique=True),
    Column("mode", String(12), nullable=False),
    Column("source", String(1000), nullable=False),
    Column("file", String(4000), nullable=False),
    Column("report", String(4000), nullable=False),
    Column("report_digest", String(64)),
    Column("started_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("exit_status", Integer),
    Column("calls", Integer),
    Column("counts", String(1000)),
)

LEAD_ROW = Table(
    "lead_row",
    _metadata,
    Column("account_id", Integer, nullable=False),
    Column("ref", LargeBinary(16), nullable=False),
    Column("cells", LargeBinary(16), nullable=False),
    Column("keys", LargeBinary, nullable=False),
    Column("state", String(12), nullable=False),
    Column("run_id", Integer, nullable=False),
    Column("row_number", Integer, nullable=False),
    Column("lead_id", String(60), nullable=False, default=""),
    Column("error", String(100), nullable=False, default=""),
    Column("message", String, nullable=False, default=""),
    Column("tip", String, nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    Column("intent_at", Float, nullable=False),
    Column("changed_at", Float, nullable=False),
    PrimaryKeyConstraint("account_id", "ref"),
    sqlite_with_rowid=False,
)
Index("lead_row_by_lead_id", LEAD_ROW.c.account_id, LEAD_ROW.c.lead_id)

LEAD_KEY = Table(
    "lead_key",
    _metadata,
    Column("account_id", Integer, nullable=False),
    Column("digest", LargeBinary(16), nullable=False),
    Column("ref", LargeBinary(16), nullable=False),
    PrimaryKeyConstraint("account_id", "digest"),
    sqlite_with_rowid=False,
)
Index("run_by_report", RUN.c.report)


def prepare_schema(connection: Connection, *, where: str) -> bytes:
    """Bring the database to the present version and return its secret; UsageError where it is none of ours.

    `where` names the database in messages. The secret keys every digest, so that a phone number cannot be found by
    trying them all; it lives in the same database, whose file is its owner's alone.
    """
    tables = set(inspect(connection).get_table_names())
    if "meta" not in tables:
        if tables:
            raise UsageError(
                f"{where} is a database of something else ({', '.join(sorted(tables)[:3])}).",
                hint="Point ledger: in config.yaml or LSQ_LEDGER at a file of its own.",
            )
        _metadata.create_all(connection)
        connection.execute(
            insert(META),
            [
                {"key": "version", "value": str(VERSION)},
                {"key": "secret", "value": secrets.token_hex(32)},
                {"key": "created_at", "value": str(time.time())},
            ],
        )
    found = dict(connection.execute(select(META.c.key, META.c.value)).tuples().all())
    version = found.get("version", "")
    if version != str(VERSION):
        raise UsageError(
            f"The ledger {where} has version {version or 'none'}; this lsq-import knows version {VERSION}.",
            hint="Use the lsq-import that wrote it, or a newer one.",
        )
    return bytes.fromhex(found["secret"])
