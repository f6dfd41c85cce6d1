"""What calamine does not tell about an .xls or .xlsb: error cells and the zeros that number formats pad with.

Both formats are rows of binary records, BIFF8 ([MS-XLS]) and BIFF12 ([MS-XLSB]). Only the few records that matter
here are understood, and all others stepped over.
"""

import struct
import zipfile
from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

from importer.sheet.cells import GENERAL, CellFormat, CellText, number_text, parse_format
from importer.sheet.package import read_relations

__all__ = ["NotUnderstood", "read_xls_cells", "read_xlsb_cells"]

Cells = dict[tuple[int, int], CellText]

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
    """A number in the 4-byte form that both formats use."""
    value: float
    if encoded & 2:
        value = float((encoded - (1 << 32) if encoded & 0x8000_0000 else encoded) >> 2)
    else:
        (value,) = struct.unpack("<d", struct.pack("<Q", (encoded & ~3) << 32))
    return value / 100 if encoded & 1 else value


_BUILT_IN = {22: "m/d/yy h:mm"}  # the one built-in format with both a date and a time; none of them pads


class _Padder:
    """Keeps what the format of a number's style adds to it: padding, or that a whole day is a date with a time."""

    def __init__(self, formats: dict[int, str], styles: list[int]) -> None:
        formats = _BUILT_IN | formats
        self._formats = [parse_format(formats[number]) if number in formats else GENERAL for number in styles]

    def put(self, cells: Cells, at: tuple[int, int], style: int, value: float) -> None:
        """Note the number's text where its format pads it, or its kind alone where calamine would mistake it."""
        found: CellFormat = self._formats[style] if style < len(self._formats) else GENERAL
        if found.zeros:
            cells[at] = CellText(number_text(value, found))
        elif found.date == "datetime" and value.is_integer():
            cells[at] = CellText("", "datetime")


# --- .xls: records in the stream `Workbook` of a compound file ([MS-CFB]) ---

_FREE_SECTORS = 0xFFFF_FFFA  # from here on a sector number is a mark
_BIFF8 = 0x0600
_BOF, _EOF, _FORMAT, _XF, _BOUNDSHEET = 0x0809, 0x000A, 0x041E, 0x00E0, 0x0085
_ERROR_RESULT = 2
_NUMBER, _RK, _MULRK, _BOOLERR, _FORMULA = 0x0203, 0x027E, 0x00BD, 0x0205, 0x0006


def read_xls_cells(file: BinaryIO) -> dict[str, Cells]:
    """By sheet, then by row and column counted from 0: each error cell and each zero-padded number.

    Raises NotUnderstood for workbooks from before Excel 97 and for damage.
    """
    file.seek(0)
    data = file.read()
    try:
        stream = _workbook_stream(data) if data.startswith(b"\xd0\xcf\x11\xe0") else data
        return _read_biff8(stream)
    except (struct.error, IndexError, ValueError, KeyError) as error:
        raise NotUnderstood(str(error)) from error


def _workbook_stream(data: bytes) -> bytes:
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    mini_size = 1 << struct.unpack_from("<H", data, 32)[0]
    directory_at, cutoff, mini_at = (struct.unpack_from("<I", data, at)[0] for at in (48, 56, 60))

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    fat_at = list(struct.unpack_from("<109I", data, 76))
    more = struct.unpack_from("<I", data, 68)[0]
    while more < _FREE_SECTORS and len(fat_at) * size <= len(data) + 109 * size:
        *numbers, more = struct.unpack(f"<{size // 4}I", sector(more))
        fat_at += numbers
    fat_bytes = b"".join(sector(number) for number in fat_at if number < _FREE_SECTORS)
    fat = [number for (number,) in struct.iter_unpack("<I", fat_bytes)]

    def chain(start: int, table: list[int]) -> Iterator[int]:
        for _ in range(len(table)):  # no longer than the table, should it run in a circle
            if start >= _FREE_SECTORS:
                return
            yield start
            start = table[start]

    directory = b"".join(sector(number) for number in chain(directory_at, fat))
    entries = {}
    for at in range(0, len(directory), 128):
        name_bytes = struct.unpack_from("<H", directory, at + 64)[0]
        name = directory[at : at + max(name_bytes - 2, 0)].decode("utf-16-le")
        entries[name] = struct.unpack_from("<II", directory, at + 116)
    start, length = entries["Workbook"]
    if length >= cutoff:
        return b"".join(sector(number) for number in chain(start, fat))[:length]
    root = b"".join(sector(number) for number in chain(entries["Root Entry"][0], fat))
    mini_fat_bytes = b"".join(sector(number) for number in chain(mini_at, fat))
    mini_fat = [number for (number,) in struct.iter_unpack("<I", mini_fat_bytes)]
    return b"".join(root[at * mini_size : (at + 1) * mini_size] for at in chain(start, mini_fat))[:length]


