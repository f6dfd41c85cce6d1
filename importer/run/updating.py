"""The third pass: leads that exist are brought up to what their rows say.

It takes the rows that sending left as duplicates of leads in the account, and those that are there already, whose
cells are others than those that were delivered, unless something is wrong with these: then the lead keeps what it
has. Each lead is written to by one row of a file, the first.
"""

import asyncio
import itertools
from collections.abc import Iterator
from typing import NamedTuple

from importer.errors import ImporterError, WithdrawnError
from importer.leadsquared.updates import Updates
from importer.ledger.cellmarks import are_marks, has_more
from importer.ledger.failure import graver
from importer.ledger.ledger import Ledger
from importer.ledger.records import Intent, KnownRow, State
from importer.ledger.scratch import RowState, Scratch
from importer.outcome import Outcome, Status
from importer.run.guarding import guarded
from importer.run.inputfile import InputFile
from importer.run.preparedrow import PreparedRow, RowPreparer

__all__ = ["ExistingLeads", "may_need_more"]

KNOWN_AT_ONCE = 100
IN_FILE = "duplicate_in_file"
THERE = frozenset({Status.CREATED, Status.UPDATED, Status.UNCHANGED})


class _Due(NamedTuple):
    prepared: PreparedRow
    state: RowState
    known: KnownRow | None


class ExistingLeads:
    """Brings up to date what the rows of an input file are about, after the sending. `failure` is what ended it early.

    `close` lets no call go any more.
    """

    def __init__(
        self,
        *,
        input_file: InputFile,
        maker: RowPreparer,
        ledger: Ledger,
        scratch: Scratch,
        updates: Updates,
        workers: int,
    ) -> None:
        self.failure: ImporterError | None = None
        self.done = 0
        self._input_file = input_file
        self._maker = maker
        self._ledger = ledger
        self._scratch = scratch
        self._updates = updates
        self._workers = workers
        self._is_stopping = False
        self._queue: asyncio.Queue[_Due | None] = asyncio.Queue(maxsize=2 * workers)
        self._taken: dict[str, int] = {}

    def leave(self) -> None:
        """Take no new rows."""
        self._is_stopping = True

    async def run(self) -> None:
        """Bring every lead up to date, or as many as can be before something ends it."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._workers):
                group.create_task(self._work())
            for due in self._due():
                if self._is_stopping:
                    break
                await self._queue.put(due)
            for _ in range(self._workers):
                await self._queue.put(None)

    def _fail(self, error: ImporterError) -> None:
        if not isinstance(error, WithdrawnError):
            self.failure = graver(self.failure, error)
        self.leave()

    def _due(self) -> Iterator[_Due]:
        rows = zip(self._input_file.rows(), self._scratch.notes(), strict=True)
        perhaps = ((row, state) for row, state in rows if not state.is_open and _may_be_due(state.outcome))
        while batch := list(itertools.islice(perhaps, KNOWN_AT_ONCE)):
            known = self._ledger.rows.find_rows([state.ref for _row, state in batch])
            for row, state in batch:
                prepared, found = self._maker.make(*row), known.get(state.ref)
                is_new = found is not None and may_need_more(prepared, found) and not prepared.problems
                if state.outcome.status not in THERE or is_new:
                    yield _Due(prepared, state, found)

    async def _work(self) -> None:
        while (due := await self._queue.get()) is not None:
            if not self._is_stopping:
                await guarded(self._bring_up(due), what=f"row {due.prepared.row.number}", fail=self._fail)

    async def _bring_up(self, due: _Due) -> None:
        outcome = await self._outcome(due)
        if outcome.status in THERE:
            self._learn(due, outcome)
        self.done += outcome.status is not Status.NOT_UPDATED
        self._scratch.keep(due.state._replace(outcome=outcome))

    async def _outcome(self, due: _Due) -> Outcome:
        prepared, lead_id = due.prepared, due.state.outcome.lead_id
        if not lead_id:
            found = await self._updates.find(prepared.lead)
            if isinstance(found, Outcome):
                return found
            lead_id = found
        number = prepared.row.number
        other = self._taken.setdefault(lead_id, number)
        if other != number:
            return Outcome(
                Status.NOT_UPDATED,
                error=IN_FILE,
                message=f"Row {other} is about the same lead.",
                tip="Keep one of them, or correct the value.",
            )
        return await self._updates.bring_up(prepared.lead, lead_id)

    def _learn(self, due: _Due, outcome: Outcome) -> None:
        """Let the ledger know what was delivered, so that the next run need not look."""
        prepared, ref = due.prepared, due.state.ref
        with self._ledger.begin() as connection:
            if due.known is not None and due.known.state in {State.CREATED, State.UPDATED}:
                self._ledger.rows.learn_cells(connection, ref, prepared.cells)
            else:
                intent = Intent(ref, prepared.cells, (), prepared.row.number, intent_at=0.0)
                self._ledger.rows.record(connection, intent, State.UPDATED, outcome)


def _may_be_due(outcome: Outcome) -> bool:
    return outcome.status in THERE or (outcome.status is Status.DUPLICATE and outcome.error != IN_FILE)


def may_need_more(prepared: PreparedRow, known: KnownRow) -> bool:
    """Whether a row that is there says something that was not delivered."""
    return has_more(prepared.cells, known.cells) if are_marks(known.cells) else not prepared.has_cells(known.cells)
