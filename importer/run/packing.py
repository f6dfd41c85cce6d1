"""Packing: which rows share a bulk call, and which shared one in an earlier run.

Rows that may be the same lead never do, nor are they in flight together.
"""

from importer.clocks import Moment
from importer.outcome import Status
from importer.run.exclusion import Exclusion, likenesses
from importer.run.openrow import OpenRow

__all__ = ["DoubtPacker", "Packer"]


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


class DoubtPacker:
    """Gathers rows that an earlier run left in doubt by the call that carried them, at most `rows` of one."""

    def __init__(self, exclusion: Exclusion, *, rows: int) -> None:
        self._exclusion = exclusion
        self._most_rows = rows
        self._calls: dict[Moment, list[OpenRow]] = {}

    def add(self, row: OpenRow) -> bool:
        """Take a row in; False where it is to be found out about by itself.

        That is one of which nothing is known but what its report says, one that was edited since, and one that may be
        the lead of a row in flight.
        """
        since = _intent(row)
        if since is None or len(self._calls.get(since, ())) >= self._most_rows:
            return False
        if not self._exclusion.enter(likenesses(row.prepared.lead)):
            return False
        self._calls.setdefault(since, []).append(row)
        return True

    def take(self) -> dict[Moment, list[OpenRow]]:
        """The rows by the intent of their call, which are in flight from now on."""
        calls, self._calls = self._calls, {}
        return calls


def _intent(row: OpenRow) -> Moment | None:
    """The intent of the call that carried a row in doubt just as it is now; rows of one call have the same."""
    known, prepared = row.known, row.prepared
    if known is None or row.state.outcome.status is not Status.UNKNOWN:
        return None
    if prepared.agreeing_fields(known.keys) is not None:
        return None
    carried_reference = prepared.reference_key is None or prepared.reference_key in known.keys
    return known.intent if carried_reference else None
