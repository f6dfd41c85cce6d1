"""Delivery of one row by calls of its own: claimed, sent or looked up, and recorded."""

import time
from collections.abc import Callable

from importer.clocks import Moment, WallSeconds
from importer.errors import ImporterError
from importer.leadsquared.course import EarlierCalls
from importer.leadsquared.delivery import Delivery, StopError
from importer.ledger.failure import LedgerError
from importer.ledger.ledger import Ledger
from importer.ledger.records import KnownRow
from importer.outcome import Outcome, Status
from importer.run.claiming import Claim, InTheWayError
from importer.run.conflicts import Conflicts, is_itself_in_doubt
from importer.run.decision import unresolved_since
from importer.run.openrow import OpenRow
from importer.run.preparedrow import PreparedRow
from importer.run.recording import Recorder
from importer.run.rowrecord import RowRecord
from importer.run.rowwriter import RowWriter

__all__ = ["SingleDelivery"]


class SingleDelivery:
    """Delivers rows, one call for each lead. `again` sends created rows once more.

    `judge` is told the outcome of each row that was sent, unless the same row had the same error in an earlier run; it
    may raise a FatalError. `fail` is told what ended the run while a row was on its way.
    """

    def __init__(
        self,
        delivery: Delivery,
        *,
        ledger: Ledger,
        writer: RowWriter,
        recorder: Recorder,
        conflicts: Conflicts,
        again: bool,
        judge: Callable[[Outcome], object],
        fail: Callable[[ImporterError], None],
    ) -> None:
        self._delivery = delivery
        self._ledger = ledger
        self._writer = writer
        self._recorder = recorder
        self._conflicts = conflicts
        self._again = again
        self._judge = judge
        self._fail = fail

    async def deliver(self, row: OpenRow) -> None:
        """Deliver a row until its outcome is recorded; it is left open where the run stops before its turn."""
        known, earlier = row.known, None
        if row.state.outcome.status is Status.UNKNOWN:
            known = self._ledger.rows.find_rows([row.state.ref]).get(row.state.ref)
            earlier = self._earlier_calls(row.prepared, known)
        await self._deliver(row, known, earlier)

    async def resolve(self, row: OpenRow, *, since: Moment, is_looked_up: bool) -> None:
        """Find out about a row that this run sent by a call whose answer was lost, and send it where it is not there.

        `is_looked_up`: it was looked for, and is not there.
        """
        carried_reference = row.prepared.reference_key is not None
        earlier = EarlierCalls(since=since, carried_reference=carried_reference, is_looked_up=is_looked_up)
        await self._deliver(row, row.known, earlier)

    async def _deliver(self, row: OpenRow, known: KnownRow | None, earlier: EarlierCalls | None) -> None:
        while True:
            try:
                await self._send(row, known=known, earlier=earlier)
            except InTheWayError as error:
                ((_, conflict),) = error.conflicts
            else:
                return
            way = await self._conflicts.settle(row, conflict)
            if isinstance(way, Outcome):
                self._recorder.finish(row, way)
                return
            if way is None:
                return
            if is_itself_in_doubt(row, way):
                known, earlier = way, self._earlier_calls(row.prepared, way)

    async def _send(self, row: OpenRow, *, known: KnownRow | None, earlier: EarlierCalls | None) -> None:
        """Send a row, or find out about one in doubt, which `earlier` calls may have created."""
        since = None if earlier is None else earlier.since
        record = RowRecord(row, known=known, is_forced=self._again, in_doubt_since=since)
        claim = Claim([record], writer=self._writer, recorder=self._recorder, now=self._delivery.now)
        await claim.take_over()
        try:
            outcome = await self._delivery.deliver(row.prepared.lead, earlier=earlier, record=claim)
        except StopError as error:
            outcome = error.outcome
            self._fail(error.reason)
        except InTheWayError:
            if record.is_written:  # by an earlier call of this run, which may have created the lead
                taken_over = LedgerError("another run has taken it over while the ledger could not be reached.")
                self._recorder.finish(row, record.cut_off(taken_over))
            raise
        except BaseException as error:
            if record.is_written:
                # It may be in flight still. The ledger's intent stands, so the next run finds out.
                self._recorder.finish(row, record.cut_off(error))
            raise
        self._recorder.finish(row, outcome)
        if (entry := record.ended(outcome, WallSeconds(time.time()))) is not None:
            self._recorder.settle([entry])
        if not record.is_repeat(outcome):
            self._judge(outcome)

    def _earlier_calls(self, prepared: PreparedRow, known: KnownRow | None) -> EarlierCalls:
        since = unresolved_since(prepared, known) or self._delivery.now()
        if known is None:
            return EarlierCalls(since=since)
        return EarlierCalls(
            since=since,
            carried_reference=prepared.reference_key in known.keys,
            agreeing=prepared.agreeing_fields(known.keys),
        )
