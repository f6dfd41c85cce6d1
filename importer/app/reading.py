"""How a file is read for which a mapping is proposed: as it was told, else as the file itself shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from importer.config import Config
from importer.lead.header import shown
from importer.lead.metadata import FieldList
from importer.proposal.headerrow import HeaderRows, NumberedRow, find_header
from importer.sheet import Table, Top, open_table, peek
from importer.sheet.header import trim_blanks
from importer.sheet.joined import join_header

__all__ = ["Reading", "find_reading", "notes_on", "open_as_found", "peek_checked", "told_by"]

MOST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Reading:
    """The sheet, the header's rows and how a text file is divided; None where nothing was told or found.

    `grouped` are names that have a group's title in front.
    """

    sheet: str | None = None
    header_row: int | None = None
    header_rows: int = 1
    encoding: str | None = None
    delimiter: str | None = None
    grouped: tuple[str, ...] = ()

    def open(self, file: Path) -> Table:
        """Open the file like this; SheetError where that cannot be."""
        row = self.header_row or 1
        return open_table(
            file,
            sheet=self.sheet,
            header_row=row,
            header_rows=self.header_rows,
            encoding=self.encoding,
            delimiter=self.delimiter,
        )

    def peek(self, file: Path) -> tuple[Top, ...]:
        """The first rows of each sheet that may be meant; none where the file cannot be read."""
        tops = peek(file, sheet=self.sheet, encoding=self.encoding, delimiter=self.delimiter)
        return tuple(top for top in tops if top.rows)


def told_by(config: Config, *, sheet: str | None, header_row: int | None, encoding: str | None) -> Reading:
    """What options and a named config say of the file; an option wins."""
    row = config.header_row if config.header_row != 1 else None  # 1 is the default: nobody need have said it
    return Reading(
        sheet=sheet or config.sheet,
        header_row=header_row or row,
        header_rows=config.header_rows if header_row is None else 1,
        encoding=encoding or config.encoding,
        delimiter=config.delimiter,
    )


def peek_checked(file: Path, told: Reading) -> tuple[Top, ...]:
    """The first rows of each sheet that may be meant; SheetError where the file cannot be read, wherever its header."""
    tops = told.peek(file)
    first = min((top.rows[0].number for top in tops), default=1)
    replace(told, header_row=told.header_row or first).open(file).close()
    return tops


def find_reading(tops: Sequence[Top], told: Reading, fields: FieldList) -> Reading:
    """The sheet, the rows and the delimiter by which most headers are known; what was told stays."""
    best: HeaderRows | None = None
    chosen = told
    for top in tops:
        rows = [(row.number, row.cells) for row in top.rows]
        found = find_header(rows, fields, join=join_header, row=told.header_row)
        if found is None or (best is not None and found.known <= best.known):
            continue
        best = found
        chosen = replace(
            told,
            sheet=told.sheet if top.sheet == tops[0].sheet else top.sheet,
            header_row=found.row,
            header_rows=max(found.count, told.header_rows),
            delimiter=top.delimiter,
            grouped=found.grouped,
        )
    return chosen


def open_as_found(file: Path, told: Reading, found: Reading) -> tuple[Table, Reading]:
    """The file's table, and the reading without a delimiter where the file is divided so without its being named."""
    if found.delimiter == told.delimiter:
        return found.open(file), found
    rows = [(row.number, row.cells) for top in found.peek(file) for row in top.rows]
    unsaid = replace(found, delimiter=told.delimiter)
    table = unsaid.open(file)
    if table.header == _header(rows, found):
        return table, unsaid
    table.close()
    return found.open(file), found


def notes_on(told: Reading, found: Reading) -> Iterator[str]:
    """What was found out of the file and should be said."""
    if found.sheet != told.sheet:
        yield f"The leads seem to stand in sheet {found.sheet!r}."
    row = found.header_row or 1
    if found.header_rows > 1 and found.header_rows != told.header_rows:
        yield f"The header takes rows {row - found.header_rows + 1} to {row}."
    elif row != (told.header_row or 1):
        yield f"The header is row {row}."
    if found.grouped:
        names = ", ".join(shown(name) for name in found.grouped[:MOST_SHOWN])
        yield f"Several columns have one name; the titles above tell them apart: {names}."


def _header(rows: Sequence[NumberedRow], reading: Reading) -> tuple[str, ...]:
    last = reading.header_row or 1
    cells = [cells for number, cells in rows if last - reading.header_rows < number <= last]
    return trim_blanks(join_header(cells) if len(cells) > 1 else tuple(cells[0] if cells else ()))
