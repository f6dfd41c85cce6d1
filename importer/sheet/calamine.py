"""An .xlsb → rows, through calamine, in a process of its own (`child`).

Its raw values are taken. calamine holds the sheet in memory as a full rectangle, so a sheet whose cells lie far apart
is refused before that.

calamine gives an empty value for an error cell and says nothing of number formats, hidden rows and merged cells. Those
are found by reading the file a second time, in `xlsbfile`, and laid over calamine's values. Where that fails a note
says so.
"""

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from importer.errors import SheetError
from importer.sheet.archive import ARCHIVE_DAMAGE
from importer.sheet.bounds import TooLargeError
from importer.sheet.cells import CellText, boolean_text, is_error_value, moment_text, number_text
from importer.sheet.numberformat import DateKind
from importer.sheet.table import NO_DATES, NOTHING, Area, Row
from importer.sheet.workbook import SheetInfo, are_blank
from importer.sheet.xlsbfile import NotUnderstood, SheetExtras, read_xlsb_extras

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook as _Book

__all__ = ["CalamineWorkbook"]

_BLIND = (
    "In this file error cells such as #N/A cannot be told from empty ones, zero-padded numbers from plain ones, or "
    "hidden rows from others: save it as .xlsx if it holds any."
)


_FREE_AREA = 4_000_000
_CELLS_EACH = 50


class CalamineWorkbook:
    """A workbook read by calamine."""

    def __init__(self, path: Path, file: BinaryIO, notes: tuple[str, ...] = ()) -> None:
        from python_calamine import CalamineError, PasswordError, SheetTypeEnum, SheetVisibleEnum, load_workbook

        self._path = path
        self._failures = (CalamineError, OSError, ValueError)
        file.seek(0)
        try:
            self._book: _Book = load_workbook(file)
        except PasswordError as error:
            raise SheetError(
                f"{path}: cannot be read, it is password-protected.",
                hint="Open it in Excel and save it without a password.",
            ) from error
        except (*self._failures, LookupError) as error:
            raise _damaged(path) from error
        except BaseException as error:
            _raise_unless_panic(error)
            raise _damaged(path) from error
        self._extras, blind = _find_extras(file)
        self.notes = (*notes, _BLIND) if blind else notes
        self.sheets = tuple(
            SheetInfo(sheet.name, hidden=sheet.visible != SheetVisibleEnum.Visible)
            for sheet in self._book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet
        )

    def rows(self, sheet: str) -> Iterator[Row]:
        """Each row that holds anything, with all its cells."""
        extras = self._extras.get(sheet, SheetExtras())
        if extras.area > _FREE_AREA + _CELLS_EACH * extras.cell_count:
            message = f"refused, its {extras.cell_count:,} cells lie in an area of {extras.area:,}."
            raise TooLargeError(
                message, hint="Save it as .xlsx, which is read cell by cell, or delete what stands far out."
            )
        overlay: dict[int, dict[int, CellText]] = {}
        for (row_index, column), text in extras.cells.items():
            overlay.setdefault(row_index, {})[column] = text
        try:
            found = self._book.get_sheet_by_name(sheet)
            if found.start is None or found.end is None:
                return
            # calamine's rows begin with row 1, but with the first column that holds anything
            left = [""] * found.start[1]
            width = found.end[1] + 1
            for index, values in enumerate(found.iter_rows()):
                cells = [*left, *values] if len(values) < width else values
                row = _row(index + 1, cells, overlay.pop(index, None))
                if row is not None:
                    yield row._replace(is_hidden=index in extras.hidden_rows)
            for index in sorted(overlay):  # rows of which calamine sees nothing at all
                row = _row(index + 1, (), overlay[index])
                if row is not None:
                    yield row
        except self._failures as error:
            raise _damaged(self._path, sheet) from error
        except BaseException as error:
            _raise_unless_panic(error)
            raise _damaged(self._path, sheet) from error

    def is_empty(self, sheet: str) -> bool:
        """Whether no row of a sheet holds anything."""
        return are_blank(self.rows(sheet))

    def merged(self, sheet: str) -> Sequence[Area]:
        """The merged areas of a sheet."""
        return self._extras.get(sheet, SheetExtras()).merged

    def close(self) -> None:
        """Let go of the workbook."""
        self._book.close()


def _raise_unless_panic(error: BaseException) -> None:
    """Let everything pass but a panic of the Rust code, which reaches Python as a BaseException of its own."""
    if type(error).__name__ != "PanicException":
        raise error


def _find_extras(file: BinaryIO) -> tuple[dict[str, SheetExtras], bool]:
    """What calamine leaves out, by sheet, and whether nothing could be learned about that."""
    try:
        return read_xlsb_extras(file), False
    except (NotUnderstood, *ARCHIVE_DAMAGE):
        return {}, True


def _row(number: int, values: Sequence[object], overlay: dict[int, CellText] | None) -> Row | None:
    found = [_text(value) for value in values]
    for column, text in (overlay or {}).items():
        found.extend([CellText("")] * (column + 1 - len(found)))
        found[column] = text
    if not any(cell.text for cell in found):
        return None
    bad = {
        column: cell.bad or cell.text.strip()
        for column, cell in enumerate(found)
        if cell.bad or (cell.text[:1] in "#E" and is_error_value(cell.text))
    }
    dates: dict[int, DateKind] = {column: cell.date for column, cell in enumerate(found) if cell.date and not cell.bad}
    return Row(number, tuple(cell.text for cell in found), (), bad or NOTHING, dates or NO_DATES)


def _text(value: object) -> CellText:
    if isinstance(value, str):
        return CellText(value)
    if isinstance(value, bool):
        return CellText(boolean_text(value))
    if isinstance(value, int | float):
        return CellText(number_text(value))
    if isinstance(value, date | time | timedelta):  # a datetime is a date
        return moment_text(value)
    return CellText("" if value is None else str(value))


def _damaged(path: Path, sheet: str | None = None) -> SheetError:
    where = f"{path}, sheet {sheet!r}," if sheet else f"{path}"
    return SheetError(
        f"{where} cannot be read as a workbook.", hint="Open it in Excel or LibreOffice and save it as .xlsx."
    )
