import pytest

from importer.errors import SheetError
from importer.sheet.textformat import detect_encoding, parse_delimiter, sniff_delimiter


@pytest.mark.parametrize(
    ("head", "configured", "codec", "bom_bytes"),
    [
        (b"a,b\n", None, "utf-8", 0),
        (b"a,b\n", "Windows-1252", "cp1252", 0),
        (b"\xef\xbb\xbfa", None, "utf-8", 3),
        (b"\xef\xbb\xbfa", "cp1252", "utf-8", 3),
        (b"\xff\xfea\0", None, "utf-16-le", 2),
        (b"\xfe\xff\0a", None, "utf-16-be", 2),
        (b"\xff\xfe\0\0a\0\0\0", None, "utf-32-le", 4),
        ("name,phone".encode("utf-16-le"), None, "utf-16-le", 0),
        ("name,phone".encode("utf-16-be"), None, "utf-16-be", 0),
        ("name,phone".encode("utf-16-be"), "cp1252", "utf-16-be", 0),
        (b"a,b,c\n\0,2,3\n", None, "utf-8", 0),
        (b"", None, "utf-8", 0),
    ],
)
def test_signs_without_doubt_win_over_the_config(
    head: bytes, configured: str | None, codec: str, bom_bytes: int
) -> None:
    found = detect_encoding(head, configured)
    assert (found.codec, found.bom_bytes) == (codec, bom_bytes)


def test_a_config_that_contradicts_the_bom_is_told() -> None:
    assert "utf-8-sig" in detect_encoding(b"\xff\xfea\0", "utf-8-sig").note
    assert detect_encoding(b"\xef\xbb\xbfa", "utf-8-sig").note == ""


@pytest.mark.parametrize("configured", ["utf-16", "utf-16-le", "UTF_16"])
def test_a_config_that_agrees_with_the_bom_is_not_contradicted(configured: str) -> None:
    assert detect_encoding(b"\xff\xfea\0", configured).note == ""


@pytest.mark.parametrize(
    ("named", "delimiter"), [("tab", "\t"), ("\\t", "\t"), ("\t", "\t"), (";", ";"), ("Pipe", "|")]
)
def test_a_delimiter_can_be_named(named: str, delimiter: str) -> None:
    assert parse_delimiter(named) == delimiter


def test_an_unusable_delimiter_is_answered_with_the_usable_ones() -> None:
    with pytest.raises(SheetError) as caught:
        parse_delimiter("::")
    assert '"tab"' in caught.value.hint


@pytest.mark.parametrize(
    ("lines", "header_row", "delimiter"),
    [
        (["a,b;c,d\n", "1,2;3,4\n"], 1, ","),
        (["a;b\n", "1,5;2,5\n"], 1, ";"),
        (["Leads, all of them, 2024\n", "a;b\n", "1;2\n"], 2, ";"),
        (['"x|y|z",b\n', '"1|2|3",c\n'], 1, ","),
        (["alone\n"], 1, ","),
        ([], 1, ","),
    ],
)
def test_most_rows_have_as_many_cells_as_the_header(lines: list[str], header_row: int, delimiter: str) -> None:
    assert sniff_delimiter(lines, header_row=header_row) == delimiter
