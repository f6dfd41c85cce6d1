"""The workbook report: text cells that survive editing, and a place where a person sees what is left to do."""

import re
from pathlib import Path

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer.lead.header import column_letters
from importer.outcome import Outcome, Status
from importer.report import COLUMNS, ReportError, open_report
from importer.report.workbook import escaped
from importer.sheet.cells import unescape_text
from importer.sheet.table import Row

HEADER = ("Name", "Postal Code")
IN_FRONT = ("lsq_row", "lsq_status", "lsq_message")
BEHIND = tuple(name for name in COLUMNS if name not in IN_FRONT)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "leads.report.xlsx"
    with open_report(path, HEADER) as report:
        report.write(Row(2, ("Asha", "01250")), Outcome(Status.CREATED, lead_id="1c3", attempts=1))
        report.write(Row(3, ("=1+1", "#N/A")), Outcome(Status.REJECTED, error="MXInvalidInputException"))
        report.write(Row(4, ("Ravi", "")), Outcome(Status.READY))
        report.write(Row(5, ("A" * 300, "1")), Outcome(Status.UNKNOWN))
    return path


def test_every_cell_is_text_and_none_a_formula_or_an_error(path: Path) -> None:
    sheet = openpyxl.load_workbook(path)["Report"]
    for line in sheet.iter_rows():
        for cell in line:
            assert cell.number_format == "@"
            assert cell.value is None or cell.data_type == "s"
    assert [cell.value for cell in sheet[3]][:5] == ["3", "rejected", None, "'=1+1", "#N/A"]


def test_unfinished_lines_are_tinted_and_finished_ones_plain(path: Path) -> None:
    sheet = openpyxl.load_workbook(path)["Report"]
    tinted = [{cell.fill.fill_type for cell in line} for line in sheet.iter_rows()]
    assert tinted == [{None}, {None}, {"solid"}, {None}, {"solid"}]


def test_the_header_stays_in_view_and_filters(path: Path) -> None:
    sheet = openpyxl.load_workbook(path)["Report"]
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref == "A1:L5"
    assert [cell.value for cell in sheet[1]] == [*IN_FRONT, *HEADER, *BEHIND]


def test_columns_are_wide_enough_but_not_absurd(path: Path) -> None:
    sheet = openpyxl.load_workbook(path)["Report"]
    assert sheet.column_dimensions["D"].width == 44
    assert sheet.column_dimensions["E"].width == len("Postal Code") + 2


def test_a_cell_that_a_person_fills_is_text_too(path: Path) -> None:
    sheet = openpyxl.load_workbook(path)["Report"]
    assert sheet.column_dimensions["B"].number_format == "@"


def test_an_empty_report_is_a_workbook_with_a_header(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    with open_report(path, HEADER):
        pass
    assert [cell.value for cell in openpyxl.load_workbook(path)["Report"][1]] == [*IN_FRONT, *HEADER, *BEHIND]


def test_many_lines_keep_their_order(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    with open_report(path, HEADER) as report:
        for number in range(2, 1002):
            report.write(Row(number, (f"lead {number}", "")), Outcome(Status.UNSENT))
    book = openpyxl.load_workbook(path, read_only=True)
    rows = list(book["Report"].iter_rows(min_row=2, max_col=5, values_only=True))
    book.close()
    assert rows == [(str(number), "unsent", None, f"lead {number}", None) for number in range(2, 1002)]


def test_a_cell_too_long_for_a_workbook_is_told_and_never_cut(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    with pytest.raises(ReportError, match="cell D2 is longer"), open_report(path, HEADER) as report:
        report.write(Row(2, ("x" * 32_768, "")), Outcome(Status.UNSENT))
    assert list(tmp_path.iterdir()) == []


pieces = st.sampled_from(["_", "x", "_x", "000D", "_x000D", "_x000D_", "005F", "\r", "\x01", "\ufffe", "é", "a"])


# No NUL: the reader takes NULs out of every cell, so none comes to a report (the next test).
@given(
    st.one_of(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), st.lists(pieces).map("".join))
)
@example("_x000D\r")
@example("_x000D_x000D_")
def test_what_xml_cannot_hold_is_escaped_and_comes_back(text: str) -> None:
    stored = escaped(text)
    assert re.search("[\x00-\x08\x0b-\x1f\ufffe\uffff]", stored) is None
    assert unescape_text(stored) == text


def test_a_nul_is_the_one_character_that_does_not_come_back() -> None:
    assert unescape_text(escaped("a\0b")) == "ab"


@pytest.mark.parametrize(
    ("index", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_columns_have_their_letters(index: int, name: str) -> None:
    assert column_letters(index) == name
