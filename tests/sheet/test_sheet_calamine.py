"""The formats that calamine reads: what it leaves out is found all the same."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from importer.errors import SheetError
from importer.sheet import Layout, open_table
from importer.sheet.cells import CellText
from importer.sheet.xlsbfile import read_xlsb_extras

DATA = Path(__file__).resolve().parents[1] / "data"


@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_errors_padding_and_booleans_survive(ending: str) -> None:
    with open_table(DATA / f"error_cells_and_padding.{ending}") as table:
        rows = {row.number: row for row in table.rows()}
        assert table.notes == ("Hidden sheets are not read: 'hidden'.",)
    assert rows[2].cells == (
        "Ana",
        "01250",
        "1990-02-03 00:00:00",
        "2024-05-06 07:08:09",
        "#DIV/0!",
        "TRUE",
        "274.66",
    )
    assert rows[2].bad == {4: "#DIV/0!"}
    assert rows[2].dates == {2: "date", 3: "datetime"}
    assert rows[3].cells[1] == "007"
    assert rows[3].cells[6] == "8595602512225"
    assert rows[3].bad == {4: "#N/A"}
    assert rows[3].dates == {3: "datetime"}  # at midnight
    assert rows[5].extra == ("extra",)
    assert sorted(rows) == [2, 3, 5]


@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_empty_first_columns_and_rows_keep_their_place(ending: str) -> None:
    with open_table(DATA / f"first_columns_empty.{ending}", header_row=4) as table:
        assert table.header == ("", "", "Name", "Phone")
        assert [(row.number, row.cells) for row in table.rows()] == [
            (5, ("", "", "Ana", "")),
            (7, ("", "", "", "12")),
        ]


def record(kind: int, body: bytes = b"") -> bytes:
    """One BIFF12 record."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, out = len(body), b""
    while True:
        out += bytes([length & 0x7F | (0x80 if length > 127 else 0)])
        length >>= 7
        if not length:
            return head + out + body


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(other_sheet: bytes = b"") -> bytes:
    """A small .xlsb: a header, then a padded number, an RK number, an error and a formula that ended in one."""
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.bin"/></Relationships>'
    )
    book = (
        record(131)
        + record(143)
        + record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("Leads"))
        + record(144)
        + record(132)
    )
    styles = (
        record(278)
        + record(615, struct.pack("<I", 1))
        + record(44, struct.pack("<H", 164) + wide("00000"))
        + record(616)
        + record(617, struct.pack("<I", 4))
        + record(47, struct.pack("<HH", 0xFFFF, 0) + bytes(12))
        + record(47, struct.pack("<HH", 0xFFFF, 164) + bytes(12))
        + record(47, struct.pack("<HH", 0xFFFF, 22) + bytes(12))
        + record(47, struct.pack("<HH", 0xFFFF, 14) + bytes(12))
        + record(618)
        + record(279)
    )

    def cell(column: int, style: int = 0) -> bytes:
        return struct.pack("<II", column, style)

    def row(number: int) -> bytes:
        return record(0, struct.pack("<I", number) + bytes(13))

    sheet = (
        record(129)
        + record(148, struct.pack("<IIII", 0, 1, 0, 4))
        + record(145)
        + row(0)
        + b"".join(record(6, cell(column) + wide(name)) for column, name in enumerate("abcde"))
        + row(1)
        + record(5, cell(0, 1) + struct.pack("<d", 1250.0))
        + record(2, cell(1, 1) + struct.pack("<I", 42 << 2 | 2))
        + record(3, cell(2) + b"\x2a")
        + record(11, cell(3) + b"\x07" + bytes(10))
        + record(5, cell(4, 2) + struct.pack("<d", 45292.0))
        + record(146)
        + record(130)
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/_rels/workbook.bin.rels", relations)
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/styles.bin", styles)
        archive.writestr("xl/worksheets/sheet1.bin", other_sheet or sheet)
    return out.getvalue()


def test_an_xlsb_tells_its_errors_and_padded_numbers() -> None:
    found = read_xlsb_extras(io.BytesIO(xlsb()))
    assert {sheet: extras.cells for sheet, extras in found.items()} == {
        "Leads": {
            (1, 0): CellText("01250"),
            (1, 1): CellText("00042"),
            (1, 2): CellText("#N/A", bad="#N/A"),
            (1, 3): CellText("#DIV/0!", bad="#DIV/0!"),
            (1, 4): CellText("2024-01-01 00:00:00", "datetime"),
        },
    }


def test_an_xlsb_tells_hidden_rows_merged_cells_and_dates(tmp_path: Path) -> None:
    def cell(column: int, style: int = 0) -> bytes:
        return struct.pack("<II", column, style)

    def row(number: int, *, is_hidden: bool = False) -> bytes:
        return record(0, struct.pack("<IIHBBBI", number, 0, 300, 0, 0x10 if is_hidden else 0, 0, 0))

    names = b"".join(record(6, cell(column) + wide(name)) for column, name in enumerate(("Name", "Day")))
    rows = [row(0) + names]
    rows += [row(1) + record(6, cell(0) + wide("Asha")) + record(5, cell(1, 3) + struct.pack("<d", 45000.85))]
    rows += [row(2, is_hidden=True) + record(6, cell(0) + wide("Ravi"))]
    sheet = record(129) + record(148, struct.pack("<IIII", 0, 2, 0, 1)) + record(145) + b"".join(rows) + record(146)
    sheet += (
        record(177, struct.pack("<I", 1)) + record(176, struct.pack("<IIII", 1, 2, 1, 1)) + record(178) + record(130)
    )
    path = tmp_path / "leads.xlsb"
    path.write_bytes(xlsb(sheet))
    with open_table(path) as table:
        assert [found.cells for found in table.rows()] == [("Asha", "2023-03-15 00:00:00"), ("Ravi", "")]
        assert ["1 (row 3)" in table.warnings[0], "1 (B2:B3)" in table.warnings[1]] == [True, True]
    with open_table(path, layout=Layout(merged="fill")) as table:
        assert [found.cells[1] for found in table.rows()] == ["2023-03-15 00:00:00"] * 2


def test_an_xlsb_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "leads.xlsb"
    path.write_bytes(xlsb())
    with open_table(path) as table:
        assert table.header == ("a", "b", "c", "d", "e")
        (row,) = table.rows()
    assert row.cells == ("01250", "00042", "#N/A", "#DIV/0!", "2024-01-01 00:00:00")
    assert row.bad == {2: "#N/A", 3: "#DIV/0!"}
    assert row.dates == {4: "datetime"}


@pytest.mark.parametrize(
    ("name", "at", "value"),
    [
        ("first_columns_empty.xls", 48, 241),  # a directory beyond the end
        ("first_columns_empty.xls", 30, 77),
    ],
)
def test_a_damaged_xls_is_refused_and_cannot_end_the_process(tmp_path: Path, name: str, at: int, value: int) -> None:
    data = bytearray((DATA / name).read_bytes())
    data[at] = value
    path = tmp_path / "leads.xls"
    path.write_bytes(data)
    with pytest.raises(SheetError) as caught:
        open_table(path, header_row=4)
    assert caught.value.hint


@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_a_hidden_sheet_can_be_named_and_an_unknown_one_is_answered(ending: str) -> None:
    path = DATA / f"error_cells_and_padding.{ending}"
    with open_table(path, sheet="hidden") as table:
        assert table.header == ("secret",)
    with pytest.raises(SheetError) as caught:
        open_table(path, sheet="lead")
    assert "Did you mean 'leads'?" in caught.value.hint


@pytest.mark.parametrize("cut", [100, 1000, 3000, 5000])
def test_a_cut_xls_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "leads.xls"
    path.write_bytes((DATA / "error_cells_and_padding.xls").read_bytes()[:cut])
    with pytest.raises(SheetError) as caught:
        open_table(path)
    assert caught.value.hint
