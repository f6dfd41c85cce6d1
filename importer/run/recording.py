"""Recording: what became of rows goes to the ledger, and to the run's scratch pad, from which the report is made."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from importer.clocks import WallSeconds
from importer.errors import ImporterError
from importer.ledger.records import Settled
from importer.ledger.scratch import RowState, Scratch
from importer.outcome import Outcome
from importer.run.openrow import OpenRow
from importer.run.preparedrow import PreparedRow
from importer.run.rowrecord import RowRecord
from importer.run.rowwriter import RowWriter

__all__ = ["Recorder"]


class Recorder:
    """Records outcomes. `told` is called with each row's last state, `fail` with what the ledger answers instead.

    `unsettled` are the words that the ledger would not take.
    """

    def __init__(
        self,
        writer: RowWriter,
        scratch: Scratch,
        *,
        told: Callable[[PreparedRow, RowState], None],
        fail: Callable[[ImporterError], None],
    ) -> None:
        self.unsettled: list[Settled] = []
        self._writer = writer
        self._scratch = scratch
        self._told = told
        self._fail = fail
        self._on_its_way: set[asyncio.Future[None]] = set()

    def settle(self, entries: Sequence[Settled]) -> None:
        """Send words about rows on their way to the disk, in one transaction.

        Nobody need wait for it, as nothing hangs on it but look-ups that the next run is spared.
        """
        try:
            written = self._writer.settle(entries)
        except ImporterError as error:
            self._keep_unsettled(entries, error)
            return

        def note_failure(done: asyncio.Future[None]) -> None:
            self._on_its_way.discard(done)
            if not done.cancelled() and isinstance(error := done.exception(), ImporterError):
                self._keep_unsettled(entries, error)

        self._on_its_way.add(written)
        written.add_done_callback(note_failure)

    def has_outcome(self, row: OpenRow) -> bool:
        """Whether what became of a row is kept."""
        return not self._scratch.is_open(row.state.place)

    def finish(self, row: OpenRow, outcome: Outcome) -> None:
        """Keep what became of a row, for the report and for the rows that wait for it."""
        state = RowState(row.state.place, row.state.ref, is_open=False, outcome=outcome)
        self._scratch.keep(state)
        self._told(row.prepared, state)

    def end(self, outcomes: Mapping[RowRecord, Outcome], at: WallSeconds) -> None:
        """Keep what became of rows, and send the words about those that were written down as sent on their way."""
        for record, outcome in outcomes.items():
            self.finish(record.row, outcome)
        entries = [entry for record, outcome in outcomes.items() if (entry := record.ended(outcome, at)) is not None]
        if entries:
            self.settle(entries)

    async def flush(self) -> None:
        """Wait until every word is on disk, or was refused."""
        while self._on_its_way:
            await asyncio.wait(self._on_its_way)

    def _keep_unsettled(self, entries: Sequence[Settled], error: ImporterError) -> None:
        self.unsettled += entries
        self._fail(error)
