"""What makes rows the same, as the ledger keeps it: found again under other names, and compared column by column."""

from hypothesis import given
from hypothesis import strategies as st

from importer.ledger.cellmarks import Difference, are_marks, compare_marks, same_marks
from importer.ledger.digestkinds import CellsDigest
from importer.ledger.digests import DIGEST_SIZE, Digests
from importer.ledger.identity import Identity, IdentityColumn

SECRET = b"s" * 32
COLUMNS = [IdentityColumn(0, "Name", "FirstName"), IdentityColumn(1, "City", "mx_City"), IdentityColumn(2, "Remark")]


def digests(columns: list[IdentityColumn] = COLUMNS, counted: tuple[int, ...] = (0, 1)) -> Digests:
    header = [column.header for column in columns]
    return Digests(SECRET, account="a", source="s", header=header, columns=columns, counted=counted, spare=counted)


def test_an_identity_is_read_back_as_it_was_written() -> None:
    identity = digests().identity
    assert Identity.parse(identity.data) == identity


def test_a_former_identity_finds_its_columns_by_header_or_by_field_and_makes_the_same_digest() -> None:
    before = digests().of_identity(("Asha", "Pune", "x"))
    renamed = [
        IdentityColumn(0, "RowState"),
        IdentityColumn(1, "Town", "mx_City"),
        IdentityColumn(2, "Name", "LastName"),
    ]
    former = digests(renamed, (1, 2)).of_former(digests().identity)
    assert former is not None
    assert former(("y", "Pune", "Asha")) == before


def test_a_former_identity_whose_column_is_gone_is_not_made() -> None:
    assert digests(COLUMNS[:1], (0,)).of_former(digests().identity) is None


@given(st.tuples(*[st.sampled_from(["", " ", "a", "b", "ab"])] * 3), st.tuples(*[st.sampled_from(["", "a", "b"])] * 3))
def test_rows_differ_in_as_many_columns_as_their_marks_do(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    pairs = [(a.strip(), b.strip()) for a, b in zip(one[:2], other[:2], strict=True)]
    marks = [digests().of_each(cells) for cells in (one, other)]
    filled = [pair for pair in pairs if any(pair)]
    assert compare_marks(*marks) == Difference(sum(a != b for a, b in filled), len(filled))
    assert same_marks(*marks) == all(a == b for a, b in pairs)


def test_a_column_that_only_one_side_knows_is_not_compared() -> None:
    before = digests(counted=(0,)).of_each(("Asha", "Pune", ""))
    assert compare_marks(before, digests().of_each(("Asha", "Delhi", ""))) == Difference(0, 1)


def test_marks_are_never_taken_for_the_digest_of_an_older_ledger() -> None:
    for count in range(4):
        columns = [IdentityColumn(place, f"Column {place}") for place in range(count)]
        made = digests(columns, tuple(range(count))).of_each(["x"] * count)
        assert are_marks(made)
        assert len(made) != DIGEST_SIZE
    assert not are_marks(CellsDigest(b"\x01" * DIGEST_SIZE))
