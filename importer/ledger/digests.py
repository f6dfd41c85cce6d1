"""Keyed digests that tell rows apart without holding what is in them."""

import hashlib
from collections.abc import Sequence

__all__ = ["DIGEST_SIZE", "Digests", "account_tag"]

DIGEST_SIZE = 16
TAG_SIZE = 6


def account_tag(identity: str) -> bytes:
    """The part of a row's reference that tells which account it belongs to, the same on every machine."""
    return hashlib.blake2b(
        identity.encode("utf-8", "surrogatepass"), digest_size=TAG_SIZE, person=b"lsq-account"
    ).digest()


class Digests:
    """Makes the digests of one account and source under the ledger's secret.

    `header` is the spreadsheet's header. A row's identity is what stands under which header: blank cells do not
    count and columns are taken in the order of their names, so that a moved or added empty column changes nothing.
    """

    def __init__(self, secret: bytes, *, account: str, source: str, header: Sequence[str]) -> None:
        self._cells = self._start(secret, b"cells", account)
        self._ref = self._start(secret, b"ref", account, source)
        self._key = self._start(secret, b"key", account)
        names = [name.strip().casefold() for name in header]
        order = sorted(range(len(names)), key=lambda index: (names[index], index))
        self._columns = [(index, f"{len(names[index])}:{names[index]}") for index in order]

    @staticmethod
    def _start(secret: bytes, purpose: bytes, *parts: str) -> "hashlib.blake2b":
        state = hashlib.blake2b(key=secret, digest_size=DIGEST_SIZE, person=purpose)
        for part in parts:
            data = part.encode("utf-8", "surrogatepass")  # a file's name may be no text
            state.update(len(data).to_bytes(4, "big") + data)
        return state

    def of_cells(self, cells: Sequence[str]) -> bytes:
        """The digest of a row's cells (as many as the header has)."""
        state = self._cells.copy()
        text = "".join([f"{name}{len(cell)}:{cell}" for index, name in self._columns if (cell := cells[index]).strip()])
        state.update(text.encode("utf-8", "surrogatepass"))
        return state.digest()

    def of_row(self, cells_digest: bytes, ordinal: int, *, kind: bytes = b"row") -> bytes:
        """The reference of the `ordinal`-th row of the source that has these cells.

        `kind` sets apart the lines of a report that came without a reference, or with one already taken.
        """
        state = self._ref.copy()
        state.update(kind + cells_digest + ordinal.to_bytes(4, "big"))
        return state.digest()

    def of_key(self, field: str, exact: str) -> bytes:
        """The digest of one unique value, the same in every file of the account."""
        state = self._key.copy()
        state.update(f"{field}\0{exact}".encode("utf-8", "surrogatepass"))
        return state.digest()
