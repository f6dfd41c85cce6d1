"""Packing: which rows share a bulk call. Rows that may be the same lead never do, nor are they in flight together."""

from importer.outcome import Status
from importer.run.exclusion import Exclusion, likenesses
from importer.run.openrow import OpenRow

__all__ = ["Packer"]


class Packer:
    """Gathers the rows of the next call, at most `rows`, in the order in which they come."""

    def __init__(self, exclusion: Exclusion) -> None:
        self._exclusion = exclusion
        self._rows: list[OpenRow] = []

    def add(self, row: OpenRow) -> bool:
        """Take a row into the next call; False where it goes by a call of its own.

        That is a row that may be in doubt, or that waits for another, and one that may be the lead of a row in flight.
        """
        if row.state.outcome.status is not Status.READY or not self._exclusion.enter(likenesses(row.prepared.lead)):
            return False
        self._rows.append(row)
        return True

    def __len__(self) -> int:
        return len(self._rows)

    def take(self) -> list[OpenRow]:
        """The rows of the next call, which are in flight from now on."""
        rows, self._rows = self._rows, []
        return rows

    def let_go(self, row: OpenRow) -> None:
        """The row is in flight no more."""
        self._exclusion.leave(likenesses(row.prepared.lead))
