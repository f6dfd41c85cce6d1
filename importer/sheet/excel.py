"""An .xlsx or .xlsm → rows, through openpyxl's knowledge of the package and one streaming pass over the sheet.

The texts of a workbook's cells stand in one shared table, which is held in memory during that pass; afterwards the
rows stream from a snapshot on disk.
"""

import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils.datetime import MAC_EPOCH
from openpyxl.xml.constants import SHARED_STRINGS

from importer.errors import SheetError
from importer.sheet.cells import (
    FORMULA_WITHOUT_RESULT,
    GENERAL,
    CellFormat,
    CellText,
    DateKind,
    boolean_text,
    is_error_value,
    iso_text,
    number_text,
    parse_format,
    serial_text,
    unescape_text,
)
from importer.sheet.sheetxml import RawCell, stream_rows, stream_strings
from importer.sheet.table import NO_DATES, NOTHING, Row
from importer.sheet.workbook import SheetInfo

__all__ = ["OpenpyxlWorkbook", "UnreadableByOpenpyxl"]

# Built-in formats of East Asian Excel that openpyxl does not list: most are dates, some times.
_EAST_ASIAN_DATES = {
    **dict.fromkeys((27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), CellFormat(date="date")),
    **dict.fromkeys((32, 33, 34, 35, 55, 56), CellFormat(date="datetime")),
}


class UnreadableByOpenpyxl(Exception):  # noqa: N818 - no error to a user: another reader takes over
    """openpyxl cannot open this workbook or finds no sheet in it."""


class _Reader(ExcelReader):
    """openpyxl's reader of the package, without the parts that hold no cells.

    Properties, themes and the like are passed over, since damage there is no reason to refuse a sheet. Worksheets are
    listed, not opened.
    """

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file, read_only=True, data_only=True, keep_links=False)
        self.sheets: list[SheetInfo] = []
        self.targets: dict[str, str] = {}

    def read_properties(self) -> None:
        pass

    def read_custom(self) -> None:
        pass

    def read_theme(self) -> None:
        pass

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
        name = part.PartName.lstrip("/") if part is not None else None
        if name in self.valid_files:
            with self.archive.open(name) as source:
                self.shared_strings = list(stream_strings(source))

    def read_worksheets(self) -> None:
        for sheet, relation in self.parser.find_sheets():
            if relation.target in self.valid_files and relation.Type.endswith("/worksheet"):
                self.sheets.append(SheetInfo(sheet.name, hidden=sheet.state != "visible"))
                self.targets[sheet.name] = relation.target


class OpenpyxlWorkbook:
    """A workbook whose package openpyxl understands."""

    def __init__(self, path: Path, file: BinaryIO, notes: tuple[str, ...] = ()) -> None:
        self._path = path
        self.notes = notes
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what openpyxl would drop on saving is of no interest here
                self._reader = _Reader(file)
                self._reader.read()
        except (ValueError, TypeError, LookupError, AttributeError, OSError, SyntaxError, expat.ExpatError) as error:
            raise UnreadableByOpenpyxl(str(error)) from error
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise _damaged(path) from error
        if not self._reader.sheets:
            raise UnreadableByOpenpyxl("no sheets")
        self.sheets = tuple(self._reader.sheets)
        self._epoch_1904 = self._reader.wb.epoch == MAC_EPOCH
        self._formats = self._cell_formats()

    def _cell_formats(self) -> list[CellFormat]:
        workbook = self._reader.wb
        custom = workbook._number_formats  # type: ignore[attr-defined]  # noqa: SLF001 - openpyxl names a style's format only through a cell
        formats: list[CellFormat] = []
        for style in workbook._cell_styles:  # type: ignore[attr-defined]  # noqa: SLF001 - the same
            number = style.numFmtId
            if number in _EAST_ASIAN_DATES:
                formats.append(_EAST_ASIAN_DATES[number])
            elif number < BUILTIN_FORMATS_MAX_SIZE:
                formats.append(parse_format(BUILTIN_FORMATS.get(number, "General")))
            else:
                formats.append(parse_format(custom[number - BUILTIN_FORMATS_MAX_SIZE]))
        return formats

    def rows(self, sheet: str) -> Iterator[Row]:
        """Each row that holds anything, with all its cells."""
        texts = _CellTexts(self._reader.shared_strings, self._formats, epoch_1904=self._epoch_1904)
        try:
            with self._reader.archive.open(self._reader.targets[sheet]) as part:
                for number, cells in stream_rows(part):
                    yield texts.row(number, cells)
        except (ValueError, LookupError, OSError, EOFError, OverflowError) as error:
            raise _damaged(self._path, sheet) from error
        except (expat.ExpatError, zipfile.BadZipFile, zlib.error) as error:
            raise _damaged(self._path, sheet) from error

    def close(self) -> None:
        """Let go of the shared strings; the file is its opener's."""
        self._reader.shared_strings = []
        self._reader.archive.close()


