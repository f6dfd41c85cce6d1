"""A file that takes another's place whole, or not at all: the one way in which this program writes a file.

Written by hand: atomicwrites, the library for it, is maintained no more, and leaves its hidden file where the process
is killed.
"""

import contextlib
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

if sys.platform != "win32":
    import fcntl

__all__ = ["WholeFile", "reason"]

_OWN_NAMES = "/proc/self/fd"


class WholeFile:
    """A context manager that gives a binary `file` to fill and moves it to `path` on a clean end.

    Whatever stands at `path` stays until then, and on an exception. A clean end flushes the file to the disk (and the
    folder, where the system can) before and after the move. The file gets `mode`; without one, that of the file that it
    replaces, else `new_mode`, else the mode that any new file has. A symbolic link stays one: its target is replaced.
    `make_way` is called when all is on the disk, right before the move: what stands at `path` is looked at no earlier.

    While it is filled it has no name where the system can do that (Linux, on most file systems), so that nothing of it
    is left when the process is killed. Elsewhere it is a hidden file of the same folder that its owner alone can read.
    What a killed process left of such a file is removed by the next one that writes the same `path`; a kernel lock on
    each tells the abandoned from those being written.

    Whatever the disk or the system refuses is raised as `failure` makes it of the path and the system's word.
    """

    def __init__(
        self,
        path: Path,
        *,
        failure: Callable[[Path, str], Exception],
        mode: int | None = None,
        new_mode: int | None = None,
        make_way: Callable[[], object] = lambda: None,
    ) -> None:
        self.path = Path(os.path.realpath(path))
        self.file: BinaryIO
        self._failure = failure
        self._chosen_mode = mode
        self._new_mode = new_mode
        self._make_way = make_way
        self._part: Path | None = None

    def __enter__(self) -> Self:
        try:
            if self.path.exists() and not self.path.is_file():
                raise self._failure(self.path, "something that is no file stands there")
            self._remove_abandoned()
            if not self._open_unnamed():
                self._open_named()
        except OSError as error:
            raise self._failure(self.path, reason(error)) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._put_in_place()
        except OSError as failure:
            raise self._failure(self.path, reason(failure)) from failure
        finally:
            with contextlib.suppress(OSError):
                self.file.close()
            if self._part is not None:
                self._part.unlink(missing_ok=True)

    def _open_unnamed(self) -> bool:
        """Open a file without a name; False where the system or the file system has none, or cannot name it later."""
        if not hasattr(os, "O_TMPFILE") or not Path(_OWN_NAMES).is_dir():
            return False
        try:
            handle = os.open(self.path.parent, os.O_TMPFILE | os.O_RDWR, 0o600)
        except OSError:
            return False
        self.file = os.fdopen(handle, "w+b", buffering=1 << 20)
        return True

    def _open_named(self) -> None:
        while True:
            handle, name = tempfile.mkstemp(prefix=self._prefix, suffix=".part", dir=self.path.parent)
            self.file = os.fdopen(handle, "w+b", buffering=1 << 20)
            self._part = Path(name)
            if self._claim():
                return
            self.file.close()

    @property
    def _prefix(self) -> str:
        return f".{self.path.name}."

    def _claim(self) -> bool:
        """Lock the part; not so where another process took it for an abandoned one just before."""
        assert self._part is not None  # noqa: S101 - it was just opened
        if sys.platform != "win32":
            with contextlib.suppress(OSError):  # a file system without locks
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return self._part.exists()

    def _remove_abandoned(self) -> None:
        for left in self.path.parent.iterdir():
            if not (left.name.startswith(self._prefix) and left.name.endswith(".part")):
                continue
            with contextlib.suppress(OSError):  # in use (Windows keeps such a file), or not ours to remove
                if not stat.S_ISREG(left.lstat().st_mode):  # a pipe: opening it would wait for good
                    continue
                if sys.platform == "win32":
                    left.unlink()
                else:
                    with left.open("rb") as held:
                        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        left.unlink()

    def _put_in_place(self) -> None:
        self.file.flush()
        with contextlib.suppress(PermissionError, NotImplementedError):  # file systems without modes
            os.chmod(self.file.fileno() if self._part is None else self._part, self._mode())  # noqa: PTH101
        os.fsync(self.file.fileno())
        self._make_way()
        if self._part is None:
            self._give_name()
        if sys.platform == "win32":
            self.file.close()  # Windows moves no open file
        assert self._part is not None  # noqa: S101 - it has one now
        self._part.replace(self.path)
        with contextlib.suppress(OSError):  # a folder cannot be opened everywhere
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _give_name(self) -> None:
        """Link the file without a name to a hidden one, which is moved at once: a link cannot replace a file."""
        source, mode = self.file, stat.S_IMODE(os.fstat(self.file.fileno()).st_mode)
        with contextlib.suppress(OSError):
            part = Path(tempfile.mktemp(prefix=self._prefix, suffix=".part", dir=self.path.parent))  # noqa: S306 - a link takes no name that is there
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                # With a folder given, Python follows the name in /proc to the file.
                os.link(f"{_OWN_NAMES}/{source.fileno()}", part.name, dst_dir_fd=folder)
            finally:
                os.close(folder)
            self._part = part
            return
        self._open_named()  # the file system links no such file after all
        source.seek(0)
        with source:
            shutil.copyfileobj(source, self.file, 1 << 20)
        self.file.flush()
        os.fchmod(self.file.fileno(), mode)
        os.fsync(self.file.fileno())

    def _mode(self) -> int:
        if self._chosen_mode is not None:
            return self._chosen_mode
        with contextlib.suppress(FileNotFoundError):
            return stat.S_IMODE(self.path.stat().st_mode)
        if self._new_mode is not None:
            return self._new_mode
        mask = os.umask(0o077)  # the only portable way to read it is to set it
        os.umask(mask)
        return 0o666 & ~mask


def reason(error: OSError) -> str:
    """Give the system's word for what went wrong, without the path of the hidden file."""
    return (error.strerror or type(error).__name__).lower()
