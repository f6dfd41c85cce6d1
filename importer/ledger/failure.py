"""What becomes of a database's errors: one kind of error, which names the ledger and tells what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from importer.errors import ImporterError
from importer.exitstatus import ExitStatus
from importer.nextstep import Action, NextStep

__all__ = [
    "LOCKED",
    "REBUILD",
    "REBUILD_STEPS",
    "ConnectionLostError",
    "LedgerError",
    "LocksLostError",
    "gone",
    "graver",
    "guard_database",
    "is_connection_loss",
    "is_damage",
    "reason_of",
    "unusable",
]

LOCKED = "locked"
"""In SQLite's words when another process holds the database for longer than one waits."""

DAMAGED = ("malformed", "not a database", "corrupt")
"""In SQLite's words, and in PostgreSQL's, when what is in the file cannot be believed."""

REBUILD = (
    "Restore it from a backup, or move it away and make its rows known again from the reports. Without that, rows that "
    "have no unique value would be sent again."
)
"""What to do about a ledger that is lost."""

REBUILD_STEPS = (NextStep(Action.REBUILD_LEDGER, "REPORT…"),)
"""The same as a value."""


class LedgerError(ImporterError):
    """The ledger cannot be written (a full disk, say): nothing more may be sent. The next run goes on from it."""

    exit_status = ExitStatus.STOPPED


class LocksLostError(LedgerError):
    """Other runs do not see this one any more, so that it may take no new row; what is in flight is still written."""


class ConnectionLostError(LedgerError):
    """The ledger's server does not answer, or has cut the connection: it may be there again in a moment."""


def graver(first: ImporterError | None, later: ImporterError) -> ImporterError:
    """Which of two errors a run is said to have ended with: the first, unless that is the loss of the locks alone and
    the ledger itself turns out to be lost as well.
    """
    is_outdone = isinstance(first, LocksLostError) and isinstance(later, LedgerError)
    return later if first is None or is_outdone else first


@contextmanager
def guard_database(where: str) -> Iterator[None]:
    """Turn a database's errors into a `LedgerError` that names the ledger."""
    try:
        yield
    except SQLAlchemyError as error:
        raise unusable(where, error) from None


def unusable(where: str, error: SQLAlchemyError) -> LedgerError:
    """A database's error, as one that names the ledger."""
    reason = reason_of(error)
    steps = REBUILD_STEPS if is_damage(reason) else ()
    if is_connection_loss(error):
        return ConnectionLostError(
            f"The server of the ledger {where} does not answer: {reason}.",
            hint="Look whether it runs and can be reached, then run the same command again: it goes on where this run "
            "stopped.",
        )
    return LedgerError(f"The ledger {where} cannot be used any more: {reason}.", hint=_hint(reason), steps=steps)


def gone(where: str) -> LedgerError:
    """The error for a ledger whose file is another one now, or none: what is written to it would be lost."""
    return LedgerError(
        f"The ledger {where} was deleted, moved or replaced while a run was writing it.",
        hint=f"Put it back before anything is imported. If it is lost: {REBUILD[:1].lower()}{REBUILD[1:]}",
        steps=REBUILD_STEPS,
    )


def is_connection_loss(error: SQLAlchemyError) -> bool:
    """Whether a PostgreSQL server was not reached, ended the connection, or is one that may not write (any more)."""
    cause = getattr(error, "orig", None)
    if not type(cause).__module__.startswith("psycopg"):
        return False
    state = getattr(cause, "sqlstate", None)
    if getattr(error, "connection_invalidated", False) or (state or "").startswith(_LOST_STATES):
        return True
    return state is None and type(cause).__name__ in {"OperationalError", "ConnectionTimeout"}


_LOST_STATES = ("08", "57P01", "57P02", "57P03", "57P05", "25006", "53300")
"""SQLSTATE of a connection that is gone, a server that shuts down or starts up, one that only reads (a fail-over), and
one that has too many connections (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""


def is_damage(reason: str) -> bool:
    """Whether a database's words say that its file is damaged."""
    return any(word in reason for word in DAMAGED)


def _hint(reason: str) -> str:
    if is_damage(reason):
        return f"It is damaged. {REBUILD}"
    is_held = LOCKED in reason or "lock timeout" in reason
    hint = "Another program holds it for long: end that one" if is_held else "Make room for it or mend that"
    return f"{hint}, then run the same command again: it goes on where this run stopped."


def reason_of(error: SQLAlchemyError) -> str:
    """What the database said, without the statement and its parameters."""
    return str(getattr(error, "orig", None) or type(error).__name__).strip().rstrip(".")
