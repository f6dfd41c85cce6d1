"""An .xls or .xlsb → rows, read by a library in a process of its own.

xlrd and calamine believe the counts that a file holds: a few damaged or hostile bytes make them ask for gigabytes, run
in circles, or end their process, which no handler can catch. So they run in a child process, with a limit on memory and
time in proportion to the file, and without this process's environment (keys stand there). The child writes all sheets
into a temporary file as JSON, which is data and nothing else, whatever became of the child.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from importer.errors import SheetError
from importer.sheet.archive import open_archive, require_whole_archive
from importer.sheet.bounds import MOST_COLUMNS, MOST_ROW_CHARS, MOST_ROWS
from importer.sheet.child import LENGTH_BYTES, MEMORY_STATUS, write_workbook
from importer.sheet.kinds import Kind
from importer.sheet.numberformat import DateKind
from importer.sheet.snapshot import Spool
from importer.sheet.table import NO_DATES, NOTHING, Area, Row
from importer.sheet.workbook import SheetInfo, are_blank

__all__ = ["ForeignWorkbook", "Limits"]

_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from importer.sheet.child import main; main(sys.argv[2:])"
)
_KEPT_VARIABLES = (
    "PATH",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "TMPDIR",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
)
_LONGEST_LINE = 16 * MOST_ROW_CHARS  # a character is up to 12 bytes of JSON
_MOST_INDEX_BYTES = 64 << 20
_HINT = "Open it in Excel or LibreOffice and save it as .xlsx."


@dataclass(frozen=True, slots=True)
class Limits:
    """What the child may use: bytes of memory and of output, seconds of work and seconds until it has ended."""

    memory: int
    output: int
    cpu_s: int
    wall_s: float

    @classmethod
    def of(cls, kind: Kind, file: BinaryIO) -> "Limits":
        """Limits that an honest file of this size stays far below."""
        size = file.seek(0, os.SEEK_END)
        if kind.facts.is_archive:
            with open_archive(file) as archive:
                size = sum(entry.file_size for entry in archive.infolist())
        megabytes = size >> 20
        cpu_s = min(10 + 3 * megabytes, 600)
        return cls(min((320 << 20) + 20 * size, 3 << 30), (256 << 20) + 40 * size, cpu_s, 20.0 + 3 * cpu_s)


class ForeignWorkbook:
    """A workbook that a child process has read."""

    def __init__(self, path: Path, file: BinaryIO, kind: Kind, notes: tuple[str, ...] = ()) -> None:
        if kind.facts.is_archive:
            require_whole_archive(path, file)
        self._path = path
        self._spool = Spool()
        try:
            if getattr(sys, "frozen", False):  # a bundled program has no interpreter to start
                write_workbook(kind.name, file, cast("BinaryIO", self._spool.file))
                self._spool.finish()
            else:
                _run_child(path, file, kind, self._spool, Limits.of(kind, file))
            index = _read_index(path, self._spool)
            if "error" in index:
                message, hint = index["error"]
                raise SheetError(f"{path}{message}", hint=str(hint))
            self.notes = (*notes, *map(str, index["notes"]))
            self._sheets: Mapping[str, Any] = {str(sheet["name"]): sheet for sheet in index["sheets"]}
            self.sheets = tuple(SheetInfo(name, hidden=bool(found["hidden"])) for name, found in self._sheets.items())
        except BaseException:
            self._spool.close()
            raise

    def rows(self, sheet: str) -> Iterator[Row]:
        """Each row that holds anything, with all its cells."""
        found = self._sheets[sheet]
        at, end = int(found["start"]), int(found["end"])
        with self._spool.reader(at) as reader:
            while at < end:
                line = reader.readline(_LONGEST_LINE)
                at += len(line)
                yield self._row(line)
        if "error" in found:
            message, hint = found["error"]
            raise SheetError(f"{self._path}, sheet {sheet!r}{message}", hint=str(hint))

    def _row(self, line: bytes) -> Row:
        try:
            number, cells, bad, dates, is_hidden = json.loads(line)
            if not 1 <= number <= MOST_ROWS or len(cells) > MOST_COLUMNS:
                raise ValueError("a row beyond the bounds of a sheet")
            unreadable = {int(column): str(why) for column, why in bad.items()}
            kinds = {int(column): cast("DateKind", kind) for column, kind in dates.items()}
            return Row(number, tuple(map(str, cells)), (), unreadable or NOTHING, kinds or NO_DATES, bool(is_hidden))
        except (ValueError, TypeError, AttributeError) as error:
            raise _unreadable(self._path) from error

    def is_empty(self, sheet: str) -> bool:
        """Whether no row of a sheet holds anything."""
        return are_blank(self.rows(sheet))

    def merged(self, sheet: str) -> Sequence[Area]:
        """The merged areas of a sheet."""
        return [Area(*area) for area in self._sheets[sheet]["merged"]]

    def close(self) -> None:
        """Let go of what the child wrote."""
        self._spool.close()


def _run_child(path: Path, file: BinaryIO, kind: Kind, spool: Spool, limits: Limits) -> None:
    file.seek(0)
    told = json.dumps([entry for entry in sys.path if entry])
    command = [sys.executable, "-I", "-c", _START, told, kind.name]
    command += [str(limits.memory), str(limits.output), str(limits.cpu_s)]
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    child = subprocess.Popen(  # noqa: S603 - our own code
        command, stdin=file, stdout=spool.file, stderr=subprocess.DEVNULL, env=environment
    )
    try:
        status = child.wait(limits.wall_s)
    except subprocess.TimeoutExpired:
        status = None
    finally:
        child.kill()
        child.wait()
    if status is None or status == -_cpu_signal():
        raise SheetError(f"{path}: cannot be read as a workbook within {limits.cpu_s} s of work.", hint=_HINT)
    if status == MEMORY_STATUS:
        megabytes = limits.memory >> 20
        raise SheetError(f"{path}: cannot be read as a workbook within {megabytes:,} MB of memory.", hint=_HINT)
    if status != 0:
        raise _unreadable(path)


def _cpu_signal() -> int:
    import signal

    return int(getattr(signal, "SIGXCPU", 0)) or 1 << 16


def _read_index(path: Path, spool: Spool) -> dict[str, Any]:
    try:
        end = spool.file.seek(0, os.SEEK_END) - LENGTH_BYTES
        spool.file.seek(end)
        length = int(spool.file.read(LENGTH_BYTES))
        if not 0 < length <= min(end, _MOST_INDEX_BYTES):
            raise ValueError("no index")
        spool.file.seek(end - length)
        index = json.loads(spool.file.read(length))
        if not isinstance(index, dict):
            raise TypeError("no index")
    except (OSError, ValueError, TypeError) as error:
        raise _unreadable(path) from error
    return index


def _unreadable(path: Path) -> SheetError:
    return SheetError(f"{path}: cannot be read as a workbook.", hint=_HINT)
