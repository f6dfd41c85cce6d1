"""The rows that were refused, as a grid: what is wrong stands beside each, and every cell can be put right in place."""

import asyncio
from typing import Any

from nicegui import events, ui

from importer import ImporterError, RowsToMend, RowToMend, correct_report, rows_to_mend
from importer.page.look import heading, show_error
from importer.page.uploads import Upload

__all__ = ["show_rows_to_mend"]

MOST = 1000
HEIGHT_OF_ROW = 42
TALLEST = 480


def show_rows_to_mend(upload: Upload) -> None:
    """Show the grid, once the report was read; nothing where no row waits for a person."""
    place = ui.column().style("align-items:stretch;gap:.5rem")

    async def load() -> None:
        if not upload.report.exists():
            return
        try:
            found = await asyncio.to_thread(rows_to_mend, upload.report, most=MOST)
        except ImporterError as error:
            with place:
                show_error(error)
            return
        if found.rows:
            with place:
                _grid(upload, found)

    ui.timer(0.0, load, once=True)


def _grid(upload: Upload, found: RowsToMend) -> None:
    heading(f"Put {found.total} row{'' if found.total == 1 else 's'} right")
    ui.label(
        "Double-click a cell, or press Enter on it, and write what is right. Then check or import again: what was "
        "created already is not sent twice. Your own file stays as it is."
    ).classes("quiet")
    if found.total > len(found.rows):
        ui.label(f"These are the first {len(found.rows)}.").classes("quiet")

    async def change(event: events.GenericEventArguments) -> None:
        column, row = str(event.args["colId"]), event.args["data"]
        changes = {int(row["number"]): {int(column.removeprefix("c")): str(row[column] or "")}}
        try:
            await asyncio.to_thread(correct_report, upload.report, changes)
        except ImporterError as error:
            ui.notify(str(error), type="negative")
            return
        upload.mark_corrected()
        ui.notify(f"Row {row['number']} is changed in the report.")

    ui.aggrid(
        {
            "columnDefs": [
                {"headerName": "Row", "field": "number", "pinned": "left", "width": 80},
                {"headerName": "What is wrong", "field": "message", "tooltipField": "tip", "width": 360},
                *(_column(place, header) for place, header in enumerate(found.header)),
            ],
            "rowData": [_row(one) for one in found.rows],
            "singleClickEdit": False,
            "stopEditingWhenCellsLoseFocus": True,
            "enterNavigatesVerticallyAfterEdit": True,
        }
    ).style(f"height:{min(TALLEST, HEIGHT_OF_ROW * (len(found.rows) + 2))}px").on("cellValueChanged", change)


def _column(place: int, header: str) -> dict[str, Any]:
    return {
        "headerName": header,
        "field": f"c{place}",
        "editable": True,
        "tooltipField": "message",
        "cellClassRules": {"cell-bad": f"data.bad.includes({place})"},
    }


def _row(one: RowToMend) -> dict[str, Any]:
    cells = {f"c{place}": text for place, text in enumerate(one.cells)}
    return {"number": one.number, "message": one.message, "tip": one.tip, "bad": sorted(one.bad), **cells}
