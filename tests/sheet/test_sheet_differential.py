"""Our reader, openpyxl and calamine read the same out of a workbook, but for the differences that are documented.

What differs on purpose: error cells and formulas without a result are bad (the others give a text or nothing); a cell
that is shown as a date hides no clock time; a whole number under a format of zeros is what is shown; a number has 15
digits; `_x000D_` is decoded once.
"""

import datetime as dt
import io
import math
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st
from made_workbooks import pack, xlsx_parts
from properties import ONE_FIXTURE
from test_sheet_writers import HABITS, Parts

from importer.errors import SheetError
from importer.sheet import Row, open_table
from importer.sheet.cells import CellText, is_error_value, moment_text, number_text, serial_text
from importer.sheet.excel import ExcelWorkbook
from importer.sheet.numberformat import parse_format
from importer.sheet.xmlparts import NotWellFormedError

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (
    ROOT / "tests" / "data",
    ROOT / "samples",
    *(ROOT.parent / "shared" / name for name in ("spreadsheets", "cases")),
)
XLSX = sorted(path for folder in FOLDERS if folder.is_dir() for path in folder.glob("*.xlsx"))
Cells = dict[tuple[int, int], Any]


def our_rows(path: Path, sheet: str, *, is_lenient: bool) -> list[Row]:
    with path.open("rb") as file:
        workbook = ExcelWorkbook(path, file, is_lenient=is_lenient)
        rows = list(workbook.rows(sheet))
        workbook.close()
    return rows


def our_cells(rows: list[Row]) -> dict[tuple[int, int], CellText]:
    return {
        (row.number, column): CellText(text, row.dates.get(column), row.bad.get(column, ""))
        for row in rows
        for column, text in enumerate(row.cells)
    }


