"""What the tests of the ledger share: an account, digests made up by hand, and outcomes."""

import time
from pathlib import Path
from typing import Any

from importer.clocks import WallSeconds
from importer.ledger.ledger import Ledger
from importer.ledger.records import Intent, KnownRow, Settled
from importer.outcome import Outcome, Status

__all__ = ["ACCOUNT", "CREATED", "FAILED", "UNKNOWN", "begin_run", "claim", "digest", "intent", "open_ledger", "settle"]

ACCOUNT = "api.leadsquared.com#0123"
CREATED = Outcome(Status.CREATED, lead_id="lead-1", attempts=1)
UNKNOWN = Outcome(Status.UNKNOWN, error="lost_reply")
FAILED = Outcome(Status.FAILED, error="no_connection")


def digest(name: str) -> Any:
    """Bytes that stand for a reference, for cells or for a unique value."""
    return name.encode().ljust(16, b".")


def open_ledger(path: Path | str, *, identity: str = ACCOUNT) -> Ledger:
    return Ledger(path, identity=identity, host="api.leadsquared.com")


def begin_run(ledger: Ledger) -> int:
    ledger.rows.run_id = ledger.runs.begin(mode="import", source="leads.csv", file="/x/leads.csv", report="/x/r.csv")
    return ledger.rows.run_id


def intent(ref: str, *keys: str, cells: str = "cells", is_forced: bool = False, resolves: bool = False) -> Intent:
    return Intent(
        digest(ref),
        digest(cells),
        tuple(map(digest, keys)),
        2,
        time.time(),
        is_forced=is_forced,
        resolves=resolves,
    )


def claim(ledger: Ledger, *intents: Intent) -> list[KnownRow | None]:
    with ledger.begin() as connection:
        return ledger.rows.claim(connection, intents)


def settle(ledger: Ledger, ref: str, outcome: Outcome) -> None:
    with ledger.begin() as connection:
        ledger.rows.settle(connection, [Settled(digest(ref), outcome, WallSeconds(time.time()))])
