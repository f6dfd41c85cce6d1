"""An .ods reads as the same cells in an .xlsx would."""

from pathlib import Path

import pytest
from made_workbooks import ods, ods_cell, ods_row

from importer.sheet import Row, open_table

NOTE = "<office:annotation><text:p>a note</text:p></office:annotation>"
BOX = "<draw:frame><draw:text-box><text:p>box</text:p></draw:text-box></draw:frame>"
STYLES = """
<number:number-style style:name="N1"><number:number number:min-integer-digits="5"/></number:number-style>
<number:number-style style:name="N2"><number:number number:min-integer-digits="9">
<number:embedded-text number:position="6">-</number:embedded-text>
<number:embedded-text number:position="4">-</number:embedded-text></number:number></number:number-style>
<number:number-style style:name="N3"><number:text>LEAD-</number:text><number:number number:min-integer-digits="4"/>
</number:number-style>
<number:number-style style:name="N4"><number:number number:min-integer-digits="1" number:grouping="true"
 number:decimal-places="2"/></number:number-style>
<number:percentage-style style:name="N5"><number:number number:min-integer-digits="2"/><number:text>%</number:text>
</number:percentage-style>
<number:date-style style:name="N6"><number:day/><number:text>/</number:text><number:month/><number:text>/</number:text>
<number:year/></number:date-style>
<number:date-style style:name="N7"><number:year/><number:text>-</number:text><number:month/><number:text> </number:text>
<number:hours/><number:text>:</number:text><number:minutes/></number:date-style>
<number:time-style style:name="N8" number:truncate-on-overflow="false"><number:hours number:style="long"/>
<number:text>:</number:text><number:minutes number:style="long"/></number:time-style>
<number:time-style style:name="N9"><number:hours/><number:text>:</number:text><number:minutes/></number:time-style>
<number:number-style style:name="N10P0"><number:number number:min-integer-digits="5"/></number:number-style>
<number:number-style style:name="N10"><number:text>-</number:text><number:number number:min-integer-digits="1"/>
<style:map style:condition="value()&gt;=0" style:apply-style-name="N10P0"/></number:number-style>
""" + "".join(
    f'<style:style style:name="ce{n}" style:family="table-cell" style:data-style-name="N{n}"/>' for n in range(1, 11)
)


def read(path: Path) -> list[Row]:
    with open_table(path) as table:
        return list(table.rows())


def cell_of(tmp_path: Path, cell: str, *, columns: str = "") -> tuple[str, str | None, str | None]:
    """A cell's text, kind of date and defect."""
    path = ods(tmp_path / "leads.ods", ods_row(ods_cell("Name")) + ods_row(cell), styles=STYLES, columns=columns)
    (row,) = read(path)
    return row.cells[0], row.dates.get(0), row.bad.get(0)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (ods_cell("01250", "float", value="1250", style_name="ce1"), "01250"),
        (ods_cell("", "float", value="1250", style_name="ce1"), "01250"),
        (ods_cell("012-34-5678", "float", value="12345678", style_name="ce2"), "012-34-5678"),
        (ods_cell("LEAD-0042", "float", value="42", style_name="ce3"), "LEAD-0042"),
        (ods_cell("1,234.50", "float", value="1234.5", style_name="ce4"), "1234.5"),
        (ods_cell("15%", "percentage", value="0.15", style_name="ce5"), "0.15"),
        (ods_cell("01250", "float", value="1250", style_name="ce10"), "01250"),
        (ods_cell("₹ 1,250.00", "currency", value="1250"), "1250"),
        (ods_cell("012-34-5678", "float", value="12345678"), "012-34-5678"),
        (ods_cell("+91 98450 10001", "float", value="919845010001"), "+91 98450 10001"),
        (ods_cell("LEAD-0042", "float", value="42"), "LEAD-0042"),
        (ods_cell("12 345", "float", value="12345"), "12345"),
        (ods_cell("1,234", "float", value="1234"), "1234"),
        (ods_cell("42 kg", "float", value="42"), "42"),
        (ods_cell("1.2E+15", "float", value="1234567890123456"), "1234567890123456"),
        (ods_cell("TRUE", "boolean", boolean_value="true"), "TRUE"),
        (ods_cell("FALSCH", "boolean", boolean_value="false"), "FALSE"),
        (ods_cell("shown", "string", string_value="stored"), "stored"),
        (ods_cell("", "string", inner="<text:p>one</text:p><text:p>two</text:p>"), "one\ntwo"),
        (ods_cell("", "string", inner="<text:p>a<text:tab/>b<text:line-break/>c</text:p>"), "a\tb\nc"),
        (ods_cell("", "string", inner='<text:p>a<text:s text:c="3"/>b<text:s/>c</text:p>'), "a   b c"),
        (ods_cell("", "string", inner="<text:p>\n  a\n  <text:span>b</text:span></text:p>"), "a b"),
        (
            ods_cell(
                "", "string", inner=f"{NOTE}<text:p>cell</text:p>"
            ),
            "cell",
        ),
        (
            ods_cell("cell", "string", inner=BOX),
            "cell",
        ),
        (ods_cell("no type at all", ""), "no type at all"),
    ],
)  # fmt: skip
def test_a_cell_is_read_by_its_format_else_by_what_is_shown(tmp_path: Path, cell: str, text: str) -> None:
    assert cell_of(tmp_path, cell) == (text, None, None)


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        (ods_cell("15/03/23", "date", date_value="2023-03-15", style_name="ce6"), ("2023-03-15 00:00:00", "date")),
        (
            ods_cell("15/03/23", "date", date_value="2023-03-15T20:24:00", style_name="ce6"),
            ("2023-03-15 00:00:00", "date"),
        ),
        (ods_cell("15/03/23", "date", date_value="2023-03-15T20:24:00"), ("2023-03-15 00:00:00", "date")),
        (
            ods_cell("2023-03 20:24", "date", date_value="2023-03-15T20:24:00", style_name="ce7"),
            ("2023-03-15 20:24:00", "datetime"),
        ),
        (ods_cell("0:00", "date", date_value="2023-03-15", style_name="ce7"), ("2023-03-15 00:00:00", "datetime")),
        (ods_cell("25:30", "time", time_value="PT25H30M00S", style_name="ce8"), ("25:30", "duration")),
        (ods_cell("01:30", "time", time_value="PT01H30M00S", style_name="ce8"), ("01:30", "duration")),
        (ods_cell("25:30", "time", time_value="PT25H30M09S", style_name="ce8"), ("25:30:09", "duration")),
        (ods_cell("25:30", "time", time_value="PT25H30M00S"), ("25:30", "duration")),
        (ods_cell("49:30:00", "time", time_value="P2DT1H30M"), ("49:30:00", "duration")),
        (ods_cell("-01:30:00", "time", time_value="-PT01H30M00S"), ("-01:30:00", "duration")),
        (ods_cell("09:30", "time", time_value="PT09H30M00S", style_name="ce9"), ("09:30:00", "time")),
    ],
)  # fmt: skip
def test_a_date_or_time_is_what_its_format_shows(tmp_path: Path, cell: str, wanted: tuple[str, str]) -> None:
    assert cell_of(tmp_path, cell) == (*wanted, None)


