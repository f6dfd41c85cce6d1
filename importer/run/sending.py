"""The second pass: a pool of workers delivers the rows that the review left open, each exactly once.

A row is on disk as about to be sent before it is sent, and its outcome is on its way to the disk before anything that
hangs on it. Two rows that may be the same lead are never in flight together.
"""

import asyncio
import itertools
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from importer.errors import DefectError, FatalError, ImporterError
from importer.leadsquared.course import EarlierCalls
from importer.leadsquared.delivery import Delivery, StopError
from importer.leadsquared.servertime import Moment
from importer.ledger.ledger import Ledger
from importer.ledger.records import Intent, KnownRow, Settled, State
from importer.ledger.scratch import KeyOwner, RowState, Scratch
from importer.ledger.writer import LedgerWriter
from importer.outcome import Outcome, Status, utc_text
from importer.run.decision import UNRESOLVED_STATES, decide, of_key_holder, of_known_lead, unresolved_since
from importer.run.inputfile import InputFile
from importer.run.preparedrow import PreparedRow, RowPreparer
from importer.run.rowrecord import InTheWayError, RowRecord

__all__ = ["FileChangedError", "Sender"]

FOREIGN_POLL_S = 0.5
KNOWN_AT_ONCE = 100
_SETTLED_HOLDERS = (Status.CREATED, Status.DUPLICATE, Status.UNKNOWN)

logger = logging.getLogger(__name__)


class FileChangedError(ImporterError):
    """The file is no longer the one that was checked: no new rows are taken."""


@dataclass(frozen=True, slots=True)
class _Item:
    prepared: PreparedRow
    note: RowState
    known: KnownRow | None  # what the ledger knew of the row shortly before its turn


