"""The report as a workbook shows where to look: each bad cell has a tint, and a note with its own reason."""

import openpyxl
from test_run_row_problems import CORRECT, FOUR, GOOD, prepare
from workbench import Desk

from importer.report.notes import MOST_NOTES


def test_a_workbook_tints_each_bad_cell_and_notes_its_own_reason_on_it(desk: Desk) -> None:
    prepare(desk, FOUR, GOOD, ("Mina", "mina@example.com", "98450 10002", "Xyz", ""))
    desk.call("leads.csv", "--dry-run", "-r", "leads.report.xlsx")
    sheet = openpyxl.load_workbook(desk.folder / "leads.report.xlsx")["Report"]
    assert sheet.freeze_panes == "D2"
    assert [cell.value for cell in sheet[1]][:4] == ["lsq_row", "lsq_status", "lsq_message", "First Name"]
    bad = {cell.coordinate for line in sheet for cell in line if cell.comment is not None}
    assert bad == {"E2", "F2", "G2", "H2", "G4"}
    tints = {cell.coordinate: cell.fill.fgColor.rgb for line in sheet for cell in line if cell.fill.fill_type}
    assert {tints[place] for place in bad} == {"FFFFC7CE"}
    assert {tints[place] for place in set(tints) - bad} == {"FFFFF2CC"}
    assert not any(place.endswith("3") for place in tints)
    notes = {place: sheet[place].comment.text.splitlines() for place in bad}
    assert notes["E2"][0] == "Holds an e-mail address that has two @."
    assert "9 digits" in notes["F2"][0]
    assert "`Emial Campaign`" in notes["G2"][0]
    assert notes["G2"][1].startswith("Did you mean `Email Campaign`")
    assert all(len(lines) == 2 for lines in notes.values())


def test_a_workbook_with_notes_is_the_next_input_and_its_untouched_lines_keep_their_notes(desk: Desk) -> None:
    prepare(desk, GOOD, FOUR)
    report = desk.folder / "leads.report.xlsx"
    desk.call("leads.csv", "-r", report.name)
    book = openpyxl.load_workbook(report)
    sheet = book["Report"]
    sheet["F3"] = CORRECT[2]
    book.save(report)
    desk.call(report.name, "-r", report.name, "--first", "1")
    left = openpyxl.load_workbook(report)["Report"]
    assert {cell.coordinate for cell in left[3] if cell.comment is not None} == {"E3", "F3", "G3", "H3"}
    desk.call(report.name, "-r", report.name)
    book = openpyxl.load_workbook(report)
    left = book["Report"]
    assert {cell.coordinate for cell in left[3] if cell.comment is not None} == {"E3", "G3", "H3"}
    for place, text in zip(("E3", "G3", "H3"), (CORRECT[1], *CORRECT[3:]), strict=True):
        left[place] = text
    book.save(report)
    assert desk.call(report.name, "-r", report.name).status == 0
    done = openpyxl.load_workbook(report)["Report"]
    assert [line[1].value for line in done.iter_rows(min_row=2)] == ["created", "created"]
    assert not any(cell.comment for line in done for cell in line)


def test_more_notes_than_a_workbook_bears_are_left_out_and_their_cells_tinted_still(desk: Desk) -> None:
    prepare(desk, *[("Asha", "", "12", "", "")] * (MOST_NOTES + 5))
    desk.call("leads.csv", "--dry-run", "-r", "leads.report.xlsx")
    book = openpyxl.load_workbook(desk.folder / "leads.report.xlsx")
    cells = [line[5] for line in book["Report"].iter_rows(min_row=2)]
    assert sum(cell.comment is not None for cell in cells) == MOST_NOTES
    assert {cell.fill.fgColor.rgb for cell in cells} == {"FFFFC7CE"}


def test_where_none_of_four_cells_is_filled_each_of_them_says_so(desk: Desk) -> None:
    prepare(desk, ("", "", "", "Email Campaign", ""))
    desk.call("leads.csv", "--dry-run", "-r", "leads.report.xlsx")
    sheet = openpyxl.load_workbook(desk.folder / "leads.report.xlsx")["Report"]
    assert {cell.coordinate for cell in sheet[2] if cell.comment is not None} == {"D2", "E2", "F2"}
