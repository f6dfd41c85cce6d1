"""A file that takes another's place whole, or not at all."""

import contextlib
import os
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from importer.errors import ImporterError

if sys.platform != "win32":
    import fcntl

__all__ = ["Replacement", "ReportError"]


PRIVATE = 0o600


class ReportError(ImporterError):
    """The report could not be written after rows were sent; what became of them is in the ledger."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The report {path} could not be written: {reason}.",
            hint="Free space, close the file in the spreadsheet program or choose another place with -r,"
            " then run the same command again.",
        )


class Replacement:
    """A context manager that gives a binary file to fill and moves it to `path` on a clean end.

    Until then the file is a hidden one of the same folder that its owner alone can read, and whatever stood at
    `path` stays. On an exception it is removed. A clean end flushes it to the disk (and the folder, where the
    system can) before and after the move. The new file gets the mode of the one it replaces, else its
    owner alone can read it: it holds personal data. A symbolic link stays one: its target is replaced.

    `make_way` is called when all is on the disk, right before the move: what stands at `path` is looked at no earlier.

    Where a process was killed midway its hidden file is left; the next replacement of the same `path` removes it. A
    kernel lock on each one tells the abandoned from those being written.

    Raises ReportError for whatever the disk or the system refuses.
    """

    def __init__(self, path: Path, *, make_way: Callable[[], object] = lambda: None) -> None:
        self.path = Path(os.path.realpath(path))
        self._make_way = make_way
        self._part = Path()

    def __enter__(self) -> Self:
        try:
            if self.path.exists() and not self.path.is_file():
                raise ReportError(self.path, "something that is no file stands there")
            self._remove_abandoned()
            self._open()
        except OSError as error:
            raise ReportError(self.path, reason(error)) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._put_in_place()
        except OSError as failure:
            raise ReportError(self.path, reason(failure)) from failure
        finally:
            with contextlib.suppress(OSError):
                self.file.close()
            self._part.unlink(missing_ok=True)

    def _open(self) -> None:
        while True:
            handle, name = tempfile.mkstemp(prefix=self._prefix, suffix=".part", dir=self.path.parent)
            self.file = os.fdopen(handle, "wb", buffering=1 << 20)
            self._part = Path(name)
            if self._claim():
                return
            self.file.close()

    @property
    def _prefix(self) -> str:
        return f".{self.path.name}."

    def _claim(self) -> bool:
        """Lock the part; not so where another run took it for an abandoned one just before."""
        if sys.platform != "win32":
            with contextlib.suppress(OSError):  # a file system without locks
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return self._part.exists()

    def _remove_abandoned(self) -> None:
        for left in self.path.parent.iterdir():
            if not (left.name.startswith(self._prefix) and left.name.endswith(".part")):
                continue
            with contextlib.suppress(OSError):  # in use (Windows keeps such a file), or not ours to remove
                if sys.platform == "win32":
                    left.unlink()
                else:
                    with left.open("rb") as held:
                        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        left.unlink()

    def _put_in_place(self) -> None:
        self.file.flush()
        with contextlib.suppress(PermissionError, NotImplementedError):  # file systems without modes
            self._part.chmod(self._mode())
        os.fsync(self.file.fileno())
        if sys.platform == "win32":
            self.file.close()  # Windows moves no open file
        self._make_way()
        self._part.replace(self.path)
        with contextlib.suppress(OSError):  # a folder cannot be opened everywhere
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _mode(self) -> int:
        with contextlib.suppress(FileNotFoundError):
            return stat.S_IMODE(self.path.stat().st_mode)
        return PRIVATE


def reason(error: OSError) -> str:
    """Give the system's word for what went wrong, without the path of the hidden file."""
    return (error.strerror or type(error).__name__).lower()
