"""Opening the ledger's database: an SQLite file of its owner's alone by default, a PostgreSQL URL otherwise."""

import os
import sqlite3
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from importer.errors import SettingsError
from importer.ledger.failure import LOCKED, LedgerError, gone, guard_database, reason_of
from importer.ledger.locks import FileLocks, RunLocks, ServerLocks
from importer.ledger.roundtrip import one_round_trip
from importer.ledger.schema import OWN_TABLES
from importer.ledger.serverurl import is_server_address, read_server_url, shown

__all__ = [
    "BUSY_TIMEOUT_S",
    "HURRIED_S",
    "LOCK",
    "LedgerError",
    "Patience",
    "default_ledger_path",
    "guard_database",
    "open_engine",
    "reason_of",
    "storable",
]

BUSY_TIMEOUT_S = 60.0
"""How long to wait for another process that is writing. It takes milliseconds, unless something is wrong."""

HURRIED_S = 0.5
"""The same where somebody waits for the run's end."""

STEP_S = 1.0
"""How long SQLite itself waits at a time, so that a change of patience is noticed."""

WRITE_LOCK = 0x6C73712D696D706F
"""The number of the advisory lock that stands for the right to write in PostgreSQL."""

LOCK = "lsq_lock"
"""The execution option that names another lock, for tables that others write under that one."""


def default_ledger_path() -> Path:
    """Where the ledger lives unless config says otherwise: the user's state folder."""
    from platformdirs import user_state_path

    return user_state_path("lsq-import", appauthor=False) / "ledger.sqlite3"


@dataclass
class Patience:
    """How many seconds a transaction waits for another process that is writing; may be changed at any time."""

    seconds: float


def open_engine(location: str | Path) -> tuple[Engine, RunLocks, Patience]:
    """Open the database at a path or URL: its engine, its locks, and how patient it is. UsageError where it fails."""
    patience = Patience(BUSY_TIMEOUT_S)
    if isinstance(location, str) and "://" in location:
        return _open_url(location, patience)
    # Resolved, so that runs which name the file by different paths find each other's locks.
    path = Path(os.path.realpath(Path(location).expanduser()))
    locks = path.with_name(f"{path.name}.locks")
    try:
        _make_private_folder(path.parent)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        _make_private_folder(locks)
    except OSError as error:
        raise SettingsError(
            f"The ledger {path} cannot be written: {error.strerror}.",
            hint="Point ledger: in config.yaml or LSQ_LEDGER at a file in a folder that you may write to.",
        ) from error
    url = URL.create("sqlite+pysqlite", database=str(path))
    engine = create_engine(url, connect_args={"timeout": min(STEP_S, patience.seconds)})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _FileWatch(path).check)
    event.listen(engine, "begin", partial(_begin_sqlite, patience))
    return engine, FileLocks(locks), patience


def storable(text: str) -> str:
    """A text that every database takes: a file's name or a message may hold halves of characters, or NULs."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def _make_private_folder(folder: Path) -> None:
    """Make a folder with those above it, each its owner's alone; one that is there stays as it is."""
    for part in reversed((folder, *folder.parents)):
        if not part.is_dir():
            part.mkdir(mode=0o700, exist_ok=True)


def _open_url(url: str, patience: Patience) -> tuple[Engine, RunLocks, Patience]:
    if not is_server_address(url):
        with suppress(ArgumentError, NoSuchModuleError, ValueError):
            parsed = make_url(url)
            if parsed.get_backend_name() == "sqlite" and parsed.database not in {None, "", ":memory:"}:
                return open_engine(Path(str(parsed.database)))
    engine = create_engine(read_server_url(url), pool_pre_ping=True)
    event.listen(engine, "begin", partial(_begin_postgresql, patience))
    return engine, ServerLocks(engine, where=shown(url)), patience


class _FileWatch:
    """Sees to it that nothing is written to a file that its path does not name any more: nobody would read it again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._identity = self._look()

    def check(self, connection: Connection) -> None:
        """LedgerError where a transaction that may write would write to a file that is gone."""
        if not _is_reading(connection) and self._look() != self._identity:
            raise gone(str(self._path))

    def _look(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino


def _is_reading(connection: Connection) -> bool:
    return connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"


def _begin_sqlite(patience: Patience, connection: Connection) -> None:
    """Take the one write lock when a transaction begins, so that it never has to be upgraded; readers take none."""
    if _is_reading(connection):
        return
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)  # noqa: S101 - the engine is ours
    began = time.monotonic()
    while time.monotonic() - began < patience.seconds - STEP_S:
        try:
            raw.execute("BEGIN IMMEDIATE").close()
        except sqlite3.OperationalError as error:
            if LOCKED not in str(error):
                break
        else:
            return
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # the last try, whose error is told


def _begin_postgresql(patience: Patience, connection: Connection) -> None:
    """The same for PostgreSQL: a claim looks and then writes, and nobody may write in between.

    BEGIN and the question for the lock go in one round trip. The lock is that of the connection's option `LOCK`.
    """
    if _is_reading(connection):
        return
    timeout_ms = int(patience.seconds * 1000)
    lock = int(connection.get_execution_options().get(LOCK, WRITE_LOCK))
    question = f"SELECT set_config('lock_timeout', '{timeout_ms}', true), pg_advisory_xact_lock({lock})"
    with one_round_trip(connection):
        connection.exec_driver_sql(question)


def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:  # noqa: ANN401 - a DBAPI connection
    """Let SQLAlchemy begin transactions, and make each commit durable before it returns.

    A database of something else is left as it is: it is refused a moment later.
    """
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101 - the engine is ours
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous=FULL").close()
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables or tables >= OWN_TABLES:
        _use_wal(connection)


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to a write-ahead log. SQLite does not wait for a lock here, and two first runs may meet."""
    give_up_at = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as error:
            if LOCKED not in str(error) or time.monotonic() > give_up_at:
                raise
            time.sleep(0.01)
        else:
            return
