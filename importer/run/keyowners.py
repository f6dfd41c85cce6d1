"""Rows of one file with the same unique value: the later one waits until the earlier one's outcome is known."""

import asyncio
import time
from dataclasses import replace

from importer.ledger.scratch import KeyOwner, Scratch
from importer.outcome import InAccount, Outcome, utc_text
from importer.run.decision import of_key_holder
from importer.run.preparedrow import PreparedRow

__all__ = ["KeyOwners"]


class KeyOwners:
    """Lets a row wait for the owner of its unique values, and become the owner where that one does not keep them.

    Rows `enter` in the file's order and `leave` when they have their outcome, or have none in this run.
    """

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch
        self._unfinished: dict[int, asyncio.Event] = {}

    def enter(self, place: int) -> None:
        """The row at this place is on its way: rows that come later may have to wait for it."""
        self._unfinished[place] = asyncio.Event()

    def leave(self, place: int) -> None:
        """The row at this place is done with."""
        self._unfinished.pop(place).set()

    async def wait(self, prepared: PreparedRow) -> Outcome | None:
        """Wait for the owners of a row's unique values: the row's outcome, or None where it is to be sent.

        A row waits for earlier rows only, so that no two wait for each other. The row that is to be sent owns its
        values from now on.
        """
        for key in prepared.keys:
            while (owner := self._scratch.holder(key)) is not None and owner.place != prepared.place:
                unfinished = self._unfinished.get(owner.place) if owner.place < prepared.place else None
                if unfinished is not None:
                    await unfinished.wait()
                    continue
                outcome = self._scratch.outcome(owner.place)
                if outcome is not None and outcome.status.facts.in_account is not InAccount.NO:
                    return replace(of_key_holder(prepared, owner, outcome.lead_id), time=utc_text(time.time()))
                break
        for key in prepared.keys:
            self._scratch.hold(key, KeyOwner(prepared.place, prepared.row.number))
        return None
