"""The first look at a file's rows: each is checked and decided upon before the first call.

Sequential and on disk where it must remember, so that a million rows cost no more memory than a thousand.
"""

import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from importer.events import Notify, log_notice
from importer.lead.payload import Body
from importer.ledger.digestkinds import CellsDigest, KeyDigest, RowRef
from importer.ledger.digests import Digests
from importer.ledger.ledger import Ledger
from importer.ledger.records import Intent, KnownRow, State
from importer.ledger.scratch import KeyOwner, RowState, Scratch
from importer.outcome import InAccount, Outcome, Status
from importer.run.choice import EVERY_ROW, Choice
from importer.run.decision import Decision, decide, of_question
from importer.run.inputfile import InputFile
from importer.run.notices import Notices
from importer.run.preparedrow import LEAD_OF_ANOTHER_LINE, UNCLEAR_COPY, PreparedRow, RowPreparer
from importer.run.references import Reference, References
from importer.run.source import Elsewhere
from importer.run.ties import tie_lines

__all__ = ["Review", "Reviewed"]

BATCH = 400
NO_REFERENCE = RowRef(b"")
"""Of a row that is left out: it is no row of the source."""

Decided = tuple[PreparedRow, RowState]
"""A row with what is decided about it."""

_Adoption = tuple[Intent, State, Outcome]
"""A row that the ledger learns of from a report, and what it is."""


@dataclass(slots=True)
class Reviewed:
    """What the review found: outcomes by status, and how many rows are left to sending.

    `first_ready` is the first row that is to be sent: its number and the body of its call.
    """

    counts: Counter[Status] = field(default_factory=Counter)
    open_rows: int = 0
    foreign_lines: int = 0
    resumed: int = 0
    first_ready: tuple[int, Body] | None = None


