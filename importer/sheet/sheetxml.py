"""The two big XML parts of an .xlsx, streamed: a worksheet's cells as they are stored, and the shared strings.

One pass of expat keeps what is needed: openpyxl's row reader drops a formula that has no saved result as if the cell
were empty, strips `x005F_` out of texts, reads a sheet without a `dimension` twice, and takes twice the time. Elements
are known by their namespace, that of the root element, whatever prefix stands for it.
"""

import re
from collections.abc import Iterator
from typing import IO, NamedTuple

from importer.sheet.bounds import (
    MOST_CELL_CHARS,
    MOST_COLUMNS,
    MOST_MERGED_AREAS,
    MOST_ROWS,
    MOST_STRING_CHARS,
    MOST_STRINGS,
    TooLargeError,
)
from importer.sheet.cells import unescape_text
from importer.sheet.table import Area
from importer.sheet.xmlparts import Scrubbed, stream_part

__all__ = ["RawCell", "RawRow", "stream_merged", "stream_rows", "stream_strings"]

_TRUE = ("1", "true")
_AREA = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7}):\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_LONGEST_LETTERS = 5  # $XFD$
_LONGEST_STYLE = 10
_MOST_STYLES_KEPT = 10_000
_MOST_CELLS_IN_A_ROW = 4 * MOST_COLUMNS  # some writers repeat a cell


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
        self._texts: list[str] | None = None
        self._parts: list[str] = []
        self._chars = 0
        self._collecting = False
        self._in_phonetic = False
        self._columns: dict[str, int] = {}
        self._styles: dict[str | None, int] = {None: 0}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        if name == "c":
            self._attributes = attributes
            self._value = self._formula = self._texts = None
            self._chars = 0
            before = self._column
            reference = attributes.get("r")
            self._column = self._index(reference) if reference else before + 1
            if self._column <= before or self._column >= MOST_COLUMNS:
                self._go_back()
        elif name in ("v", "f") or (name == "t" and not self._in_phonetic):
            self._parts.clear()
            self._collecting = True
        elif name == "row":
            reference = attributes.get("r")
            self._number = int(float(reference)) if reference else self._number + 1
            if self._number > MOST_ROWS:
                raise TooLargeError(f"refused, it has a row beyond row {MOST_ROWS:,}, the last one of a sheet.")
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
            if self._texts is not None:
                self._value = "".join(self._texts)
            if self._value is not None or self._formula is not None:
                attributes = self._attributes
                style = self._styles.get(attributes.get("s"))
                if style is None:
                    style = self._learn_style(attributes["s"])
                kind = attributes.get("t") or "n"
                self._cells.append(RawCell(self._column, kind, style, self._value, self._formula))
        elif name == "v":
            self._value = self._joined()
            self._texts = None
            self._collecting = False
        elif name == "t" and self._collecting:
            self._end_text()
        elif name == "f":
            self._formula = self._joined()
            self._collecting = False
        elif name == "row":
            self._end_row()
        elif name == "rPh":
            self._in_phonetic = False

    def _go_back(self) -> None:
        """A cell stands left of the one before it, or beyond the last column."""
        self._in_order = False
        if self._column >= MOST_COLUMNS or len(self._cells) > _MOST_CELLS_IN_A_ROW:
            raise TooLargeError(f"refused, row {self._number:,} has more than {MOST_COLUMNS:,} columns.")

    def _joined(self) -> str:
        """What was collected: mostly one piece."""
        parts = self._parts
        return parts[0] if len(parts) == 1 else "".join(parts)

    def _learn_style(self, text: str) -> int:
        style = int(text) if text.isdecimal() and len(text) < _LONGEST_STYLE else 0
        if len(self._styles) < _MOST_STYLES_KEPT:
            self._styles[text] = style
        return style

    def _end_text(self) -> None:
        """One of the runs of an inline string; the second makes a list of them, for adding texts up takes long."""
        if self._texts is not None:
            self._texts.append(self._joined())
        elif self._value is not None:
            self._texts = [self._value, self._joined()]
        else:
            self._value = self._joined()
        self._collecting = False

    def _end_row(self) -> None:
        if self._cells:
            if not self._in_order:
                self._cells = [cell for _, cell in sorted({cell.column: cell for cell in self._cells}.items())]
            self.rows.append(RawRow(self._number, self._cells, self._hidden))

    def text(self, data: str) -> None:
        """Character data."""
        if self._collecting:
            self._parts.append(data)
            self._chars += len(data)
            if self._chars > MOST_CELL_CHARS:
                message = f"refused, a cell in row {self._number:,} holds more than {MOST_CELL_CHARS:,} characters."
                raise TooLargeError(message)

    def _index(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        index = self._columns.get(letters)
        if index is None:
            index = self._columns[letters] = _column_index(letters)
        return index

    def _merge(self, reference: str) -> None:
        match = _AREA.fullmatch(reference.strip())
        if match:
            if len(self.merged) == MOST_MERGED_AREAS:
                raise TooLargeError(f"refused, it has more than {MOST_MERGED_AREAS:,} merged cells.")
            left, right = sorted((_column_index(match[1]), _column_index(match[3])))
            top, bottom = sorted((int(match[2]), int(match[4])))
            self.merged.append(Area(top, bottom, left, right))


def _column_index(letters: str) -> int:
    if len(letters) > _LONGEST_LETTERS:
        raise ValueError("a cell's address is beyond the last column")
    index = 0
    for letter in letters.upper().strip("$"):
        if not "A" <= letter <= "Z":
            raise ValueError("a cell's address names no column")
        index = index * 26 + ord(letter) - 64
    if not 1 <= index <= MOST_COLUMNS:
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
        self._count = 0
        self._chars = 0
        self._text_chars = 0
        self._parts: list[str] = []
        self._collecting = False
        self._in_phonetic = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        """An element opens."""
        if name == "t":
            self._collecting = not self._in_phonetic
        elif name == "si":
            self._parts.clear()
            self._text_chars = 0
        elif name == "rPh":
            self._in_phonetic = True

    def end(self, name: str) -> None:
        """An element closes."""
        if name == "t":
            self._collecting = False
        elif name == "si":
            text = "".join(self._parts)
            self._count += 1
            self._chars += self._text_chars
            if self._count > MOST_STRINGS or self._chars > MOST_STRING_CHARS:
                raise TooLargeError(f"refused, it holds more than {self._count - 1:,} texts.")
            self.strings.append(unescape_text(text))
        elif name == "rPh":
            self._in_phonetic = False

    def text(self, data: str) -> None:
        """Character data."""
        if self._collecting:
            self._parts.append(data)
            self._text_chars += len(data)
            if self._text_chars > MOST_CELL_CHARS:
                raise TooLargeError(f"refused, a text in it has more than {MOST_CELL_CHARS:,} characters.")


def stream_strings(part: IO[bytes] | Scrubbed) -> Iterator[str]:
    """Each shared string: the runs of rich text joined, phonetic runs (furigana) left out, escapes decoded."""
    collector = _StringCollector()
    for _ in stream_part(part, collector):
        yield from collector.strings
        collector.strings.clear()