@pytest.mark.parametrize(
    ("cell", "text", "bad"),
    [
        (ods_cell("", "", formula="of:=[.A1]"), "=[.A1]", "formula without a saved result"),
        (ods_cell("", "float", formula="of:=[.A1]"), "=[.A1]", "formula without a saved result"),
        (ods_cell("#N/A", "string", formula="of:=NA()"), "#N/A", "#N/A"),
        (ods_cell("Err:508", "string"), "Err:508", "Err:508"),
        (ods_cell("#DIV/0!", "float", value="0").replace("-cell ", '-cell calcext:value-type="error" '),
         "#DIV/0!", "#DIV/0!"),
        (ods_cell("x", "float", value="x"), "x", "number cell that holds no number"),
        (ods_cell("x", "date", date_value="2023-02-30"), "x", "number shown as a date that does not exist"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_read_is_bad(tmp_path: Path, cell: str, text: str, bad: str) -> None:
    assert cell_of(tmp_path, cell) == (text, None, bad)


def test_a_formula_that_gives_an_empty_text_is_an_empty_cell(tmp_path: Path) -> None:
    cell = ods_cell("", "string", formula="of:=&quot;&quot;")
    path = ods(tmp_path / "leads.ods", ods_row(ods_cell("A"), ods_cell("B")) + ods_row(cell, ods_cell("x")))
    assert [row.cells for row in read(path)] == [("", "x")]


def test_a_column_gives_its_cells_their_format(tmp_path: Path) -> None:
    columns = '<table:table-column table:number-columns-repeated="2" table:default-cell-style-name="ce1"/>'
    assert cell_of(tmp_path, ods_cell("", "float", value="7"), columns=columns)[0] == "00007"


def test_repeated_cells_and_rows_are_all_there(tmp_path: Path) -> None:
    rows = (
        ods_row(ods_cell("A"), ods_cell("B"), ods_cell("C"))
        + ods_row(
            ods_cell("x", number_columns_repeated="2"), ods_cell("y"), attributes=' table:number-rows-repeated="3"'
        )
        + ods_row(ods_cell("", "", number_columns_repeated="16384"), attributes=' table:number-rows-repeated="1000000"')
        + ods_row(ods_cell("", "", number_columns_repeated="2"), ods_cell("end"))
    )
    found = [(row.number, row.cells) for row in read(ods(tmp_path / "leads.ods", rows))]
    assert found == [(n, ("x", "x", "y")) for n in (2, 3, 4)] + [(1_000_005, ("", "", "end"))]


def test_an_unusual_prefix_changes_nothing(tmp_path: Path) -> None:
    rows = ods_row(ods_cell("Name")) + ods_row(ods_cell("007", "float", value="7", style_name="ce1"))
    path = ods(tmp_path / "leads.ods", rows, styles=STYLES, prefix_of_table="t")
    assert [row.cells for row in read(path)] == [("00007",)]
