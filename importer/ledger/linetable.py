"""The lines of a report, in the run's scratch database: which carry one reference, and whose cells they hold."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

from importer.ledger.digestkinds import CellsDigest, RowRef
from importer.ledger.digesttable import room_needed

__all__ = ["Fit", "Line", "LineTable"]


class Fit(IntEnum):
    """How a line's cells agree with those that the ledger remembers."""

    OTHER = -1  # most of them differ
    EDITED = 0  # some of them differ
    UNSURE = 1  # they cannot be compared
    SAME = 2


class Line(NamedTuple):
    """A line of a report. `marks` and `digest` are its cells in the two forms that the ledger keeps.

    `ref` is the reference that it carries, empty where it has none. `known` are the cells that the ledger remembers of
    the row, where it knows any; `fit` says how they agree. `is_settled`: the row is created or may be, so that it must
    not be sent for another. `is_likely`: one of its unique values is the row's, or the reference was made of its cells;
    of a line without a reference, that it had one. `says_created`: so says the line itself.
    """

    place: int
    ref: RowRef
    marks: CellsDigest
    digest: CellsDigest
    known: CellsDigest
    fit: "Fit"
    is_settled: bool
    is_likely: bool
    says_created: bool = False


_TABLES = """
CREATE TABLE line (
    place INTEGER PRIMARY KEY, ref BLOB NOT NULL, marks BLOB NOT NULL, digest BLOB NOT NULL, known BLOB NOT NULL,
    fit INTEGER NOT NULL, is_settled INTEGER NOT NULL, is_likely INTEGER NOT NULL,
    says_created INTEGER NOT NULL
);
CREATE TABLE tie (place INTEGER PRIMARY KEY, verdict TEXT NOT NULL, ref BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE lead (lead_id TEXT PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID;
"""
_INDEXES = ("CREATE INDEX line_by_ref ON line (ref)", "CREATE INDEX line_by_known ON line (known)")


class LineTable:
    """Lines by place, and what is decided about those that are not simply the row of their reference."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._is_in_use = False

    def add(self, lines: Iterable[Line]) -> None:
        """Enter lines; each place once."""
        self._begin()
        with room_needed():
            self._database.executemany("INSERT INTO line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", lines)

    def finish(self) -> None:
        """Say that all lines are entered; the questions below come after it."""
        self._begin()
        with room_needed():
            for index in _INDEXES:
                self._database.execute(index)

    def shared(self) -> Iterator[list[Line]]:
        """The lines of each reference that stands on several, in their order."""
        query = """
            SELECT * FROM line
            WHERE ref IN (SELECT ref FROM line WHERE ref != x'' GROUP BY ref HAVING count(*) > 1)
            ORDER BY ref, place
        """
        group: list[Line] = []
        for found in self._database.execute(query):
            line = _line(found)
            if group and group[0].ref != line.ref:
                yield group
                group = []
            group.append(line)
        if group:
            yield group

    def displaced(self) -> Iterator[tuple[Line, RowRef]]:
        """Each line with other cells than its row's, and the reference of a row that has just these.

        That row is one that is settled and whose own lines hold other cells; most of them, where the line may be one
        that a person added.
        """
        query = """
            SELECT line.*, other.ref FROM line CROSS JOIN line AS other
                ON other.known != x'' AND other.known IN (line.marks, line.digest) AND other.is_settled
            WHERE line.fit < 2 AND other.ref != line.ref AND (line.ref != x'' OR line.is_likely OR other.fit < 0)
                AND NOT EXISTS (SELECT 1 FROM line AS own WHERE own.ref = other.ref AND own.fit = 2)
            ORDER BY line.place, other.place
        """
        for *found, ref in self._database.execute(query):
            yield _line(found), ref

    def robbed(self, limit: int) -> list[Line]:
        """The first line of each settled row none of whose lines holds its cells any more, nor most of them."""
        query = """
            SELECT * FROM line WHERE is_settled AND known != x'' AND fit < 0 AND NOT EXISTS (
                SELECT 1 FROM line AS own WHERE own.ref = line.ref AND (own.fit >= 0 OR own.place < line.place)
            )
            ORDER BY place LIMIT ?
        """
        return [_line(found) for found in self._database.execute(query, (limit,))]

    def strays(self, limit: int) -> list[Line]:
        """Lines that say created and hold other cells than their reference's row, or go by none that is known."""
        query = "SELECT * FROM line WHERE says_created AND (fit < 0 OR known = x'') ORDER BY place LIMIT ?"
        return [_line(found) for found in self._database.execute(query, (limit,))]

    def at(self, ref: RowRef) -> list[Line]:
        """The lines of a reference."""
        return [_line(found) for found in self._database.execute("SELECT * FROM line WHERE ref = ?", (ref,))]

    def holds(self, ref: RowRef) -> bool:
        """Whether a line goes by this reference, be it by a decision."""
        if not self._is_in_use:
            return False
        query = "SELECT 1 FROM line WHERE ref = :ref UNION ALL SELECT 1 FROM tie WHERE ref = :ref LIMIT 1"
        return self._database.execute(query, {"ref": ref}).fetchone() is not None

    def count_fits(self) -> dict[Fit, int]:
        """How the lines of created rows, and of those that may be, fit what the ledger remembers; the best of each."""
        query = """
            SELECT fit, count(*) FROM
            (SELECT max(fit) AS fit FROM line WHERE is_settled AND known != x'' GROUP BY ref) GROUP BY fit
        """
        return {Fit(fit): count for fit, count in self._database.execute(query)}

    def decide(self, place: int, verdict: str, ref: bytes = b"") -> None:
        """Write down what a line is instead of the row of its reference."""
        self._begin()
        with room_needed():
            self._database.execute("INSERT OR REPLACE INTO tie VALUES (?, ?, ?)", (place, verdict, ref))

    def decided(self, places: Sequence[int]) -> dict[int, tuple[str, RowRef]]:
        """What is decided about these lines, consecutive ones."""
        if not self._is_in_use or not places:
            return {}
        query = "SELECT place, verdict, ref FROM tie WHERE place BETWEEN ? AND ?"
        found = self._database.execute(query, (places[0], places[-1]))
        return {place: (verdict, ref) for place, verdict, ref in found}

    def claim_lead(self, lead_id: str, place: int) -> bool:
        """Whether the line at this place is the first that claims the lead."""
        self._begin()
        with room_needed():
            self._database.execute("INSERT OR IGNORE INTO lead VALUES (?, ?)", (lead_id, place))
        found = self._database.execute("SELECT place FROM lead WHERE lead_id = ?", (lead_id,)).fetchone()
        return bool(found == (place,))

    def _begin(self) -> None:
        if not self._is_in_use:
            self._is_in_use = True
            with room_needed():
                for table in _TABLES.split(";"):
                    self._database.execute(table)


def _line(found: Sequence[object]) -> Line:
    place, ref, marks, digest, known, fit, *flags = found
    return Line(place, ref, marks, digest, known, Fit(fit), *map(bool, flags))  # type: ignore[arg-type]
