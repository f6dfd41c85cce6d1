"""The line that each row's outcome gets in the log: on standard error with `-v`, always in the log file."""

import logging

from importer.logs.logfile import FIELDS
from importer.outcome import Outcome

__all__ = ["log_outcome"]

logger = logging.getLogger(__name__)


def log_outcome(row_number: int, outcome: Outcome) -> None:
    """Log what became of a row, by its number, without any of its data."""
    if not logger.isEnabledFor(logging.DEBUG):
        return
    fields = {
        "event": "row",
        "row": row_number,
        "status": outcome.status.value,
        "error": outcome.error,
        "attempts": outcome.attempts,
        "lead_id": outcome.lead_id,
    }
    told = f"{outcome.status} {outcome.error}".rstrip()
    logger.debug("row %d: %s", row_number, told, extra={FIELDS: fields})
