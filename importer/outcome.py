"""What became of one row: the report's statuses, and the value that carries one."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from importer.errors import RowProblem

__all__ = ["Outcome", "Status", "utc_text"]


class Status(StrEnum):
    """The words of the report's column `lsq_status`."""

    CREATED = "created"
    DUPLICATE = "duplicate"  # another lead already has a unique value of this row
    REJECTED = "rejected"  # refused by LeadSquared for good
    INVALID = "invalid"  # our own check; not sent
    FAILED = "failed"  # attempts used up, known not created
    UNKNOWN = "unknown"  # may have been created
    UNSENT = "unsent"  # the run ended before this row's turn
    READY = "ready"  # a dry run would send it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row, free of personal data: it goes to the ledger and to logs as well.

    `error` is LeadSquared's ExceptionType or a word of ours; `time` is UTC, `YYYY-MM-DDTHH:MM:SSZ`.
    """

    status: Status
    lead_id: str = ""
    error: str = ""
    message: str = ""
    tip: str = ""
    attempts: int = 0
    time: str = ""

    @classmethod
    def of_problem(cls, problem: RowProblem) -> "Outcome":
        """The outcome of a row that is not fit to send."""
        return cls(Status.INVALID, error=problem.error, message=problem.message, tip=problem.tip)


def utc_text(seconds: float) -> str:
    """A moment (seconds since 1970) as the report's column `lsq_time` shows it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
