"""What makes a row of a source the same row: the columns that count, under labels that outlive a renaming.

A column goes by two labels, digests of its header and of the field that it fills. An identity that the ledger
remembers finds its columns again by either, and then makes the same digest of the same cells as before.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple, Self

__all__ = ["Identity", "IdentityColumn", "label_field", "label_header"]

LABEL_SIZE = 8
_NO_FIELD = bytes(LABEL_SIZE)


class IdentityColumn(NamedTuple):
    """A column that counts: its place, its header, and the field it fills (empty: it fills none)."""

    place: int
    header: str
    field: str = ""


class Identity(NamedTuple):
    """The columns that count, each by the label of its header and that of its field, in the order of the first."""

    labels: tuple[tuple[bytes, bytes], ...]

    @classmethod
    def of(cls, columns: Sequence[IdentityColumn], secret: bytes) -> Self:
        """The identity that these columns make."""
        named = ((label_header(column.header, secret), label_field(column.field, secret)) for column in columns)
        return cls(tuple(sorted(set(named))))

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The identity that `data` was written for."""
        size = 2 * LABEL_SIZE
        parts = (data[at : at + size] for at in range(0, len(data), size))
        return cls(tuple((part[:LABEL_SIZE], part[LABEL_SIZE:]) for part in parts))

    @property
    def data(self) -> bytes:
        """The identity as the ledger keeps it."""
        return b"".join(header + field for header, field in self.labels)

    def find(self, columns: Sequence[IdentityColumn], secret: bytes) -> list[tuple[int, bytes]] | None:
        """The place of each column and its label, in the identity's order; None where one is not there any more."""
        by_header = {label_header(column.header, secret): column.place for column in columns}
        by_field = {label_field(column.field, secret): column.place for column in columns if column.field}
        found: list[tuple[int, bytes]] = []
        for header, field in self.labels:
            place = by_header.get(header, by_field.get(field))
            if place is None:
                return None
            found.append((place, header))
        return found


def label_header(header: str, secret: bytes) -> bytes:
    """The label of a header: case and surrounding blanks do not count."""
    return _label(f"header\0{header.strip().casefold()}", secret)


def label_field(field: str, secret: bytes) -> bytes:
    """The label of a field; zeros for none."""
    return _label(f"field\0{field}", secret) if field else _NO_FIELD


def _label(text: str, secret: bytes) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, key=secret, digest_size=LABEL_SIZE, person=b"column").digest()
