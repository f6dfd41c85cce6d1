"""Keyed digests that tell rows apart without holding what is in them."""

import hashlib
from collections.abc import Callable, Sequence

from importer.ledger.cellmarks import pack_marks
from importer.ledger.digestkinds import CellsDigest, KeyDigest, RowRef
from importer.ledger.identity import Identity, IdentityColumn, label_field, label_header

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

    `header` is the spreadsheet's header, `columns` what is known of its columns, and `counted` the places of those that
    make a row's identity (by default all). Blank cells and the order of columns do not matter. Where every counted cell
    of a row is blank, the `spare` columns count, and where these are blank too, all of them.
    """

    def __init__(
        self,
        secret: bytes,
        *,
        account: str,
        source: str,
        header: Sequence[str],
        columns: Sequence[IdentityColumn] | None = None,
        counted: Sequence[int] | None = None,
        spare: Sequence[int] = (),
    ) -> None:
        self._cells = self._start(secret, b"cells", account)
        self._identity = self._start(secret, b"identity", account)
        self._mark = self._start(secret, b"mark", account)
        self._ref = self._start(secret, b"ref", account, source)
        self._key = self._start(secret, b"key", account)
        self.source = self._start(secret, b"source", source).digest()
        names = [name.strip().casefold() for name in header]
        order = sorted(range(len(names)), key=lambda index: (names[index], index))
        self._columns = [(index, f"{len(names[index])}:{names[index]}") for index in order]
        if columns is None:
            columns = [IdentityColumn(index, name) for index, name in enumerate(header)]
        counted = [column.place for column in columns] if counted is None else counted
        self._secret = secret
        self._all = columns
        self.identity = self._identity_of(counted)
        self._counted = self._prefixes(self.identity)
        self._spare = self._prefixes(self._identity_of(spare))
        marked = {*counted, *spare}
        self._marked = [
            (column.place, label_field(column.field, secret) if column.field else label_header(column.header, secret))
            for column in columns
            if column.place in marked
        ]

    def _identity_of(self, places: Sequence[int]) -> Identity:
        wanted = set(places)
        return Identity.of([column for column in self._all if column.place in wanted], self._secret)

    def _prefixes(self, identity: Identity) -> list[tuple[int, str]]:
        return [(index, label.hex()) for index, label in identity.find(self._all, self._secret) or ()]

    @staticmethod
    def _start(secret: bytes, purpose: bytes, *parts: str) -> "hashlib.blake2b":
        state = hashlib.blake2b(key=secret, digest_size=DIGEST_SIZE, person=purpose)
        for part in parts:
            data = part.encode("utf-8", "surrogatepass")  # a file's name may be no text
            state.update(len(data).to_bytes(4, "big") + data)
        return state

    def of_cells(self, cells: Sequence[str]) -> CellsDigest:
        """The digest of all of a row's cells (as many as the header has): what ledgers before version 3 knew it by."""
        state = self._cells.copy()
        text = "".join([f"{name}{len(cell)}:{cell}" for index, name in self._columns if (cell := cells[index]).strip()])
        state.update(text.encode("utf-8", "surrogatepass"))
        return CellsDigest(state.digest())

    def of_identity(self, cells: Sequence[str]) -> bytes:
        """The digest of what makes a row the same row."""
        return self._digest(self._counted, cells) or self._digest(self._spare, cells) or self.of_cells(cells)

    def of_former(self, identity: Identity) -> Callable[[Sequence[str]], bytes] | None:
        """What made the same digest of the same cells when this was the identity; None where a column is gone."""
        if identity.find(self._all, self._secret) is None:
            return None
        counted = self._prefixes(identity)
        return lambda cells: self._digest(counted, cells) or self._digest(self._spare, cells) or self.of_cells(cells)

    def of_each(self, cells: Sequence[str]) -> CellsDigest:
        """A mark for each of the columns that count or are sent, so that rows can be compared column by column."""
        marks: list[tuple[bytes, bytes]] = []
        for index, label in self._marked:
            text = cells[index].strip()
            mark = b""
            if text:
                state = self._mark.copy()
                state.update(label + text.encode("utf-8", "surrogatepass"))
                mark = state.digest()
            marks.append((label, mark))
        return pack_marks(marks)

    def _digest(self, columns: Sequence[tuple[int, str]], cells: Sequence[str]) -> bytes:
        text = "".join([f"{name}{len(cell)}:{cell}" for index, name in columns if (cell := cells[index].strip())])
        if not text:
            return b""
        state = self._identity.copy()
        state.update(text.encode("utf-8", "surrogatepass"))
        return state.digest()

    def of_row(self, digest: bytes, ordinal: int, *, kind: bytes = b"row") -> RowRef:
        """The reference of the `ordinal`-th row of the source that has this identity.

        `kind` sets apart the lines of a report that came without a reference, or with one already taken.
        """
        state = self._ref.copy()
        state.update(kind + digest + ordinal.to_bytes(4, "big"))
        return RowRef(state.digest())

    def of_key(self, field: str, exact: str) -> KeyDigest:
        """The digest of one unique value, the same in every file of the account."""
        state = self._key.copy()
        state.update(f"{field}\0{exact}".encode("utf-8", "surrogatepass"))
        return KeyDigest(state.digest())
