"""Who is alive: one lock for each run and each source, gone with the process that held it.

A ledger in a file has kernel locks on files beside it; one on a PostgreSQL server has that server's advisory locks,
which end with the connection, so that runs on several machines see each other.
"""

import hashlib
import threading
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from importer.errors import SettingsError
from importer.ledger.failure import LocksLostError, guard_database

__all__ = ["FileLocks", "RunLocks", "ServerLocks", "lock_number"]


class RunLocks(Protocol):
    """The locks of one ledger, as one process takes and sees them."""

    def start_run(self) -> str:
        """Take a new run's lock and return the run's token."""
        ...

    def take_source(self, account: str, source: str) -> bool:
        """Take the lock of a source; False where another run holds it."""
        ...

    def is_live(self, token: str) -> bool:
        """Whether the run that took this token still runs."""
        ...

    def check(self) -> None:
        """LocksLostError where a lock that this object took is not held any more."""
        ...

    def regain(self) -> bool:
        """Take the locks anew that were lost; False where that cannot be done, or another has one by now."""
        ...

    def release(self) -> None:
        """Let go of every lock this object took."""
        ...


class FileLocks:
    """Kernel locks on files in `folder`. A lock file without a holder means nothing and may stay."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._dead: set[str] = set()
        self._held: list[tuple[FileLock, bool]] = []
        self._files: dict[Path, tuple[int, int]] = {}

    def start_run(self) -> str:
        """Take a new run's lock and return the run's token."""
        token = uuid.uuid4().hex
        self._take(f"run-{token}.lock", is_passing=True)
        return token

    def take_source(self, account: str, source: str) -> bool:
        """Take the lock of a source; False where another run holds it."""
        try:
            self._take(f"source-{_source_name(account, source)}.lock", is_passing=False)
        except Timeout:
            return False
        return True

    def is_live(self, token: str) -> bool:
        """Whether the run that took this token still runs, on this machine."""
        if token in self._dead:
            return False
        path = self._folder / f"run-{token}.lock"
        if token and path.exists():
            probe = FileLock(path, is_singleton=False)
            try:
                probe.acquire(timeout=0)
            except Timeout:
                return True
            except OSError as error:
                raise self._unusable(error) from error
            path.unlink(missing_ok=True)
            probe.release()
        self._dead.add(token)
        return False

    def check(self) -> None:
        """LocksLostError where a lock that this object took is not held any more: its file is gone, or another's.

        The kernel keeps a lock on a file that was deleted, but nobody else will meet it there.
        """
        for path, file in tuple(self._files.items()):
            try:
                found = path.stat()
            except OSError:
                raise _lost(f"{path} was deleted") from None
            if (found.st_dev, found.st_ino) != file:
                raise _lost(f"{path} was replaced")

    def regain(self) -> bool:
        """False: whoever took the file away does not bring it back, and another may have its own there."""
        return False

    def release(self) -> None:
        """Let go of every lock this object took."""
        self._files.clear()
        for lock, is_passing in self._held:
            if is_passing:
                Path(lock.lock_file).unlink(missing_ok=True)
            lock.release()
        self._held.clear()

    def _take(self, name: str, *, is_passing: bool) -> None:
        lock = FileLock(self._folder / name, is_singleton=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise
        except (OSError, NotImplementedError) as error:
            raise self._unusable(error) from error
        self._held.append((lock, is_passing))
        path = self._folder / name
        with suppress(OSError):
            found = path.stat()
            self._files[path] = found.st_dev, found.st_ino

    def _unusable(self, error: Exception) -> SettingsError:
        return SettingsError(
            f"No lock can be taken in {self._folder} ({type(error).__name__}).",
            hint="Point ledger: in config.yaml or LSQ_LEDGER at a file on a local disk that you may write to.",
        )


class ServerLocks:
    """Advisory locks of a PostgreSQL server, held by a connection of their own."""

    def __init__(self, engine: Engine, *, where: str) -> None:
        self._engine = engine
        self._where = where
        self._connection: Connection | None = None
        self._backend: tuple[int, str] | None = None
        self._own: set[str] = set()
        self._dead: set[str] = set()
        self._turn = threading.Lock()

    def start_run(self) -> str:
        """Take a new run's lock and return the run's token."""
        token = uuid.uuid4().hex
        self._ask("pg_try_advisory_lock", token)
        self._own.add(token)
        return token

    def take_source(self, account: str, source: str) -> bool:
        """Take the lock of a source; False where another run holds it, on whatever machine."""
        name = _source_name(account, source)
        if name in self._own or not self._ask("pg_try_advisory_lock", name):
            return False
        self._own.add(name)
        return True

    def is_live(self, token: str) -> bool:
        """Whether the run that took this token is still connected, from whatever machine."""
        if token in self._own:
            return True
        if token in self._dead:
            return False
        # Shared, so that two who ask at once do not take each other for the run.
        if not self._ask("pg_try_advisory_lock_shared", token):
            return True
        self._ask("pg_advisory_unlock_shared", token)
        self._dead.add(token)
        return False

    def check(self) -> None:
        """LocksLostError where the connection that took the locks is gone: they went with it."""
        if not self._own or self._connection is None:
            return
        try:
            with self._turn:
                backend = self._connection.scalar(select(func.pg_backend_pid()))
        except SQLAlchemyError:
            backend = None
        if self._backend is None or backend != self._backend[0]:
            raise _lost("the connection to the database that held them has broken")

    def regain(self) -> bool:
        """Take the locks anew by another connection; False where another run has one by now.

        ConnectionLostError where the server does not answer. The old connection may still stand at the server, when
        only the line was cut: it is ended there.
        """
        with self._turn, guard_database(self._where):
            self._drop()
            old = self._backend
            connection = self._connect()
            if old is not None:
                connection.exec_driver_sql(_END_BACKEND, {"pid": old[0], "began": old[1]})
            for name in self._own:
                for _ in range(TRIES):
                    if connection.scalar(select(func.pg_try_advisory_lock(lock_number(name)))):
                        break
                    time.sleep(PAUSE_S)  # until the backend that was told to end has done so
                else:
                    return False
        return True

    def release(self) -> None:
        """Let go of every lock this object took."""
        self._drop()
        self._own.clear()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.invalidate()  # closes it for good: back in the pool it would keep the locks
                connection.close()

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            pid, began = self._connection.exec_driver_sql(_OWN_BACKEND).one()
            self._backend = int(pid), str(began)
        return self._connection

    def _ask(self, function: str, name: str) -> bool:
        with self._turn, guard_database(self._where):
            return bool(self._connect().scalar(select(getattr(func, function)(lock_number(name)))))


_OWN_BACKEND = "SELECT pid, backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()"
_END_BACKEND = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %(pid)s AND backend_start::text = %(began)s "
    "AND pid <> pg_backend_pid()"
)

TRIES = 40
PAUSE_S = 0.05


def lock_number(name: str) -> int:
    """The number of the advisory lock that stands for something: 64 bits of its digest."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)


def _lost(how: str) -> LocksLostError:
    return LocksLostError(
        f"This run has lost the locks by which other runs see it: {how}. It takes no new row, for another run may be "
        "sending the same rows by now.",
        hint="Leave the .locks folder beside the ledger alone. Run the same command again when no run of this source "
        "goes on: it sends only what is left.",
    )


def _source_name(account: str, source: str) -> str:
    name = f"{account}\0{source}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(name, digest_size=12).hexdigest()
