"""What the tests of the sending's steps share: rows made by hand, and a ledger's writer that answers as it is told."""

import asyncio
from collections.abc import Sequence
from typing import Any

from importer.errors import ImporterError
from importer.lead import FieldName, PayloadPlan
from importer.lead.lead import Lead
from importer.ledger.digestkinds import CellsDigest, KeyDigest, RowRef
from importer.ledger.digests import Digests
from importer.ledger.records import Intent, KnownRow, Settled, State
from importer.ledger.scratch import RowState
from importer.outcome import Outcome, Status
from importer.run.openrow import OpenRow
from importer.run.preparedrow import PreparedRow
from importer.sheet import Row

__all__ = ["CREATED", "ScriptedWriter", "known_row", "open_row", "prepared_row", "reference"]

DIGESTS = Digests(b"secret", account="a", source="leads.csv", header=["Name"])
CREATED = Outcome(Status.CREATED, lead_id="lead-1", attempts=1)


def reference(place: int) -> RowRef:
    return RowRef(f"row {place}".encode().ljust(16, b"."))


def prepared_row(place: int, *keys: str) -> PreparedRow:
    """The row at a place, with these unique values."""
    return PreparedRow(
        place,
        Row(place + 2, (f"name {place}",)),
        None,
        Lead(PayloadPlan([FieldName("LastName")]), [f"name {place}"], ()),
        (),
        DIGESTS,
        tuple(KeyDigest(key.encode().ljust(16, b".")) for key in keys),
        None,
        is_foreign=False,
    )


def open_row(place: int, *keys: str, status: Status = Status.READY) -> OpenRow:
    state = RowState(place, reference(place), is_open=True, outcome=Outcome(status))
    return OpenRow(prepared_row(place, *keys), state, None)


def known_row(ref: RowRef, state: State, *, run_token: str = "", **more: Any) -> KnownRow:
    told: dict[str, Any] = {
        "lead_id": "",
        "error": "",
        "message": "",
        "tip": "",
        "attempts": 0,
        "intent_at": 1000.0,
        "changed_at": 1.0,
    }
    return KnownRow(ref, CellsDigest(b""), (), state, 1, run_token, 2, **told | more)


class ScriptedWriter:
    """Takes down what it is given. `conflicts` stand in the way of rows, by reference; `error` is all that it says."""

    def __init__(self) -> None:
        self.renews = False
        self.conflicts: dict[bytes, KnownRow] = {}
        self.error: ImporterError | None = None
        self.claimed: list[list[Intent]] = []
        self.settled: list[list[Settled]] = []

    async def claim(self, intents: Sequence[Intent]) -> list[KnownRow | None]:
        self.claimed.append(list(intents))
        if self.error is not None:
            raise self.error
        return [self.conflicts.get(intent.ref) for intent in intents]

    def settle(self, entries: Sequence[Settled]) -> "asyncio.Future[None]":
        self.settled.append(list(entries))
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.error is not None:
            done.set_exception(self.error)
        else:
            done.set_result(None)
        return done
