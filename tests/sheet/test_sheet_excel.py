import datetime as dt
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from properties import ONE_FIXTURE

from importer.errors import SheetError
from importer.sheet import Row, open_table
from importer.sheet.header import is_blank
from importer.sheet.sheetxml import stream_strings


def workbook(path: Path, *rows: Sequence[object], formats: dict[str, str] | None = None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    for address, code in (formats or {}).items():
        sheet[address].number_format = code
    book.save(path)
    return path


def edit(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Rewrite one part of a package."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def with_cells(path: Path, xml: str) -> Path:
    """A workbook of one sheet with this as its sheetData, as some program might have written it."""
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    whole = f'<worksheet xmlns="{namespace}"><sheetData>{xml}</sheetData></worksheet>'
    return edit(workbook(path), SHEET, lambda _: whole.encode())


HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="str"><v>b</v></c></row>'


def test_cells_become_the_text_that_a_person_sees(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "leads.xlsx",
        ["a", "b", "c", "d", "e", "f", "g"],
        [
            "007",
            1250,
            274.65999999999997,
            True,
            dt.date(1990, 2, 3),
            dt.datetime.fromisoformat("2024-05-06T07:08:09"),
            dt.time(9, 30),
        ],
        [None, 0.1 + 0.2, 8595602512225, False, None, dt.datetime.fromisoformat("2024-05-06"), dt.timedelta(hours=30)],
        formats={"B2": "00000"},
    )
    with open_table(path) as table:
        first, second = table.rows()
    assert first.cells == ("007", "01250", "274.66", "TRUE", "1990-02-03 00:00:00", "2024-05-06 07:08:09", "09:30:00")
    assert first.dates == {4: "date", 5: "datetime", 6: "time"}
    assert second.cells == ("", "0.3", "8595602512225", "FALSE", "", "2024-05-06 00:00:00", "30:00:00")
    assert second.dates == {5: "datetime", 6: "duration"}


@pytest.mark.parametrize("value", ["", "<v></v>", "<v/>", "<v> </v>"])
@pytest.mark.parametrize("kind", ["", "n", "b", "d", "str"])
def test_a_formula_has_a_result_where_one_was_saved_and_only_a_text_may_be_empty(
    tmp_path: Path, kind: str, value: str
) -> None:
    mark = f' t="{kind}"' if kind else ""
    cells = f'<row r="2"><c r="A2"{mark}><f>B2</f>{value}</c><c r="B2" t="inlineStr"><is><t>x</t></is></c></row>'
    with open_table(with_cells(tmp_path / "leads.xlsx", HEADER + cells)) as table:
        (row,) = table.rows()
    is_text = kind == "str" and value
    assert (row.cells[0].strip(), dict(row.bad)) == (
        ("", {}) if is_text else ("=B2", {0: "formula without a saved result"})
    )


def test_error_cells_and_formulas_without_a_result_are_bad(tmp_path: Path) -> None:
    cells = (
        '<row r="2"><c r="A2" t="e"><v>#N/A</v></c><c r="B2"><f>A2+1</f></c></row>'
        '<row r="3"><c r="A3" t="str"><f>""</f><v></v></c><c r="B3"><f>1+1</f><v>2</v></c></row>'
        '<row r="4"><c r="A4" t="str"><f t="shared" si="0"/></c><c r="B4" t="s"/></row>'
        '<row r="5"><c r="A5" t="str"><v>#N/A</v></c><c r="B5" t="str"><v>x</v></c></row>'
        '<row r="6"><c r="A6"><f>C6</f><v/></c><c r="B6" t="str"><f>C6</f></c></row>'
    )
    with open_table(with_cells(tmp_path / "leads.xlsx", HEADER + cells)) as table:
        rows = {row.number: row for row in table.rows()}
    assert rows[2].cells == ("#N/A", "=A2+1")
    assert rows[2].bad == {0: "#N/A", 1: "formula without a saved result"}
    assert rows[3].cells == ("", "2")
    assert not rows[3].bad
    assert rows[4].bad == {0: "formula without a saved result"}
    assert rows[5].bad == {0: "#N/A"}
    assert rows[6].bad == {0: "formula without a saved result", 1: "formula without a saved result"}


def test_rows_and_cells_without_addresses_are_counted(tmp_path: Path) -> None:
    cells = "<row><c t='str'><v>a</v></c><c t='str'><v>b</v></c></row><row/><row><c/><c><v>7</v></c></row>"
    with open_table(with_cells(tmp_path / "leads.xlsx", cells)) as table:
        assert list(table.rows()) == [Row(3, ("", "7"))]


def test_styled_blank_cells_are_neither_rows_nor_columns(tmp_path: Path) -> None:
    styled = "".join(f'<row r="{n}"><c r="A{n}" s="0"/><c r="XFD{n}" s="0"/></row>' for n in range(3, 2000))
    cells = HEADER + '<row r="2"><c r="A2"><v>1</v></c><c r="T2" s="0"/></row>' + styled
    with open_table(with_cells(tmp_path / "leads.xlsx", cells)) as table:
        assert table.header == ("a", "b")
        assert list(table.rows()) == [Row(2, ("1", ""))]


def test_a_wrong_dimension_hides_no_cell(tmp_path: Path) -> None:
    path = workbook(tmp_path / "leads.xlsx", ["a", "b"], [1, 2], [3, 4])
    edit(path, SHEET, lambda xml: xml.replace(b'ref="A1:B3"', b'ref="A1:A2"'))
    with open_table(path) as table:
        assert [row.cells for row in table.rows()] == [("1", "2"), ("3", "4")]


def test_escapes_in_texts_within_the_sheet_are_decoded_once(tmp_path: Path) -> None:
    path = workbook(tmp_path / "leads.xlsx", ["a", "b"], ["_x005F_x000D_", "A_x000D_\nB"])
    with open_table(path) as table:
        assert [row.cells for row in table.rows()] == [("_x000D_", "A\r\nB")]


def test_shared_strings_join_their_runs_and_leave_furigana_out() -> None:
    xml = (
        b"<sst><si><t>_x005F_x000D_</t></si><si/><si><t xml:space='preserve'> a </t></si>"
        b"<si><r><t>B</t></r><r><rPr><b/></rPr><t>old</t></r><rPh sb='0' eb='1'><t>furi</t></rPh></si></sst>"
    )
    assert list(stream_strings(io.BytesIO(xml))) == ["_x000D_", "", " a ", "Bold"]


def test_a_namespace_prefix_changes_nothing(tmp_path: Path) -> None:
    path = workbook(tmp_path / "leads.xlsx", ["a"], [7])
    prefixed = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        '<x:row r="1"><x:c r="A1" t="str"><x:v>a</x:v></x:c></x:row><x:row r="2"><x:c r="A2"><x:v>7</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    edit(path, SHEET, lambda _: prefixed.encode())
    with open_table(path) as table:
        assert [row.cells for row in table.rows()] == [("7",)]


def several_sheets(path: Path) -> Path:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "Cover"
    hidden = book.create_sheet("Secret")
    hidden.append(["x"])
    hidden.sheet_state = "hidden"
    leads = book.create_sheet("Leads")
    leads.append(["name"])
    leads.append(["Ana"])
    book.create_sheet("Old").append(["name"])
    book.create_chartsheet("Chart")
    book.save(path)
    return path


def test_the_first_visible_sheet_that_holds_anything_is_read_and_the_rest_named(tmp_path: Path) -> None:
    with open_table(several_sheets(tmp_path / "leads.xlsx")) as table:
        assert table.sheet == "Leads"
        notes = " ".join(table.notes)
    assert "'Cover'" in notes
    assert "'Secret'" in notes
    assert "'Old'" in notes
    assert "Chart" not in notes


@pytest.mark.parametrize("name", ["Secret", " secret "])
def test_a_hidden_sheet_can_be_named(tmp_path: Path, name: str) -> None:
    with open_table(several_sheets(tmp_path / "leads.xlsx"), sheet=name) as table:
        assert table.sheet == "Secret"


def test_an_unknown_sheet_is_answered_with_the_nearest_and_all_names(tmp_path: Path) -> None:
    with pytest.raises(SheetError) as caught:
        open_table(several_sheets(tmp_path / "leads.xlsx"), sheet="Lead")
    assert "Did you mean 'Leads'?" in caught.value.hint
    assert "'Cover', 'Secret', 'Leads', 'Old'" in caught.value.hint


def test_a_workbook_of_empty_sheets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match="no visible sheet holds anything"):
        open_table(workbook(tmp_path / "leads.xlsx"))


def test_a_missing_header_names_file_sheet_and_the_first_row_that_holds_anything(tmp_path: Path) -> None:
    path = workbook(tmp_path / "leads.xlsx", [], [], ["name"], ["Ana"])
    with pytest.raises(SheetError) as caught:
        open_table(path)
    assert "leads.xlsx, sheet 'Sheet': row 1" in caught.value.message
    assert "row 3" in caught.value.hint


def test_a_workbook_whose_styles_openpyxl_rejects_is_read_with_its_padding_and_errors(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "leads.xlsx",
        ["a", "b", "c", "d"],
        [7, "=1/0", "#N/A", dt.date(2024, 1, 1)],
        formats={"A2": "000", "D2": "d/m/yy h:mm"},
    )
    edit(path, "xl/styles.xml", lambda xml: xml.replace(b'patternType="gray125"', b'patternType="nonsense"'))
    with pytest.raises(ValueError, match="could not read stylesheet"):
        openpyxl.load_workbook(path)
    with open_table(path) as table:
        (row,) = table.rows()
        assert table.notes == ()
    assert row.cells == ("007", "=1/0", "#N/A", "2024-01-01 00:00:00")
    assert row.dates == {3: "datetime"}
    assert row.bad == {1: "formula without a saved result", 2: "#N/A"}


def test_damaged_document_properties_do_not_matter(tmp_path: Path) -> None:
    path = workbook(tmp_path / "leads.xlsx", ["a"], [7])
    edit(path, "docProps/core.xml", lambda _: b"<broken")
    with open_table(path) as table:
        assert table.row_count == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda xml: xml[: len(xml) // 2],
        lambda xml: xml.replace(b'r="A2"', b'r="ZZZZ2"'),
        lambda xml: xml.replace(b'<row r="2">', b'<row r="two">'),
        lambda xml: xml.replace(b'r="2"', b'r="1"', 1),
    ],
)
def test_a_damaged_sheet_is_refused_by_name(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = edit(workbook(tmp_path / "leads.xlsx", ["a"], [7]), SHEET, damage)
    with pytest.raises(SheetError) as caught:
        open_table(path)
    assert "sheet 'Sheet'" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("cell", "text", "bad"),
    [
        ("<v>seven</v>", "seven", "number cell that holds no number"),
        ("<v>NaN</v>", "NaN", "number cell that holds no number"),
        ("<v>-INF</v>", "-INF", "number cell that holds no number"),
        ("t='nonsense'><v>7</v>", "7", "cell of an unknown kind"),
        ("t='s'><v>99</v>", "99", "text that is missing in the file"),
        ("t='s'><v>-1</v>", "-1", "text that is missing in the file"),
        ("t='b'><v>maybe</v>", "maybe", "number cell that holds no number"),
    ],
)
def test_a_cell_that_cannot_be_read_is_bad_and_no_other(tmp_path: Path, cell: str, text: str, bad: str) -> None:
    cell = cell if cell.startswith("t=") else f">{cell}"
    row = f'<row r="2"><c r="A2" {cell}</c><c r="B2" t="str"><v>fine</v></c></row>'
    with open_table(with_cells(tmp_path / "leads.xlsx", HEADER + row)) as table:
        (found,) = table.rows()
    assert found.cells == (text, "fine")
    assert found.bad == {0: bad}


# What XML can carry and openpyxl writes as it is: no control characters, no CR, nothing that is an escape itself.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff_="), max_size=12).map(
    lambda text: text.replace("\r", "")
)


@settings(ONE_FIXTURE, max_examples=60)
@given(rows=st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=5))
def test_any_table_of_texts_reads_back_exactly(tmp_path: Path, rows: list[list[str]]) -> None:
    path = workbook(tmp_path / "leads.xlsx", ["one", "two"], *rows)
    wanted = [(number, tuple(row)) for number, row in enumerate(rows, 2) if not is_blank(row)]
    with open_table(path) as table:
        assert [(row.number, row.cells) for row in table.rows()] == wanted


@settings(ONE_FIXTURE, max_examples=40)
@given(numbers=st.lists(st.integers(-(10**15) + 1, 10**15 - 1), min_size=1, max_size=20))
def test_any_whole_number_of_fifteen_digits_reads_back_exactly(tmp_path: Path, numbers: list[int]) -> None:
    path = workbook(tmp_path / "leads.xlsx", ["n"], *[[number] for number in numbers])
    with open_table(path) as table:
        assert [row.cells[0] for row in table.rows()] == [str(number) for number in numbers]
