"""The part of an .ods that holds its sheets, streamed: which sheets there are, and one sheet's cells as stored."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from importer.sheet.odsstyles import Styles
from importer.sheet.table import Area

__all__ = ["NAMESPACES", "OdsCell", "RowCollector", "TableCollector"]

_DRAWINGS = ("draw:", "dr3d:", "form:")
_NOT_SHOWN = ("office:annotation", "text:ruby-text", "text:note", "table:table")
_CELLS = ("table:table-cell", "table:covered-table-cell")
_PARAGRAPHS = ("text:p", "text:h")
_VALUES = {
    "date": "office:date-value",
    "time": "office:time-value",
    "boolean": "office:boolean-value",
    "string": "office:string-value",
}
_REPEATED = "table:number-columns-repeated"
_ROWS_SPANNED, _COLUMNS_SPANNED = "table:number-rows-spanned", "table:number-columns-spanned"
_BLANKS = re.compile(r"[ \t\r\n]+")
NAMESPACES = {
    **{
        f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0": prefix
        for name, prefix in {
            "office": "office",
            "table": "table",
            "text": "text",
            "style": "style",
            "datastyle": "number",
            "drawing": "draw",
            "dr3d": "dr3d",
            "form": "form",
        }.items()
    },
    "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0": "calcext",
}
"""The format's namespaces, and the prefixes that nearly every writer gives them."""

_MOST_COLUMNS = 16_384
_MOST_ROWS = 1_048_576


class OdsCell(NamedTuple):
    """A cell as the file stores it; `column` counts from 0, and it stands `repeats` times side by side."""

    column: int
    repeats: int
    kind: str
    value: str
    shown: str
    formula: str
    style: str
    is_error: bool


class OdsRow(NamedTuple):
    """A row's number, how often it stands there, the cells that hold anything, and whether it is hidden."""

    number: int
    repeats: int
    cells: list[OdsCell]
    is_hidden: bool


class TableCollector:
    """Handlers for expat that list the sheets and gather the styles. Cells are passed over."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._tables: list[list[str]] = []  # name and style
        self._hidden: set[str] = set()
        self._depth = 0
        self._table_style = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        if name == "table:table":
            if self._depth == 0:
                self._tables.append([attributes.get("table:name", ""), attributes.get("table:style-name", "")])
            self._depth += 1
        elif name == "table:table-source" and self._depth == 1:
            self._tables.pop()  # what another file's sheet held once, kept for its formulas
            self._tables.append(["", ""])
        elif not self._tables:
            if name == "style:style":
                self._table_style = attributes.get("style:name", "")
            elif name == "style:table-properties" and attributes.get("table:display") == "false":
                self._hidden.add(self._table_style)
            self._styles.start(name, attributes)

    def text(self, data: str) -> None:
        """Character data."""
        self._styles.text(data)

    def end(self, name: str) -> None:
        """An element closes."""
        if name == "table:table":
            self._depth -= 1
        elif not self._tables:
            self._styles.end(name)

    def sheets(self) -> Iterator[tuple[str, bool]]:
        """Each sheet's name and whether it is hidden."""
        return ((name, style in self._hidden) for name, style in self._tables if name)


