"""Conflicts: what becomes of a row in whose way another one stands, mostly one that another live run is sending."""

import asyncio
from collections.abc import Callable

from importer.ledger.ledger import Ledger
from importer.ledger.records import KnownRow, State
from importer.outcome import Outcome
from importer.run.decision import decide, of_known_lead
from importer.run.openrow import OpenRow

__all__ = ["Conflicts"]

FOREIGN_POLL_S = 0.5


class Conflicts:
    """Finds a way around rows that stand in the way of others. It waits for nobody once `is_stopping` holds."""

    def __init__(self, ledger: Ledger, *, is_stopping: Callable[[], bool]) -> None:
        self._rows = ledger.rows
        self._locks = ledger.locks
        self._is_stopping = is_stopping

    async def settle(self, row: OpenRow, conflict: KnownRow) -> Outcome | KnownRow | None:
        """The row's outcome; or the row in its way as it is now, after which it is to be claimed again; or None where
        this run is stopping and the row is left as it is.
        """
        is_gone = not self._locks.is_live(conflict.run_token)
        if is_gone:
            # Read after its run was seen to be gone: it may have settled the row just before it ended.
            conflict = self._read(conflict)
        if conflict.state is State.CREATED:
            return of_known_lead(row.prepared, conflict)
        if is_gone and is_itself_in_doubt(row, conflict):
            decision = decide(row.prepared, conflict, (), ())
            return conflict if decision.is_open else decision.outcome
        if self._is_stopping():
            return None
        return conflict if is_gone else await self._await_foreign(conflict)

    async def _await_foreign(self, row: KnownRow) -> KnownRow | None:
        """Wait while another live run has a row in flight, without taking slots; None where this one is stopping."""
        while not self._is_stopping():
            await asyncio.sleep(FOREIGN_POLL_S)
            row = self._read(row)
            if row.state is not State.INTENT:
                return row
            if not self._locks.is_live(row.run_token):
                return self._read(row)
        return None

    def _read(self, row: KnownRow) -> KnownRow:
        return self._rows.find_rows([row.ref]).get(row.ref, row)


def is_itself_in_doubt(row: OpenRow, conflict: KnownRow) -> bool:
    """Whether a row's own past stands in its way: an earlier run may have sent it."""
    return conflict.ref == row.state.ref and conflict.state.is_unresolved
