"""Which row of its source a row is that carries no reference: by what makes rows of the source the same.

The k-th row of a file with one identity is the k-th that the ledger knows. Where the identity changed (other columns
are mapped, `identity:` was set, an older lsq-import counted every column), rows are found by what it was before, once:
from then on an alias leads from the new reference to the row.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from importer.ledger.cellmarks import are_marks, compare_marks
from importer.ledger.digestkinds import RowRef
from importer.ledger.digests import Digests
from importer.ledger.identities import Identities
from importer.ledger.records import KnownRow
from importer.ledger.scratch import Scratch
from importer.run.preparedrow import PreparedRow

__all__ = ["Identification", "Identified", "Unidentified"]

FindRows = Callable[[Sequence[RowRef]], dict[RowRef, KnownRow]]


@dataclass(frozen=True, slots=True)
class _Former:
    """An identity of before. `is_finer`: rows that were the same then are the same now; `is_coarser`: the reverse."""

    name: bytes
    digest: Callable[[Sequence[str]], bytes]
    is_finer: bool
    is_coarser: bool


@dataclass(frozen=True, slots=True)
class Identified:
    """A row's reference, what the ledger knows under it, and the references that mean this row from now on."""

    ref: RowRef
    known: KnownRow | None
    aliases: tuple[RowRef, ...] = ()


class Unidentified(NamedTuple):
    """A row that is looked up by what makes it the same: `own` is the digest of that, `counter` counts rows of it."""

    prepared: PreparedRow
    kind: bytes
    own: bytes
    counter: bytes


def kind_of(prepared: PreparedRow) -> bytes:
    """A line that a person added to a report, or another account's, is no row of the source, however alike the two."""
    return b"row" if prepared.past is None or prepared.has_lost_reference else b"line"


class Identification:
    """Finds the references of one file's rows, in their order."""

    def __init__(self, *, digests: Digests, identities: Identities, find_rows: FindRows, scratch: Scratch) -> None:
        self._digests = digests
        self._find_rows = find_rows
        self._scratch = scratch
        self._spare: dict[bytes, list[RowRef]] = defaultdict(list)
        self._formers = list(_formers(digests, identities))

    def prepare(self, batch: Sequence[PreparedRow]) -> list[Unidentified]:
        """What is looked up of the next rows; its `counter` is a digest to prefetch from the scratch pad."""
        unidentified: list[Unidentified] = []
        for prepared in batch:
            kind = kind_of(prepared)
            own = self._digests.of_identity(prepared.row.cells)
            unidentified.append(Unidentified(prepared, kind, own, kind + own))
        return unidentified

    def identify(self, batch: Sequence[Unidentified]) -> list[Identified]:
        """The references of the next rows."""
        if self._formers:
            return self._identify_by_formers(batch)
        refs = [self._digests.of_row(row.own, self._scratch.next_ordinal(row.counter), kind=row.kind) for row in batch]
        known = self._find_rows(refs)
        return [Identified(found.ref if (found := known.get(ref)) else ref, found) for ref in refs]

    def _identify_by_formers(self, batch: Sequence[Unidentified]) -> list[Identified]:
        lookup = _Lookup(self._find_rows)
        before: list[list[RowRef]] = []
        for row in batch:
            refs: list[RowRef] = []
            for former in self._formers:
                digest = former.digest(row.prepared.row.cells)
                ordinal = self._scratch.next_ordinal(former.name + row.kind + digest)
                refs.append(self._digests.of_row(digest, ordinal, kind=row.kind))
            before.append(refs)
        first = [self._digests.of_row(row.own, 0, kind=row.kind) for row in batch]
        lookup.fetch([*first, *(ref for refs in before for ref in refs)])
        return [self._choose(row, refs, lookup) for row, refs in zip(batch, before, strict=True)]

    def _choose(self, row: Unidentified, former_refs: Sequence[RowRef], lookup: "_Lookup") -> Identified:
        while True:
            ref = self._digests.of_row(row.own, self._scratch.next_ordinal(row.counter), kind=row.kind)
            known = lookup.get(ref)
            if known is None or not self._is_taken(known.ref):
                break
        formers = [(former, lookup.get(at), at) for former, at in zip(self._formers, former_refs, strict=True)]
        if known is not None:
            self._take(known.ref)
            # Another row of this identity may find its own taken by this one: then it has this one's instead.
            if spare := [one.ref for former, one, _ in formers if former.is_finer and one and one.ref != known.ref]:
                self._spare[row.own] += spare
            return Identified(known.ref, known)
        found = [one for former, one, _ in formers if one and (not former.is_coarser or _agree(one, row.prepared))]
        found += [one for at in self._spare.get(row.own, ()) if (one := lookup.get(at)) is not None]
        for one in found:
            if not self._is_taken(one.ref):
                self._take(one.ref)
                return Identified(one.ref, one, (ref,))
        self._take(ref)
        return Identified(ref, None, tuple(at for _, one, at in formers if one is None))

    def _is_taken(self, ref: RowRef) -> bool:
        return self._scratch.has_ordinal(b"taken" + ref)

    def _take(self, ref: RowRef) -> None:
        self._scratch.next_ordinal(b"taken" + ref)


class _Lookup:
    """What the ledger knows, asked for in one go and, where that was not foreseen, one by one."""

    def __init__(self, find_rows: FindRows) -> None:
        self._find_rows = find_rows
        self._known: dict[RowRef, KnownRow | None] = {}

    def fetch(self, refs: Sequence[RowRef]) -> None:
        self._known |= dict.fromkeys(refs)
        self._known |= self._find_rows(refs)

    def get(self, ref: RowRef) -> KnownRow | None:
        if ref not in self._known:
            self.fetch([ref])
        return self._known[ref]


def _formers(digests: Digests, identities: Identities) -> "list[_Former]":
    present = set(digests.identity.labels)
    found: list[_Former] = []
    for number, identity in enumerate(identities.former(digests.source, digests.identity)):
        digest = digests.of_former(identity)
        if digest is not None:
            columns = set(identity.labels)
            found.append(_Former(b"%d" % number, digest, columns >= present, columns < present))
    if identities.has_old_rows():
        found.append(_Former(b"all", digests.of_cells, is_finer=True, is_coarser=False))
    return found


def _agree(row: KnownRow, prepared: PreparedRow) -> bool:
    """Whether nothing that is remembered of a row speaks against its being this one."""
    return not are_marks(row.cells) or not compare_marks(row.cells, prepared.cells).differing
