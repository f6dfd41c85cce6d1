"""Delimited text as programs and people leave it behind."""

from pathlib import Path

import pytest

from importer.errors import SheetError
from importer.sheet import Table, open_table
from importer.sheet.filetype import Kind, identify

TORN = "piece of a row that a stray line break has torn apart"


def opened(tmp_path: Path, content: bytes | str, name: str = "leads.csv") -> Table:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_table(path)


SCRIPTS = {
    "English": "Name,City\r\nAsha,Mysuru\r\n",
    "German": "Name;Straße;Ort\r\nJörg;Königsallee 1;Düsseldorf\r\nÄnne;Weg 2;Köln\r\n",
    "Hindi": "नाम,शहर\r\nआशा,मैसूर\r\nरवि,पुणे\r\n" * 3,
    "Russian": "имя;город\nИван;Москва\nОльга;Казань\n" * 3,
    "Chinese": "姓名,城市,电话\r\n王伟,北京,13800138000\r\n李娜,上海,13900139000\r\n",
    "Punjabi": "ਨਾਮ,ਸ਼ਹਿਰ\r\nਅਮਨ,ਲੁਧਿਆਣਾ\r\n" * 3,
    "Japanese": "名前\t住所\r山田\t東京\r",  # 名 has the byte of a line end in it
    "Emoji": "Name,Note\r\nAsha,\U0001f600 yes\r\nRavi,no\r\n",
}


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("script", SCRIPTS)
def test_utf16_without_a_bom_is_known_in_any_script(tmp_path: Path, script: str, codec: str) -> None:
    text = SCRIPTS[script]
    with opened(tmp_path, text.encode(codec)) as table, opened(tmp_path, text, "same.csv") as same:
        assert table.header == same.header
        assert list(table.rows()) == list(same.rows())


@pytest.mark.parametrize(
    "content",
    [
        b"Name,City\nA\0sha,My\0suru\nR\0avi,Pu\0ne\n\0\0\0x,y\n",
        b"\0N\0a\0m\0e,City\nAsha,Pune\n",
        "Name,City\nJörg,Köln\n".encode(),
    ],
)
def test_text_with_a_few_nuls_is_no_utf16(tmp_path: Path, content: bytes) -> None:
    with opened(tmp_path, content) as table:
        assert table.header == ("Name", "City")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('="01250"', "01250"),
        ('"=""01250"""', "01250"),
        (' ="01250" ', "01250"),
        ('="say ""hi"""', 'say "hi"'),
        ('=""', ""),
        ("=01250", "=01250"),
        ('="a"&"b"', '="a"&"b"'),
        ('x="1"', 'x="1"'),
    ],
)
def test_a_text_in_an_equals_sign_and_quotes_is_that_text(tmp_path: Path, cell: str, text: str) -> None:
    with opened(tmp_path, f'Name,="Zip"\nAsha,{cell}\n') as table:
        assert table.header == ("Name", "Zip")
        assert [row.cells for row in table.rows()] == [("Asha", text)]


@pytest.mark.parametrize(
    "end", ["\x1a", "\x1a\r\n", "\x1a\x1a\x1a", "\u200b\r\n", "\ufeff,\u00a0\r\n", "\u2060,\u00ad"]
)
def test_a_row_of_invisible_characters_is_blank(tmp_path: Path, end: str) -> None:
    with opened(tmp_path, f"Name,City\r\nAsha,Pune\r\n{end}") as table:
        assert table.row_count == len(list(table.rows())) == 1
        assert table.warnings == ()


def test_a_row_with_one_visible_character_is_a_row(tmp_path: Path) -> None:
    with opened(tmp_path, "Name,City\n\u200bA,\n\u200d\u0905,\n") as table:
        assert [row.number for row in table.rows()] == [2, 3]


@pytest.mark.parametrize(
    ("text", "torn"),
    [
        ("A,B,C\r\nx,y,one\rtwo\r\np,q,r\r\n", {2, 3}),
        ("A,B,C\r\nx,y,one\ntwo\r\np,q,r\r\n", {2, 3}),
        ("A,B,C\nx,y\rmore,z\np,q,r\n", {2, 3}),
        ("A,B,C\r\nx,y,a\rb\rc\r\np,q,r\r\n", {2, 3, 4}),
        ("A,B,C\r\nx,y,z\rp,q,r\r\nu,v,w\r\n", set()),  # two whole rows, whatever stands between them
        ('A,B,C\r\nx,y,"one\rtwo"\r\np,q,r\r\n', set()),  # in quotes it is the cell's own
        ("A,B,C\rx,y,z\rp,q\r", set()),  # the file's usual line end
    ],
)
def test_both_pieces_of_a_row_that_a_line_break_tore_are_bad(tmp_path: Path, text: str, torn: set[int]) -> None:
    with opened(tmp_path, text) as table:
        rows = list(table.rows())
        told = any("tears a row in two" in warning for warning in table.warnings)
    assert {row.number for row in rows if TORN in row.bad.values()} == torn
    assert told == bool(torn)


def test_a_row_with_too_few_cells_is_told_where_all_others_are_full(tmp_path: Path) -> None:
    full = "".join(f"a{n},b,c\n" for n in range(30))
    with opened(tmp_path, f"A,B,C\n{full}torn\n{full}") as table:
        (warning,) = table.warnings
    assert "Row 32 has fewer cells" in warning


def test_rows_that_leave_their_last_cells_out_are_not_told_where_many_do(tmp_path: Path) -> None:
    with opened(tmp_path, "A,B,C\n" + "a,b,c\na,b\na\n" * 10) as table:
        assert table.warnings == ()


MHTML = (
    "From: <Saved by Microsoft>\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/related;\r\n\tboundary="x"\r\n\r\n--x\r\n'
)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("leads.xls", MHTML.encode(), Kind.MHTML),
        ("leads.csv", MHTML.replace("\r\n", "\n").encode(), Kind.MHTML),
        ("leads.xls", "\ufeff<html><table>".encode("utf-16-le"), Kind.HTML),
        ("leads.xls", b"{\\rtf1\\ansi}", Kind.RTF),
    ],
)
def test_what_is_no_spreadsheet_is_told_as_what_it_is(tmp_path: Path, name: str, content: bytes, kind: Kind) -> None:
    with pytest.raises(SheetError) as caught:
        opened(tmp_path, content, name)
    assert kind.value in caught.value.message
    assert "end in .csv" not in caught.value.hint


@pytest.mark.parametrize(
    "text", ["Name: First,City\nAsha,Pune\n", "Content-Type: x,City\n\nAsha,Pune\n"[:20] + ",b\nA,c\n"]
)
def test_a_header_with_a_colon_is_no_mail(tmp_path: Path, text: str) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(text)
    with path.open("rb") as file:
        assert identify(file) is Kind.TEXT


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    import os

    path = tmp_path / "leads.csv"
    os.mkfifo(path)
    with pytest.raises(SheetError, match="can be read only once"):
        open_table(path)


def test_standard_input_is_refused_by_its_usual_name() -> None:
    with pytest.raises(SheetError, match="standard input"):
        open_table(Path("-"))
