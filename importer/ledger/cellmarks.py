"""The cells of a row as the ledger remembers them: a short mark for each column, to be compared column by column.

A column that is mapped later, or taken out of a report, is not compared: what is left still tells whether a line holds
the cells that were sent.
"""

from collections.abc import Iterable
from typing import NamedTuple

from importer.ledger.digestkinds import CellsDigest

__all__ = ["Difference", "are_marks", "compare_marks", "has_more", "pack_marks", "same_marks"]

_FORM = b"\x01"
"""The first byte of marks. Ledgers before version 3 hold one digest of all cells instead, 16 bytes long."""
_SIZE = 4


class Difference(NamedTuple):
    """How two rows differ: in `differing` of the `compared` columns that one of them fills and both know."""

    differing: int
    compared: int


def pack_marks(marks: Iterable[tuple[bytes, bytes]]) -> CellsDigest:
    """Marks as the ledger keeps them: label and mark of each column, an empty mark for a blank cell."""
    return CellsDigest(
        _FORM + b"".join(sorted(label[:_SIZE] + mark[:_SIZE].ljust(_SIZE, b"\0") for label, mark in marks))
    )


def are_marks(data: CellsDigest) -> bool:
    """Whether a row's cells are remembered by marks, and not by the one digest of older ledgers."""
    return len(data) % (2 * _SIZE) == 1 and data.startswith(_FORM)


def compare_marks(one: CellsDigest, other: CellsDigest) -> Difference:
    """Compare the marks of two rows."""
    ours, theirs = _unpack(one), _unpack(other)
    common = [label for label in ours.keys() & theirs.keys() if any(ours[label]) or any(theirs[label])]
    return Difference(sum(ours[label] != theirs[label] for label in common), len(common))


def same_marks(one: CellsDigest, other: CellsDigest) -> bool:
    """Whether two rows fill the same columns with the same texts."""
    ours, theirs = _unpack(one), _unpack(other)
    return {label: mark for label, mark in ours.items() if any(mark)} == {
        label: mark for label, mark in theirs.items() if any(mark)
    }


def has_more(one: CellsDigest, other: CellsDigest) -> bool:
    """Whether a row fills a column that the other does not, or fills with another text."""
    ours, theirs = _unpack(one), _unpack(other)
    return any(any(mark) and theirs.get(label) != mark for label, mark in ours.items())


def _unpack(data: CellsDigest) -> dict[bytes, bytes]:
    size = 2 * _SIZE
    return {data[at : at + _SIZE]: data[at + _SIZE : at + size] for at in range(len(_FORM), len(data), size)}
