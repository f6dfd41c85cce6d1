"""The two big XML parts of an .xlsx, streamed: a worksheet's cells as they are stored, and the shared strings.

One pass of expat keeps what is needed: openpyxl's row reader drops a formula that has no saved result as if the cell
were empty, strips `x005F_` out of texts, reads a sheet without a `dimension` twice, and takes twice the time. Elements
are known by their namespace, that of the root element, whatever prefix stands for it.
"""

import re
from collections.abc import Iterator
from typing import IO, NamedTuple

from importer.sheet.cells import unescape_text
from importer.sheet.table import Area
from importer.sheet.xmlparts import Scrubbed, stream_part

__all__ = ["RawCell", "RawRow", "stream_merged", "stream_rows", "stream_strings"]

_CHUNK_BYTES = 1 << 16
_MOST_COLUMNS = 16_384
_TRUE = ("1", "true")


class RawCell(NamedTuple):
    """A cell as the file stores it; `column` counts from 0, `formula` is None where there is none.

    `kind` is the attribute `t` (`n`, `s`, `str`, `inlineStr`, `b`, `e`, `d`), `value` the text of `<v>` or of the
    inline string, None without one.
    """

    column: int
    kind: str
    style: int
    value: str | None
    formula: str | None


class RawRow(NamedTuple):
    """A row's number, its cells in order of their columns, and whether the row is hidden."""

    number: int
    cells: list[RawCell]
    is_hidden: bool


class _RowCollector:
    """Handlers for expat that gather the rows which hold any value or formula, and the merged areas."""

    def __init__(self) -> None:
        self.rows: list[RawRow] = []
        self.merged: list[Area] = []
        self._number = 0
        self._hidden = False
        self._column = -1
        self._in_order = True
        self._cells: list[RawCell] = []
        self._attributes: dict[str, str] = {}
        self._value: str | None = None
        self._formula: str | None = None
        self._parts: list[str] = []
        self._collecting = False
        self._in_phonetic = False
        self._columns: dict[str, int] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        if name == "c":
            self._attributes = attributes
            self._value = self._formula = None
            before = self._column
            reference = attributes.get("r")
            self._column = self._index(reference) if reference else before + 1
            if self._column <= before:
                self._in_order = False
        elif name in ("v", "f") or (name == "t" and not self._in_phonetic):
            self._parts.clear()
            self._collecting = True
        elif name == "row":
            reference = attributes.get("r")
            self._number = int(float(reference)) if reference else self._number + 1
            self._hidden = attributes.get("hidden") in _TRUE
            self._column = -1
            self._in_order = True
            self._cells = []
        elif name == "rPh":
            self._in_phonetic = True
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        """An element closes."""
        if name == "c":
            if self._value is not None or self._formula is not None:
                attributes = self._attributes
                style = attributes.get("s") or "0"
                kind = attributes.get("t") or "n"
                number = int(style) if style.isdecimal() else 0
                self._cells.append(RawCell(self._column, kind, number, self._value, self._formula))
        elif name == "v":
            self._value = "".join(self._parts)
            self._collecting = False
        elif name == "t" and self._collecting:
            self._value = (self._value or "") + "".join(self._parts)
            self._collecting = False
        elif name == "f":
            self._formula = "".join(self._parts)
            self._collecting = False
        elif name == "row":
            if self._cells:
                if not self._in_order:
                    self._cells = [cell for _, cell in sorted({cell.column: cell for cell in self._cells}.items())]
                self.rows.append(RawRow(self._number, self._cells, self._hidden))
        elif name == "rPh":
            self._in_phonetic = False

    def text(self, data: str) -> None:
        """Character data."""
        if self._collecting:
            self._parts.append(data)

    def _index(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        index = self._columns.get(letters)
        if index is None:
            index = self._columns[letters] = _column_index(letters)
        return index

    def _merge(self, reference: str) -> None:
        match = re.fullmatch(r"\$?([A-Za-z]+)\$?(\d+):\$?([A-Za-z]+)\$?(\d+)", reference.strip())
        if match:
            left, right = sorted((_column_index(match[1]), _column_index(match[3])))
            top, bottom = sorted((int(match[2]), int(match[4])))
            self.merged.append(Area(top, bottom, left, right))


def _column_index(letters: str) -> int:
    index = 0
    for letter in letters.upper().strip("$"):
        if not "A" <= letter <= "Z":
            raise ValueError("a cell's address names no column")
        index = index * 26 + ord(letter) - 64
    if not 1 <= index <= _MOST_COLUMNS:
        raise ValueError("a cell's address is beyond the last column")
    return index - 1


def stream_rows(part: IO[bytes] | Scrubbed, merged: list[Area]) -> Iterator[RawRow]:
    """Each row of a worksheet part that holds a value or a formula, in the order of the file.

    Cells that are only styled are passed over. After the last row `merged` holds the merged areas, which stand
    behind the rows in the file. Raises expat.ExpatError for XML that is not well-formed, ValueError for addresses
    that are none.
    """
    collector = _RowCollector()
    for _ in stream_part(part, collector):
        yield from collector.rows
        collector.rows.clear()
    merged[:] = collector.merged


def stream_merged(part: IO[bytes] | Scrubbed) -> list[Area]:
    """The merged areas of a worksheet part."""
    collector = _RowCollector()
    for _ in stream_part(part, collector):
        collector.rows.clear()
    return collector.merged


class _StringCollector:
    """Handlers for expat that gather the shared strings."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._parts: list[str] = []
        self._collecting = False
        self._in_phonetic = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        """An element opens."""
        if name == "t":
            self._collecting = not self._in_phonetic
        elif name == "si":
            self._parts.clear()
        elif name == "rPh":
            self._in_phonetic = True

    def end(self, name: str) -> None:
        """An element closes."""
        if name == "t":
            self._collecting = False
        elif name == "si":
            self.strings.append(unescape_text("".join(self._parts)))
        elif name == "rPh":
            self._in_phonetic = False

    def text(self, data: str) -> None:
        """Character data."""
        if self._collecting:
            self._parts.append(data)


def stream_strings(part: IO[bytes] | Scrubbed) -> Iterator[str]:
    """Each shared string: the runs of rich text joined, phonetic runs (furigana) left out, escapes decoded."""
    collector = _StringCollector()
    for _ in stream_part(part, collector):
        yield from collector.strings
        collector.strings.clear()
