"""The first pass over a file: every row is checked and decided upon before the first call.

Sequential and on disk where it must remember, so that a million rows cost no more memory than a thousand.
"""

import itertools
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from importer.lead.mapping import Body
from importer.ledger.digests import Digests
from importer.ledger.ledger import Ledger
from importer.ledger.records import Intent, KnownRow, State
from importer.ledger.scratch import Holder, Note, Scratch
from importer.outcome import Outcome, Status
from importer.run.candidate import Candidate, CandidateMaker
from importer.run.decision import Decision, decide
from importer.run.intake import Intake
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
    """Decides about every row of an intake and keeps the decisions in the scratch pad.

    `payloads`, where given, gets one JSON line for each row that is fit to send. `check_stop` may raise between
    batches.
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
        self._reviewed = Reviewed()
        # Of an account's first import there is nothing to find; what another run adds meanwhile, a claim will meet.
        self._is_first = ledger.rows.is_empty()

    def run(self, *, may_write: bool) -> Reviewed:
        """Review the file. `may_write`: leads that the report knows as created are written into the ledger."""
        candidates = itertools.starmap(self._maker.make, self._intake.rows())
        while batch := list(itertools.islice(candidates, BATCH)):
            self._check_stop()
            self._review(batch, may_write=may_write)
        return self._reviewed

    def _review(self, batch: Sequence[Candidate], *, may_write: bool) -> None:
        given = [candidate.given_ref for candidate in batch if candidate.given_ref is not None]
        keys = [key for candidate in batch for key in candidate.keys]
        self._scratch.prefetch(values=keys, rows=[*(candidate.cells for candidate in batch), *given])
        refs = [self._reference(candidate) for candidate in batch]
        batch = [candidate.under(ref) for candidate, ref in zip(batch, refs, strict=True)]
        known = {} if self._is_first else self._ledger.rows.find_rows(refs)
        by_key = {} if self._is_first else self._ledger.rows.find_keys(keys)
        adopted: list[tuple[Intent, Outcome]] = []
        for candidate, ref in zip(batch, refs, strict=True):
            decision = self._decide(candidate, ref, known.get(ref), by_key)
            if decision.adopts:
                adopted.append((_adoption(candidate, ref), decision.outcome))
            if self._payloads is not None and not candidate.problems:
                line = {"row": candidate.row.number, "lead": candidate.lead.body}
                self._payloads.write(json.dumps(line, ensure_ascii=False) + "\n")
        if adopted and may_write:
            with self._ledger.begin() as connection:
                for intent, outcome in adopted:
                    self._ledger.rows.record(connection, intent, State.CREATED, outcome)

    def _reference(self, candidate: Candidate) -> bytes:
        """The row's reference: its report line's own, the first time that stands in the file, else a computed one."""
        self._reviewed.foreign_lines += candidate.is_foreign
        given = candidate.given_ref
        if given is not None:
            copies = self._scratch.next_ordinal(given)
            return given if copies == 0 else self._digests.of_row(given + candidate.cells, copies, kind=b"copy")
        ordinal = self._scratch.next_ordinal(candidate.cells)
        kind = b"row" if self._intake.shape is None else b"line"
        return self._digests.of_row(candidate.cells, ordinal, kind=kind)

    def _decide(
        self, candidate: Candidate, ref: bytes, known: KnownRow | None, by_key: dict[bytes, KnownRow]
    ) -> Decision:
        held = [(key, self._scratch.holder(key)) for key in candidate.keys]
        holders = [holder for _key, holder in held if holder is not None]
        others = [row for key in candidate.keys if (row := by_key.get(key)) is not None and row.ref != ref]
        is_intent = known is not None and known.state is State.INTENT
        is_in_flight = known is not None and is_intent and self._ledger.locks.is_live(known.run_token)
        decision = decide(candidate, known, others, holders, again=self._again, is_in_flight=is_in_flight)
        if decision.holds:
            me = Holder(candidate.place, candidate.row.number)
            for key, holder in held:
                if holder is None:
                    self._scratch.hold(key, me)
        self._scratch.keep(Note(candidate.place, ref, decision.is_open, decision.outcome))
        self._reviewed.counts[decision.outcome.status] += 1
        self._reviewed.open_rows += decision.is_open
        if not decision.is_open and decision.outcome.status is not Status.CREATED:
            log_outcome(candidate.row.number, decision.outcome)
        if self._reviewed.first_ready is None and decision.outcome.status is Status.READY:
            self._reviewed.first_ready = candidate.row.number, candidate.lead.body
        self._reviewed.resumed += is_intent and not is_in_flight
        return decision


def _adoption(candidate: Candidate, ref: bytes) -> Intent:
    return Intent(ref, candidate.cells, candidate.keys, candidate.row.number, intent_at=0.0)