class Sender:
    """Delivers an input file's open rows. `stop` takes no new rows and lets those in flight end.

    `told` is called with each row's final note, `judge` with the outcome of each row that was sent, unless the same row
    had the same error in an earlier run; it may raise a FatalError. After `run`, `failure` holds what ended the sending
    early, if anything did, and `unsettled` the outcomes that the ledger would not take; the rows that were not reached
    are still open.
    """

    def __init__(
        self,
        *,
        input_file: InputFile,
        maker: RowPreparer,
        ledger: Ledger,
        writer: LedgerWriter,
        scratch: Scratch,
        delivery: Delivery,
        workers: int,
        again: bool,
        told: Callable[[PreparedRow, RowState], None],
        judge: Callable[[Outcome], object] = lambda _outcome: None,
    ) -> None:
        self.failure: ImporterError | None = None
        self.unsettled: list[Settled] = []
        self._input_file = input_file
        self._maker = maker
        self._ledger = ledger
        self._writer = writer
        self._scratch = scratch
        self._delivery = delivery
        self._workers = workers
        self._again = again
        self._told = told
        self._judge = judge
        self._is_stopping = False
        self._queue: asyncio.Queue[_Item | None] = asyncio.Queue(maxsize=2 * workers)
        self._unfinished: dict[int, asyncio.Event] = {}
        self._in_flight: dict[tuple[str, str], asyncio.Event] = {}
        self._settling: set[asyncio.Future[KnownRow | None]] = set()

    def stop(self) -> None:
        """Take no new rows, and withdraw those that only wait for their turn; what may exist is still found out."""
        self._is_stopping = True
        self._delivery.stop()

    def leave(self) -> None:
        """Let no call go any more, look-ups included: rows in doubt are left for the next run."""
        self._is_stopping = True
        self._delivery.close()

    async def run(self) -> None:
        """Send every open row, or what can be sent before something ends it."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._workers):
                group.create_task(self._work())
            try:
                await self._feed()
            except ImporterError as error:
                self._fail(error)
            for _ in range(self._workers):
                await self._queue.put(None)
        while self._settling:
            await asyncio.wait(self._settling)

    def _fail(self, error: ImporterError) -> None:
        self.failure = self.failure or error
        self.stop()
        if isinstance(error, FatalError):
            self._delivery.close()

    async def _feed(self) -> None:
        rows = zip(self._input_file.rows(), self._scratch.notes(), strict=True)
        still_open = ((row, note) for row, note in rows if note.is_open)
        while batch := list(itertools.islice(still_open, KNOWN_AT_ONCE)):
            known = self._ledger.rows.find_rows([note.ref for _row, note in batch])
            for row, note in batch:
                if not await self._put(self._maker.make(*row), note, known.get(note.ref)):
                    return

    async def _put(self, prepared: PreparedRow, note: RowState, known: KnownRow | None) -> bool:
        """Hand a row to the workers; False where the sending has come to its end."""
        if not self._is_stopping:
            if not self._input_file.table.unchanged():
                self._fail(
                    FileChangedError(
                        f"{self._input_file.table.path} was changed while it was being imported.",
                        hint="The report tells what was done. Run again: only what is new or unfinished is sent.",
                    )
                )
                return False
            self._unfinished[prepared.place] = asyncio.Event()
            prepared = self._maker.carrying(prepared.under(note.ref, is_known=known is not None), note.ref)
            await self._queue.put(_Item(prepared, note, known))
        return not self._is_stopping

    async def _work(self) -> None:
        while (item := await self._queue.get()) is not None:
            place = item.prepared.place
            try:
                if not self._is_stopping:
                    await self._handle(item)
            except ImporterError as error:
                self._fail(error)
            except Exception as error:
                logger.debug("row %d", item.prepared.row.number, exc_info=error)
                self._fail(DefectError.of(error))
            finally:
                self._unfinished.pop(place).set()

    async def _handle(self, item: _Item) -> None:
        prepared, note = item.prepared, item.note
        if note.outcome.status is Status.DUPLICATE:
            held = await self._await_holder(prepared)
            if held is not None:
                self._finish(item, held)
                return
        likeness = {(key.field, key.loose) for key in prepared.lead.keys}
        while (busy := next((self._in_flight[like] for like in likeness if like in self._in_flight), None)) is not None:
            await busy.wait()
        done = asyncio.Event()
        self._in_flight.update(dict.fromkeys(likeness, done))
        try:
            await self._deliver(item)
        finally:
            for like in likeness:
                del self._in_flight[like]
            done.set()

    async def _await_holder(self, prepared: PreparedRow) -> Outcome | None:
        """Wait for the row that holds this one's unique value: the outcome, or None where this row is to be sent."""
        for key in prepared.keys:
            while (holder := self._scratch.holder(key)) is not None and holder.place != prepared.place:
                unfinished = self._unfinished.get(holder.place) if holder.place < prepared.place else None
                if unfinished is not None:
                    await unfinished.wait()
                    continue
                outcome = self._scratch.outcome(holder.place)
                if outcome is not None and outcome.status in _SETTLED_HOLDERS:
                    return replace(of_key_holder(holder, outcome.lead_id), time=utc_text(time.time()))
                break
        for key in prepared.keys:
            self._scratch.hold(key, KeyOwner(prepared.place, prepared.row.number))
        return None

    async def _deliver(self, item: _Item) -> None:
        known, since = item.known, None
        if item.note.outcome.status is Status.UNKNOWN:
            known = self._ledger.rows.find_rows([item.note.ref]).get(item.note.ref)
            since = unresolved_since(item.prepared, known) or self._delivery.now()
        while True:
            try:
                await self._send(item, known=known, since=since)
            except InTheWayError as error:
                conflict = await self._meet(item, error.row)
            else:
                return
            if conflict is None:
                return
            if conflict.ref == item.note.ref and conflict.state in UNRESOLVED_STATES:
                known, since = conflict, unresolved_since(item.prepared, conflict)

    async def _meet(self, item: _Item, conflict: KnownRow) -> KnownRow | None:
        """Deal with the row that stands in an item's way: that row as it is now, None where the item is done with."""
        is_gone = not self._ledger.locks.is_live(conflict.run_token)
        if is_gone:
            # Read after its run was seen to be gone: it may have settled the row just before it ended.
            conflict = self._ledger.rows.find_rows([conflict.ref]).get(conflict.ref, conflict)
        if conflict.state is State.CREATED:
            self._finish(item, of_known_lead(item.prepared, conflict))
            return None
        if is_gone and conflict.ref == item.note.ref and conflict.state in UNRESOLVED_STATES:
            decision = decide(item.prepared, conflict, (), ())
            if decision.is_open:
                return conflict
            self._finish(item, decision.outcome)
            return None
        if self._is_stopping:
            return None
        return conflict if is_gone else await self._await_foreign(conflict)

    async def _await_foreign(self, row: KnownRow) -> KnownRow | None:
        """Wait while another live run has a row in flight, without taking slots; None where this one is stopping."""
        while not self._is_stopping:
            await asyncio.sleep(FOREIGN_POLL_S)
            row = self._ledger.rows.find_rows([row.ref]).get(row.ref, row)
            if row.state is not State.INTENT:
                return row
            if not self._ledger.locks.is_live(row.run_token):
                return self._ledger.rows.find_rows([row.ref]).get(row.ref, row)
        return None

    async def _send(self, item: _Item, *, known: KnownRow | None, since: Moment | None) -> None:
        """Send a row, or find out about one in doubt, which may exist `since` then."""

        def make_intent(moment: Moment) -> Intent:
            return Intent(
                item.note.ref,
                item.prepared.cells,
                item.prepared.protection,
                item.prepared.row.number,
                moment.at,
                moment.skew_s,
                is_forced=self._again,
                resolves=since is not None,
            )

        record = RowRecord(self._writer, make=make_intent, now=self._delivery.now, settle=self._settle, known=known)
        if since is not None:
            await record.take_over(since)
        try:
            outcome = await self._delivery.deliver(
                item.prepared.lead,
                earlier=None if since is None else _earlier_calls(item.prepared, known, since=record.since),
                record=record,
            )
        except StopError as error:
            outcome = error.outcome
            self._fail(error.reason)
        except BaseException as error:
            if record.is_written:
                # It may be in flight still. The ledger's intent stands, so the next run finds out.
                self._finish(item, record.cut_off(error))
            raise
        self._finish(item, outcome)
        record.end(outcome)
        is_repeat = known is not None and known.error == outcome.error and item.prepared.has_cells(known.cells)
        if not (is_repeat and outcome.error):
            self._judge(outcome)

    def _settle(self, entry: Settled) -> None:
        """Send an outcome on its way to the disk; the worker need not wait for it, as nothing hangs on it but a look-up
        that the next run is spared.
        """
        try:
            written = self._writer.settle(entry)
        except ImporterError as error:
            self._keep_unsettled(entry, error)
            return

        def note_failure(done: asyncio.Future[KnownRow | None]) -> None:
            self._settling.discard(done)
            if not done.cancelled() and isinstance(error := done.exception(), ImporterError):
                self._keep_unsettled(entry, error)

        self._settling.add(written)
        written.add_done_callback(note_failure)

    def _keep_unsettled(self, entry: Settled, error: ImporterError) -> None:
        self.unsettled.append(entry)
        self._fail(error)

    def _finish(self, item: _Item, outcome: Outcome) -> None:
        note = RowState(item.note.place, item.note.ref, is_open=False, outcome=outcome)
        self._scratch.keep(note)
        self._told(item.prepared, note)


def _earlier_calls(prepared: PreparedRow, known: KnownRow | None, *, since: Moment) -> EarlierCalls:
    if known is None:
        return EarlierCalls(since=since)
    return EarlierCalls(
        since=since,
        carried_reference=prepared.reference_key in known.keys,
        agreeing=prepared.agreeing_fields(known.keys),
    )
