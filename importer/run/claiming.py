"""Claiming: the intents of a call's rows are on disk before the call goes, and taken back where it did not."""

import time
from collections.abc import Callable, Sequence

from importer.clocks import Moment, WallSeconds
from importer.ledger.records import KnownRow
from importer.run.recording import Recorder
from importer.run.rowrecord import RowRecord
from importer.run.rowwriter import RowWriter

__all__ = ["Claim", "InTheWayError"]


class InTheWayError(Exception):
    """The call may not go: each row in `conflicts` has another in its way, itself or one with a unique value of it."""

    def __init__(self, conflicts: Sequence[tuple[RowRecord, KnownRow]]) -> None:
        super().__init__("another row is in the way")
        self.conflicts = conflicts


class Claim:
    """The `CallRecord` of one call, for all rows whose leads it carries: one, or as many as a bulk call takes.

    `now` tells the moment of an intent, by the server's clock where that is known.
    """

    def __init__(
        self, rows: Sequence[RowRecord], *, writer: RowWriter, recorder: Recorder, now: Callable[[], Moment]
    ) -> None:
        self._rows = rows
        self._writer = writer
        self._recorder = recorder
        self._now = now

    async def take_over(self) -> None:
        """Make rows that another run left in doubt this run's, before they are looked up; they stay in doubt."""
        in_doubt = [(row, row.in_doubt_since) for row in self._rows if row.in_doubt_since is not None]
        if in_doubt:
            await self._write(in_doubt)

    async def about_to_send(self) -> Moment:
        """Put the intents on disk that are not there yet; the first moment at which a lead may have been sent.

        LedgerError where that fails. InTheWayError where a row may not be sent: then the others are claimed all the
        same, so that a call for these may follow at once, or they are taken back.
        """
        unwritten = [row for row in self._rows if not row.is_written]
        renewed = [row for row in self._rows if row.is_written] if self._writer.renews else []
        if unwritten or renewed:
            moment = self._now()
            try:
                await self._write(
                    [*((row, row.since or moment) for row in renewed), *((row, moment) for row in unwritten)]
                )
            except InTheWayError:
                raise
            except BaseException:
                self._take_back(unwritten)  # they may be on their way to the disk, or there
                raise
        return min((row.since for row in self._rows if row.since is not None), key=lambda moment: moment.at)

    def known_not_sent(self) -> None:
        """Take the intents back: the rows are not in doubt any more."""
        self._take_back([row for row in self._rows if row.is_written])

    def _take_back(self, rows: Sequence[RowRecord]) -> None:
        if rows:
            at = WallSeconds(time.time())
            self._recorder.settle([row.taken_back(at) for row in rows])

    async def _write(self, rows: Sequence[tuple[RowRecord, Moment]]) -> None:
        answers = await self._writer.claim([row.intent(moment) for row, moment in rows])
        conflicts: list[tuple[RowRecord, KnownRow]] = []
        for (row, moment), conflict in zip(rows, answers, strict=True):
            if conflict is None:
                row.written(moment)
            else:
                conflicts.append((row, conflict))
        if conflicts:
            raise InTheWayError(conflicts)
