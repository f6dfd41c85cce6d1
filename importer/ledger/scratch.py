"""What one run must remember of its file, on disk: who holds which value first, and what becomes of each row.

It is a private SQLite database in a temporary file that is gone with the process, so that memory does not grow with
the file. Like the ledger it holds digests and outcomes, no lead data.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple
from types import TracebackType
from typing import Any, NamedTuple, Self, cast

from importer.errors import Remedy, RowProblem
from importer.ledger.database import storable
from importer.ledger.digestkinds import KeyDigest, RowRef
from importer.ledger.digesttable import DigestTable, room_needed
from importer.ledger.linetable import LineTable
from importer.outcome import Outcome, Status

__all__ = ["KeyOwner", "RowState", "Scratch"]

BATCH = 1000

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -11000;
CREATE TABLE note (
    place INTEGER PRIMARY KEY, ref BLOB NOT NULL, is_open INTEGER NOT NULL, status TEXT NOT NULL, lead_id TEXT NOT NULL,
    error TEXT NOT NULL, message TEXT NOT NULL, tip TEXT NOT NULL, attempts INTEGER NOT NULL, time TEXT NOT NULL,
    problems TEXT NOT NULL
);
BEGIN;
"""


_READY = Outcome(Status.READY)
_READY_VALUES = (Status.READY.value, "", "", "", "", 0, "", "")


class KeyOwner(NamedTuple):
    """The row of this file that holds a unique value first: its place among the rows, and its number."""

    place: int
    row_number: int


class RowState(NamedTuple):
    """What is known of the row at a place. While it `is_open`, sending may still change its outcome."""

    place: int
    ref: RowRef
    is_open: bool
    outcome: Outcome


class Scratch:
    """One run's memory; a context manager. `place` counts the file's data rows from 0. LedgerError: no room for it.

    `lines` are a report's. Values and equal rows are looked up in batches: after `prefetch`, `holder` and
    `next_ordinal` answer from memory for its digests until the next one. Other digests are read one by one.
    """

    def __init__(self) -> None:
        with room_needed():
            self._database = sqlite3.connect("", isolation_level=None)
            self._database.executescript(_TABLES)
        self._holders = DigestTable(self._database, "holder", ("place", "row_number"))
        self._ordinals = DigestTable(self._database, "ordinal", ("last",))
        self._notes: dict[int, RowState] = {}
        self.lines = LineTable(self._database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def prefetch(self, *, values: Mapping[KeyDigest, KeyOwner], rows: Iterable[bytes]) -> None:
        """Begin a batch: its unique values, each with the row that is going to hold it if nobody does, and the digests
        of its rows.
        """
        self._holders.prefetch(cast("Mapping[bytes, KeyOwner]", values))
        self._ordinals.prefetch(dict.fromkeys(rows, (0,)))

    def next_ordinal(self, digest: bytes) -> int:
        """How many rows with these cells came before."""
        last = self._ordinals.get(digest)
        ordinal = 0 if last is None else last[0] + 1
        self._ordinals.put(digest, (ordinal,))
        return ordinal

    def has_ordinal(self, digest: bytes) -> bool:
        """Whether `next_ordinal` was asked for this digest."""
        return self._ordinals.get(digest) is not None

    def holder(self, digest: KeyDigest) -> KeyOwner | None:
        """Who holds this unique value, if a row of this file does."""
        found = self._holders.get(digest)
        return None if found is None else KeyOwner(*found)

    def hold(self, digest: KeyDigest, holder: KeyOwner) -> None:
        """Write down who holds a unique value; a later word replaces an earlier one."""
        self._holders.put(digest, holder)

    def keep(self, note: RowState) -> None:
        """Write down what is known of a row; a later word replaces an earlier one."""
        self._notes[note.place] = note
        if len(self._notes) >= BATCH:
            self._flush_notes()

    def outcome(self, place: int) -> Outcome | None:
        """What became of the row at this place, None where nothing is known."""
        if place in self._notes:
            return self._notes[place].outcome
        with room_needed():
            found = self._database.execute("SELECT * FROM note WHERE place = ?", (place,)).fetchone()
        return _note(found).outcome if found else None

    def is_open(self, place: int) -> bool:
        """Whether the row at this place still has no outcome that lasts."""
        if place in self._notes:
            return self._notes[place].is_open
        with room_needed():
            found = self._database.execute("SELECT * FROM note WHERE place = ?", (place,)).fetchone()
        return found is None or _note(found).is_open

    def notes(self) -> Iterator[RowState]:
        """The note of every place, in the file's order; notes kept meanwhile may or may not show."""
        place = -1
        while True:
            self._flush_notes()
            with room_needed():
                found = self._database.execute(
                    "SELECT * FROM note WHERE place > ? ORDER BY place LIMIT ?", (place, BATCH)
                ).fetchall()
            if not found:
                return
            yield from map(_note, found)
            place = found[-1][0]

    def _flush_notes(self) -> None:
        rows = map(_note_values, self._notes.values())
        with room_needed():
            self._database.executemany("INSERT OR REPLACE INTO note VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self._notes.clear()


def _note_values(note: RowState) -> tuple[object, ...]:
    outcome = note.outcome
    if outcome == _READY:  # most rows of a first review: nothing of it needs a look
        return (note.place, note.ref, note.is_open, *_READY_VALUES)
    texts = map(storable, (outcome.lead_id, outcome.error, outcome.message, outcome.tip))
    problems = json.dumps([astuple(problem) for problem in outcome.problems]) if outcome.problems else ""
    return (note.place, note.ref, note.is_open, outcome.status.value, *texts, outcome.attempts, outcome.time, problems)


def _note(found: tuple[int, RowRef, int, str, str, str, str, str, int, str, str]) -> RowState:
    if found[3:] == _READY_VALUES:
        return RowState(found[0], found[1], bool(found[2]), _READY)
    place, ref, is_open, status, *texts, attempts, time, problems = found
    lead_id, error, message, tip = map(str, texts)
    read = tuple(map(_problem, json.loads(problems))) if problems else ()
    outcome = Outcome(Status(status), lead_id, error, message, tip, attempts, time, read)
    return RowState(place, ref, bool(is_open), outcome)


def _problem(fields: list[Any]) -> RowProblem:
    """A problem of its fields as JSON has them."""
    error, message, tip, column, cells, cause, remedy = fields
    return RowProblem(error, message, tip, column, tuple(cells), cause, None if remedy is None else Remedy(*remedy))
