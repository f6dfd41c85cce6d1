"""The header of a table, and where in a sheet it stands."""

import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from importer.errors import SheetError
from importer.sheet.table import Row, RowSource, Table

__all__ = [
    "TOP_ROWS",
    "Found",
    "HeaderPlace",
    "find_header_row",
    "find_in_rows",
    "fit",
    "is_blank",
    "is_unseen",
    "missing_header",
    "trim_blanks",
]

TOP_ROWS = 50
_ENOUGH = 0.5
_UNSEEN = frozenset(("Cc", "Cf"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one of the readers made of a file: all of a Table but the file's own identity."""

    sheet: str | None
    header: tuple[str, ...]
    row_count: int
    notes: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    top: tuple[Row, ...]
    source: RowSource


@dataclass(frozen=True, slots=True)
class HeaderPlace:
    """The row in which a header ends, and how many rows it takes."""

    row: int
    count: int = 1


def is_blank(cells: Collection[str]) -> bool:
    """Whether a row's cells hold nothing that can be seen."""
    return is_unseen("".join(cells))


def is_unseen(text: str) -> bool:
    """Whether a text shows nothing: blanks, and characters such as a zero-width space or a closing Ctrl-Z."""
    if not text or text.isspace():
        return True
    if "!" <= text[0] <= "~":  # the hot path
        return False
    return all(mark.isspace() or unicodedata.category(mark) in _UNSEEN for mark in text)


def trim_blanks(cells: tuple[str, ...]) -> tuple[str, ...]:
    """The cells without the blank ones at the end."""
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def fit(row: Row, width: int) -> Row:
    """A row with all its cells → a row of exactly `width` cells, the rest in `extra`."""
    cells = row.cells
    if len(cells) == width:
        return row
    if len(cells) < width:
        return Row(row.number, cells + ("",) * (width - len(cells)), (), row.bad, row.dates, row.is_hidden)
    return Row(row.number, cells[:width], trim_blanks(cells[width:]), row.bad, row.dates, row.is_hidden)


def missing_header(where: str, header_row: int, rows: Iterator[Row]) -> SheetError:
    """Why there is no header at `header_row`, with the row to set instead if there is one."""
    first = next((row.number for row in rows if not is_blank(row.cells)), None)
    if first is None:
        return SheetError(f"{where} holds nothing.", hint="It needs a row of column names and rows of leads below.")
    hint = "Set header_row in the config to the row that holds the column names"
    return SheetError(
        f"{where}: row {header_row}, where the header should stand, is blank or past the end.",
        hint=f"{hint}; the first row that holds anything is row {first}.",
    )


def find_header_row(table: Table, wanted: Collection[str]) -> int | None:
    """The row among the table's first 50 where most of the `wanted` column names stand, or None.

    At least half of them must be there, compared without case and with single blanks, and more than in the present
    header.
    """
    names = _normalised(wanted) - {""}
    least = max(1, _ENOUGH * len(names))
    found, best = None, len(names & _normalised(table.header))
    for row in table.top:
        count = len(names & _normalised(row.cells))
        if count >= least and count > best:
            found, best = row.number, count
    return found


def find_in_rows(rows: Iterable[Row], wanted: Collection[str]) -> int | None:
    """The first row that holds all the `wanted` column names, compared as above, or None."""
    names = _normalised(wanted) - {""}
    return next((row.number for row in rows if names and names <= _normalised(row.cells)), None)


def _normalised(cells: Collection[str]) -> set[str]:
    return {" ".join(cell.split()).casefold() for cell in cells}
