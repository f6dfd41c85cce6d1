"""A workbook → the one table to import: which sheet, where its header is, and a snapshot of its rows."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from importer.errors import SheetError
from importer.nearest import find_near, loosen
from importer.sheet.bounds import CellBudget, TooLargeError, require_row_fits
from importer.sheet.header import TOP_ROWS, Found, HeaderPlace, fit, is_blank, missing_header, trim_blanks
from importer.sheet.joined import join_header
from importer.sheet.layout import HiddenRows, Layout, covered_rows, fill_merged, merged_warning
from importer.sheet.snapshot import RowSpool
from importer.sheet.table import Area, Row

__all__ = ["SheetInfo", "Workbook", "are_blank", "read_table"]


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """A worksheet's name, and whether the user sees its tab."""

    name: str
    hidden: bool


class Workbook(Protocol):
    """An open workbook, whichever library reads it; chart and macro sheets are not listed."""

    @property
    def sheets(self) -> tuple[SheetInfo, ...]:
        """The worksheets in the order of their tabs."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know about this way of reading."""
        ...

    def rows(self, sheet: str) -> Iterator[Row]:
        """Each row that holds a value, with all its cells and its number, in ascending order."""
        ...

    def is_empty(self, sheet: str) -> bool:
        """Whether no row of a sheet holds anything that can be seen; quick, however many sheets are asked about."""
        ...

    def merged(self, sheet: str) -> Sequence[Area]:
        """The merged cells of a sheet, in any order; cheap once its rows were read to the end."""
        ...

    def close(self) -> None:
        """Let go of what is open; the file is its opener's."""
        ...


def read_table(path: Path, workbook: Workbook, *, sheet: str | None, place: HeaderPlace, layout: Layout) -> Found:
    """The named sheet's table, or that of the first visible sheet that holds anything."""
    if not workbook.sheets:
        raise SheetError(f"{path}: cannot be read, there is no worksheet in it.", hint="Is it the right file?")
    if sheet is not None:
        chosen = _named(path, workbook, sheet)
        return _read_sheet(path, workbook, chosen, place=place, layout=layout)
    empty: list[str] = []
    for info in workbook.sheets:
        if info.hidden:
            continue
        if workbook.is_empty(info.name):
            empty.append(info.name)
            continue
        return _read_sheet(
            path,
            workbook,
            info.name,
            place=place,
            layout=layout,
            notes=_passed_over(workbook, info.name, empty),
        )
    hidden = [info.name for info in workbook.sheets if info.hidden]
    raise SheetError(
        f"{path}: no visible sheet holds anything.",
        hint=f"Hidden sheets, to be named with sheet: {_listed(hidden)}."
        if hidden
        else "It needs a row of column names.",
    )


def _named(path: Path, workbook: Workbook, sheet: str) -> str:
    names = [info.name for info in workbook.sheets]
    if sheet in names:
        return sheet
    forms = {loosen(name): name for name in names}
    if len(forms) == len(names) and loosen(sheet) in forms:
        return forms[loosen(sheet)]
    near = find_near(loosen(sheet), forms)
    meant = f"Did you mean {near[0]!r}? " if near else ""
    raise SheetError(f"{path}: there is no sheet {sheet!r}.", hint=f"{meant}Sheets: {_listed(names)}.")


def are_blank(rows: Iterable[Row]) -> bool:
    """Whether no row holds anything that can be seen."""
    return all(is_blank(row.cells) for row in rows)


def _holds_anything(workbook: Workbook, sheet: str) -> bool:
    """Whether a sheet that is not read would be missed; one that cannot be read might be."""
    try:
        return not workbook.is_empty(sheet)
    except SheetError:
        return True


def _passed_over(workbook: Workbook, chosen: str, empty: list[str]) -> tuple[str, ...]:
    notes = []
    if empty:
        notes.append(f"Passed over, because nothing stands there: {_listed(empty)}.")
    hidden = [info.name for info in workbook.sheets if info.hidden]
    if hidden:
        notes.append(f"Hidden sheets are not read: {_listed(hidden)}.")
    others = [
        info.name
        for info in workbook.sheets
        if not info.hidden and info.name not in {chosen, *empty} and _holds_anything(workbook, info.name)
    ]
    if others:
        notes.append(f"Only sheet {chosen!r} is read, not {_listed(others)}.")
    return tuple(notes)


def _listed(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names)


def _read_sheet(
    path: Path, workbook: Workbook, sheet: str, *, place: HeaderPlace, layout: Layout, notes: tuple[str, ...] = ()
) -> Found:
    header_row = place.row
    where = f"{path}, sheet {sheet!r}"
    rows = workbook.rows(sheet)
    top: list[Row] = []
    header: tuple[str, ...] = ()
    for row in rows:
        if row.number > header_row:
            rows = itertools.chain((row,), rows)
            break
        _require_header_fits(where, row)
        top.append(row)
        if row.number == header_row:
            header = _header(top, place)
            break
    if not header:
        raise missing_header(where, header_row, itertools.chain(top, rows))
    if layout.merged == "fill":
        rows = fill_merged(rows, covered_rows(workbook.merged(sheet), header_row))
    hidden = HiddenRows(is_skipped=layout.hidden_rows == "skip")
    spool = RowSpool()
    try:
        in_order = _data_rows(where, rows, len(header), header_row, top)
        spool.extend(hidden.watch(in_order))
        warnings = [hidden.warning()]
        if layout.merged == "first":
            warnings.insert(1, merged_warning(covered_rows(workbook.merged(sheet), header_row)))
    except BaseException:
        spool.close()
        raise
    return Found(
        sheet=sheet,
        header=header,
        row_count=spool.row_count,
        notes=(*workbook.notes, *notes),
        warnings=tuple(warning for warning in warnings if warning),
        top=tuple(row for row in top if row.number <= TOP_ROWS),
        source=spool,
    )


def _require_header_fits(where: str, row: Row) -> None:
    try:
        require_row_fits(row.number, sum(map(len, row.cells)), len(row.cells))
    except TooLargeError as error:
        raise error.within(where) from None


def _header(top: Sequence[Row], place: HeaderPlace) -> tuple[str, ...]:
    """The header that ends in the last of these rows."""
    if place.count == 1:
        return trim_blanks(top[-1].cells)
    return trim_blanks(join_header([row.cells for row in top if row.number > place.row - place.count]))


def _data_rows(where: str, rows: Iterator[Row], width: int, previous: int, top: list[Row]) -> Iterator[Row]:
    """Each row that is not blank, fitted to the header; `top` is filled on the way."""
    budget = CellBudget()
    for row in rows:
        if row.number <= previous:
            message = f"{where}: row {row.number} stands after row {previous} in the file."
            raise SheetError(message, hint="Open it in Excel or LibreOffice and save it again as .xlsx.")
        previous = row.number
        cells = row.cells
        chars = sum(map(len, cells))
        try:
            require_row_fits(previous, chars, len(cells))
            budget.add(max(width, len(cells)), stored=len(cells) - cells.count(""), chars=chars)
        except TooLargeError as error:
            raise error.within(where) from None
        if previous <= TOP_ROWS:
            top.append(row)
        if row.bad or not is_blank(cells):
            yield fit(row, width)
