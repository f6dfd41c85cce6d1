"""What calamine does not tell about an .xlsb: error cells, number formats, hidden rows and merged cells.

The parts of the package are rows of binary records, BIFF12 ([MS-XLSB]). Only the few records that matter here are
understood, and all others stepped over. A formula always has a saved result in this format; a program that never
calculated it has saved 0 or an empty text.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from importer.sheet.cells import CellText, number_text, serial_text
from importer.sheet.numberformat import GENERAL, CellFormat, built_in_format, parse_format
from importer.sheet.package import Package
from importer.sheet.table import Area

__all__ = ["NotUnderstood", "SheetExtras", "read_xlsb_extras"]

_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}


class NotUnderstood(Exception):  # noqa: N818 - no error to a user: it ends in a note
    """The file is of an older or unusual make, so its error cells cannot be found."""


def _error(code: int) -> CellText:
    text = _ERRORS.get(code, "#ERROR!")
    return CellText(text, bad=text)


def _rk(encoded: int) -> float:
    """A number in the 4-byte form of the format."""
    value: float
    if encoded & 2:
        value = float((encoded - (1 << 32) if encoded & 0x8000_0000 else encoded) >> 2)
    else:
        (value,) = struct.unpack("<d", struct.pack("<Q", (encoded & ~3) << 32))
    return value / 100 if encoded & 1 else value


_ROW, _CELL_RK, _CELL_ERROR, _CELL_REAL, _FMLA_NUM, _FMLA_ERROR = 0, 2, 3, 5, 9, 11
_FMT, _CELL_XF, _BEGIN_CELL_XFS, _END_CELL_XFS, _BUNDLE_SHEET = 44, 47, 617, 618, 156
_BOOK_PROPERTIES, _MERGE_CELL = 153, 176
_CELLS = range(1, 12)
_BEYOND = 1 << 32
_ROW_FLAGS_AT, _ROW_IS_HIDDEN = 11, 0x10
_MAIN_PART = "xl/workbook.bin"


@dataclass(slots=True)
class SheetExtras:
    """What is to be known of a sheet beside calamine's values; rows and columns of `cells` count from 0."""

    cells: dict[tuple[int, int], CellText] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    merged: list[Area] = field(default_factory=list)
    cell_count: int = 0
    bounds: tuple[int, int, int, int] | None = None

    @property
    def area(self) -> int:
        """How many cells the smallest rectangle has that holds them all."""
        if self.bounds is None:
            return 0
        top, left, bottom, right = self.bounds
        return (bottom - top + 1) * (right - left + 1)


class _Numbers:
    """Puts down what a number's format makes of it, where that is more than the plain number."""

    def __init__(self, formats: list[CellFormat], *, epoch_1904: bool) -> None:
        self._formats = formats
        self._epoch_1904 = epoch_1904

    def put(self, extras: SheetExtras, at: tuple[int, int], style: int, value: float) -> None:
        """Note the number's text where its format pads it or makes a date of it."""
        found = self._formats[style] if style < len(self._formats) else GENERAL
        if found.date:
            extras.cells[at] = serial_text(value, found, epoch_1904=self._epoch_1904)
        elif found.zeros:
            extras.cells[at] = CellText(number_text(value, found))


def read_xlsb_extras(file: BinaryIO) -> dict[str, SheetExtras]:
    """By sheet: dates, zero-padded numbers, error cells, hidden rows and merged cells.

    Raises NotUnderstood for packages of an unusual make and for damage.
    """
    try:
        package = Package(file)
        main = package.main_part(_MAIN_PART)
        targets = package.relations(main)
        styles = next((found.target for found in targets.values() if found.kind == "styles"), "xl/styles.bin")
        formats = _biff12_formats(package.read(styles)) if styles in package else []
        numbers = _Numbers(formats, epoch_1904=False)
        sheets: dict[str, SheetExtras] = {}
        for kind, body in _biff12_records(package.read(main)):
            if kind == _BOOK_PROPERTIES:
                numbers = _Numbers(formats, epoch_1904=bool(body[0] & 1))
            elif kind == _BUNDLE_SHEET:
                relation, at = _biff12_text(body, 8)
                found = targets.get(relation)
                if found is not None and found.kind == "worksheet":
                    sheets[_biff12_text(body, at)[0]] = _read_sheet(package.read(found.target), numbers)
    except (struct.error, LookupError, ValueError, expat.ExpatError) as error:
        raise NotUnderstood(str(error)) from error
    return sheets


def _biff12_records(part: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(part):
        kind = part[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (part[at] & 0x7F) << 7
            at += 1
        length = 0
        for shift in (0, 7, 14, 21):
            byte = part[at]
            at += 1
            length |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        yield kind, part[at : at + length]
        at += length


def _biff12_text(body: bytes, at: int) -> tuple[str, int]:
    """A counted UTF-16 text and the position after it."""
    count = struct.unpack_from("<I", body, at)[0]
    end = at + 4 + 2 * count
    return body[at + 4 : end].decode("utf-16-le"), end


def _biff12_formats(styles_part: bytes) -> list[CellFormat]:
    """The number format of each cell style, in their order."""
    codes: dict[int, str] = {}
    numbers: list[int] = []
    in_cell_styles = False
    for kind, body in _biff12_records(styles_part):
        if kind == _FMT:
            codes[struct.unpack_from("<H", body)[0]] = _biff12_text(body, 2)[0]
        elif kind in (_BEGIN_CELL_XFS, _END_CELL_XFS):
            in_cell_styles = kind == _BEGIN_CELL_XFS
        elif kind == _CELL_XF and in_cell_styles:
            numbers.append(struct.unpack_from("<H", body, 2)[0])
    return [parse_format(codes[number]) if number in codes else built_in_format(number) for number in numbers]


def _read_sheet(part: bytes, numbers: _Numbers) -> SheetExtras:
    extras = SheetExtras()
    row = 0
    top, left, bottom, right = _BEYOND, _BEYOND, -1, -1
    for kind, body in _biff12_records(part):
        if kind in _CELLS:
            (column,) = struct.unpack_from("<I", body)
            extras.cell_count += 1
            top, left, bottom, right = min(top, row), min(left, column), max(bottom, row), max(right, column)
        if kind == _ROW:
            row = struct.unpack_from("<I", body)[0]
            if len(body) > _ROW_FLAGS_AT and body[_ROW_FLAGS_AT] & _ROW_IS_HIDDEN:
                extras.hidden_rows.add(row)
        elif kind in (_CELL_ERROR, _FMLA_ERROR):
            extras.cells[row, struct.unpack_from("<I", body)[0]] = _error(body[8])
        elif kind in (_CELL_RK, _CELL_REAL, _FMLA_NUM):
            column, style = struct.unpack_from("<II", body)
            value = (
                _rk(struct.unpack_from("<I", body, 8)[0]) if kind == _CELL_RK else struct.unpack_from("<d", body, 8)[0]
            )
            numbers.put(extras, (row, column), style & 0xFFFFFF, value)
        elif kind == _MERGE_CELL:
            first, last, from_column, to_column = struct.unpack_from("<IIII", body)
            extras.merged.append(Area(first + 1, last + 1, from_column, to_column))
    if extras.cell_count:
        extras.bounds = top, left, bottom, right
    return extras
