"""The second pass: a pool of workers takes the rows that the review left open, each exactly once.

A row's way: it waits for an earlier row that has its unique value (`keyowners`) and for rows in flight that may be the
same lead (`exclusion`); its intent is on disk before its call goes (`claiming`); it is sent (`singledelivery`), and its
outcome is on its way to the disk before anything that hangs on it (`recording`). On the bulk road rows that need not
wait share a call (`packing`, `bulkdelivery`); workers of their own take these, so that no row that waits for one of
them is in their way.
"""

import asyncio
import itertools
from collections.abc import Callable

from importer.errors import FatalError, ImporterError
from importer.exitstatus import ExitStatus
from importer.leadsquared.delivery import Delivery
from importer.ledger.failure import graver
from importer.ledger.ledger import Ledger
from importer.ledger.records import KnownRow, Settled
from importer.ledger.scratch import RowState, Scratch
from importer.outcome import Outcome, Status
from importer.run.bulkdelivery import BulkDelivery
from importer.run.bulkdoubts import BulkDoubts
from importer.run.bulksending import BulkPlan, BulkSender
from importer.run.conflicts import Conflicts
from importer.run.exclusion import Exclusion, likenesses
from importer.run.guarding import guarded
from importer.run.inputfile import InputFile
from importer.run.keyowners import KeyOwners
from importer.run.openrow import OpenRow
from importer.run.preparedrow import PreparedRow, RowPreparer
from importer.run.recording import Recorder
from importer.run.rowwriter import RowWriter
from importer.run.singledelivery import SingleDelivery

__all__ = ["FileChangedError", "Sender"]

KNOWN_AT_ONCE = 100


class FileChangedError(ImporterError):
    """The file is no longer the one that was checked: no new rows are taken."""

    exit_status = ExitStatus.FILE_CHANGED


class Sender:
    """Delivers an input file's open rows. `stop` takes no new rows and lets those in flight end.

    `told` is called with each row's final note, `judge` with the outcome of each row that was sent, unless the same row
    had the same error in an earlier run; it may raise a FatalError. After `run`, `failure` holds what ended the sending
    early, if anything did, and `unsettled` the outcomes that the ledger would not take; the rows that were not reached
    are still open. `bulk` is how rows share calls, None where each goes by its own.
    """

    def __init__(
        self,
        *,
        input_file: InputFile,
        maker: RowPreparer,
        ledger: Ledger,
        writer: RowWriter,
        scratch: Scratch,
        delivery: Delivery,
        workers: int,
        again: bool,
        bulk: BulkPlan | None = None,
        told: Callable[[PreparedRow, RowState], None],
        judge: Callable[[Outcome], object] = lambda _outcome: None,
    ) -> None:
        self.failure: ImporterError | None = None
        self._input_file = input_file
        self._maker = maker
        self._ledger = ledger
        self._scratch = scratch
        self._delivery = delivery
        self._workers = workers
        self._is_stopping = False
        self._queue: asyncio.Queue[OpenRow | None] = asyncio.Queue(maxsize=2 * workers)
        self._owners = KeyOwners(scratch)
        self._exclusion = Exclusion()
        self._recorder = Recorder(writer, scratch, told=told, fail=self._fail)
        self._single = SingleDelivery(
            delivery,
            ledger=ledger,
            writer=writer,
            recorder=self._recorder,
            conflicts=Conflicts(ledger, is_stopping=lambda: self._is_stopping),
            again=again,
            judge=judge,
            fail=self._fail,
        )
        self._bulk = None if bulk is None else self._make_bulk(bulk, writer, again=again, judge=judge)

    def _make_bulk(
        self, plan: BulkPlan, writer: RowWriter, *, again: bool, judge: Callable[[Outcome], object]
    ) -> BulkSender:
        delivery = BulkDelivery(
            plan.road,
            BulkDoubts(plan.road, self._single, self._recorder, fail=self._fail),
            form=plan.form,
            remember=plan.remember,
            writer=writer,
            recorder=self._recorder,
            again=again,
            spare=plan.spare,
            judge=judge,
            fail=self._fail,
            notify=plan.notify,
        )
        return BulkSender(
            delivery,
            self._exclusion,
            rows=plan.rows,
            workers=self._workers,
            is_stopping=lambda: self._is_stopping,
            left=lambda row: self._owners.leave(row.prepared.place),
            fail=self._fail,
        )

    @property
    def unsettled(self) -> list[Settled]:
        """The outcomes that the ledger would not take."""
        return self._recorder.unsettled

    def stop(self) -> None:
        """Take no new rows, and withdraw those that only wait for their turn; what may exist is still found out."""
        self._is_stopping = True
        self._delivery.stop()
        if self._bulk is not None:
            self._bulk.stop()

    def leave(self) -> None:
        """Let no call go any more, look-ups included: rows in doubt are left for the next run."""
        self._is_stopping = True
        self._close()

    async def run(self) -> None:
        """Send every open row, or what can be sent before something ends it."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._workers):
                group.create_task(self._work())
            if self._bulk is not None:
                self._bulk.start(group)
            try:
                await self._feed()
            except ImporterError as error:
                self._fail(error)
            if self._bulk is not None:
                await self._bulk.end()
            for _ in range(self._workers):
                await self._queue.put(None)
        await self._recorder.flush()

    def _fail(self, error: ImporterError) -> None:
        self.failure = graver(self.failure, error)
        self.stop()
        if isinstance(error, FatalError):
            self._close()

    def _close(self) -> None:
        self._delivery.close()
        if self._bulk is not None:
            self._bulk.close()

    async def _feed(self) -> None:
        rows = zip(self._input_file.rows(), self._scratch.notes(), strict=True)
        still_open = ((row, state) for row, state in rows if state.is_open)
        while batch := list(itertools.islice(still_open, KNOWN_AT_ONCE)):
            known = self._ledger.rows.find_rows([state.ref for _row, state in batch])
            for row, state in batch:
                if not await self._put(self._maker.make(*row), state, known.get(state.ref)):
                    return

    async def _put(self, prepared: PreparedRow, state: RowState, known: KnownRow | None) -> bool:
        """Hand a row to the workers; False where the sending has come to its end."""
        if not self._is_stopping:
            begins_call = self._bulk is None or self._bulk.is_empty
            if begins_call and not self._input_file.table.unchanged():
                self._fail(
                    FileChangedError(
                        f"{self._input_file.table.path} was changed while it was being imported.",
                        hint="The report tells what was done. Run again: only what is new or unfinished is sent.",
                    )
                )
                return False
            self._owners.enter(prepared.place)
            prepared = self._maker.carrying(prepared.under(state.ref, is_known=known is not None), state.ref)
            await self._hand_over(OpenRow(prepared, state, known))
        return not self._is_stopping

    async def _hand_over(self, row: OpenRow) -> None:
        if self._bulk is not None:
            if await self._bulk.take(row):
                return
            if self._queue.full():  # by rows that wait, perhaps, for those that are gathered
                await self._bulk.flush()
        await self._queue.put(row)

    async def _work(self) -> None:
        while (row := await self._queue.get()) is not None:
            try:
                if not self._is_stopping:
                    await guarded(self._handle(row), what=f"row {row.prepared.row.number}", fail=self._fail)
            finally:
                self._owners.leave(row.prepared.place)

    async def _handle(self, row: OpenRow) -> None:
        prepared = row.prepared
        if row.state.outcome.status is Status.DUPLICATE:
            owned = await self._owners.wait(prepared)
            if owned is not None:
                self._recorder.finish(row, owned)
                return
        async with self._exclusion.alone(likenesses(prepared.lead)):
            await self._single.deliver(row)
