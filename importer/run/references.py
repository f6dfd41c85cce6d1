"""The reference of each row of a file, and what the ledger knows of the row that goes by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from importer.ledger.digestkinds import KeyDigest, RowRef
from importer.ledger.digests import Digests
from importer.ledger.ledger import Ledger
from importer.ledger.linetable import Fit, LineTable
from importer.ledger.records import KnownRow, State
from importer.ledger.reference import read_reference
from importer.ledger.scratch import KeyOwner, Scratch
from importer.outcome import InAccount, Status
from importer.report import PastLine
from importer.run.identification import Identification, Identified, Unidentified
from importer.run.preparedrow import LEAD_OF_ANOTHER_LINE, LINE_ERRORS, REFERENCE_LOST, UNCLEAR_COPY, PreparedRow
from importer.run.ties import Verdict, fit_of

__all__ = ["Reference", "References"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A row's reference. `prepared` is the row as it goes by it; `aliases` are references that mean this row as well.

    `question` names what must be answered before the line may be sent, empty where nothing must.
    """

    ref: RowRef
    known: KnownRow | None
    prepared: PreparedRow
    aliases: tuple[RowRef, ...] = ()
    question: str = ""


class References:
    """Finds the references of one file's rows, in their order. `trusts_lead_ids`: see `--trust-lead-ids`."""

    def __init__(self, *, digests: Digests, ledger: Ledger, scratch: Scratch, trusts_lead_ids: bool) -> None:
        self._digests = digests
        self._ledger = ledger
        self._scratch = scratch
        self._lines: LineTable = scratch.lines
        self._trusts_lead_ids = trusts_lead_ids
        # Of an account's first import there is nothing to find; what another run adds meanwhile, a claim will meet.
        self.is_first = ledger.rows.is_empty()
        self._identification = Identification(
            digests=digests, identities=ledger.rows.identities, find_rows=self._find_rows, scratch=scratch
        )

    def find(self, batch: Sequence[PreparedRow], values: Mapping[KeyDigest, KeyOwner]) -> list[Reference]:
        """The references of the next rows. `values` are their unique values, each with the row that holds it."""
        decided = self._lines.decided([prepared.place for prepared in batch])
        nameless = [prepared for prepared in batch if _given(prepared, decided) is None]
        unidentified = self._identification.prepare(nameless)
        self._scratch.prefetch(values=values, rows=[row.counter for row in unidentified])
        identified = self._identify(unidentified)
        given = [ref for line in batch if (ref := _given(line, decided)) is not None]
        known = self._find_rows(given) if given else {}
        references: list[Reference] = []
        for prepared in batch:
            found = identified.get(prepared.place)
            if found is not None:
                reference = self._of_nameless(prepared, found)
            else:
                reference = self._of_line(prepared, decided, known)
            references.append(self._prove(reference))
        return references

    def _find_rows(self, refs: Sequence[RowRef]) -> dict[RowRef, KnownRow]:
        return {} if self.is_first else self._ledger.rows.find_rows(refs)

    def _identify(self, rows: Sequence[Unidentified]) -> dict[int, Identified]:
        found = self._identification.identify(rows)
        return {row.prepared.place: one for row, one in zip(rows, found, strict=True)}

    def _of_line(
        self, prepared: PreparedRow, decided: Mapping[int, tuple[str, RowRef]], known: Mapping[RowRef, KnownRow]
    ) -> Reference:
        """A line that carries a reference of this account."""
        verdict, _ = decided.get(prepared.place, ("", b""))
        given = _given(prepared, decided)
        assert given is not None  # noqa: S101 - such a line is not asked for
        row = known.get(given)
        ref = row.ref if row is not None else given
        if verdict == Verdict.COPY:
            return self._copy(prepared, ref)
        prepared = prepared._replace(given_ref=ref)
        if verdict == Verdict.UNCLEAR:
            return Reference(ref, row, prepared, question=UNCLEAR_COPY)
        if verdict == Verdict.ROW and row is None:
            prepared = prepared._replace(past=None)
        return Reference(ref, row, prepared)

    def _of_nameless(self, prepared: PreparedRow, found: Identified) -> Reference:
        """A row of a spreadsheet, or a line without a reference of this account."""
        if not prepared.has_lost_reference:
            return Reference(found.ref, found.known, prepared, found.aliases)
        if self._lines.holds(found.ref) or _is_anothers(prepared, found.known):
            return replace(self._copy(prepared, found.ref), prepared=prepared)
        self._lines.decide(prepared.place, Verdict.ROW, found.ref)
        return Reference(found.ref, found.known, prepared._replace(given_ref=found.ref), found.aliases)

    def _copy(self, prepared: PreparedRow, ref: RowRef) -> Reference:
        """A second line of one reference: a new row."""
        copies = self._scratch.next_ordinal(b"copy" + ref) + 1
        new = self._digests.of_row(ref + self._digests.of_cells(prepared.row.cells), copies, kind=b"copy")
        known = self._find_rows([new]).get(new)
        return Reference(new, known, prepared._replace(given_ref=None, past=None))

    def _prove(self, reference: Reference) -> Reference:
        """Hold a line that says created, of a row that the ledger does not know so, against the leads it knows."""
        prepared, known = reference.prepared, reference.known
        past = prepared.past
        if (
            past is None
            or prepared.is_foreign
            or reference.question
            or (known is not None and known.state in (State.CREATED, State.UPDATED, State.RESEND))
        ):
            return reference
        was_asked = past.error in LINE_ERRORS
        is_there = past.status is not None and past.status.facts.in_account in {InAccount.OURS, InAccount.THERE}
        if not is_there and not was_asked:
            return reference
        owner = self._find_owner(prepared, past.lead_id)
        if known is not None:
            # The ledger knows better than a line whose lead is another row's.
            is_false = was_asked or not past.lead_id or (owner is not None and owner.ref != known.ref)
            return replace(reference, prepared=prepared._replace(past=None)) if is_false else reference
        if owner is not None:
            if self._lines.holds(owner.ref):
                return replace(reference, question=LEAD_OF_ANOTHER_LINE)
            self._lines.decide(prepared.place, Verdict.ROW, owner.ref)
            return Reference(owner.ref, owner, prepared._replace(given_ref=owner.ref))
        is_proven = _says_ours(past) and not was_asked
        if not past.lead_id or not (is_proven or self._trusts_lead_ids):
            return replace(reference, question=past.error if was_asked else REFERENCE_LOST)
        if not self._lines.claim_lead(past.lead_id, prepared.place):
            return replace(reference, question=LEAD_OF_ANOTHER_LINE)
        proven = PastLine(
            line=past.line,
            number=past.number,
            status=past.status if is_there else Status.CREATED,
            lead_id=past.lead_id,
            ref=past.ref,
        )
        return replace(
            reference, prepared=prepared._replace(given_ref=reference.ref, past=past if is_proven else proven)
        )

    def _find_owner(self, prepared: PreparedRow, lead_id: str) -> KnownRow | None:
        """The row that is known to have created this lead; without a lead id, one with the line's unique values."""
        if self.is_first:
            return None
        if lead_id:
            return self._ledger.rows.find_lead(lead_id)
        rows = self._ledger.rows.find_keys(prepared.keys).values()
        return next((row for row in rows if row.state is State.CREATED and prepared.has_cells(row.cells)), None)


def _given(prepared: PreparedRow, decided: Mapping[int, tuple[str, RowRef]]) -> RowRef | None:
    """The reference that a line goes by: its own, or the one that was decided on."""
    verdict, ref = decided.get(prepared.place, ("", prepared.given_ref))
    return ref if verdict == Verdict.ROW else prepared.given_ref


def _is_anothers(prepared: PreparedRow, known: KnownRow | None) -> bool:
    """Whether most of what was sent for a row stands on the line no more: another person was sent in its place."""
    if known is None:
        return False
    return fit_of(known.cells, prepared.cells, prepared.digests.of_cells(prepared.row.cells)) is Fit.OTHER


def _says_ours(past: PastLine) -> bool:
    """Whether the line itself carries a reference; another account's was set apart before."""
    return read_reference(past.ref) is not None
