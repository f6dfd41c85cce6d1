"""A row's word in the ledger around its calls: the intent right before a call goes, taken back where it did not."""

import time
from collections.abc import Callable

from importer.errors import ImporterError
from importer.ledger.records import Intent, KnownRow, Settled, State
from importer.ledger.writer import LedgerWriter
from importer.outcome import Outcome, Status, utc_text
from importer.servertime import Moment

__all__ = ["InTheWayError", "RowRecord"]

_NOTHING = Outcome(Status.UNSENT)
_KEPT = (State.CREATED, State.RESEND)
"""What a row stays although its call did not go."""


class InTheWayError(Exception):
    """The row may not be sent now: `row` stands in its way, itself or another with one of its unique values."""

    def __init__(self, row: KnownRow) -> None:
        super().__init__("another row is in the way")
        self.row = row


class RowRecord:
    """The `CallRecord` of one row. While it `is_written`, the ledger says that the lead may exist.

    `make` makes its intent at a moment that `now` tells, and `settle` sends a word on its way to the disk. `known` is
    what the ledger had of the row before.
    """

    def __init__(
        self,
        writer: LedgerWriter,
        *,
        make: Callable[[Moment], Intent],
        now: Callable[[], Moment],
        settle: Callable[[Settled], None],
        known: KnownRow | None,
    ) -> None:
        self.is_written = False
        self.since = now()
        self._writer = writer
        self._make = make
        self._now = now
        self._settle = settle
        self._known = known
        self._ref = make(self.since).ref

    async def about_to_send(self) -> Moment:
        """Put the intent on disk, unless it is there; InTheWayError, LedgerError where the row may not be sent."""
        if not self.is_written:
            await self._write(self._now())
        return self.since

    async def take_over(self, since: Moment) -> None:
        """Make a row that another run left in doubt this run's, before it is looked up; it stays in doubt."""
        conflict = await self._writer.claim(self._make(since))
        if conflict is not None:
            raise InTheWayError(conflict)
        self.since = since
        self.is_written = True

    def known_not_sent(self) -> None:
        """Take the intent back: the row is not in doubt any more."""
        self.is_written = False
        is_kept = self._known is not None and self._known.state in _KEPT
        state = self._known.state if self._known is not None and is_kept else State.FAILED
        self._settle(Settled(self._ref, self._lasting(_NOTHING), time.time(), state))

    def end(self, outcome: Outcome) -> None:
        """Write down what became of the row, if the ledger has its intent."""
        if not self.is_written:
            return
        if outcome.status is Status.UNSENT:
            self.known_not_sent()
        else:
            self._settle(Settled(self._ref, self._lasting(outcome), time.time()))

    def cut_off(self, error: BaseException) -> Outcome:
        """The outcome of a row whose call was cut off: nobody knows."""
        message = "The run was interrupted."
        if isinstance(error, ImporterError):
            message = f"The run ended while this row was being sent: {error}"
        elif isinstance(error, Exception):  # its text is nobody's: it may hold a lead's data, or a key
            message = f"The run ended while this row was being sent: a defect ({type(error).__name__})."
        return Outcome(
            Status.UNKNOWN,
            error="interrupted",
            message=message.splitlines()[0],
            tip="Run the same command again: it looks the lead up before it sends anything.",
            time=utc_text(self.since.at),
        )

    def _lasting(self, outcome: Outcome) -> Outcome:
        """What the ledger keeps: a created lead is not forgotten because sending it again (`--again`) failed."""
        known = self._known
        if known is not None and known.state is State.CREATED and outcome.status is not Status.CREATED:
            return Outcome(Status.CREATED, lead_id=known.lead_id, attempts=known.attempts)
        return outcome

    async def _write(self, moment: Moment) -> None:
        try:
            conflict = await self._writer.claim(self._make(moment))
        except BaseException:
            self.known_not_sent()  # it may be on its way to the disk, or there
            raise
        if conflict is not None:
            raise InTheWayError(conflict)
        self.since = moment
        self.is_written = True
