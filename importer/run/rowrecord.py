"""What the ledger says of one row around its calls. Pure: `claiming` and `recording` bring it to the disk."""

from importer.clocks import Moment, WallSeconds
from importer.errors import ImporterError, WithdrawnError
from importer.ledger.records import Intent, KnownRow, Settled, State
from importer.outcome import Outcome, Status, utc_text
from importer.run.openrow import OpenRow

__all__ = ["RowRecord"]

_NOTHING = Outcome(Status.UNSENT)
_KEPT = (State.CREATED, State.RESEND)
"""What a row stays although its call did not go."""


class RowRecord:
    """One row's word in the ledger. While it `is_written`, the ledger says that the lead may exist.

    `known` is what the ledger had of the row before. `is_forced` sends it although it is created. `in_doubt_since` is
    when an earlier run may first have sent it, None where none may have. `since` is the intent that counts. `is_ended`:
    what became of the row is said.
    """

    def __init__(
        self, row: OpenRow, *, known: KnownRow | None, is_forced: bool = False, in_doubt_since: Moment | None = None
    ) -> None:
        self.row = row
        self.in_doubt_since = in_doubt_since
        self.since = in_doubt_since
        self.is_written = False
        self.is_ended = False
        self._known = known
        self._is_forced = is_forced

    def intent(self, moment: Moment) -> Intent:
        """The row, about to be sent at that moment."""
        prepared = self.row.prepared
        return Intent(
            self.row.state.ref,
            prepared.cells,
            prepared.protection,
            prepared.row.number,
            moment.at,
            moment.skew_s,
            is_forced=self._is_forced,
            resolves=self.in_doubt_since is not None,
        )

    def written(self, moment: Moment) -> None:
        """The intent of that moment is on disk."""
        self.since = moment
        self.is_written = True

    def taken_back(self, at: WallSeconds) -> Settled:
        """The word that the call did not go after all: the row is in no doubt."""
        self.is_written = False
        known = self._known
        state = known.state if known is not None and known.state in _KEPT else State.FAILED
        return Settled(self.row.state.ref, self._lasting(_NOTHING), at, state)

    def is_repeat(self, outcome: Outcome) -> bool:
        """Whether the row, which was not edited, had the same error in an earlier run."""
        known = self._known
        if not outcome.error or known is None or known.error != outcome.error:
            return False
        return self.row.prepared.has_cells(known.cells)

    def ended(self, outcome: Outcome, at: WallSeconds) -> Settled | None:
        """The word of what became of the row, None where the ledger has no intent of it."""
        self.is_ended = True
        if not self.is_written:
            return None
        if outcome.status is Status.UNSENT:
            return self.taken_back(at)
        return Settled(self.row.state.ref, self._lasting(outcome), at)

    def cut_off(self, error: BaseException) -> Outcome:
        """The outcome of a row whose call was cut off: nobody knows."""
        message = "The run was interrupted."
        if isinstance(error, ImporterError) and not isinstance(error, WithdrawnError):
            message = f"The run ended while this row was being sent: {error}"
        elif isinstance(error, Exception):  # its text is nobody's: it may hold a lead's data, or a key
            message = f"The run ended while this row was being sent: a defect ({type(error).__name__})."
        return Outcome(
            Status.UNKNOWN,
            error="interrupted",
            message=message.splitlines()[0],
            tip="Run the same command again: it looks the lead up before it sends anything.",
            time="" if self.since is None else utc_text(self.since.at),
        )

    def _lasting(self, outcome: Outcome) -> Outcome:
        """What the ledger keeps: a created lead is not forgotten because sending it again (`--again`) failed."""
        known = self._known
        if known is not None and known.state is State.CREATED and outcome.status is not Status.CREATED:
            return Outcome(Status.CREATED, lead_id=known.lead_id, attempts=known.attempts)
        return outcome
