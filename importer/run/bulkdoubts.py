"""Rows of which their bulk call's answer does not tell: found out together, sent singly where they are not there."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from importer.clocks import Moment, WallSeconds
from importer.errors import ImporterError, WithdrawnError
from importer.leadsquared.answers import Answer, Kind
from importer.leadsquared.bulkroad import BulkRoad
from importer.leadsquared.course import outcome_of
from importer.leadsquared.evidence import ABSENT, Verdict
from importer.leadsquared.tips import KEYLESS_TIP
from importer.outcome import Outcome, Status, utc_text
from importer.run.guarding import guarded
from importer.run.openrow import OpenRow
from importer.run.recording import Recorder
from importer.run.rowrecord import RowRecord
from importer.run.singledelivery import SingleDelivery

__all__ = ["BulkDoubts", "Lost"]

_ENDED = Verdict(untold="The run ended before it was looked for.")


@dataclass(frozen=True, slots=True)
class Lost:
    """How the answer to a call was lost: in words, after how many calls of this run. `is_refused` as a whole."""

    message: str
    attempts: int = 0
    is_refused: bool = False


class BulkDoubts:
    """Settles what bulk calls left in doubt. `fail` is told what ended the run."""

    def __init__(
        self, road: BulkRoad, single: SingleDelivery, recorder: Recorder, *, fail: Callable[[ImporterError], None]
    ) -> None:
        self._road = road
        self._single = single
        self._recorder = recorder
        self._fail = fail

    async def find_out(self, records: Sequence[RowRecord], lost: Lost) -> dict[RowRecord, Verdict]:
        """What listings tell of rows in doubt. Recorded and left out are those that are ours, and those without
        protection: they are never sent again, unless the call was refused as a whole and no row of it is there.
        """
        moments = [record.since for record in records if record.since is not None]
        if not moments:
            return {}
        since = min(moments, key=lambda moment: moment.at)
        try:
            found = await self._road.settle([record.row.prepared.lead for record in records], since=since)
        except WithdrawnError:
            found = [_ENDED] * len(records)
        outcomes: dict[RowRecord, Outcome] = {}
        left: dict[RowRecord, Verdict] = {}
        at = WallSeconds(time.time())
        is_nothing_there = lost.is_refused and all(verdict is ABSENT for verdict in found)
        for record, verdict in zip(records, found, strict=True):
            if verdict.is_ours:
                answer = Answer(Kind.CREATED, lead_id=verdict.lead_id)
                outcomes[record] = outcome_of(Status.CREATED, answer, attempts=lost.attempts, at=at)
            elif not (record.row.prepared.protection or is_nothing_there):
                outcomes[record] = _unknown(lost, verdict, since)
            else:
                left[record] = verdict
        self._recorder.end(outcomes, at)
        return left

    async def deliver_singly(self, rows: Sequence[OpenRow], in_doubt: Mapping[RowRecord, Verdict]) -> None:
        """Deliver each row by itself; those `in_doubt` after what is known of them."""
        ways = [(row, partial(self._single.deliver, row)) for row in rows]
        for record, verdict in in_doubt.items():
            if record.since is not None:
                is_looked_up = verdict is ABSENT
                resolve = partial(self._single.resolve, record.row, since=record.since, is_looked_up=is_looked_up)
                ways.append((record.row, resolve))
        try:
            await asyncio.gather(
                *(guarded(way(), what=f"row {row.prepared.row.number}", fail=self._fail) for row, way in ways)
            )
        finally:  # cut off, or not to be written down: a row that may be there is not unsent for that
            for record in in_doubt:
                if not self._recorder.has_outcome(record.row):
                    self._recorder.finish(record.row, record.cut_off(asyncio.CancelledError()))


def _unknown(lost: Lost, verdict: Verdict, since: Moment) -> Outcome:
    """The outcome of a row that nothing tells apart from others; its time is the intent's, by the server's clock."""
    return Outcome(
        Status.UNKNOWN,
        error="lost_in_bulk",
        message=f"{lost.message} {verdict.untold}".strip(),
        tip=KEYLESS_TIP,
        attempts=lost.attempts,
        time=utc_text(since.at),
    )
