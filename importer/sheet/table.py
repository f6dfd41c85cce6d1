"""What a spreadsheet is to the rest of the importer: a header, and rows of text that can be read again and again."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import NamedTuple, Protocol, Self

from importer.sheet.numberformat import DateKind

__all__ = ["NOTHING", "Area", "Identity", "Row", "RowSource", "Table"]

NOTHING: Mapping[int, str] = MappingProxyType({})
NO_DATES: Mapping[int, DateKind] = MappingProxyType({})


class Row(NamedTuple):
    """One data row as a person sees it. (A tuple, since millions are made of it.)

    `number` is the row number that the spreadsheet shows. `cells` has exactly one text per header column, blanks
    included, untrimmed. `extra` holds the texts beyond the header (trailing empty ones dropped). `bad` maps a
    column's index to what makes its cell unreadable: an error value (`#N/A`),
    `formula without a saved result`, or a number shown as a date that does not exist. `dates` maps the index of
    each cell that the workbook itself holds as a date to its kind (`date` when its number format shows no time of
    day); always empty for CSV. Indexes from `len(cells)` on speak of `extra`. `is_hidden` is known while a workbook is
    read, and forgotten in its snapshot.
    """

    number: int
    cells: tuple[str, ...]
    extra: tuple[str, ...] = ()
    bad: Mapping[int, str] = NOTHING
    dates: Mapping[int, DateKind] = NO_DATES
    is_hidden: bool = False


class Area(NamedTuple):
    """Merged cells: rows by their number, columns counted from 0."""

    top: int
    bottom: int
    left: int
    right: int


class RowSource(Protocol):
    """A snapshot of a file's rows that outlives the file."""

    def rows(self) -> Iterator[Row]:
        """Each data row that holds anything, in order; every call is a new pass."""
        ...

    def close(self) -> None:
        """Let go of the snapshot's storage."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Which file it is and in which state, as far as the file system tells."""

    device: int
    inode: int
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, stat: os.stat_result) -> "Identity":
        """The identity in a stat result."""
        return cls(stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A spreadsheet that was read whole once and can be streamed any number of times.

    What is streamed is a snapshot: it stays the same whatever happens to the file. `unchanged` tells whether the
    file on disk still is what the snapshot was taken from. Blank rows are passed over and keep their number.
    `row_count` counts the rows that `rows` yields. `notes` are sentences for the user: what was passed over or
    assumed; `warnings` tell what may well be imported otherwise than the user expects. `top` holds the rows among
    the sheet's first 50, header included, each with all its cells (those of a workbook without the blank ones): for a
    hint where the table really starts.
    """

    path: Path
    sheet: str | None
    header: tuple[str, ...]
    header_row: int
    row_count: int
    notes: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    top: tuple[Row, ...]
    source: RowSource
    identity: Identity

    def rows(self) -> Iterator[Row]:
        """Each row that holds anything, in order; memory does not grow with their number."""
        return self.source.rows()

    def unchanged(self) -> bool:
        """Whether the file still has the identity, size and time it had when it was read."""
        try:
            return Identity.of(self.path.stat()) == self.identity
        except OSError:
            return False

    def close(self) -> None:
        """Let go of the snapshot."""
        self.source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
