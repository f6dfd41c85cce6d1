"""Opening the ledger's database: an SQLite file of its owner's alone by default, any SQLAlchemy URL otherwise."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from importer.errors import ImporterError, UsageError

__all__ = ["LedgerError", "default_ledger_path", "guard_database", "open_engine", "reason_of"]

BUSY_TIMEOUT_S = 60.0


class LedgerError(ImporterError):
    """The ledger cannot be written (a full disk, say): nothing more may be sent. The next run goes on from it."""

    exit_status = 3


def default_ledger_path() -> Path:
    """Where the ledger lives unless config says otherwise: the user's state folder."""
    from platformdirs import user_state_path

    return user_state_path("lsq-import", appauthor=False) / "ledger.sqlite3"


def open_engine(location: str | Path) -> tuple[Engine, Path]:
    """Open the database at a path or URL; give its engine and the folder for lock files. UsageError where it fails."""
    if isinstance(location, str) and "://" in location:
        return _open_url(location)
    path = Path(location).expanduser()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        locks = path.with_name(f"{path.name}.locks")
        locks.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"The ledger {path} cannot be written: {error.strerror}.",
            hint="Point ledger: in config.yaml or LSQ_LEDGER at a file in a folder that you may write to.",
        ) from error
    engine = create_engine(f"sqlite+pysqlite:///{path}", connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_writing)
    return engine, locks


@contextmanager
def guard_database(where: str) -> Iterator[None]:
    """Turn a database's errors into a `LedgerError` that names the ledger."""
    try:
        yield
    except SQLAlchemyError as error:
        raise LedgerError(
            f"The ledger {where} cannot be used any more: {reason_of(error)}.",
            hint="Make room or repair it, then run the same command again: it goes on where this run stopped.",
        ) from None


def reason_of(error: SQLAlchemyError) -> str:
    """What the database said, without the statement and its parameters."""
    return str(getattr(error, "orig", None) or type(error).__name__)


def _begin_writing(connection: Connection) -> None:
    """Take the one write lock when a transaction begins, so that it never has to be upgraded; readers take none."""
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _open_url(url: str) -> tuple[Engine, Path]:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            return open_engine(Path(parsed.database))
        engine = create_engine(parsed, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, ImportError, SQLAlchemyError) as error:
        raise UsageError(
            f"The ledger's address is no database URL that can be used here ({type(error).__name__}).",
            hint="Give a file path, or a URL such as postgresql+psycopg://host/name with its driver installed.",
        ) from None
    locks = default_ledger_path().parent / "locks"
    locks.mkdir(mode=0o700, parents=True, exist_ok=True)
    return engine, locks


def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:  # noqa: ANN401 - a DBAPI connection
    """Let SQLAlchemy begin transactions, and make each commit durable before it returns."""
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101 - the engine is ours
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={int(BUSY_TIMEOUT_S * 1000)}"):
        connection.execute(f"PRAGMA {pragma}").close()
