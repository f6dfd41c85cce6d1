"""Delivery of many rows by one bulk call: claimed together, sent, read row by row, and recorded together.

What the answer does not prove is found out by listings of new leads, and what is not there then goes singly, under the
protection of its unique value. The first call to an account is a canary of a few rows: only when the account answers
it in the known form, and shows the leads that it told, do the others go this road.
"""

import time
from collections.abc import Callable, Sequence
from enum import StrEnum

from importer.clocks import Moment, WallSeconds
from importer.errors import FatalError, ImporterError, WithdrawnError
from importer.events import Level, Notice, Notify
from importer.leadsquared.answers import Answer, Kind
from importer.leadsquared.bulkroad import BulkRoad, BulkSent
from importer.leadsquared.course import outcome_of
from importer.leadsquared.evidence import Verdict, may_be_reference
from importer.leadsquared.tips import SERVER_TIP
from importer.outcome import Outcome, Status
from importer.run.bulkdoubts import BulkDoubts, Lost
from importer.run.claiming import Claim, InTheWayError
from importer.run.openrow import OpenRow
from importer.run.recording import Recorder
from importer.run.rowrecord import RowRecord
from importer.run.rowwriter import RowWriter

__all__ = ["CANARY_ROWS", "BulkDelivery", "Form"]

CANARY_ROWS = 3
"""The rows of the first call, and how many leads that it tells are looked for."""

OTHER_FORM = (
    "The account answers bulk calls in another form than is known: {why}. The rest of the file goes by Lead.Create, "
    "one call a row."
)
NOT_EVERY_ROW = "not every row is told as created with an id, or as refused with a reason"
NOT_FOUND = "a lead that it tells is not found by its id"

_STATUS_OF = {Kind.CREATED: Status.CREATED, Kind.DUPLICATE: Status.DUPLICATE, Kind.REJECTED: Status.REJECTED}
"""What an answer to one row proves."""

LOST_ANSWER = "It was sent in a bulk call whose answer does not tell what became of it."
CUT_OFF = "An earlier run was cut off while it sent this row in a bulk call."

_UNBELIEVED = Answer(
    Kind.AMBIGUOUS,
    error="lost_in_bulk",
    message="It was sent in a bulk call, and the account does not show what its answer told.",
    tip=SERVER_TIP,
)


class Form(StrEnum):
    """What is known of the form in which an account answers bulk calls."""

    UNTRIED = "untried"
    KNOWN = "known"
    OTHER = "other"


