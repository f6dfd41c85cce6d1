import contextlib
import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from properties import ONE_FIXTURE

from importer.errors import SheetError
from importer.sheet import Row, Table, open_table
from importer.sheet.header import is_blank


def write(folder: Path, content: str | bytes, name: str = "leads.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def cells(table: Table) -> list[tuple[str, ...]]:
    return [row.cells for row in table.rows()]


def test_codes_keep_their_zeros_and_words_such_as_na_stay_words(tmp_path: Path) -> None:
    with open_table(write(tmp_path, "a,b,c\n007,NA,\n1e5,null,None\n")) as table:
        assert cells(table) == [("007", "NA", ""), ("1e5", "null", "None")]
        assert table.notes == ()


def test_row_numbers_are_those_of_the_spreadsheet(tmp_path: Path) -> None:
    content = 'name,note\r\nAna,"two\r\nlines"\r\n\r\n , \r\nBo,x\r\n'
    with open_table(write(tmp_path, content)) as table:
        assert list(table.rows()) == [Row(2, ("Ana", "two\r\nlines")), Row(5, ("Bo", "x"))]
        assert table.row_count == 2


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_ends_a_row(tmp_path: Path, end: str) -> None:
    content = end.join(["a,b", "1,2", "3,4", ""])
    with open_table(write(tmp_path, content)) as table:
        assert cells(table) == [("1", "2"), ("3", "4")]


def test_a_short_row_is_filled_and_a_long_one_keeps_its_overflow(tmp_path: Path) -> None:
    with open_table(write(tmp_path, "a,b,c\n1\n1,2,3,4,5,,\n1,2,3,,\n")) as table:
        assert list(table.rows()) == [
            Row(2, ("1", "", "")),
            Row(3, ("1", "2", "3"), ("4", "5")),
            Row(4, ("1", "2", "3")),
        ]


def test_trailing_blank_headers_are_dropped_and_those_within_kept(tmp_path: Path) -> None:
    with open_table(write(tmp_path, "a,, a ,b, ,\n1,2,3,4,5\n")) as table:
        assert table.header == ("a", "", " a ", "b")
        assert list(table.rows()) == [Row(2, ("1", "2", "3", "4"), ("5",))]


def test_an_error_value_is_bad_by_its_column(tmp_path: Path) -> None:
    with open_table(write(tmp_path, "a,b,c\n1,#N/A, #DIV/0! \n#hash,x,Err:502\n")) as table:
        assert [dict(row.bad) for row in table.rows()] == [{1: "#N/A", 2: "#DIV/0!"}, {2: "Err:502"}]


@pytest.mark.parametrize(
    ("content", "delimiter", "header"),
    [
        ("a;b\n1;2\n", None, ("a", "b")),
        ("a\tb\n1\t2\n", None, ("a", "b")),
        ("a|b\n1|2\n", None, ("a", "b")),
        ("price;name\n1,5;x\n2,5;y\n", None, ("price", "name")),
        ('"a,b";c\n"1,2";3\n', None, ("a,b", "c")),
        ("sep=;\r\na;b\r\n1;2\r\n", None, ("a", "b")),
        ('"sep=|"\na|b\n1|2\n', None, ("a", "b")),
        ("sep=^\na^b\n1^2\n", None, ("a", "b")),
        ("a,b;c\n1,2;3\n", ";", ("a,b", "c")),
        ("a,b\tc\n1,2\t3\n", "tab", ("a,b", "c")),
        ("just one column\nx\n", None, ("just one column",)),
        ("one:two\n1:2\n", None, ("one:two",)),
    ],
)
def test_the_delimiter_is_found_named_or_declared(
    tmp_path: Path, content: str, delimiter: str | None, header: tuple[str, ...]
) -> None:
    with open_table(write(tmp_path, content), delimiter=delimiter) as table:
        assert table.header == header


def test_a_sep_line_is_no_row(tmp_path: Path) -> None:
    with open_table(write(tmp_path, "sep=;\r\na;b\r\n1;2\r\n")) as table:
        assert [row.number for row in table.rows()] == [2]


def test_a_tsv_is_split_at_tabs_although_it_holds_more_commas(tmp_path: Path) -> None:
    with open_table(write(tmp_path, "a,x\tb,y\n1,2\t3,4\n", "leads.tsv")) as table:
        assert table.header == ("a,x", "b,y")
        assert table.notes == ()


TEXT = "naïve;Σ\nQuatrième;豊田\n"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_unicode_is_recognised_by_bom_or_pattern(tmp_path: Path, codec: str) -> None:
    bom = "\ufeff" if codec == "utf-32-be" else ""
    ascii_lines = "name;note\n" * 3 if codec.startswith("utf-16-") else ""
    with open_table(write(tmp_path, (bom + ascii_lines + TEXT).encode(codec))) as table:
        rows = [tuple(row.cells) for row in table.top]
        assert rows[-2:] == [("naïve", "Σ"), ("Quatrième", "豊田")]
        assert rows[0][0][:1] != "\ufeff"


def test_valid_utf_8_wins_over_the_config_and_that_is_said(tmp_path: Path) -> None:
    path = write(tmp_path, "a\né\n")
    with open_table(path, encoding="cp1252") as table:
        assert cells(table) == [("é",)]
        assert "Read as UTF-8" in table.notes[0]


def test_the_config_decides_where_the_bytes_are_ascii_alone(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes("a\n日本\n".encode("iso2022_jp"))
    with open_table(path, encoding="iso2022_jp") as table:
        assert cells(table) == [("日本",)]


def test_a_bom_wins_over_the_config_and_that_is_said(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufeffa\né\n")
    with open_table(path, encoding="cp1252") as table:
        assert cells(table) == [("é",)]
        assert "byte-order mark" in table.notes[0]


def test_a_bad_byte_far_down_is_found_with_its_line(tmp_path: Path) -> None:
    content = b"name\n" + b"x" * 50 + b"\n" * 1 + b"row of text\n" * 200_000 + b"M\xfcller\n"
    with pytest.raises(SheetError) as caught:
        open_table(write(tmp_path, content))
    assert "line 200003 is not valid UTF-8" in caught.value.message
    assert "row 200003: “Müller”" in caught.value.hint


def test_samples_in_a_suggestion_are_short_and_at_most_three(tmp_path: Path) -> None:
    content = ("name,note\n" + "x" * 100 + "é" + "y" * 100 + ",b\n" + "é,b\n" * 10).encode("cp1252")
    with pytest.raises(SheetError) as caught:
        open_table(write(tmp_path, content))
    assert caught.value.hint.count("“") == 3
    assert "x" * 40 not in caught.value.hint


@pytest.mark.parametrize("name", ["no-such-codec", "hex", "base64", "rot13", "nul\0"])
def test_an_encoding_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SheetError, match="encoding"):
        open_table(write(tmp_path, "a\n1\n"), encoding=name)


@pytest.mark.parametrize("delimiter", [":", "", ",,", "space"])
def test_a_delimiter_outside_the_four_is_refused(tmp_path: Path, delimiter: str) -> None:
    with pytest.raises(SheetError, match="delimiter"):
        open_table(write(tmp_path, "a\n1\n"), delimiter=delimiter)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('a,b\n1,"open\n2,x\n', "opens on line 2 is never closed"),
        ('a,b\n"x\ny","open\n3,4\n', "opens on line 3 is never closed"),
        ('sep=,\na,b\n1,"open\n', "opens on line 3 is never closed"),
        ('a,b\n"he said ""hi""","open\n', "opens on line 2 is never closed"),
        ('a,b\n1,"x"y\n', "line 2 has text after the closing quote"),
        ('a,b\n1,"open\n2,"next"\n', "opens on line 2 meets the next quote within line 3"),
    ],
)
def test_a_quote_that_is_not_closed_ends_the_read_with_its_line(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(SheetError, match=message):
        open_table(write(tmp_path, content))


def test_a_quote_inside_an_unquoted_cell_is_a_character(tmp_path: Path) -> None:
    with open_table(write(tmp_path, 'a,b\n5" pipe,x\n')) as table:
        assert cells(table) == [('5" pipe', "x")]


def test_a_cell_larger_than_the_modules_own_limit_is_read(tmp_path: Path) -> None:
    large = "x" * 200_000
    with open_table(write(tmp_path, f"a,b\n{large},1\n")) as table:
        assert cells(table) == [(large, "1")]


def test_nul_characters_are_taken_out_and_that_is_said(tmp_path: Path) -> None:
    with open_table(write(tmp_path, "a,b\n\0,2\nx\0y,3\n")) as table:
        assert cells(table) == [("", "2"), ("xy", "3")]
        assert table.notes == ("NUL characters were taken out of the text: 2.",)


@pytest.mark.parametrize(
    ("content", "header_row", "message"),
    [
        ("\n\n  \n", 1, "holds nothing"),
        ("a,b\n1,2\n", 9, "row 9, where the header should stand"),
        ("\n\nname,phone\nx,1\n", 1, "row 1, where the header should stand"),
    ],
)
def test_a_file_without_a_header_is_refused(tmp_path: Path, content: str, header_row: int, message: str) -> None:
    with pytest.raises(SheetError, match=message):
        open_table(write(tmp_path, content), header_row=header_row)


def test_the_first_row_that_holds_anything_is_named_when_the_header_is_blank(tmp_path: Path) -> None:
    with pytest.raises(SheetError) as caught:
        open_table(write(tmp_path, "\n\nname,phone\nx,1\n"))
    assert "row 3" in caught.value.hint


def test_a_header_lower_down_leaves_the_rows_above_out(tmp_path: Path) -> None:
    with open_table(write(tmp_path, "Our leads;;\n\na;b\n1;2\n"), header_row=3) as table:
        assert table.header == ("a", "b")
        assert list(table.rows()) == [Row(4, ("1", "2"))]


def test_two_passes_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    with open_table(write(tmp_path, "a\n" + "".join(f"{n}\n" for n in range(100_000)))) as table:
        pairs = list(zip(table.rows(), table.rows(), strict=True))
        assert len(pairs) == 100_000
        assert all(left == right for left, right in pairs)


def test_the_snapshot_stays_the_same_whatever_happens_to_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "a\n1\n")
    with open_table(path) as table:
        assert table.unchanged()
        path.write_text("a\n2\n")
        os.utime(path, ns=(1, 1))
        assert not table.unchanged()
        path.unlink()
        assert not table.unchanged()
        assert cells(table) == [("1",)]


