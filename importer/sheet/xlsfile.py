"""An .xls → rows, through xlrd, which knows its number formats, error cells, hidden rows and merged cells.

It runs in a process of its own (`child`).

A formula always has a saved result in this format; a program that never calculated it has saved 0 or an empty text.
"""

import io
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from importer.errors import SheetError
from importer.sheet.cells import CellText, boolean_text, is_error_value, number_text, serial_text
from importer.sheet.numberformat import BUILT_IN, GENERAL, CellFormat, DateKind, built_in_format, parse_format
from importer.sheet.table import NO_DATES, NOTHING, Area, Row
from importer.sheet.workbook import SheetInfo, are_blank

if TYPE_CHECKING:
    from xlrd.book import Book

__all__ = ["XlsWorkbook"]

_FIRST_OWN_FORMAT = 164
_TEXT, _NUMBER, _DATE, _BOOLEAN, _ERROR = 1, 2, 3, 4, 5
_DAMAGE = (
    LookupError,
    ValueError,
    TypeError,
    AssertionError,
    AttributeError,
    ArithmeticError,
    EOFError,
    OSError,
    RecursionError,
    struct.error,
)


class XlsWorkbook:
    """A workbook of Excel 97 or earlier."""

    def __init__(self, path: Path, file: BinaryIO, notes: tuple[str, ...] = ()) -> None:
        self.notes = notes
        self._book = _open(path, file)
        self._formats = [self._format(style.format_key) for style in self._book.xf_list]
        self.sheets = tuple(
            SheetInfo(sheet.name, hidden=sheet.visibility != 0) for sheet in self._book.sheets() if sheet.name
        )

    def _format(self, key: int) -> CellFormat:
        if key < _FIRST_OWN_FORMAT and key in BUILT_IN:
            return built_in_format(key)
        known = self._book.format_map.get(key)
        return GENERAL if known is None else parse_format(known.format_str)

    def rows(self, sheet: str) -> Iterator[Row]:
        """Each row that holds anything, with all its cells."""
        found = self._book.sheet_by_name(sheet)
        hidden = {index for index, info in found.rowinfo_map.items() if info.hidden}
        for index in range(found.nrows):
            row = self._row(index + 1, found.row(index), is_hidden=index in hidden)
            if row is not None:
                yield row

    def _row(self, number: int, cells: Sequence[Any], *, is_hidden: bool) -> Row | None:
        texts: list[str] = []
        bad: dict[int, str] = {}
        dates: dict[int, DateKind] = {}
        for column, cell in enumerate(cells):
            found = self._text(cell.ctype, cell.value, cell.xf_index)
            texts.append(found.text)
            if found.bad:
                bad[column] = found.bad
            elif found.date:
                dates[column] = found.date
            elif found.text[:1] == "#" and is_error_value(found.text):
                bad[column] = found.text.strip()
        if not any(texts):
            return None
        return Row(number, tuple(texts), (), bad or NOTHING, dates or NO_DATES, is_hidden)

    def _text(self, kind: int, value: Any, style: int) -> CellText:  # noqa: ANN401 - the kind says its type
        if kind == _TEXT:
            return CellText(value)
        if kind in (_NUMBER, _DATE):
            cell_format = self._formats[style] if style < len(self._formats) else GENERAL
            if cell_format.date:
                return serial_text(value, cell_format, epoch_1904=bool(self._book.datemode))
            return CellText(number_text(value, cell_format))
        if kind == _BOOLEAN:
            return CellText(boolean_text(bool(value)))
        if kind == _ERROR:
            from xlrd import error_text_from_code

            text = error_text_from_code.get(value, "#ERROR!")
            return CellText(text, bad=text)
        return CellText("")

    def is_empty(self, sheet: str) -> bool:
        """Whether no row of a sheet holds anything."""
        return are_blank(self.rows(sheet))

    def merged(self, sheet: str) -> Sequence[Area]:
        """The merged areas of a sheet."""
        found = self._book.sheet_by_name(sheet).merged_cells
        return [Area(top + 1, below, left, beyond - 1) for top, below, left, beyond in found]

    def close(self) -> None:
        """Let go of the workbook."""
        self._book.release_resources()


def _open(path: Path, file: BinaryIO) -> "Book":
    """The workbook as xlrd reads it, with damage to its container forgiven where the cells can be read all the same."""
    from xlrd import open_workbook
    from xlrd.biffh import XLRDError
    from xlrd.compdoc import CompDocError

    file.seek(0)
    content = file.read()
    damage: Exception | None = None
    for forgiving in (False, True):
        try:
            return open_workbook(
                file_contents=content,
                logfile=io.StringIO(),
                formatting_info=True,
                ragged_rows=True,
                ignore_workbook_corruption=forgiving,
            )
        except (XLRDError, CompDocError, *_DAMAGE) as error:
            if "encrypted" in str(error):
                message = f"{path}: cannot be read, it is password-protected."
                raise SheetError(message, hint="Open it in Excel and save it without a password.") from error
            damage = error
    raise SheetError(
        f"{path} cannot be read as a workbook.", hint="Open it in Excel or LibreOffice and save it as .xlsx."
    ) from damage
