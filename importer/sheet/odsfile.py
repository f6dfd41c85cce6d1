"""What calamine does not tell about an .ods: error cells, padding zeros, dates with a time of day at midnight.

An OpenDocument file keeps beside each value the text that its program showed for it, so nothing has to be worked out.
"""

import zipfile
from typing import BinaryIO
from xml.parsers import expat

from importer.sheet.cells import CellText, is_error_value

__all__ = ["read_ods_cells"]

_CHUNK_BYTES = 1 << 16
_MOST_REPEATS = 100_000  # a repeated cell beyond this is formatting, not data


class _Collector:
    """Handlers for expat; the prefixes are those that every writer of the format uses."""

    def __init__(self) -> None:
        self.sheets: dict[str, dict[tuple[int, int], CellText]] = {}
        self._cells: dict[tuple[int, int], CellText] = {}
        self._row = self._column = 0
        self._in_row: dict[int, CellText] = {}
        self._row_repeats = self._repeats = 1
        self._attributes: dict[str, str] = {}
        self._parts: list[str] = []
        self._in_cell = self._in_text = self._in_note = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        if name in ("table:table-cell", "table:covered-table-cell"):
            self._attributes = attributes
            self._repeats = int(attributes.get("table:number-columns-repeated", 1))
            self._parts.clear()
            self._in_cell = True
        elif name == "text:p":
            self._in_text = self._in_cell and not self._in_note
        elif name == "office:annotation":
            self._in_note = True
        elif name == "table:table-row":
            self._row_repeats = int(attributes.get("table:number-rows-repeated", 1))
            self._in_row, self._column = {}, 0
        elif name == "table:table":
            self._row = 0
            self._cells = self.sheets.setdefault(attributes.get("table:name", ""), {})

    def end(self, name: str) -> None:
        """An element closes."""
        if name in ("table:table-cell", "table:covered-table-cell"):
            found = _cell_text(self._attributes, "".join(self._parts))
            if found is not None:
                for column in range(self._column, self._column + min(self._repeats, _MOST_REPEATS)):
                    self._in_row[column] = found
            self._column += self._repeats
            self._in_cell = False
        elif name == "text:p":
            self._in_text = False
        elif name == "office:annotation":
            self._in_note = False
        elif name == "table:table-row":
            if self._in_row:
                for row in range(self._row, self._row + min(self._row_repeats, _MOST_REPEATS)):
                    self._cells.update({(row, column): found for column, found in self._in_row.items()})
            self._row += self._row_repeats

    def text(self, data: str) -> None:
        """Character data."""
        if self._in_text:
            self._parts.append(data)


def _cell_text(attributes: dict[str, str], shown: str) -> CellText | None:
    """What the cell says beyond its bare value, or None."""
    kind = attributes.get("office:value-type")
    if attributes.get("calcext:value-type") == "error" or (kind == "string" and is_error_value(shown)):
        return CellText(shown, bad=shown or "error")
    if kind == "float":
        digits = shown.startswith("0") and shown.isdecimal() and len(shown) > 1
        if shown in ("TRUE", "FALSE") or (digits and int(shown) == float(attributes.get("office:value", "nan"))):
            return CellText(shown)
    day = attributes.get("office:date-value", "")
    if kind == "date" and "T" not in day and ":" in shown:
        return CellText(f"{day} 00:00:00", "datetime")
    return None


def read_ods_cells(file: BinaryIO) -> dict[str, dict[tuple[int, int], CellText]]:
    """By sheet, then by row and column counted from 0: each cell that is more than its bare value says.

    Raises the errors of zipfile and expat where the file is damaged.
    """
    collector = _Collector()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = collector.start
    parser.EndElementHandler = collector.end
    parser.CharacterDataHandler = collector.text
    with zipfile.ZipFile(file) as archive, archive.open("content.xml") as part:
        while data := part.read(_CHUNK_BYTES):
            parser.Parse(data, False)
        parser.Parse(b"", True)
    return collector.sheets