def openpyxl_cells(path: Path, sheet: str) -> tuple[Cells, dict[tuple[int, int], str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=True)[sheet]
    cells, formats = {}, {}
    for row in found.iter_rows():
        for cell in row:
            if cell.value is not None:
                at = (cell.row, cell.column - 1)
                cells[at], formats[at] = cell.value, cell.number_format
    return cells, formats


def calamine_cells(path: Path, sheet: str) -> Cells:
    found = python_calamine.load_workbook(io.BytesIO(path.read_bytes())).get_sheet_by_name(sheet)
    if found.start is None:
        return {}
    rows = found.to_python(skip_empty_area=False)
    return {(n, column): value for n, row in enumerate(rows, 1) for column, value in enumerate(row) if value != ""}


def agrees(ours: CellText, value: object, code: str) -> bool:
    """Whether another reader's value is what we read, by the documented rules."""
    if ours.bad:
        return is_error_value(str(value)) or ours.text == str(value) or not is_error_value(ours.bad)
    if isinstance(value, bool):
        return ours.text == str(value).upper()
    if isinstance(value, int | float):
        found = parse_format(code)
        return ours.text == (serial_text(value, found).text if found.date else number_text(value, found))
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        wanted = moment_text(value, parse_format(code)).text
        return ours.text[:10] == wanted[:10] if ours.date == "date" else ours.text == wanted
    return ours.text.replace("\r\n", "\n") == str(value).replace("\r\n", "\n").replace("_x000D_", "\r").replace(
        "\r\n", "\n"
    )


@pytest.mark.parametrize("path", XLSX, ids=lambda path: path.name)
def test_every_workbook_at_hand_reads_the_same_by_all_who_can_read_it(path: Path) -> None:
    try:
        with open_table(path) as table:
            sheet = table.sheet
    except SheetError:
        pytest.skip("refused, which other tests look at")
    assert sheet is not None
    strict = our_rows(path, sheet, is_lenient=False)
    assert our_rows(path, sheet, is_lenient=True) == strict  # our two ways of reading
    ours = our_cells(strict)
    formats: dict[tuple[int, int], str] = {}
    readers: list[Callable[[], Cells]] = [
        lambda: formats_of(path, sheet, formats),
        lambda: calamine_cells(path, sheet),
    ]
    for read in readers:
        try:
            cells = read()
        except Exception:  # noqa: BLE001, S112 - what another reader cannot open is no measure
            continue
        for at, value in cells.items():
            here = ours.get(at, CellText(""))
            assert agrees(here, value, formats.get(at, "General")) or _is_documented(here, value), (at, here, value)


def formats_of(path: Path, sheet: str, formats: dict[tuple[int, int], str]) -> Cells:
    cells, found = openpyxl_cells(path, sheet)
    formats.update(found)
    return cells


def _is_documented(ours: CellText, value: object) -> bool:
    """A text with escapes; a number that another reader cannot know the format of."""
    if isinstance(value, str):
        return re.search("x[0-9A-Fa-f]{4}_", value) is not None or value.strip() == ours.text.strip()
    if isinstance(value, dt.date):
        return moment_text(value).text[:10] == ours.text[:10]
    return isinstance(value, int | float) and re.sub(r"\D", "", ours.text).lstrip("0") == str(int(value))


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"], exclude_characters="_<>&\"'="), max_size=8)
FORMATS = (
    "00000",
    "dd/mm/yyyy",
    "yyyy-mm-dd hh:mm",
    "[h]:mm:ss",
    "#,##0.00",
    "0%",
    "000-00-0000",
    '"LEAD-"0000',
    "h:mm",
)
PLAIN = (1, 5, 6, 7, 8)
SERIALS = st.integers(61, 60_000).flatmap(lambda day: st.integers(0, 86_399).map(lambda second: day + second / 86_400))
NUMBERS = st.one_of(
    st.integers(-(10**14), 10**14).map(str),
    st.integers(0, 99_999).map(str),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda number: repr(round(number, 4))),
    SERIALS.map(repr),
)
CELLS = st.one_of(
    st.builds(lambda text: f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is>', TEXTS.filter(bool)),
    st.builds(lambda index: f' t="s"><v>{index}</v>', st.integers(0, 2)),
    st.builds(lambda text: f' t="str"><v>{text}</v>', TEXTS.filter(str.strip)),
    st.builds(lambda number, style: f' s="{style}"><v>{number}</v>', NUMBERS, st.just(0)),
    st.builds(lambda number, style: f' s="{style}"><v>{number}</v>', st.integers(0, 10**12), st.sampled_from(PLAIN)),
    st.builds(lambda number, style: f' s="{style}"><v>{number!r}</v>', SERIALS, st.sampled_from((2, 3, 4))),
    st.builds(lambda number: f' t="b"><v>{number}</v>', st.sampled_from((0, 1))),
    st.sampled_from((' t="e"><v>#N/A</v>', ' t="e"><v>#DIV/0!</v>')),
)  # fmt: skip


@settings(ONE_FIXTURE, max_examples=60)
@given(
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=3, max_size=4),
    habit=st.sampled_from(HABITS),
    strings=st.lists(TEXTS, min_size=3, max_size=3),
)
def test_any_workbook_reads_the_same_by_three_readers(
    tmp_path: Path, rows: list[list[str]], habit: Callable[[Parts], Parts], strings: list[str]
) -> None:
    xml = "".join(
        f'<row r="{n}">' + "".join(f'<c r="{"ABCD"[c]}{n}"{cell}</c>' for c, cell in enumerate(row)) + "</row>"
        for n, row in enumerate(rows, 1)
    )
    plain = pack(tmp_path / "plain.xlsx", xlsx_parts(xml, strings=strings, formats=FORMATS))
    odd = pack(tmp_path / "odd.xlsx", habit(xlsx_parts(xml, strings=strings, formats=FORMATS)))
    found = our_rows(plain, "Leads", is_lenient=False)
    assert our_rows(plain, "Leads", is_lenient=True) == found
    try:
        as_odd = our_rows(odd, "Leads", is_lenient=False)
    except NotWellFormedError:
        as_odd = our_rows(odd, "Leads", is_lenient=True)
    assert as_odd == found
    ours = our_cells(found)
    cells, formats = openpyxl_cells(plain, "Leads")
    assert {at for at, cell in ours.items() if cell.text} >= {at for at, value in cells.items() if str(value)}
    for at, value in cells.items():
        assert agrees(ours[at], value, formats[at]), (at, ours[at], value)
    for at, value in calamine_cells(plain, "Leads").items():
        if isinstance(value, float) and not math.isfinite(value):
            continue
        assert agrees(ours[at], value, formats.get(at, "General")), (at, ours[at], value)
