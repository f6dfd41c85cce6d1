"""The other side of `foreign`: the process that runs xlrd or calamine on a file and writes what it found.

The workbook comes on standard input. What is written: each row as a line of JSON, sheet after sheet, then an index
(one JSON object: notes, and each sheet's name, places and merged cells, or an error), then the index's length in
`LENGTH_BYTES` digits.
"""

import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from importer.errors import SheetError
from importer.sheet.bounds import CellBudget, TooLargeError, require_row_fits
from importer.sheet.kinds import Kind, open_reader
from importer.sheet.table import Row
from importer.sheet.workbook import Workbook

__all__ = ["LENGTH_BYTES", "MEMORY_STATUS", "main", "write_workbook"]

LENGTH_BYTES = 20
"""How many digits at the end of the child's file say how long the index before them is."""
MEMORY_STATUS = 3
"""The child's exit status where memory did not suffice."""

_NOWHERE = Path()
"""Stands for the file, whose name only the parent knows: messages begin with it, and are cut there."""


def main(arguments: Sequence[str]) -> None:
    """Read the workbook on standard input within limits: kind, bytes of memory, bytes of output, seconds of work."""
    kind, *limits = arguments
    _limit(*map(int, limits))
    try:
        write_workbook(kind, sys.stdin.buffer, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except MemoryError:
        sys.exit(MEMORY_STATUS)


def _limit(memory: int, output: int, cpu_s: int) -> None:
    """Set the limits, as far as the system has them."""
    if sys.platform == "win32":
        return
    import resource

    for name, most in (
        ("RLIMIT_AS", memory),
        ("RLIMIT_FSIZE", output),
        ("RLIMIT_CPU", cpu_s),
        ("RLIMIT_CORE", 0),
    ):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            kind = getattr(resource, name)
            resource.setrlimit(kind, (most, most if name != "RLIMIT_CPU" else most + 1))


def write_workbook(kind: str, file: BinaryIO, out: BinaryIO) -> None:
    """Write all sheets of a workbook and the index."""
    writer = _Writer(out)
    try:
        workbook = _open(kind, file)
        writer.index["notes"] = list(workbook.notes)
        for info in workbook.sheets:
            writer.write_sheet(workbook, info.name, is_hidden=info.hidden)
    except SheetError as error:
        writer.index = {"error": _told(error)}
    writer.finish()


def _open(kind: str, file: BinaryIO) -> Workbook:
    file.seek(0)
    return open_reader(Kind[kind], _NOWHERE, file, ())


class _Writer:
    def __init__(self, out: BinaryIO) -> None:
        self.index: dict[str, Any] = {"notes": [], "sheets": []}
        self._out = out
        self._at = 0

    def write_sheet(self, workbook: Workbook, name: str, *, is_hidden: bool) -> None:
        told: dict[str, Any] = {"name": name, "hidden": is_hidden, "start": self._at, "merged": []}
        self.index["sheets"].append(told)
        try:
            for row in _bounded(workbook.rows(name)):
                self._line([row.number, row.cells, dict(row.bad), dict(row.dates), row.is_hidden])
            told["merged"] = list(workbook.merged(name))
        except TooLargeError as error:
            told["error"] = [f": {error.message}", error.hint]
        except SheetError as error:
            told["error"] = _told(error)
        told["end"] = self._at

    def _line(self, value: object) -> None:
        line = json.dumps(value).encode() + b"\n"
        self._out.write(line)
        self._at += len(line)

    def finish(self) -> None:
        index = json.dumps(self.index).encode()
        self._out.write(index + str(len(index)).zfill(LENGTH_BYTES).encode())


def _bounded(rows: Iterator[Row]) -> Iterator[Row]:
    budget = CellBudget()
    for row in rows:
        chars = sum(map(len, row.cells))
        require_row_fits(row.number, chars, len(row.cells))
        budget.add(len(row.cells), stored=len(row.cells) - row.cells.count(""), chars=chars)
        yield row


def _told(error: SheetError) -> list[str]:
    """What an error says behind the file's name."""
    return [error.message.removeprefix(str(_NOWHERE)), error.hint]
