"""The bulk road of one run: rows are gathered in the order in which they come, and go call by call."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from importer.clocks import Moment
from importer.errors import ImporterError
from importer.events import Notify
from importer.leadsquared.bulkroad import BulkRoad
from importer.run.bulkdelivery import BulkDelivery, Form
from importer.run.exclusion import Exclusion
from importer.run.guarding import guarded
from importer.run.openrow import OpenRow
from importer.run.packing import DoubtPacker, Packer

__all__ = ["BulkPlan", "BulkSender"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPlan:
    """How a run sends its rows in bulk calls of at most `rows` rows.

    `form` is what is known of how the account answers them, and `remember` is told what is learnt of that. `spare` is
    for how many duplicates of a call their leads are looked up.
    """

    road: BulkRoad
    rows: int
    form: Form
    remember: Callable[[Form], None]
    spare: int
    notify: Notify


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows of one call: one to be sent, or one that an earlier run sent, with its intent."""

    rows: Sequence[OpenRow]
    since: Moment | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)


class BulkSender:
    """Gathers rows and lets its workers deliver them. `is_stopping` tells that no more are to go.

    `left` is told each row that is done with, `fail` what ended the run.
    """

    def __init__(
        self,
        delivery: BulkDelivery,
        exclusion: Exclusion,
        *,
        rows: int,
        workers: int,
        is_stopping: Callable[[], bool],
        left: Callable[[OpenRow], None],
        fail: Callable[[ImporterError], None],
    ) -> None:
        self._delivery = delivery
        self._packer = Packer(exclusion)
        self._doubts = DoubtPacker(exclusion, rows=rows)
        self._most_rows = rows
        self._workers = workers
        self._is_stopping = is_stopping
        self._left = left
        self._fail = fail
        self._batches: asyncio.Queue[_Batch | None] = asyncio.Queue(maxsize=1)

    @property
    def is_empty(self) -> bool:
        """Whether the next row that is taken begins a call."""
        return not len(self._packer)

    def start(self, group: asyncio.TaskGroup) -> None:
        """Let the workers begin."""
        for _ in range(self._workers):
            group.create_task(self._work())

    async def take(self, row: OpenRow) -> bool:
        """Take a row into the next call, or to those of its call; False where it is to go by itself."""
        if self._doubts.add(row):
            return True
        if self._delivery.form is Form.OTHER or not self._packer.add(row):
            return False
        is_canary = self._delivery.form is Form.UNTRIED
        if len(self._packer) >= (min(self._delivery.canary_rows, self._most_rows) if is_canary else self._most_rows):
            await self.flush()
        return True

    async def flush(self) -> None:
        """Send what is gathered, however few, and find out about what is in doubt.

        Until the account's form is known, wait for the end of the call that is sent.
        """
        for since, rows in self._doubts.take().items():
            await self._batches.put(_Batch(rows, since))
        if not len(self._packer):
            return
        batch = _Batch(self._packer.take())
        await self._batches.put(batch)
        if self._delivery.form is Form.UNTRIED:
            await batch.done.wait()

    async def end(self) -> None:
        """Send what is gathered, unless the run is stopping: those rows stay open. Then let the workers end."""
        if self._is_stopping():
            for rows in (self._packer.take(), *self._doubts.take().values()):
                self._let_go(rows)
        await self.flush()
        for _ in range(self._workers):
            await self._batches.put(None)

    def stop(self) -> None:
        """Withdraw the calls that were not sent yet; what may exist is still found out."""
        self._delivery.stop()

    def close(self) -> None:
        """Let no bulk call go any more."""
        self._delivery.close()

    async def _work(self) -> None:
        while (batch := await self._batches.get()) is not None:
            try:
                if not self._is_stopping():
                    numbers = f"rows {batch.rows[0].prepared.row.number} and following"
                    if batch.since is None:
                        work = self._delivery.deliver(batch.rows)
                    else:
                        work = self._delivery.find_out(batch.rows, since=batch.since)
                    await guarded(work, what=numbers, fail=self._fail)
            finally:
                self._let_go(batch.rows)
                batch.done.set()

    def _let_go(self, rows: Sequence[OpenRow]) -> None:
        for row in rows:
            self._packer.let_go(row)
            self._left(row)
