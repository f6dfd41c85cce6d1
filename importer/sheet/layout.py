"""What the eye sees and a list of rows hides: hidden rows and merged cells."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from importer.sheet.cells import CellText
from importer.sheet.header import is_blank
from importer.sheet.table import Area, Row

__all__ = ["HiddenRows", "HiddenRowsRule", "Layout", "MergedRule", "covered_rows", "fill_merged", "merged_warning"]

MergedRule = Literal["first", "fill"]
HiddenRowsRule = Literal["import", "skip"]

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What the config says of a sheet's looks.

    `merged`: only the first row of merged cells has their value, or every row does. `hidden_rows`: they are imported
    like any row, or passed over like blank ones.
    """

    merged: MergedRule = "first"
    hidden_rows: HiddenRowsRule = "import"


class HiddenRows:
    """Counts the hidden rows that pass, and stops them if they are to be skipped."""

    def __init__(self, *, is_skipped: bool) -> None:
        self._is_skipped = is_skipped
        self._count = 0
        self._first: list[int] = []

    def watch(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows to be kept."""
        for row in rows:
            if row.is_hidden:
                self._count += 1
                if len(self._first) < _SHOWN:
                    self._first.append(row.number)
                if self._is_skipped:
                    continue
            yield row

    def warning(self) -> str:
        """What to say of them; empty where there was none."""
        if not self._count:
            return ""
        which = ("row " if self._count == 1 else "rows ") + _listed(list(map(str, self._first)), self._count)
        if self._is_skipped:
            return f"Hidden rows were passed over, as hidden_rows: skip says: {self._count:,} ({which})."
        return (
            f"Rows hidden in the sheet, by a filter or by hand, are read like all others: {self._count:,} ({which}). "
            "To leave them out, set hidden_rows: skip."
        )


def covered_rows(areas: Iterable[Area], header_row: int) -> list[Area]:
    """The merged areas that cover several rows below the header, from top to bottom."""
    return sorted(area for area in areas if area.bottom > area.top > header_row)


def merged_warning(areas: Sequence[Area]) -> str:
    """What to say of merged cells that cover several rows; empty where there is none."""
    if not areas:
        return ""
    which = _listed([f"{_address(area)}" for area in areas[:_SHOWN]], len(areas))
    return (
        f"Cells merged over several rows: {len(areas):,} ({which}). Only the first row of each has the value, the "
        "others are blank. To give it to all of them, set merged: fill."
    )


def _listed(first: list[str], count: int) -> str:
    return ", ".join(first) + (", …" if count > len(first) else "")


def _address(area: Area) -> str:
    return f"{_letters(area.left)}{area.top}:{_letters(area.right)}{area.bottom}"


def _letters(column: int) -> str:
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def fill_merged(rows: Iterable[Row], areas: Sequence[Area]) -> Iterator[Row]:
    """Each row, with the value of merged cells in every row that they cover, in their first column.

    `areas` go from top to bottom. A row that holds nothing of its own stays as it is: blank.
    """
    waiting = list(reversed(areas))
    open_areas: dict[int, tuple[Area, CellText]] = {}  # by column: areas that overlap are a broken file's
    for row in rows:
        for column in [column for column, (area, _) in open_areas.items() if area.bottom < row.number]:
            del open_areas[column]
        if open_areas and not is_blank(row.cells):
            row = _filled(row, open_areas.values())  # noqa: PLW2901 - the same row, with more in it
        while waiting and waiting[-1].top <= row.number:
            area = waiting.pop()
            if area.top == row.number and area.left < len(row.cells):
                value = CellText(row.cells[area.left], row.dates.get(area.left), row.bad.get(area.left, ""))
                open_areas[area.left] = area, value
        yield row


def _filled(row: Row, open_areas: Iterable[tuple[Area, CellText]]) -> Row:
    cells, bad, dates = list(row.cells), dict(row.bad), dict(row.dates)
    for area, value in open_areas:
        cells.extend([""] * (area.left + 1 - len(cells)))
        if not cells[area.left].strip():
            cells[area.left] = value.text
            if value.bad:
                bad[area.left] = value.bad
            if value.date:
                dates[area.left] = value.date
    return row._replace(cells=tuple(cells), bad=bad, dates=dates)