class BulkDelivery:
    """Delivers rows, many by one call. `form` is what is known of the account; `remember` is told what was learnt.

    `canary_rows` is how many rows the next call holds while the form is untried. `again` sends created rows once more.
    `spare` is for how many duplicates of a call their leads are looked up.
    `judge` is told the outcome of each row that was sent, unless the same row had the same error in an earlier run; it
    may raise a FatalError. `fail` is told what ended the run.
    """

    def __init__(
        self,
        road: BulkRoad,
        doubts: BulkDoubts,
        *,
        form: Form,
        remember: Callable[[Form], None],
        writer: RowWriter,
        recorder: Recorder,
        again: bool,
        spare: int,
        judge: Callable[[Outcome], object],
        fail: Callable[[ImporterError], None],
        notify: Notify,
    ) -> None:
        self.form = form
        self.canary_rows = CANARY_ROWS
        self._road = road
        self._doubts = doubts
        self._remember = remember
        self._writer = writer
        self._recorder = recorder
        self._again = again
        self._spare = spare
        self._judge = judge
        self._fail = fail
        self._notify = notify

    def stop(self) -> None:
        """Withdraw the calls that were not sent yet; what may exist is still found out."""
        self._road.stop()

    def close(self) -> None:
        """Let no bulk call go any more."""
        self._road.close()

    async def deliver(self, rows: Sequence[OpenRow]) -> None:
        """Deliver rows until each outcome is recorded; they are left open where the run stops before their turn."""
        records = [RowRecord(row, known=row.known, is_forced=self._again) for row in rows]
        blocked: list[RowRecord] = []
        try:
            sent, sent_records = await self._send(records, blocked)
            if sent is None:
                left: list[RowRecord] = []
                outcomes: dict[RowRecord, Outcome] = {}
                absent: dict[RowRecord, Verdict] = {}
            else:
                sent = await self._prove(sent_records, sent)
                outcomes = await self._record(sent_records, sent)
                left = [record for record in sent_records if record not in outcomes]
                lost = Lost(LOST_ANSWER, attempts=sent.attempts, is_refused=sent.answer.is_refused)
                absent = await self._doubts.find_out([record for record in left if record.is_written], lost)
        except WithdrawnError as error:
            self._cut_off(records, error)
            return
        except BaseException as error:  # it may be in flight still: the intents stand, so the next run finds out
            self._cut_off(records, error)
            raise
        unsent = [*blocked, *(record for record in left if not record.is_written)]
        await self._doubts.deliver_singly([record.row for record in unsent], absent)
        for record, outcome in outcomes.items():
            if not record.is_repeat(outcome):
                self._judge(outcome)

    async def find_out(self, rows: Sequence[OpenRow], *, since: Moment) -> None:
        """Find out together about rows that an earlier run sent by one call, and deliver those that are not there.

        `since` is the intent. One alone, or of which another run said something meanwhile, is looked up by itself.
        """
        if len(rows) == 1 and rows[0].prepared.protection:
            await self._doubts.deliver_singly(rows, {})
            return
        records = [RowRecord(row, known=row.known, is_forced=self._again, in_doubt_since=since) for row in rows]
        claim = Claim(records, writer=self._writer, recorder=self._recorder, now=self._road.now)
        in_the_way: list[RowRecord] = []
        try:
            await claim.take_over()
        except InTheWayError as error:
            in_the_way = [record for record, _ in error.conflicts]
        try:
            absent = await self._doubts.find_out([one for one in records if one not in in_the_way], Lost(CUT_OFF))
        except BaseException as error:
            self._cut_off(records, error)
            raise
        await self._doubts.deliver_singly([record.row for record in in_the_way], absent)

    async def _send(
        self, records: Sequence[RowRecord], blocked: list[RowRecord]
    ) -> tuple[BulkSent | None, Sequence[RowRecord]]:
        """Send what may be sent, and tell what that was; those that others stand in the way of are `blocked`."""
        while records:
            claim = Claim(records, writer=self._writer, recorder=self._recorder, now=self._road.now)
            try:
                sent = await self._road.send([record.row.prepared.lead for record in records], record=claim)
            except InTheWayError as error:
                claim.known_not_sent()  # the next call may not come to its turn
                in_the_way = [record for record, _ in error.conflicts]
                blocked += in_the_way
                records = [record for record in records if record not in in_the_way]
            else:
                return sent, records
        return None, records

    async def _prove(self, records: Sequence[RowRecord], sent: BulkSent) -> BulkSent:
        """Look whether the canary was answered in the known form; what it told is believed only then."""
        if self.form is not Form.UNTRIED or sent.answer.is_known_form is None:
            return sent
        if not sent.answer.is_known_form:
            self._learn(Form.OTHER, NOT_EVERY_ROW)
            return sent
        created = [
            (record.row.prepared.lead, answer.lead_id)
            for record, answer in zip(records, sent.answer.rows, strict=True)
            if answer.kind is Kind.CREATED
        ]
        for lead, lead_id in created[:CANARY_ROWS]:
            if not await self._road.is_there(lead, lead_id):
                self._learn(Form.OTHER, NOT_FOUND)
                return sent.in_doubt(_UNBELIEVED)
        if created:
            self._learn(Form.KNOWN)
        else:  # refused rows show nothing, and a file may hold no others: it need not go three rows a call
            self.canary_rows *= 2
        return sent

    def _learn(self, form: Form, why: str = "") -> None:
        self.form = form
        self._remember(form)
        if form is Form.OTHER:
            self._notify(Notice(Level.WARNING, OTHER_FORM.format(why=why)))

    async def _record(self, records: Sequence[RowRecord], sent: BulkSent) -> dict[RowRecord, Outcome]:
        """Record what the answer proves. The rows that it does not tell are left out: in doubt where they still are
        written down as sent, else known not to be there.
        """
        outcomes: dict[RowRecord, Outcome] = {}
        taken: list[tuple[RowRecord, Answer]] = []
        untaken: list[RowRecord] = []
        at = WallSeconds(time.time())
        for record, answer in zip(records, sent.answer.rows, strict=True):
            lead = record.row.prepared.lead
            if answer.kind is Kind.RATE_LIMITED or (answer.kind is Kind.DUPLICATE and may_be_reference(lead, answer)):
                untaken.append(record)
            elif answer.kind is Kind.DUPLICATE:
                taken.append((record, answer))
            elif (status := _status_of(answer, sent)) is not None:
                outcomes[record] = outcome_of(status, answer, attempts=sent.attempts, at=at)
        self._recorder.end(outcomes, at)
        if untaken:
            self._recorder.settle([record.taken_back(at) for record in untaken])
        outcomes |= await self._record_taken(taken, sent)
        whole = sent.answer.whole
        if whole is not None and whole.kind is Kind.FATAL:
            self._fail(FatalError(f"LeadSquared ended the run: {whole.message}", hint=whole.tip))
        return outcomes

    async def _record_taken(
        self, taken: Sequence[tuple[RowRecord, Answer]], sent: BulkSent
    ) -> dict[RowRecord, Outcome]:
        """Record duplicates, each with the lead that is there as far as calls are to spare for look-ups."""
        outcomes: dict[RowRecord, Outcome] = {}
        for number, (record, answer) in enumerate(taken):
            lead_id = ""
            if number < self._spare:
                try:
                    lead_id = await self._road.find_taken(record.row.prepared.lead, answer)
                except WithdrawnError:
                    pass
                except ImporterError as error:
                    self._fail(error)
            outcomes[record] = outcome_of(
                Status.DUPLICATE, answer, attempts=sent.attempts, at=WallSeconds(time.time()), lead_id=lead_id
            )
        self._recorder.end(outcomes, WallSeconds(time.time()))
        return outcomes

    def _cut_off(self, records: Sequence[RowRecord], error: BaseException) -> None:
        for record in records:
            if record.is_written and not record.is_ended:
                self._recorder.finish(record.row, record.cut_off(error))


def _status_of(answer: Answer, sent: BulkSent) -> Status | None:
    """The status that an answer proves, None where it proves nothing."""
    if not sent.is_reached:
        return Status.FAILED
    if sent.answer.whole is not None and sent.answer.whole.kind is Kind.FATAL:
        return Status.UNSENT
    return _STATUS_OF.get(answer.kind)
