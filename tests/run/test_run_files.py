"""What a file hides or tells badly is said by the command, and what it shows is sent."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from workbench import Desk

SHEET_TESTS = Path(__file__).resolve().parents[1] / "sheet"
sys.path.insert(0, str(SHEET_TESTS))

from made_workbooks import ods, ods_cell, ods_row, pack, text_cell, xlsx_parts  # noqa: E402

COLUMNS = {"First Name": "FirstName", "City": "mx_City"}


def write_workbook(path: Path, *rows: list[object], title: str = "Leads") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.save(path)
    return book


@pytest.fixture
def quiet(desk: Desk) -> Desk:
    """A desk whose mapping needs two columns."""
    desk.configure(columns=COLUMNS)
    return desk


def cities(desk: Desk) -> dict[str, object]:
    assert desk.account is not None
    leads = [lead["attributes"] for lead in desk.account.leads()]
    return {lead["FirstName"]: lead.get("mx_City") for lead in leads}


def with_merged_and_hidden(path: Path) -> None:
    book = write_workbook(path, ["First Name", "City"], ["Asha", "Mysuru"], ["Ravi", None], ["Uma", "Pune"])
    sheet = book.active
    assert sheet is not None
    sheet.merge_cells("B2:B3")
    sheet.row_dimensions[4].hidden = True
    book.save(path)


def test_hidden_rows_and_merged_cells_are_said_even_to_a_quiet_run(quiet: Desk) -> None:
    with_merged_and_hidden(quiet.folder / "leads.xlsx")
    run = quiet.call("leads.xlsx", "--quiet")
    assert run.status == 0
    assert "1 (row 4)" in run.err
    assert "hidden_rows: skip" in run.err
    assert "1 (B2:B3)" in run.err
    assert "merged: fill" in run.err
    assert cities(quiet) == {"Asha": "Mysuru", "Ravi": None, "Uma": "Pune"}


def test_merged_cells_fill_and_hidden_rows_are_left_out_where_the_config_says_so(quiet: Desk) -> None:
    with_merged_and_hidden(quiet.folder / "leads.xlsx")
    quiet.configure(columns=COLUMNS, merged="fill", hidden_rows="skip")
    run = quiet.call("leads.xlsx")
    assert run.status == 0
    assert "passed over" in run.err
    assert cities(quiet) == {"Asha": "Mysuru", "Ravi": "Mysuru"}
    assert [line.row for line in quiet.report()] == ["2", "3"]


@pytest.mark.parametrize("key", ["merged", "hidden_rows"])
def test_a_wrong_word_for_them_is_told_with_its_line(quiet: Desk, key: str) -> None:
    quiet.write([["Asha", "Pune"]], header=["First Name", "City"])
    quiet.configure(columns=COLUMNS, **{key: "maybe"})
    run = quiet.call("leads.csv", "--dry-run")
    assert run.status == 2
    assert f"`{key}`" in run.err


def test_a_cover_whose_first_row_is_blank_hides_no_table(quiet: Desk) -> None:
    path = quiet.folder / "leads.xlsx"
    book = write_workbook(path, [], [], ["Exported from Numbers"], title="Cover")
    other = book.create_sheet("Leads")
    for row in (["First  name", "CITY"], ["Asha", "Pune"]):
        other.append(row)
    book.save(path)
    run = quiet.call(path.name)
    assert run.status == 2
    assert "on sheet 'Leads', row 1: set sheet: \"Leads\" in config.yaml" in run.err


@pytest.mark.parametrize("sheet", [None, "Cover"])
def test_headers_on_another_sheet_are_told_with_its_name_and_row(quiet: Desk, sheet: str | None) -> None:
    path = quiet.folder / "leads.xlsx"
    book = write_workbook(path, ["Exported from Numbers"], title="Cover")
    other = book.create_sheet("Table 1 - all")
    for row in ([], [], ["First Name", "City"], ["Asha", "Pune"]):
        other.append(row)
    book.save(path)
    run = quiet.call(path.name, *(("--sheet", sheet) if sheet else ()))
    assert run.status == 2
    assert "on sheet 'Table 1 - all', row 3" in run.err
    quiet.configure(columns=COLUMNS, sheet="Table 1 - all", header_row=3)
    assert quiet.call(path.name).status == 0
    assert cities(quiet) == {"Asha": "Pune"}


def test_a_torn_row_is_refused_and_stays_refused_in_its_report(quiet: Desk) -> None:
    (quiet.folder / "leads.csv").write_bytes(b"City,First Name,Remark\r\nPune,Asha,one\rtwo\r\nMysuru,Ravi,x\r\n")
    run = quiet.call("leads.csv")
    assert run.status == 1
    assert "Row 3 has fewer cells" in run.err
    assert [line.status for line in quiet.report()] == ["invalid", "invalid", "created"]
    assert quiet.call("leads.report.csv").status == 1
    assert cities(quiet) == {"Ravi": "Mysuru"}


def test_a_total_is_noticed(quiet: Desk) -> None:
    quiet.write([["Asha", "Pune"], ["Total", "1"]], header=["First Name", "City"])
    run = quiet.call("leads.csv", "--dry-run", "--quiet")
    assert "Row 3 may be a total" in run.err


def test_a_header_and_no_rows_is_a_quiet_night(quiet: Desk) -> None:
    quiet.write([], header=["First Name", "City"])
    run = quiet.call("leads.csv")
    assert run.status == 0
    assert "no data row" in run.err
    assert quiet.report() == []


def make_pipe(folder: Path) -> str:
    os.mkfifo(folder / "leads.csv")
    return "leads.csv"


@pytest.mark.parametrize("make", [make_pipe, lambda _folder: "/dev/stdin"])
def test_what_can_be_read_only_once_is_refused_at_once(quiet: Desk, make: Callable[[Path], str]) -> None:
    run = quiet.run(make(quiet.folder), "--dry-run")
    assert run.status == 2
    assert "can be read only once" in run.err
    assert "Save it to a file" in run.err


def test_a_cell_that_no_reader_can_tell_is_refused_by_its_address_and_the_rest_is_sent(quiet: Desk) -> None:
    rows = (
        f'<row r="1">{text_cell("A1", "First Name")}{text_cell("B1", "City")}</row>'
        f'<row r="2">{text_cell("A2", "Asha")}<c r="B2"><v>NaN</v></c></row>'
        f'<row r="3">{text_cell("A3", "Ravi")}<c r="B3" t="s"><v>9</v></c></row>'
        f'<row r="4">{text_cell("A4", "Uma")}<c r="B4"><v>.5</v></c></row>'
    )
    pack(quiet.folder / "leads.xlsx", xlsx_parts(rows))
    run = quiet.call("leads.xlsx")
    assert run.status == 1
    messages = [line.message for line in quiet.report()]
    assert messages[:2] == [
        "Cell B2 (City) holds a number cell that holds no number.",
        "Cell B3 (City) holds a text that is missing in the file.",
    ]
    assert cities(quiet) == {"Uma": "0.5"}
    assert quiet.call("leads.report.csv").status == 1  # unmended, they stay refused
    assert cities(quiet) == {"Uma": "0.5"}


def test_an_ods_is_sent_as_it_is_shown(quiet: Desk) -> None:
    rows = (
        ods_row(ods_cell("First Name"), ods_cell("City"))
        + ods_row(ods_cell("Asha"), ods_cell("012-34-5678", "float", value="12345678"))
        + ods_row(ods_cell("Ravi"), ods_cell("25:30", "time", time_value="PT25H30M00S"))
        + ods_row(ods_cell("Uma"), ods_cell("", "", formula="of:=[.A1]"))
    )
    ods(quiet.folder / "leads.ods", rows)
    run = quiet.call("leads.ods")
    assert run.status == 1
    assert "Cell B4 (City) holds a formula without a saved result" in quiet.report()[2].message
    assert cities(quiet) == {"Asha": "012-34-5678", "Ravi": "25:30"}


def test_a_date_stays_that_date_whatever_clock_time_it_hides(quiet: Desk) -> None:
    rows = f'<row r="1">{text_cell("A1", "First Name")}{text_cell("B1", "Day")}</row>' + "".join(
        f'<row r="{n}">{text_cell(f"A{n}", f"N{n}")}<c r="B{n}" s="1"><v>{45000 + share}</v></c></row>'
        for n, share in ((2, 0), (3, 0.1), (4, 0.85), (5, 0.999995))
    )
    pack(quiet.folder / "leads.xlsx", xlsx_parts(rows, formats=["dd/mm/yyyy"]))
    day = {"field": "mx_Enquiry_Date", "type": "datetime", "timezone": "Asia/Kolkata"}
    quiet.configure(columns={"First Name": "FirstName", "Day": day})
    run = quiet.call("leads.xlsx", "--dry-run", "--payloads", "p.jsonl")
    assert run.status == 0
    sent = (quiet.folder / "p.jsonl").read_text("utf-8")
    assert sent.count('"2023-03-15 00:00:00"') == 4
