"""Which rows of a file are to be sent at all: by what a column says, by their numbers, by a report's status."""

from collections.abc import Collection
from dataclasses import dataclass

from importer.lead.skipping import Skip
from importer.outcome import Outcome, Status
from importer.run.preparedrow import PreparedRow

__all__ = ["EVERY_ROW", "Choice"]

NOT_CHOSEN = Outcome(Status.SKIPPED, message="The row is not among those that were chosen.")


@dataclass(frozen=True, slots=True)
class Choice:
    """`skip` leaves out rows that are no leads. Of the others, those are chosen whose number is in one of `spans`
    (first and last, both included) and, in a report, whose line says one of `statuses`; where these are empty, all
    are.
    """

    skip: Skip | None = None
    spans: tuple[tuple[int, int], ...] = ()
    statuses: Collection[Status] = ()

    def skipped(self, prepared: PreparedRow) -> Outcome | None:
        """What is said of a row that is left out; None where it is not. A line of a lead that is there, or may be, is
        never left out.
        """
        past = prepared.past
        if self.skip is None or (past is not None and past.status is not None and past.status.facts.may_be_there):
            return None
        reason = self.skip(prepared.row.cells)
        return Outcome(Status.SKIPPED, message=f"Left out by skip_rows: {reason}.") if reason else None

    def left(self, prepared: PreparedRow) -> Outcome | None:
        """What is said of a row that is not chosen: a report's line stays as it was. None where it is chosen."""
        if self._is_chosen(prepared):
            return None
        past = prepared.past
        return (past.outcome() if past is not None else None) or NOT_CHOSEN

    def _is_chosen(self, prepared: PreparedRow) -> bool:
        if self.statuses and (prepared.past is None or prepared.past.status not in self.statuses):
            return False
        number = prepared.row.number
        return not self.spans or any(first <= number <= last for first, last in self.spans)


EVERY_ROW = Choice()
