"""What becomes of a database's errors: one kind of error, which names the ledger and tells what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from importer.errors import ImporterError

__all__ = ["LOCKED", "LedgerError", "LocksLostError", "guard_database", "reason_of"]

LOCKED = "locked"
"""In SQLite's words when another process holds the database for longer than one waits."""


class LedgerError(ImporterError):
    """The ledger cannot be written (a full disk, say): nothing more may be sent. The next run goes on from it."""

    exit_status = 3


class LocksLostError(LedgerError):
    """Other runs do not see this one any more, so that it may take no new row; what is in flight is still written."""


@contextmanager
def guard_database(where: str) -> Iterator[None]:
    """Turn a database's errors into a `LedgerError` that names the ledger."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = reason_of(error)
        is_held = LOCKED in reason or "lock timeout" in reason
        hint = "Another program holds it for long: end that one" if is_held else "Make room for it or repair it"
        raise LedgerError(
            f"The ledger {where} cannot be used any more: {reason}.",
            hint=f"{hint}, then run the same command again: it goes on where this run stopped.",
        ) from None


def reason_of(error: SQLAlchemyError) -> str:
    """What the database said, without the statement and its parameters."""
    return str(getattr(error, "orig", None) or type(error).__name__).strip().rstrip(".")