class RowCollector:
    """Handlers for expat that gather the rows of one sheet which hold anything, and its merged areas."""

    def __init__(self, sheet: str) -> None:
        self.rows: list[OdsRow] = []
        self.merged: list[Area] = []
        self.is_done = False
        self._sheet = sheet
        self._in_sheet = False
        self._number = 1
        self._column = 0
        self._repeats = 1
        self._hidden = False
        self._row_style = ""
        self._column_styles: list[tuple[int, str]] = []  # up to which column, and its cells' style
        self._columns = 0
        self._cells: list[OdsCell] = []
        self._cell: dict[str, str] | None = None
        self._paragraphs: list[str] = []
        self._parts: list[str] | None = None
        self._after_blank = False
        self._not_shown = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        if not self._in_sheet:
            self._in_sheet = name == "table:table" and attributes.get("table:name", "") == self._sheet
        elif self._not_shown:
            self._not_shown += 1
        elif self._cell is not None:
            self._start_in_cell(name, attributes)
        elif name in _CELLS:
            self._cell = attributes
            self._paragraphs = []
        elif name == "table:table-row":
            self._column, self._cells = 0, []
            self._repeats = _count(attributes, "table:number-rows-repeated", _MOST_ROWS)
            self._hidden = attributes.get("table:visibility", "visible") != "visible"
            self._row_style = attributes.get("table:default-cell-style-name", "")
        elif name == "table:table-column":
            self._columns += _count(attributes, _REPEATED, _MOST_COLUMNS)
            self._column_styles.append((self._columns, attributes.get("table:default-cell-style-name", "")))
        elif name in ("table:shapes", "table:table"):
            self._not_shown = 1

    def _start_in_cell(self, name: str, attributes: dict[str, str]) -> None:
        if name in _NOT_SHOWN or name.startswith(_DRAWINGS):
            self._not_shown = 1
        elif name in _PARAGRAPHS:
            self._parts, self._after_blank = [], True
        elif self._parts is not None:
            if name == "text:s":
                self._add(" " * min(int(attributes.get("text:c", 1)), _MOST_COLUMNS))
            elif name == "text:tab":
                self._add("\t")
            elif name == "text:line-break":
                self._add("\n")

    def end(self, name: str) -> None:
        """An element closes."""
        if not self._in_sheet:
            return
        if self._not_shown:
            self._not_shown -= 1
        elif name in _CELLS and self._cell is not None:
            self._end_cell(self._cell)
            self._cell = None
        elif name in _PARAGRAPHS and self._parts is not None:
            self._paragraphs.append("".join(self._parts))
            self._parts = None
        elif name == "table:table-row":
            if self._cells:
                self.rows.append(OdsRow(self._number, self._repeats, self._cells, self._hidden))
            self._number += self._repeats
        elif name == "table:table":
            self._in_sheet, self.is_done = False, True

    def text(self, data: str) -> None:
        """Character data, in which any run of blanks is one, and none begins a paragraph."""
        if self._parts is not None and not self._not_shown:
            shown = _BLANKS.sub(" ", data)
            if self._after_blank:
                shown = shown.lstrip(" ")
            if shown:
                self._parts.append(shown)
                self._after_blank = shown.endswith(" ")

    def _add(self, mark: str) -> None:
        """A blank, tab or line break that has an element of its own and so is kept."""
        if self._parts is not None:
            self._parts.append(mark)
            self._after_blank = False

    def _end_cell(self, attributes: dict[str, str]) -> None:
        column = self._column
        repeats = 1
        if _REPEATED in attributes:
            repeats = _count(attributes, _REPEATED, _MOST_COLUMNS)
        self._column = column + repeats
        if _ROWS_SPANNED in attributes:
            below = self._number + _count(attributes, _ROWS_SPANNED, _MOST_ROWS) - 1
            right = column + _count(attributes, _COLUMNS_SPANNED, _MOST_COLUMNS) - 1
            self.merged.append(Area(self._number, below, column, right))
        kind = attributes.get("office:value-type", "")
        formula = attributes.get("table:formula", "")
        paragraphs = self._paragraphs
        if not (kind or formula or paragraphs) or column + repeats > _MOST_COLUMNS:
            return
        shown = paragraphs[0] if len(paragraphs) == 1 else "\n".join(paragraphs)
        value = attributes.get(_VALUES.get(kind, "office:value"), "")
        style = ""
        if kind != "string":
            style = attributes.get("table:style-name") or self._row_style or self._column_style(column)
        is_error = attributes.get("calcext:value-type") == "error"
        self._cells.append(OdsCell(column, repeats, kind, value, shown, formula, style, is_error))

    def _column_style(self, column: int) -> str:
        return next((style for end, style in self._column_styles if column < end), "")


def _count(attributes: dict[str, str], name: str, most: int) -> int:
    text = attributes.get(name, "1")
    return min(max(int(text), 1), most) if text.isdecimal() else 1