def _damaged(path: Path, sheet: str | None = None) -> SheetError:
    where = f"{path}, sheet {sheet!r}," if sheet else f"{path}"
    return SheetError(
        f"{where} is damaged or incomplete.", hint="Open it in Excel or LibreOffice and save it again as .xlsx."
    )


class _CellTexts:
    """Makes rows of text out of stored cells."""

    def __init__(self, strings: list[str], formats: list[CellFormat], *, epoch_1904: bool) -> None:
        self._strings = strings
        self._formats = formats
        self._epoch_1904 = epoch_1904
        self._rarer: dict[str, Callable[[RawCell], CellText]] = {
            "n": self._number,
            "str": lambda cell: CellText(unescape_text(cell.value or "")),
            "inlineStr": lambda cell: CellText(unescape_text(cell.value or "")),
            "b": lambda cell: CellText(boolean_text(bool(int(cell.value or "0")))),
            "e": lambda cell: CellText(cell.value or "", bad=cell.value or "error"),
            "d": self._moment,
        }

    def row(self, number: int, cells: list[RawCell]) -> Row:
        """The texts of one row's cells, from column A to the last that holds anything."""
        texts = [""] * (cells[-1].column + 1)
        bad: dict[int, str] = {}
        dates: dict[int, DateKind] = {}
        for cell in cells:
            column, kind, _, value, _ = cell
            if kind == "s" and value:
                text = self._strings[int(value)]
                if text[:1] == "#" and is_error_value(text):
                    bad[column] = text.strip()
            else:
                found = self._rarely(cell)
                text = found.text
                if found.bad:
                    bad[column] = found.bad
                elif found.date:
                    dates[column] = found.date
                elif text[:1] == "#" and is_error_value(text):
                    bad[column] = text.strip()
            texts[column] = text
        return Row(number, tuple(texts), (), bad or NOTHING, dates or NO_DATES)

    def _rarely(self, cell: RawCell) -> CellText:
        if cell.formula is not None and cell.value is None:
            return CellText(f"={cell.formula}", bad=FORMULA_WITHOUT_RESULT)
        if not cell.value:
            # `<v></v>`: an empty text where the cell is a text, and nothing at all where it is a number
            empty_result = cell.formula is None or cell.kind == "str"
            return CellText("") if empty_result else CellText(f"={cell.formula}", bad=FORMULA_WITHOUT_RESULT)
        return self._rarer[cell.kind](cell)

    def _number(self, cell: RawCell) -> CellText:
        stored = (cell.value or "").strip()
        cell_format = self._format(cell)
        if cell_format.date:
            return serial_text(float(stored), cell_format, epoch_1904=self._epoch_1904)
        number: float = int(stored) if stored.isdecimal() or stored[1:].isdecimal() else float(stored)
        return CellText(number_text(number, cell_format))

    def _format(self, cell: RawCell) -> CellFormat:
        return self._formats[cell.style] if cell.style < len(self._formats) else GENERAL

    def _moment(self, cell: RawCell) -> CellText:
        return iso_text(cell.value or "", self._format(cell))
