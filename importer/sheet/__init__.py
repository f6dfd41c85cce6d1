"""A file → header and rows of text. Knows nothing of LeadSquared.

    table = open_table(Path("leads.xlsx"))
    for row in table.rows(): ...

Which libraries do the reading is this package's affair alone: `csv` for text, openpyxl for .xlsx and .xlsm, calamine
through pandas for the rest. Each is imported only when a file asks for it.
"""

from pathlib import Path
from typing import BinaryIO

from importer.errors import SheetError
from importer.sheet.csvfile import read_csv
from importer.sheet.header import Found, find_header_row
from importer.sheet.kinds import FORMATS, Kind, identify, require_kind, require_sane_archive, require_whole_archive
from importer.sheet.table import Identity, Row, Table

_UNREACHABLE = "Check that its drive is reachable, or copy the file to this machine."

__all__ = ["FORMATS", "Row", "Table", "find_header_row", "open_table"]


def open_table(
    path: Path,
    *,
    sheet: str | None = None,
    header_row: int = 1,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Table:
    """Read a whole spreadsheet once and return its table, or raise SheetError saying what is wrong and what to do.

    `sheet` names a worksheet (default: the first visible one that holds anything); `header_row` is the number that
    the spreadsheet shows. `encoding` and `delimiter` concern text files alone. The caller closes the table.
    """
    if header_row < 1:
        raise SheetError(f"header_row: {header_row} is no row.", hint="Rows are counted from 1.")
    try:
        with path.open("rb") as file:
            identity = Identity.of(path.stat())
            kind = identify(file)
            notes = require_kind(path, kind)
            if kind is Kind.TEXT:
                found = read_csv(path, file, header_row=header_row, encoding=encoding, delimiter=delimiter)
            else:
                found = _read_workbook(path, file, kind, notes, sheet=sheet, header_row=header_row)
            changed = Identity.of(path.stat()) != identity
    except FileNotFoundError as error:
        raise SheetError(f"{path}: there is no such file.", hint=_neighbours(path)) from error
    except IsADirectoryError as error:
        raise SheetError(f"{path}: is a folder.", hint="Name a file in it.") from error
    except PermissionError as error:
        raise SheetError(f"{path}: may not be read by you.", hint="Ask for permission, or copy the file.") from error
    except OSError as error:
        raise SheetError(f"{path}: cannot be read: {error.strerror or error}.", hint=_UNREACHABLE) from error
    if changed:
        found.source.close()
        raise SheetError(f"{path}: was changed while it was being read.", hint="Run again when it is finished.")
    return Table(
        path=path,
        sheet=found.sheet,
        header=found.header,
        header_row=header_row,
        row_count=found.row_count,
        notes=found.notes,
        top=found.top,
        source=found.source,
        identity=identity,
    )


def _read_workbook(
    path: Path,
    file: BinaryIO,
    kind: Kind,
    notes: tuple[str, ...],
    *,
    sheet: str | None,
    header_row: int,
) -> Found:
    from importer.sheet.workbook import read_table

    if kind is not Kind.XLS:
        require_sane_archive(path, file)
    if kind is Kind.XLSX:
        from importer.sheet.excel import OpenpyxlWorkbook, UnreadableByOpenpyxl

        try:
            workbook = OpenpyxlWorkbook(path, file, notes)
        except UnreadableByOpenpyxl:
            pass
        else:
            try:
                return read_table(path, workbook, sheet=sheet, header_row=header_row)
            finally:
                workbook.close()
    from importer.sheet.calamine import CalamineWorkbook

    if kind is not Kind.XLS:
        require_whole_archive(path, file)
    other = CalamineWorkbook(path, file, kind, notes)
    try:
        return read_table(path, other, sheet=sheet, header_row=header_row)
    finally:
        other.close()


def _neighbours(path: Path) -> str:
    """The spreadsheets that are there instead."""
    try:
        names = sorted(entry.name for entry in path.parent.iterdir() if entry.suffix.lower() in FORMATS)
    except OSError:
        return f"There is no folder {path.parent} either."
    return f"Spreadsheets there: {', '.join(names[:5])}." if names else "There is no spreadsheet in that folder."
