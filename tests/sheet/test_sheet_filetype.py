"""Files that are not what their name says, and files that mean harm."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from importer.errors import SheetError
from importer.sheet import FORMATS, find_header_row, open_table
from importer.sheet.csvfile import read_csv

DATA = Path(__file__).resolve().parents[1] / "data"


def xlsx_bytes() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["name"])
    sheet.append(["Ana"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zip_bytes(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/").replace("_DOT_", "."), data)
    return out.getvalue()


XLSX = xlsx_bytes()
OLE_HEADER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(22) + b"\x09\0\x06\0" + bytes(478)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("leads.xlsx", b"", "empty"),
        ("leads.csv", b"", "empty"),
        ("leads.xlsx", b"a,b\n1,2\n", "plain text"),
        ("leads.xls", b"a\tb\n1\t2\n", "plain text"),
        ("leads.xls", b"\n <html><body><table><tr><td>a</td></tr></table>", "web page"),
        ("leads.xlsx", b"<!-- made by a portal --><table>", "web page"),
        ("leads.csv", b"<!DOCTYPE html><html>", "web page"),
        ("leads.xls", b'<?xml version="1.0"?><Workbook/>', "XML"),
        ("leads.csv", b"%PDF-1.7", "PDF"),
        ("leads.csv", b"\x1f\x8b\x08\0", "gzip"),
        ("leads.csv", bytes(range(256)) * 20, "neither text"),
        ("leads.xlsx", XLSX[: len(XLSX) // 2], "damaged or incomplete"),
        ("leads.xlsx", b"PK\x03\x04" + b"x" * 100, "damaged or incomplete"),
        ("leads.xlsx", zip_bytes(word__document_DOT_xml=b"<w/>"), "Word"),
        ("leads.csv", zip_bytes(readme=b"x"), "ZIP archive"),
        ("leads.xlsx", zip_bytes(Index__Document_DOT_iwa=b"x"), "Numbers"),
        ("leads.xls", OLE_HEADER + bytes(1000), "no workbook"),
        ("leads.xls", OLE_HEADER[:100], "damaged"),
        ("leads.xls", OLE_HEADER[:44] + b"\xff" * 4 + OLE_HEADER[48:] + bytes(1000), "damaged"),
        ("leads.xls", OLE_HEADER + "Workbook".encode("utf-16-le"), "cannot be read as"),
        ("leads.xlsx", OLE_HEADER + "EncryptedPackage".encode("utf-16-le"), "password"),
        ("leads.pdf", b"a,b\n", "'.pdf' cannot be read"),
        ("leads", b"a,b\n", "without an ending"),
        ("leads.xlsx", zip_bytes(xl__workbook_DOT_xml=b"<workbook/>"), "cannot be read"),
    ],
    ids=lambda value: value if isinstance(value, str) else "content",  # an archive holds the time at which it was made
)
def test_what_is_no_readable_spreadsheet_is_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SheetError) as caught:
        open_table(path)
    assert message in caught.value.message
    assert str(path) in caught.value.message
    assert "\n" not in str(caught.value.message)
    assert caught.value.hint


def test_a_wrong_ending_is_answered_with_the_formats(tmp_path: Path) -> None:
    path = tmp_path / "leads.numbers"
    path.write_bytes(b"x")
    with pytest.raises(SheetError) as caught:
        open_table(path)
    assert all(ending in caught.value.hint for ending in FORMATS)


def test_the_ending_may_be_in_capitals(tmp_path: Path) -> None:
    path = tmp_path / "LEADS.XLSX"
    path.write_bytes(XLSX)
    with open_table(path) as table:
        assert table.row_count == 1


@pytest.mark.parametrize("name", ["leads.csv", "leads.xls", "leads.xlsb"])
def test_a_workbook_under_a_wrong_name_is_read_and_that_is_said(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(XLSX)
    with open_table(path) as table:
        assert [row.cells for row in table.rows()] == [("Ana",)]
        assert "(.xlsx)" in table.notes[0]


def test_a_missing_file_is_answered_with_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "leads_may.csv").write_text("a\n")
    with pytest.raises(SheetError) as caught:
        open_table(tmp_path / "leads.csv")
    assert "no such file" in caught.value.message
    assert "leads_may.csv" in caught.value.hint


def test_a_missing_folder_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match="no such file"):
        open_table(tmp_path / "nowhere" / "leads.csv")
    (tmp_path / "leads.csv").mkdir()
    with pytest.raises(SheetError, match="is a folder"):
        open_table(tmp_path / "leads.csv")


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("a\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SheetError, match="may not be read"):
        open_table(path)


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    path = tmp_path / "leads.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(220):
                part.write(bytes(1 << 20))
    with pytest.raises(SheetError, match="would unpack to"):
        open_table(path)


def test_an_entity_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "leads.xlsx"
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><workbook>&b;</workbook>'
    path.write_bytes(zip_bytes(xl__workbook_DOT_xml=bomb))
    with pytest.raises(SheetError, match="document type"):
        open_table(path)


def test_a_false_size_in_an_archive_is_refused(tmp_path: Path) -> None:
    """calamine unpacks by itself, so that every part is checked before it may."""
    data = bytearray((DATA / "first_columns_empty.ods").read_bytes())
    at = data.rindex(b"content.xml") - 46 + 24  # the central directory's uncompressed size
    data[at : at + 4] = (10).to_bytes(4, "little")
    path = tmp_path / "leads.ods"
    path.write_bytes(data)
    with pytest.raises(SheetError, match="damaged"):
        open_table(path)


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("a\n1\n")

    def read_and_append(*arguments: object, **options: object) -> object:
        found = read_csv(*arguments, **options)  # type: ignore[arg-type]
        path.write_text("a\n1\n2\n")
        return found

    monkeypatch.setattr("importer.sheet.read_csv", read_and_append)
    with pytest.raises(SheetError, match="was changed while"):
        open_table(path)


def test_a_full_temporary_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("a\n1\n")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(SheetError, match="No space left on device") as caught:
        open_table(path)
    assert "TMPDIR" in caught.value.hint


@pytest.mark.parametrize("header_row", [0, -1])
def test_a_header_row_that_is_no_row_is_refused(tmp_path: Path, header_row: int) -> None:
    with pytest.raises(SheetError, match="header_row"):
        open_table(tmp_path / "leads.csv", header_row=header_row)


@pytest.mark.parametrize(
    ("wanted", "row"),
    [(["Name", "PHONE "], 3), (["name"], 3), (["name", "mail", "city"], None), ([], None), (["Our leads"], None)],
)
def test_the_row_where_the_header_seems_to_stand_is_found(tmp_path: Path, wanted: list[str], row: int | None) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("Our leads,,\n,,\nName,Phone,x\nAna,1,2\n")
    with open_table(path) as table:
        assert find_header_row(table, wanted) == row


@pytest.mark.parametrize(
    ("name", "absent"),
    [("leads.csv", {"openpyxl", "pandas", "python_calamine"}), ("leads.xlsx", {"pandas", "python_calamine"})],
)
def test_a_library_is_imported_only_for_the_files_that_need_it(tmp_path: Path, name: str, absent: set[str]) -> None:
    path = tmp_path / name
    path.write_bytes(XLSX if name.endswith("xlsx") else b"a\n1\n")
    code = (
        "import sys, pathlib; from importer.sheet import open_table; open_table(pathlib.Path(sys.argv[1])).close(); "
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert not absent & set(done.stdout.split())
