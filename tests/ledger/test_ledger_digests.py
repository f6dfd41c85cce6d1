"""Digests: the same row everywhere, no two rows alike, and nothing to read in them."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.ledger.digestkinds import RowRef
from importer.ledger.digests import DIGEST_SIZE, TAG_SIZE, Digests, account_tag
from importer.ledger.reference import read_reference, write_reference

SECRET = b"s" * 32
HEADER = ("First Name", "Email", "City")
TEXT = st.text(max_size=6)
CELLS = st.tuples(TEXT, TEXT, TEXT)


def digests(
    header: tuple[str, ...] = HEADER, *, account: str = "a", source: str = "s", secret: bytes = SECRET
) -> Digests:
    return Digests(secret, account=account, source=source, header=header)


def meaning(cells: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(cell if cell.strip() else "" for cell in cells)


@given(CELLS, CELLS)
def test_rows_have_one_digest_exactly_when_they_say_the_same(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    same = digests().of_cells(one) == digests().of_cells(other)
    assert same == (meaning(one) == meaning(other))


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4), st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4))
def test_what_stands_under_which_header_cannot_be_confused(
    one: list[tuple[str, str]], other: list[tuple[str, str]]
) -> None:
    """Neither by header names that look like cells nor by cells that look like headers."""

    def said(columns: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return sorted((name.strip().casefold(), cell) for name, cell in columns if cell.strip())

    def made(columns: list[tuple[str, str]]) -> bytes:
        return digests(tuple(name for name, _ in columns)).of_cells([cell for _, cell in columns])

    one, other = ([(name, cell) for name, cell in dict(columns).items()] for columns in (one, other))
    names = [[name.strip().casefold() for name, _ in columns] for columns in (one, other)]
    if all(len(set(each)) == len(each) for each in names):
        assert (made(one) == made(other)) == (said(one) == said(other))


@given(CELLS, st.permutations(range(3)), st.integers(0, 3), st.sampled_from(["", " ", "\u00a0"]))
def test_a_moved_or_an_empty_added_column_changes_nothing(
    cells: tuple[str, ...], order: list[int], at: int, blank: str
) -> None:
    header = [HEADER[index] for index in order]
    moved = [cells[index] for index in order]
    header.insert(at, "Remarks")
    moved.insert(at, blank)
    assert digests(tuple(header)).of_cells(moved) == digests().of_cells(cells)


def test_a_header_is_compared_without_case_and_surrounding_blanks() -> None:
    cells = ("Ada", "ada@example.com", "")
    assert digests((" first name", "EMAIL ", "City")).of_cells(cells) == digests().of_cells(cells)


def test_equal_rows_are_told_apart_by_ordinal_and_kind_and_source_and_account() -> None:
    cells = digests().of_cells(("Ada", "", ""))
    made = [
        maker.of_row(cells, ordinal, kind=kind)
        for maker in (digests(), digests(source="t"), digests(account="b"), digests(secret=b"t" * 32))
        for ordinal in (0, 1, 2**32 - 1)
        for kind in (b"row", b"line", b"copy")
    ]
    assert len(set(made)) == len(made)


def test_account_and_source_cannot_be_confused() -> None:
    cells = bytes(DIGEST_SIZE)
    assert digests(account="ab", source="c").of_row(cells, 0) != digests(account="a", source="bc").of_row(cells, 0)


def test_a_value_has_one_digest_in_every_file_of_the_account_and_another_elsewhere() -> None:
    key = digests().of_key("Phone", "+911")
    assert digests(("Other",), source="t").of_key("Phone", "+911") == key
    others = [
        digests(account="b").of_key("Phone", "+911"),
        digests(secret=b"t" * 32).of_key("Phone", "+911"),
        digests().of_key("EmailAddress", "+911"),
        digests().of_key("Phone", "+912"),
    ]
    assert key not in others
    assert len(set(others)) == 4


def test_what_is_no_text_has_a_digest_too() -> None:
    maker = digests(source="na\udcefve.csv", account="\udcff")
    assert len(maker.of_cells(("\ud83d", "\0", ""))) == DIGEST_SIZE
    assert len(maker.of_key("EmailAddress", "\ud83d")) == DIGEST_SIZE
    assert len(account_tag("\udcff")) == TAG_SIZE


@given(st.binary(min_size=TAG_SIZE, max_size=TAG_SIZE), st.binary(min_size=DIGEST_SIZE, max_size=DIGEST_SIZE))
def test_a_reference_is_read_back_as_it_was_written(tag: bytes, ref: bytes) -> None:
    text = write_reference(tag, RowRef(ref))
    assert read_reference(text) == read_reference(f"  {text}\n") == (tag, ref)
    assert text.isascii()
    assert text.isalnum()
    assert text.startswith("r")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "r",
        "r1",
        "=r",
        "rä" + "a" * 35,
        "rß" + "a" * 34,
        "r" + "a" * 35,
        "r" + "a" * 37,
        "x" + "a" * 36,
        "r" + "0" * 36,
        "r" + base64.b32encode(b"x" * 22).decode()[:-8],
    ],
)
def test_a_spoiled_reference_is_none(text: str) -> None:
    assert read_reference(text) is None


@given(st.text(max_size=45))
def test_any_text_in_a_references_place_is_read_without_an_error(text: str) -> None:
    for prepared in (text, f"r{text}"):
        found = read_reference(prepared)
        assert found is None or (len(found[0]), len(found[1])) == (TAG_SIZE, DIGEST_SIZE)


def test_the_account_tag_is_the_same_on_every_machine() -> None:
    assert account_tag("api.leadsquared.com#0123").hex() == "c2c029bb3910"
    assert account_tag("a") != account_tag("b")
