"""The part of an .ods that holds its sheets, streamed: which sheets there are, and one sheet's cells as stored."""

import bisect
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from importer.sheet.bounds import (
    MOST_CELL_CHARS,
    MOST_COLUMNS,
    MOST_MERGED_AREAS,
    MOST_ROWS,
    MOST_SHEETS,
    TooLargeError,
)
from importer.sheet.odsstyles import Styles
from importer.sheet.table import Area

__all__ = ["NAMESPACES", "EmptinessCollector", "OdsCell", "OdsRow", "RowCollector", "TableCollector"]

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

_LONGEST_SHEET_NAME = 255
_LONGEST_COUNT = 10


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
                name = attributes.get("table:name", "")
                if len(self._tables) == MOST_SHEETS or len(name) > _LONGEST_SHEET_NAME:
                    raise TooLargeError("refused, it has sheets, or a sheet name, without measure.")
                self._tables.append([name, attributes.get("table:style-name", "")])
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
        self._columns: list[int] = []  # up to which column
        self._column_styles: list[str] = []  # its cells' style
        self._cells: list[OdsCell] = []
        self._cell: dict[str, str] | None = None
        self._paragraphs: list[str] = []
        self._parts: list[str] | None = None
        self._chars = 0
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
            self._chars = 0
        elif name == "table:table-row":
            self._column, self._cells = 0, []
            self._repeats = _count(attributes, "table:number-rows-repeated", MOST_ROWS)
            self._hidden = attributes.get("table:visibility", "visible") != "visible"
            self._row_style = attributes.get("table:default-cell-style-name", "")
        elif name == "table:table-column":
            last = self._columns[-1] if self._columns else 0
            if last < MOST_COLUMNS:
                self._columns.append(last + _count(attributes, _REPEATED, MOST_COLUMNS))
                self._column_styles.append(attributes.get("table:default-cell-style-name", ""))
        elif name in ("table:shapes", "table:table"):
            self._not_shown = 1

    def _start_in_cell(self, name: str, attributes: dict[str, str]) -> None:
        if name in _NOT_SHOWN or name.startswith(_DRAWINGS):
            self._not_shown = 1
        elif name in _PARAGRAPHS:
            self._parts, self._after_blank = [], True
        elif self._parts is not None:
            if name == "text:s":
                self._add(" " * _count(attributes, "text:c", MOST_COLUMNS))
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
                self._keep(self._parts, shown)
                self._after_blank = shown.endswith(" ")

    def _add(self, mark: str) -> None:
        """A blank, tab or line break that has an element of its own and so is kept."""
        if self._parts is not None:
            self._keep(self._parts, mark)
            self._after_blank = False

    def _keep(self, parts: list[str], text: str) -> None:
        self._chars += len(text)
        if self._chars > MOST_CELL_CHARS:
            message = f"refused, a cell in row {self._number:,} holds more than {MOST_CELL_CHARS:,} characters."
            raise TooLargeError(message)
        parts.append(text)

    def _end_cell(self, attributes: dict[str, str]) -> None:
        column = self._column
        repeats = 1
        if _REPEATED in attributes:
            repeats = _count(attributes, _REPEATED, MOST_COLUMNS)
        self._column = column + repeats
        if _ROWS_SPANNED in attributes:
            below = self._number + _count(attributes, _ROWS_SPANNED, MOST_ROWS) - 1
            right = column + _count(attributes, _COLUMNS_SPANNED, MOST_COLUMNS) - 1
            if len(self.merged) == MOST_MERGED_AREAS:
                raise TooLargeError(f"refused, it has more than {MOST_MERGED_AREAS:,} merged cells.")
            self.merged.append(Area(self._number, below, column, right))
        kind = attributes.get("office:value-type", "")
        formula = attributes.get("table:formula", "")
        paragraphs = self._paragraphs
        if not (kind or formula or paragraphs) or column + repeats > MOST_COLUMNS:
            return
        shown = paragraphs[0] if len(paragraphs) == 1 else "\n".join(paragraphs)
        value = attributes.get(_VALUES.get(kind, "office:value"), "")
        style = ""
        if kind != "string":
            style = attributes.get("table:style-name") or self._row_style or self._column_style(column)
        is_error = attributes.get("calcext:value-type") == "error"
        if max(len(value), len(formula)) > MOST_CELL_CHARS or self._number > MOST_ROWS:
            raise TooLargeError(f"refused, row {self._number:,} is too long, or stands behind the last row of a sheet.")
        self._cells.append(OdsCell(column, repeats, kind, value, shown, formula, style, is_error))

    def _column_style(self, column: int) -> str:
        at = bisect.bisect_right(self._columns, column)
        return self._column_styles[at] if at < len(self._column_styles) else ""


def _count(attributes: dict[str, str], name: str, most: int) -> int:
    text = attributes.get(name, "1")
    return min(max(int(text[:_LONGEST_COUNT]), 1), most) if text.isdecimal() else 1


class EmptinessCollector:
    """Handlers for expat that go through all sheets at once and hand each sheet's rows to `holds_anything`.

    As soon as one of them does, the rest of that sheet is passed over. `found` are the names of the sheets that hold
    anything.
    """

    def __init__(self, holds_anything: Callable[[OdsRow], bool]) -> None:
        self.found: set[str] = set()
        self._holds_anything = holds_anything
        self._name = ""
        self._rows: RowCollector | None = None
        self._depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        if name == "table:table":
            if self._depth == 0:
                self._name = attributes.get("table:name", "")
                self._rows = None if self._name in self.found else RowCollector(self._name)
            self._depth += 1
        if self._rows is not None:
            self._rows.start(name, attributes)

    def end(self, name: str) -> None:
        """An element closes."""
        if name == "table:table":
            self._depth -= 1
        if self._rows is None:
            return
        self._rows.end(name)
        if self._rows.rows:
            if any(map(self._holds_anything, self._rows.rows)):
                self.found.add(self._name)
                self._rows = None
            else:
                self._rows.rows.clear()

    def text(self, data: str) -> None:
        """Character data."""
        if self._rows is not None:
            self._rows.text(data)