def _biff8_records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of one substream, from its BOF to its own EOF; those of substreams within it are left out."""
    depth = 0
    while at < len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + length]
        at += 4 + length
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 0:
            return
        if depth == 1:
            yield kind, body


def _read_biff8(stream: bytes) -> dict[str, Cells]:
    if struct.unpack_from("<HHH", stream, 0)[::2] != (_BOF, _BIFF8):
        raise NotUnderstood("not BIFF8")
    formats: dict[int, str] = {}
    styles: list[int] = []
    sheets: dict[str, int] = {}
    for kind, body in _biff8_records(stream, 0):
        if kind == _FORMAT:
            formats[struct.unpack_from("<H", body)[0]] = _biff8_text(body, 2, wide_count=True)
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", body, 2)[0])
        elif kind == _BOUNDSHEET:
            sheets[_biff8_text(body, 6, wide_count=False)] = struct.unpack_from("<I", body)[0]
    padder = _Padder(formats, styles)
    return {name: _biff8_cells(stream, at, padder) for name, at in sheets.items()}


def _biff8_text(body: bytes, at: int, *, wide_count: bool) -> str:
    count = struct.unpack_from("<H" if wide_count else "<B", body, at)[0]
    at += 2 if wide_count else 1
    if body[at] & 1:
        return body[at + 1 : at + 1 + 2 * count].decode("utf-16-le")
    return body[at + 1 : at + 1 + count].decode("latin-1")


def _biff8_cells(stream: bytes, at: int, padder: _Padder) -> Cells:
    cells: Cells = {}
    for kind, body in _biff8_records(stream, at):
        if kind == _NUMBER:
            row, column, style, value = struct.unpack_from("<HHHd", body)
            padder.put(cells, (row, column), style, value)
        elif kind == _RK:
            row, column, style, encoded = struct.unpack_from("<HHHI", body)
            padder.put(cells, (row, column), style, _rk(encoded))
        elif kind == _MULRK:
            row, first = struct.unpack_from("<HH", body)
            for column, (style, encoded) in enumerate(struct.iter_unpack("<HI", body[4:-2]), first):
                padder.put(cells, (row, column), style, _rk(encoded))
        elif kind == _BOOLERR:
            row, column, _, code, is_error = struct.unpack_from("<HHHBB", body)
            if is_error:
                cells[row, column] = _error(code)
        elif kind == _FORMULA:
            _put_result(cells, body, padder)
    return cells


def _put_result(cells: Cells, formula: bytes, padder: _Padder) -> None:
    """A formula's saved result: a number, or a mark of what it is ([MS-XLS] 2.5.133), where 2 is an error."""
    row, column, style, result = struct.unpack_from("<HHH8s", formula)
    if result[6:] != b"\xff\xff":
        padder.put(cells, (row, column), style, struct.unpack("<d", result)[0])
    elif result[0] == _ERROR_RESULT:
        cells[row, column] = _error(result[2])


# --- .xlsb: parts of records in a ZIP package ---

_ROW, _CELL_RK, _CELL_ERROR, _CELL_REAL, _FMLA_NUM, _FMLA_ERROR = 0, 2, 3, 5, 9, 11
_FMT, _CELL_XF, _BEGIN_CELL_XFS, _END_CELL_XFS, _BUNDLE_SHEET = 44, 47, 617, 618, 156


def read_xlsb_cells(file: BinaryIO) -> dict[str, Cells]:
    """By sheet, then by row and column counted from 0: each error cell and each zero-padded number.

    Raises NotUnderstood for packages of an unusual make and for damage.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            targets = read_relations(archive.read("xl/_rels/workbook.bin.rels"))
            names = archive.namelist()
            padder = _biff12_padder(archive.read("xl/styles.bin")) if "xl/styles.bin" in names else _Padder({}, [])
            sheets: dict[str, Cells] = {}
            for kind, body in _biff12_records(archive.read("xl/workbook.bin")):
                if kind == _BUNDLE_SHEET:
                    relation, at = _biff12_text(body, 8)
                    target = targets[relation]
                    path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                    sheets[_biff12_text(body, at)[0]] = _biff12_cells(archive.read(path), padder)
            return sheets
    except (struct.error, IndexError, ValueError, KeyError, expat.ExpatError) as error:
        raise NotUnderstood(str(error)) from error


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


def _biff12_padder(styles_part: bytes) -> _Padder:
    formats: dict[int, str] = {}
    styles: list[int] = []
    in_cell_styles = False
    for kind, body in _biff12_records(styles_part):
        if kind == _FMT:
            formats[struct.unpack_from("<H", body)[0]] = _biff12_text(body, 2)[0]
        elif kind in (_BEGIN_CELL_XFS, _END_CELL_XFS):
            in_cell_styles = kind == _BEGIN_CELL_XFS
        elif kind == _CELL_XF and in_cell_styles:
            styles.append(struct.unpack_from("<H", body, 2)[0])
    return _Padder(formats, styles)


def _biff12_cells(part: bytes, padder: _Padder) -> Cells:
    cells: Cells = {}
    row = 0
    for kind, body in _biff12_records(part):
        if kind == _ROW:
            row = struct.unpack_from("<I", body)[0]
        elif kind in (_CELL_ERROR, _FMLA_ERROR):
            cells[row, struct.unpack_from("<I", body)[0]] = _error(body[8])
        elif kind in (_CELL_RK, _CELL_REAL, _FMLA_NUM):
            column, style = struct.unpack_from("<II", body)
            value = (
                _rk(struct.unpack_from("<I", body, 8)[0]) if kind == _CELL_RK else struct.unpack_from("<d", body, 8)[0]
            )
            padder.put(cells, (row, column), style & 0xFFFFFF, value)
    return cells
