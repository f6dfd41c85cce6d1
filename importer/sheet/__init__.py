"""A file → header and rows of text. Knows nothing of LeadSquared.

    table = open_table(Path("leads.xlsx"))
    for row in table.rows(): ...

Which libraries do the reading is this package's affair alone: `csv` for text, expat for .xlsx, .xlsm and .ods, xlrd for
.xls, calamine for .xlsb, these two in a process of their own. Each is imported only when a file asks for it.
"""

import stat
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from importer.errors import SheetError
from importer.sheet.archive import require_sane_archive
from importer.sheet.bounds import TooLargeError
from importer.sheet.csvfile import read_csv
from importer.sheet.filetype import (
    identify,
    require_kind,
)
from importer.sheet.header import Found, HeaderPlace, find_header_row, find_in_rows
from importer.sheet.kinds import FORMATS, WORKBOOKS, Kind, open_reader
from importer.sheet.layout import HiddenRowsRule, Layout, MergedRule
from importer.sheet.peek import Top, peek_text, peek_workbook
from importer.sheet.table import Identity, Row, Table
from importer.sheet.xmlparts import NotWellFormedError

if TYPE_CHECKING:
    from importer.sheet.workbook import Workbook

_UNREACHABLE = "Check that its drive is reachable, or copy the file to this machine."

_DEFAULT_LAYOUT = Layout()

__all__ = [
    "FORMATS",
    "HiddenRowsRule",
    "Layout",
    "MergedRule",
    "Row",
    "Table",
    "Top",
    "find_header_row",
    "find_sheet",
    "open_table",
    "peek",
]


def open_table(
    path: Path,
    *,
    sheet: str | None = None,
    header_row: int = 1,
    header_rows: int = 1,
    encoding: str | None = None,
    delimiter: str | None = None,
    layout: Layout = _DEFAULT_LAYOUT,
) -> Table:
    """Read a whole spreadsheet once and return its table, or raise SheetError saying what is wrong and what to do.

    `sheet` names a worksheet (default: the first visible one that holds anything); `header_row` is the number that
    the spreadsheet shows, and the last of `header_rows` rows where the header takes several. `encoding` and
    `delimiter` concern text files alone, `layout` workbooks. The caller closes the table.
    """
    if header_row < 1:
        raise SheetError(f"header_row: {header_row} is no row.", hint="Rows are counted from 1.")
    if not 1 <= header_rows <= header_row:
        hint = "header_row is the last row of the header, header_rows how many rows it takes."
        raise SheetError(f"header_rows: no header of {header_rows} rows ends in row {header_row}.", hint=hint)
    _require_file(path)
    try:
        with path.open("rb") as file:
            identity = Identity.of(path.stat())
            kind = _identify(path, file)
            notes = require_kind(path, kind)
            if kind is Kind.TEXT:
                found = read_csv(
                    path,
                    file,
                    header_row=header_row,
                    header_rows=header_rows,
                    encoding=encoding,
                    delimiter=delimiter,
                )
            else:
                place = HeaderPlace(header_row, header_rows)
                found = _read_workbook(path, file, kind, notes, sheet=sheet, place=place, layout=layout)
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
        warnings=found.warnings,
        top=found.top,
        source=found.source,
        identity=identity,
    )


def _identify(path: Path, file: BinaryIO) -> Kind:
    try:
        return identify(file)
    except TooLargeError as error:
        raise error.within(str(path)) from error


def _require_file(path: Path) -> None:
    """Refuse what can be read but once: a file is read whole, and looked at again when its report is written."""
    try:
        mode = path.stat().st_mode
    except OSError:
        if str(path) != "-":
            return  # told when it is opened
        mode = stat.S_IFIFO
    except ValueError:
        raise SheetError(
            f"{path}: no file can be called so.", hint="A NUL or half a character is in its name."
        ) from None
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        what = "standard input" if str(path) in {"-", "/dev/stdin"} else "a pipe or a device, not a file"
        raise SheetError(
            f"{path}: this is {what}, which can be read only once.",
            hint="Save it to a file, with the ending that says its format, and name that.",
        )


def find_sheet(path: Path, wanted: Collection[str], *, but_not: str | None) -> tuple[str, int] | None:
    """Another sheet of a workbook that has all the `wanted` column names in one of its first rows, and that row."""
    for top in peek(path, has_hidden=True):
        row = None if top.sheet in {None, but_not} else find_in_rows(top.rows, wanted)
        if row is not None and top.sheet is not None:
            return top.sheet, row
    return None


def peek(
    path: Path,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    has_hidden: bool = False,
) -> tuple[Top, ...]:
    """The first rows of each visible sheet (or of `sheet`), or of a text file by each delimiter; of a broken file none.

    `has_hidden`: hidden sheets too, behind the others.

    For who looks for the header: `open_table` tells what is wrong with a file.
    """
    try:
        _require_file(path)
        with path.open("rb") as file:
            kind = identify(file)
            if kind is Kind.TEXT:
                return tuple(peek_text(file, encoding, delimiter))
            if kind not in WORKBOOKS:
                return ()
            workbook = _open_workbook(path, file, kind, ())
            try:
                return tuple(peek_workbook(workbook, sheet, has_hidden=has_hidden))
            finally:
                workbook.close()
    except (OSError, SheetError, NotWellFormedError):
        return ()


def _read_workbook(
    path: Path,
    file: BinaryIO,
    kind: Kind,
    notes: tuple[str, ...],
    *,
    sheet: str | None,
    place: HeaderPlace,
    layout: Layout,
) -> Found:
    from importer.sheet.workbook import read_table

    try:
        return _closing(
            _open_workbook(path, file, kind, notes),
            lambda workbook: read_table(path, workbook, sheet=sheet, place=place, layout=layout),
        )
    except NotWellFormedError:
        return _closing(
            _open_workbook(path, file, kind, notes, is_lenient=True),
            lambda workbook: read_table(path, workbook, sheet=sheet, place=place, layout=layout),
        )


def _open_workbook(
    path: Path, file: BinaryIO, kind: Kind, notes: tuple[str, ...], *, is_lenient: bool = False
) -> "Workbook":
    """The workbook, by the reader of its kind."""
    if kind.facts.is_archive:
        require_sane_archive(path, file)
    if kind.facts.is_foreign:
        from importer.sheet.foreign import ForeignWorkbook

        return ForeignWorkbook(path, file, kind, notes)
    return open_reader(kind, path, file, notes, is_lenient=is_lenient)


def _closing(workbook: "Workbook", read: Callable[["Workbook"], Found]) -> Found:
    try:
        return read(workbook)
    finally:
        workbook.close()


def _neighbours(path: Path) -> str:
    """The spreadsheets that are there instead."""
    try:
        names = sorted(entry.name for entry in path.parent.iterdir() if entry.suffix.lower() in FORMATS)
    except OSError:
        return f"There is no folder {path.parent} either."
    return f"Spreadsheets there: {', '.join(names[:5])}." if names else "There is no spreadsheet in that folder."
