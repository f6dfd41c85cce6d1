"""The first look at a file's rows: each is checked and decided upon before the first call.

Sequential and on disk where it must remember, so that a million rows cost no more memory than a thousand.
"""

import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from importer.lead.assembly import Body
from importer.ledger.digests import Digests
from importer.ledger.ledger import Ledger
from importer.ledger.records import Intent, KnownRow, State
from importer.ledger.scratch import Holder, Note, Scratch
from importer.outcome import Outcome, Status
from importer.run.candidate import Candidate, CandidateMaker
from importer.run.decision import Decision, decide
from importer.run.intake import Intake
from importer.run.notices import Notices
from importer.run.rowlog import log_outcome

__all__ = ["Review", "Reviewed"]

BATCH = 400


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
    """Decides about every row of an intake; a dry run reports the decisions as they come, others keep them.

    `payloads`, where given, gets one JSON line for each row that is fit to send. `check_stop` may raise between
    batches. `reviewed` is what was found so far.
    """

    def __init__(
        self,
        *,
        intake: Intake,
        maker: CandidateMaker,
        digests: Digests,
        ledger: Ledger,
        scratch: Scratch,
        again: bool,
        payloads: TextIO | None,
        check_stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._intake = intake
        self._maker = maker
        self._digests = digests
        self._ledger = ledger
        self._scratch = scratch
        self._again = again
        self._payloads = payloads
        self._check_stop = check_stop
        self.reviewed = Reviewed()
        self._notices = Notices(intake.mapping)
        # Of an account's first import there is nothing to find; what another run adds meanwhile, a claim will meet.
        self._is_first = ledger.rows.is_empty()

    def run(self, *, may_write: bool) -> Reviewed:
        """Review the file and keep every decision in the scratch pad, for sending to carry out.

        `may_write`: leads that the report knows as created are written into the ledger.
        """
        for _candidate, note in self.decided(may_write=may_write):
            self._scratch.keep(note)
        return self.reviewed

    def decided(self, *, may_write: bool = False) -> Iterator[tuple[Candidate, Note]]:
        """Every row in the file's order, with what is decided about it. To be gone through once."""
        candidates = itertools.starmap(self._maker.make, self._intake.rows())
        while batch := list(itertools.islice(candidates, BATCH)):
            self._check_stop()
            yield from self._review(batch, may_write=may_write)
        self._notices.tell()

    def _review(self, batch: Sequence[Candidate], *, may_write: bool) -> Iterator[tuple[Candidate, Note]]:
        values: dict[bytes, Holder] = {}
        for candidate in batch:
            if candidate.keys and not candidate.problems:
                me = Holder(candidate.place, candidate.row.number)
                for key in candidate.keys:
                    values.setdefault(key, me)
        self._scratch.prefetch(values=values, rows=[candidate.given_ref or candidate.cells for candidate in batch])
        refs = [self._reference(candidate) for candidate in batch]
        known: Mapping[bytes, KnownRow] = {}
        by_key: Mapping[bytes, KnownRow] = {}
        if not self._is_first:
            known = self._ledger.rows.find_rows(refs)
            # Of a row that was created itself, it does not matter who else had its values.
            created = {ref for ref, row in known.items() if row.state is State.CREATED}
            by_key = self._ledger.rows.find_keys(
                [key for line, ref in zip(batch, refs, strict=True) if ref not in created for key in line.keys]
            )
        adopted: list[tuple[Intent, Outcome]] = []
        for line, ref in zip(batch, refs, strict=True):
            candidate = self._maker.under(line, ref)
            decision = self._decide(candidate, ref, known.get(ref), by_key)
            if decision.adopts:
                adopted.append((_adoption(candidate, ref), decision.outcome))
            if self._payloads is not None and not candidate.problems:
                payload = {"row": candidate.row.number, "lead": candidate.lead.body}
                self._payloads.write(json.dumps(payload, ensure_ascii=False) + "\n")
            yield line, Note(candidate.place, ref, decision.is_open, decision.outcome)
        if adopted and may_write:
            with self._ledger.begin() as connection:
                for intent, outcome in adopted:
                    self._ledger.rows.record(connection, intent, State.CREATED, outcome)

    def _reference(self, candidate: Candidate) -> bytes:
        """The row's reference: its report line's own, the first time that stands in the file, else a computed one."""
        self.reviewed.foreign_lines += candidate.is_foreign
        given = candidate.given_ref
        if given is not None:
            copies = self._scratch.next_ordinal(given)
            return given if copies == 0 else self._digests.of_row(given + candidate.cells, copies, kind=b"copy")
        ordinal = self._scratch.next_ordinal(candidate.cells)
        kind = b"row" if self._intake.shape is None else b"line"
        return self._digests.of_row(candidate.cells, ordinal, kind=kind)

    def _decide(
        self, candidate: Candidate, ref: bytes, known: KnownRow | None, by_key: Mapping[bytes, KnownRow]
    ) -> Decision:
        scratch, keys = self._scratch, candidate.keys
        held = [scratch.holder(key) for key in keys]
        holders = [holder for holder in held if holder is not None]
        others = [row for key in keys if (row := by_key.get(key)) is not None and row.ref != ref] if by_key else ()
        is_intent = known is not None and known.state is State.INTENT
        is_in_flight = known is not None and is_intent and self._ledger.locks.is_live(known.run_token)
        decision = decide(candidate, known, others, holders, again=self._again, is_in_flight=is_in_flight)
        if decision.holds and keys:
            me = Holder(candidate.place, candidate.row.number)
            for key, holder in zip(keys, held, strict=True):
                if holder is None:
                    scratch.hold(key, me)
        self._count(candidate, decision)
        self.reviewed.resumed += is_intent and not is_in_flight
        return decision

    def _count(self, candidate: Candidate, decision: Decision) -> None:
        reviewed, status = self.reviewed, decision.outcome.status
        reviewed.counts[status] += 1
        if decision.is_open:
            reviewed.open_rows += 1
        elif status is not Status.CREATED:
            log_outcome(candidate.row.number, decision.outcome)
        if decision.is_open or status is Status.INVALID:
            self._notices.look(candidate.row)
        if status is Status.READY and reviewed.first_ready is None:
            reviewed.first_ready = candidate.row.number, candidate.lead.body


def _adoption(candidate: Candidate, ref: bytes) -> Intent:
    return Intent(ref, candidate.cells, candidate.keys, candidate.row.number, intent_at=0.0)