# What csv.writer can write and a person can see: NULs are taken out, a file full of control characters is no text.
VISIBLE = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n\r\v\x1b\x85")
TEXTS = st.text(VISIBLE, max_size=12)
WESTERN = st.characters(codec="cp1252", exclude_categories=["Cc"], include_characters="\t\n\r")
ROWS = st.lists(st.lists(TEXTS, min_size=3, max_size=3), max_size=6)


@settings(ONE_FIXTURE, max_examples=150)
@given(
    rows=ROWS,
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    # with "\n" alone, csv.writer leaves a CR in a cell unquoted before Python 3.13
    style=st.sampled_from([(csv.QUOTE_MINIMAL, "\r\n"), (csv.QUOTE_ALL, "\r\n"), (csv.QUOTE_ALL, "\n")]),
)
@example(rows=[["\ufeff", "#N/A", "\x85\u2028\x1c"]], delimiter=",", codec="utf-8", style=(csv.QUOTE_ALL, "\n"))
def test_any_table_that_csv_writes_reads_back_exactly(
    tmp_path: Path, rows: list[list[str]], delimiter: str, codec: str, style: tuple[int, str]
) -> None:
    out = io.StringIO(newline="")
    quoting, end = style
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerows([["one", "two", "three"], *rows])
    path = write(tmp_path, out.getvalue().encode(codec))
    wanted = [(number, tuple(row)) for number, row in enumerate(rows, 2) if not is_blank(row)]
    with open_table(path, delimiter=delimiter) as table:
        assert table.header == ("one", "two", "three")
        assert [(row.number, row.cells) for row in table.rows()] == wanted
        assert table.row_count == len(wanted)


@settings(ONE_FIXTURE, max_examples=100)
@given(
    rows=st.lists(st.lists(st.text(WESTERN, max_size=8), min_size=2, max_size=2), max_size=5),
)
def test_any_table_in_a_named_encoding_reads_back_exactly(tmp_path: Path, rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["one", "two"], *rows])
    data = out.getvalue().encode("cp1252")
    assume(not _is_utf8(data))  # "Ã©" in cp1252 has the bytes of "é" in UTF-8, which wins
    path = write(tmp_path, data)
    with open_table(path, encoding="cp1252") as table:
        assert cells(table) == [tuple(row) for row in rows if not is_blank(row)]


def _is_utf8(data: bytes) -> bool:
    try:
        return not data.decode().isascii()
    except UnicodeDecodeError:
        return False


@settings(ONE_FIXTURE, max_examples=200)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_but_never_crash(tmp_path: Path, content: bytes) -> None:
    with contextlib.suppress(SheetError):
        open_table(write(tmp_path, content)).close()