class Review:
    """Decides about every row of an input file; a dry run reports the decisions as they come, others keep them.

    `payloads`, where given, gets one JSON line for each row that is fit to send. `notify` hears what is odd, `on_row`
    the number and outcome of each row that is done with now. `choice` are the rows that are to be sent. `may_list` is
    as in `decide`. `reviewed` is what was found so far.
    """

    def __init__(
        self,
        *,
        input_file: InputFile,
        maker: RowPreparer,
        digests: Digests,
        ledger: Ledger,
        scratch: Scratch,
        again: bool,
        payloads: TextIO | None,
        trusts_references: bool = False,
        trusts_lead_ids: bool = False,
        may_list: bool = False,
        elsewhere: Elsewhere | None = None,
        choice: Choice = EVERY_ROW,
        notify: Notify = log_notice,
        on_row: Callable[[int, Outcome], object] = lambda _number, _outcome: None,
    ) -> None:
        self._input_file = input_file
        self._maker = maker
        self._ledger = ledger
        self._scratch = scratch
        self._again = again
        self._payloads = payloads
        self._notify = notify
        self._on_row = on_row
        self.reviewed = Reviewed()
        self._notices = Notices(input_file.mapping)
        self._identity = digests.source, digests.identity
        self._trusts_references = trusts_references
        self._may_list = may_list
        self._elsewhere = elsewhere or Elsewhere()
        self._choice = choice
        self._references = References(digests=digests, ledger=ledger, scratch=scratch, trusts_lead_ids=trusts_lead_ids)

    def run(self, *, may_write: bool) -> Reviewed:
        """Review the whole file and keep every decision in the scratch pad, for sending to carry out."""
        for _ in self.steps(may_write=may_write):
            pass
        return self.reviewed

    def steps(self, *, may_write: bool) -> Iterator[None]:
        """The same batch by batch. `may_write`: leads that the report knows as created are written into the ledger."""
        for batch in self.batches(may_write=may_write):
            for _prepared, note in batch:
                self._scratch.keep(note)
            yield
        if may_write:
            source, identity = self._identity
            with self._ledger.begin() as connection:
                self._ledger.rows.identities.remember(connection, source, identity)

    def decided(self) -> Iterator[Decided]:
        """Every row in the file's order, with what is decided about it. To be gone through once."""
        return itertools.chain.from_iterable(self.batches())

    def batches(self, *, may_write: bool = False) -> Iterator[Iterable[Decided]]:
        """The same in batches, each to be gone through at once; empty ones while a report's lines are compared."""
        if self._input_file.shape is not None:
            table, trusts = self._scratch.lines, self._trusts_references
            tying = tie_lines(self._input_file, self._maker, self._ledger, table, trusts=trusts, notify=self._notify)
            yield from (() for _ in tying)
        prepared_rows = itertools.starmap(self._maker.make, self._input_file.rows())
        while batch := list(itertools.islice(prepared_rows, BATCH)):
            yield self._review(batch, may_write=may_write)
        for notice in self._notices.tell():
            self._notify(notice)
        self._elsewhere.check()

    def _review(self, batch: Sequence[PreparedRow], *, may_write: bool) -> Iterator[Decided]:
        skipped = {line.place: outcome for line in batch if (outcome := self._choice.skipped(line)) is not None}
        taken = [line for line in batch if line.place not in skipped]  # else their twins would be other rows tomorrow
        references = self._references.find(taken, _holders(taken))
        by_key = self._by_key(references)
        adopted: list[tuple[Intent, State, Outcome]] = []
        remaining = iter(references)
        for line in batch:
            if line.place in skipped:
                outcome = skipped[line.place]
                self._count(line, Decision(outcome))
                yield line, RowState(line.place, line.given_ref or NO_REFERENCE, is_open=False, outcome=outcome)
                continue
            reference = next(remaining)
            prepared = self._maker.carrying(reference.prepared, reference.ref)
            self.reviewed.foreign_lines += prepared.is_foreign
            if reference.question:
                decision, adoption = self._ask(reference)
            else:
                decision = self._decide(prepared, reference.ref, reference.known, by_key)
                if decision.is_open or decision.outcome.status is Status.INVALID:
                    left = self._choice.left(prepared)
                    decision = decision if left is None else Decision(left, holds=decision.holds)
                adoption = _adoption(reference, decision) if decision.adopts else None
            self._count(prepared, decision)
            if adoption is not None:
                adopted.append(adoption)
            self._elsewhere.note(prepared, reference.known)
            if self._payloads is not None and not prepared.problems:
                payload = {"row": prepared.row.number, "lead": prepared.lead.body}
                self._payloads.write(json.dumps(payload, ensure_ascii=False) + "\n")
            yield line, RowState(prepared.place, reference.ref, decision.is_open, decision.outcome)
        aliases = [(alias, reference.ref) for reference in references for alias in reference.aliases]
        if may_write and (adopted or aliases):
            with self._ledger.begin() as connection:
                for intent, state, outcome in adopted:
                    self._ledger.rows.record(connection, intent, state, outcome)
                self._ledger.rows.identities.add_aliases(connection, aliases)

    def _by_key(self, references: Sequence[Reference]) -> Mapping[KeyDigest, KnownRow]:
        """Whose the unique values of these rows are. Of a row that is created itself, it does not matter."""
        if self._references.is_first:
            return {}
        unsettled = [one for one in references if one.known is None or one.known.state is not State.CREATED]
        return self._ledger.rows.find_keys([key for one in unsettled for key in one.prepared.keys])

    def _ask(self, reference: Reference) -> "tuple[Decision, _Adoption | None]":
        """What becomes of a line that is not sent before a person has said what it is.

        Where only the report knows that one of several lines is created, or may be, the ledger learns it now.
        """
        past = reference.prepared.past
        lead_id = past.lead_id if past is not None and reference.known is None else ""
        is_anothers = reference.question == LEAD_OF_ANOTHER_LINE
        decision = Decision(of_question(reference.question, "" if is_anothers else lead_id))
        if reference.question != UNCLEAR_COPY or reference.known is not None or past is None or past.status is None:
            return decision, None
        facts = past.status.facts
        state = facts.told_as
        if state is None or (facts.in_account is InAccount.OURS and not lead_id):
            return decision, None
        intent = Intent(reference.ref, CellsDigest(b""), (), reference.prepared.row.number, intent_at=0.0)
        return decision, (intent, state, past.outcome() or decision.outcome)

    def _decide(
        self, prepared: PreparedRow, ref: RowRef, known: KnownRow | None, by_key: Mapping[KeyDigest, KnownRow]
    ) -> Decision:
        scratch, keys = self._scratch, prepared.keys
        held = [scratch.holder(key) for key in keys]
        holders = [holder for holder in held if holder is not None]
        others = [row for key in keys if (row := by_key.get(key)) is not None and row.ref != ref] if by_key else ()
        is_intent = known is not None and known.state is State.INTENT
        is_in_flight = known is not None and is_intent and self._ledger.locks.is_live(known.run_token)
        decision = decide(
            prepared,
            known,
            others,
            holders,
            again=self._again,
            is_in_flight=is_in_flight,
            may_list=self._may_list,
        )
        if decision.holds and keys:
            me = KeyOwner(prepared.place, prepared.row.number)
            for key, holder in zip(keys, held, strict=True):
                if holder is None:
                    scratch.hold(key, me)
        self.reviewed.resumed += is_intent and not is_in_flight
        return decision

    def _count(self, prepared: PreparedRow, decision: Decision) -> None:
        reviewed, status = self.reviewed, decision.outcome.status
        reviewed.counts[status] += 1
        if decision.is_open:
            reviewed.open_rows += 1
        elif status is not Status.CREATED:
            self._on_row(prepared.row.number, decision.outcome)
        if decision.is_open or status is Status.INVALID:
            self._notices.look(prepared.row)
        if status is Status.READY and reviewed.first_ready is None:
            reviewed.first_ready = prepared.row.number, prepared.lead.body


def _holders(batch: Sequence[PreparedRow]) -> dict[KeyDigest, KeyOwner]:
    """The unique values of these rows, each with the row that is going to hold it if nobody does."""
    values: dict[KeyDigest, KeyOwner] = {}
    for prepared in batch:
        if prepared.keys and not prepared.problems:
            me = KeyOwner(prepared.place, prepared.row.number)
            for key in prepared.keys:
                values.setdefault(key, me)
    return values


def _adoption(reference: Reference, decision: Decision) -> _Adoption:
    prepared = reference.prepared
    intent = Intent(reference.ref, prepared.cells, prepared.keys, prepared.row.number, intent_at=0.0)
    return intent, decision.outcome.status.facts.kept_as or State.CREATED, decision.outcome
