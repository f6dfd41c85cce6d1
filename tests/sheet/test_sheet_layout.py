"""What the eye sees and a list of rows hides, in each workbook format: hidden rows and merged cells."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlwt
from made_workbooks import ods, ods_cell, ods_row

from importer.sheet import Layout, open_table

CELLS = [["Name", "City", "Due"], ["Asha", "Mysuru", "x"], ["Ravi", "", "y"], ["Uma", "", ""], ["Om", "Pune", ""]]
HIDDEN = 4  # the row of Uma
WARNING = "Cells merged over several rows: 1 (B2:B4). Only the first row of each has the value"


def make_xlsx(folder: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in CELLS:
        sheet.append([text or None for text in row])
    sheet.merge_cells("B2:B4")
    sheet.row_dimensions[HIDDEN].hidden = True
    book.save(folder / "leads.xlsx")
    return folder / "leads.xlsx"


def make_xls(folder: Path) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Leads")
    for number, row in enumerate(CELLS):
        for column, text in enumerate(row):
            if text and (number, column) != (1, 1):
                sheet.write(number, column, text)
    sheet.write_merge(1, 3, 1, 1, "Mysuru")
    sheet.row(HIDDEN - 1).hidden = True
    book.save(str(folder / "leads.xls"))
    return folder / "leads.xls"


def make_ods(folder: Path) -> Path:
    rows = [[ods_cell(text) if text else "<table:table-cell/>" for text in row] for row in CELLS]
    rows[1][1] = ods_cell("Mysuru", number_rows_spanned="3", number_columns_spanned="1")
    for row in rows[2:4]:
        row[1] = "<table:covered-table-cell/>"
    filtered = ' table:visibility="filter"'
    return ods(
        folder / "leads.ods",
        "".join(ods_row(*row, attributes=filtered if n == HIDDEN else "") for n, row in enumerate(rows, 1)),
    )


FORMATS: list[Callable[[Path], Path]] = [make_xlsx, make_xls, make_ods]
each_format = pytest.mark.parametrize("make", FORMATS, ids=lambda make: make.__name__)


@each_format
def test_hidden_rows_and_merged_cells_are_said(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    with open_table(make(tmp_path)) as table:
        hidden, merged = table.warnings
        assert "hidden in the sheet" in hidden
        assert "1 (row 4)" in hidden
        assert WARNING in merged
        assert [row.cells for row in table.rows()] == [tuple(row) for row in CELLS[1:]]


@each_format
def test_merged_cells_fill_the_rows_that_they_cover_where_asked(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    with open_table(make(tmp_path), layout=Layout(merged="fill")) as table:
        assert [row.cells[1] for row in table.rows()] == ["Mysuru", "Mysuru", "Mysuru", "Pune"]
        assert not any("merged" in warning for warning in table.warnings)


@each_format
def test_hidden_rows_are_passed_over_where_asked(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    with open_table(make(tmp_path), layout=Layout(hidden_rows="skip", merged="fill")) as table:
        assert [(row.number, row.cells[0]) for row in table.rows()] == [(2, "Asha"), (3, "Ravi"), (5, "Om")]
        assert table.row_count == 3
        assert any("passed over" in warning and "row 4" in warning for warning in table.warnings)


def test_the_value_of_merged_cells_keeps_its_date_and_its_error(tmp_path: Path) -> None:
    import datetime as dt

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Name", "Day", "Sum"], ["Asha", dt.date(2024, 5, 6), "#N/A"], ["Ravi", None, None]):
        sheet.append(row)
    sheet.merge_cells("B2:B3")
    sheet.merge_cells("C2:C3")
    book.save(tmp_path / "leads.xlsx")
    with open_table(tmp_path / "leads.xlsx", layout=Layout(merged="fill")) as table:
        first, second = table.rows()
    assert first.cells[1:] == second.cells[1:]
    assert first.dates == second.dates == {1: "date"}
    assert first.bad == second.bad == {2: "#N/A"}


def test_a_row_that_holds_nothing_of_its_own_stays_blank(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Name", "City"], ["Asha", "Mysuru"], [None, None], ["Om", "Pune"]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("B2:B3")
    book.save(tmp_path / "leads.xlsx")
    with open_table(tmp_path / "leads.xlsx", layout=Layout(merged="fill")) as table:
        assert [row.number for row in table.rows()] == [2, 4]


def test_cells_merged_in_one_row_or_in_the_header_are_not_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Title", None], [None, None], ["Name", "City"], ["Asha", None]):
        sheet.append(row)
    sheet.merge_cells("A1:B2")
    sheet.merge_cells("A4:B4")
    book.save(tmp_path / "leads.xlsx")
    with open_table(tmp_path / "leads.xlsx", header_row=3) as table:
        assert table.warnings == ()


@pytest.mark.parametrize("last", ["Totally Fine", "Tota", "Total Energies SA", "Sub"])
def test_a_last_row_with_a_name_is_no_total(tmp_path: Path, last: str) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(f"Name,City,Sum\nAsha,Pune,3\n{last},,3\n", encoding="utf-8")
    with open_table(path) as table:
        assert table.warnings == ()
