"""An .xlsx or .xlsm → rows, in one streaming pass over the sheet.

The texts of a workbook's cells stand in one shared table, which is held in memory during that pass; afterwards the
rows stream from a snapshot on disk. What the XML standard forbids and some writers write all the same is read in a
second, lenient attempt, by the same rules for cells.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from importer.sheet.cells import (
    FORMULA_WITHOUT_RESULT,
    MISSING_STRING,
    NO_NUMBER,
    UNKNOWN_KIND,
    CellText,
    boolean_text,
    is_error_value,
    iso_text,
    number_text,
    serial_text,
    stored_number,
    unescape_text,
)
from importer.sheet.numberformat import GENERAL, CellFormat, DateKind
from importer.sheet.package import Package, read_cell_formats, read_workbook
from importer.sheet.sheetxml import RawCell, stream_merged, stream_rows, stream_strings
from importer.sheet.table import NO_DATES, NOTHING, Area, Row
from importer.sheet.workbook import SheetInfo, are_blank
from importer.sheet.xmlparts import told_damage

__all__ = ["ExcelWorkbook"]

_MAIN_PART = "xl/workbook.xml"
_NO_CELLS = frozenset(("chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"))


class ExcelWorkbook:
    """A workbook in the Office Open XML format, whoever wrote it.

    `is_lenient`: read parts that are not well-formed XML, as far as their meaning is beyond doubt.
    """

    def __init__(self, path: Path, file: BinaryIO, notes: tuple[str, ...] = (), *, is_lenient: bool = False) -> None:
        self._path = path
        self._merged: dict[str, list[Area]] = {}
        self._empty: dict[str, bool] = {}
        self.notes = notes
        with told_damage(path):
            self._package = Package(file, is_lenient=is_lenient)
            main = self._package.main_part(_MAIN_PART)
            book = read_workbook(self._package, main)
            self._epoch_1904 = book.epoch_1904
            self._parts = {sheet.name: sheet for sheet in book.sheets if sheet.kind not in _NO_CELLS}
            self.sheets = tuple(SheetInfo(sheet.name, hidden=sheet.is_hidden) for sheet in self._parts.values())
            self._formats = self._read_formats(main)
            self._strings = self._read_strings(main)

    def _related(self, main: str, kind: str) -> str | None:
        """The part that the workbook's relations name for this, or that has the usual name."""
        targets = [relation.target for relation in self._package.relations(main).values() if relation.kind == kind]
        usual = f"xl/{kind}.xml"
        return next((name for name in (*targets, usual) if name in self._package), None)

    def _read_formats(self, main: str) -> list[CellFormat]:
        name = self._related(main, "styles")
        return [] if name is None else read_cell_formats(self._package, name)

    def _read_strings(self, main: str) -> list[str]:
        name = self._related(main, "sharedStrings")
        if name is None:
            return []
        with self._package.open(name) as part:
            return list(stream_strings(part))

    def rows(self, sheet: str) -> Iterator[Row]:
        """Each row that holds anything, with all its cells."""
        texts = _CellTexts(self._strings, self._formats, epoch_1904=self._epoch_1904)
        with told_damage(self._path, sheet), self._package.open(self._parts[sheet].part) as part:
            merged: list[Area] = []
            for number, cells, is_hidden in stream_rows(part, merged):
                yield texts.row(number, cells, is_hidden=is_hidden)
            self._merged[sheet] = merged

    def is_empty(self, sheet: str) -> bool:
        """Whether no row of a sheet holds anything; sheets may share a part, which is then looked at once."""
        part = self._parts[sheet].part
        if part not in self._empty:
            self._empty[part] = are_blank(self.rows(sheet))
        return self._empty[part]

    def merged(self, sheet: str) -> Sequence[Area]:
        """The merged areas of a sheet."""
        if sheet not in self._merged:
            with told_damage(self._path, sheet), self._package.open(self._parts[sheet].part) as part:
                self._merged[sheet] = stream_merged(part)
        return self._merged[sheet]

    def close(self) -> None:
        """Let go of the shared strings; the file is its opener's."""
        self._strings = []
        self._package.close()


_TEXTS = ("inlineStr", "str")


class _CellTexts:
    """Makes rows of text out of stored cells."""

    def __init__(self, strings: list[str], formats: list[CellFormat], *, epoch_1904: bool) -> None:
        self._strings = strings
        self._formats = formats
        self._epoch_1904 = epoch_1904
        self._rarer: dict[str, Callable[[RawCell], CellText]] = {
            "n": self._number,
            "s": self._missing_string,
            "str": lambda cell: CellText(unescape_text(cell.value or "")),
            "inlineStr": lambda cell: CellText(unescape_text(cell.value or "")),
            "b": self._boolean,
            "e": lambda cell: CellText(cell.value or "", bad=cell.value or "error"),
            "d": self._moment,
        }

    def row(self, number: int, cells: list[RawCell], *, is_hidden: bool = False) -> Row:
        """The texts of one row's cells, from column A to the last that holds anything."""
        texts = [""] * (cells[-1].column + 1)
        bad: dict[int, str] = {}
        dates: dict[int, DateKind] = {}
        strings = self._strings
        for cell in cells:
            column, kind, _, value, _ = cell
            if kind == "s" and value and value.isdecimal() and int(value) < len(strings):
                text = strings[int(value)]
                if text[:1] == "#" and is_error_value(text):
                    bad[column] = text.strip()
            elif value and cell.formula is None and kind in _TEXTS and "_x" not in value:
                text = value
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
        return Row(number, tuple(texts), (), bad or NOTHING, dates or NO_DATES, is_hidden)

    def _rarely(self, cell: RawCell) -> CellText:
        if cell.formula is not None and not _has_result(cell):
            return CellText(f"={cell.formula}", bad=FORMULA_WITHOUT_RESULT)
        if not cell.value:
            return CellText("")
        read = self._rarer.get(cell.kind)
        return CellText(cell.value, bad=UNKNOWN_KIND) if read is None else read(cell)

    def _missing_string(self, cell: RawCell) -> CellText:
        stored = (cell.value or "").strip()
        if stored.isdecimal() and int(stored) < len(self._strings):
            return CellText(self._strings[int(stored)])
        return CellText(stored, bad=MISSING_STRING)

    def _number(self, cell: RawCell) -> CellText:
        stored = cell.value or ""
        number = stored_number(stored)
        if number is None:
            return CellText(stored, bad=NO_NUMBER) if stored.strip() else CellText("")
        cell_format = self._format(cell)
        if cell_format.date:
            return serial_text(number, cell_format, epoch_1904=self._epoch_1904)
        return CellText(number_text(number, cell_format))

    def _boolean(self, cell: RawCell) -> CellText:
        stored = (cell.value or "").strip().lower()
        if stored in ("true", "false"):
            return CellText(boolean_text(stored == "true"))
        number = stored_number(stored)
        return CellText(stored, bad=NO_NUMBER) if number is None else CellText(boolean_text(number != 0))

    def _format(self, cell: RawCell) -> CellFormat:
        return self._formats[cell.style] if cell.style < len(self._formats) else GENERAL

    def _moment(self, cell: RawCell) -> CellText:
        return iso_text(cell.value or "", self._format(cell))


def _has_result(cell: RawCell) -> bool:
    """Whether a formula's result was saved: a text may be empty (`<v></v>`), a number, date or truth value may not."""
    return cell.value is not None if cell.kind == "str" else bool((cell.value or "").strip())
