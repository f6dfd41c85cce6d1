"""Who is alive: one kernel lock for each run and each source, gone with the process that held it."""

import hashlib
import uuid
from pathlib import Path

from filelock import FileLock, Timeout

__all__ = ["RunLocks"]


class RunLocks:
    """The locks of one ledger, as files in `folder`. A lock file without a holder means nothing and may stay."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._dead: set[str] = set()
        self._held: list[tuple[FileLock, bool]] = []

    def start_run(self) -> str:
        """Take a new run's lock and return the run's token."""
        token = uuid.uuid4().hex
        self._take(f"run-{token}.lock", is_passing=True)
        return token

    def take_source(self, account: str, source: str) -> bool:
        """Take the lock of a source; False where another run holds it."""
        name = hashlib.blake2b(f"{account}\0{source}".encode(), digest_size=12).hexdigest()
        try:
            self._take(f"source-{name}.lock", is_passing=False)
        except Timeout:
            return False
        return True

    def is_live(self, token: str) -> bool:
        """Whether the run that took this token still runs, on this machine."""
        if token in self._dead:
            return False
        path = self._folder / f"run-{token}.lock"
        if path.exists():
            probe = FileLock(path, is_singleton=False)
            try:
                probe.acquire(timeout=0)
            except Timeout:
                return True
            path.unlink(missing_ok=True)
            probe.release()
        self._dead.add(token)
        return False

    def release(self) -> None:
        """Let go of every lock this object took."""
        for lock, is_passing in self._held:
            if is_passing:
                Path(lock.lock_file).unlink(missing_ok=True)
            lock.release()
        self._held.clear()

    def _take(self, name: str, *, is_passing: bool) -> None:
        lock = FileLock(self._folder / name, is_singleton=False)
        lock.acquire(timeout=0)
        self._held.append((lock, is_passing))
