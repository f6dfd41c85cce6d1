"""What the log says of a run: its events in words, on standard error and, as JSON lines, in the log file."""

import logging
from datetime import datetime

from importer import __version__
from importer.commands.wording import say
from importer.events import (
    Estimated,
    Event,
    Notice,
    Paused,
    Resumed,
    Reviewed,
    RowDone,
    Started,
)
from importer.logs.logfile import FIELDS
from importer.ratelimit.estimate import tell_duration, tell_estimate

__all__ = ["log_event"]

logger = logging.getLogger(__name__)


def log_event(event: Event) -> None:
    """Log an event if there is something to say, without any of a row's data."""
    match event:
        case RowDone():
            _log_row(event)
        case Notice(level=level, text=text, steps=steps):
            logger.log(level, "%s", say(text, steps))
        case Started():
            fields = {
                "event": "start",
                "file": str(event.file),
                "source": event.source,
                "ledger_run": event.ledger_run,
                "version": __version__,
            }
            logger.debug("Importing %s.", event.file, extra={FIELDS: fields})
        case Reviewed():
            _log_review(event)
        case Estimated():
            now = datetime.now().astimezone()
            text = tell_estimate(
                event.rows,
                event.needed_s,
                limit=event.calls,
                per_seconds=event.per_seconds,
                now=now,
                rows_per_call=event.rows_per_call,
            )
            logger.info("%s", text)
        case Paused(seconds=seconds):
            logger.warning("LeadSquared does not answer: all calls of this run pause for %s.", tell_duration(seconds))
        case Resumed():
            logger.info("LeadSquared answers again.")
        case _:
            pass


def _log_review(event: Reviewed) -> None:
    if event.created:
        logger.info("%s of %s rows are created already and cost no call.", f"{event.created:,}", f"{event.rows:,}")
    if event.resumed:
        logger.info("Going on where an earlier run stopped: it had %s rows in flight.", f"{event.resumed:,}")
    if event.foreign_lines:
        logger.warning(
            "%s lines carry the reference of another account: here they are new rows.", f"{event.foreign_lines:,}"
        )


def _log_row(event: RowDone) -> None:
    if not logger.isEnabledFor(logging.DEBUG):
        return
    outcome = event.outcome
    fields = {
        "event": "row",
        "row": event.number,
        "status": outcome.status.value,
        "error": outcome.error,
        "attempts": outcome.attempts,
        "lead_id": outcome.lead_id,
    }
    told = f"{outcome.status} {outcome.error}".rstrip()
    logger.debug("row %d: %s", event.number, told, extra={FIELDS: fields})
