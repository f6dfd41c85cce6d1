"""What one run must remember of its file, on disk: who holds which value first, and what becomes of each row.

It is a private SQLite database in a temporary file that is gone with the process, so that memory does not grow with
the file. Like the ledger it holds digests and outcomes, no lead data.
"""

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from importer.ledger.database import LedgerError, storable
from importer.outcome import Outcome, Status

__all__ = ["Holder", "Note", "Scratch"]

BATCH = 1000
MOST_PARAMETERS = 900  # SQLite's own limit was 999 for long

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -16000;
CREATE TABLE ordinal (digest BLOB PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE holder (digest BLOB PRIMARY KEY, place INTEGER NOT NULL, row_number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE note (
    place INTEGER PRIMARY KEY, ref BLOB NOT NULL, is_open INTEGER NOT NULL, status TEXT NOT NULL, lead_id TEXT NOT NULL,
    error TEXT NOT NULL, message TEXT NOT NULL, tip TEXT NOT NULL, attempts INTEGER NOT NULL, time TEXT NOT NULL
);
BEGIN;
"""


_READY = Outcome(Status.READY)
_READY_VALUES = (Status.READY.value, "", "", "", "", 0, "")


@dataclass(frozen=True, slots=True)
class Holder:
    """The row of this file that holds a unique value first: its place among the rows, and its number."""

    place: int
    row_number: int


@dataclass(frozen=True, slots=True)
class Note:
    """What is known of the row at a place. While it `is_open`, sending may still change its outcome."""

    place: int
    ref: bytes
    is_open: bool
    outcome: Outcome


class Scratch:
    """One run's memory; a context manager. `place` counts the file's data rows from 0. LedgerError: no room for it.

    Values and equal rows are looked up in batches: `prefetch` loads what is known of a batch's digests, so that
    `holder` and `next_ordinal` answer from memory until the next `prefetch`. Other digests are read one by one.
    """

    def __init__(self) -> None:
        try:
            self._database = sqlite3.connect("", isolation_level=None)
            self._database.executescript(_TABLES)
        except sqlite3.OperationalError as error:
            raise _no_room(error) from None
        self._holders: dict[bytes, Holder | None] = {}  # the batch's values; None: nobody holds it yet
        self._new_holders: dict[bytes, Holder] = {}
        self._ordinals: dict[bytes, int] = {}
        self._notes: dict[int, Note] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def prefetch(self, *, values: Sequence[bytes], rows: Sequence[bytes]) -> None:
        """Load what is known of a batch: of its unique values, and of its rows' cells."""
        self._flush_holders()
        self._flush_ordinals()
        self._holders = dict.fromkeys(values)
        self._holders.update(
            (digest, Holder(place, number)) for digest, place, number in self._select("holder", values)
        )
        self._ordinals = dict.fromkeys(rows, -1)
        self._ordinals.update(self._select("ordinal", rows))

    def next_ordinal(self, digest: bytes) -> int:
        """How many rows with these cells came before."""
        last = self._ordinals.get(digest)
        if last is None:
            found = self._execute("SELECT count FROM ordinal WHERE digest = ?", (digest,)).fetchone()
            last = found[0] if found else -1
        self._ordinals[digest] = last + 1
        return last + 1

    def holder(self, digest: bytes) -> Holder | None:
        """Who holds this unique value, if a row of this file does."""
        return self._holders[digest] if digest in self._holders else self.read_holder(digest)

    def read_holder(self, digest: bytes) -> Holder | None:
        """The same for sending, which knows no batches."""
        if digest in self._new_holders:
            return self._new_holders[digest]
        found = self._execute("SELECT place, row_number FROM holder WHERE digest = ?", (digest,)).fetchone()
        return Holder(*found) if found else None

    def hold(self, digest: bytes, holder: Holder) -> None:
        """Write down who holds a unique value; a later word replaces an earlier one."""
        self._new_holders[digest] = holder
        if digest in self._holders:
            self._holders[digest] = holder
        if len(self._new_holders) >= BATCH:
            self._flush_holders()

    def keep(self, note: Note) -> None:
        """Write down what is known of a row; a later word replaces an earlier one."""
        self._notes[note.place] = note
        if len(self._notes) >= BATCH:
            self._flush_notes()

    def outcome(self, place: int) -> Outcome | None:
        """What became of the row at this place, None where nothing is known."""
        if place in self._notes:
            return self._notes[place].outcome
        found = self._execute("SELECT * FROM note WHERE place = ?", (place,)).fetchone()
        return _note(found).outcome if found else None

    def notes(self) -> Iterator[Note]:
        """The note of every place, in the file's order; notes kept meanwhile may or may not show."""
        place = -1
        while True:
            self._flush_notes()
            found = self._execute(
                "SELECT * FROM note WHERE place > ? ORDER BY place LIMIT ?", (place, BATCH)
            ).fetchall()
            if not found:
                return
            yield from map(_note, found)
            place = found[-1][0]

    def _flush_holders(self) -> None:
        self._write(
            "INSERT OR REPLACE INTO holder VALUES (?, ?, ?)",
            ((digest, holder.place, holder.row_number) for digest, holder in self._new_holders.items()),
        )
        self._new_holders.clear()

    def _flush_ordinals(self) -> None:
        changed = ((digest, count) for digest, count in self._ordinals.items() if count >= 0)
        self._write("INSERT OR REPLACE INTO ordinal VALUES (?, ?)", changed)

    def _flush_notes(self) -> None:
        rows = map(_note_values, self._notes.values())
        self._write("INSERT OR REPLACE INTO note VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self._notes.clear()

    def _select(self, table: str, digests: Sequence[bytes]) -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(digests), MOST_PARAMETERS):
            part = digests[start : start + MOST_PARAMETERS]
            marks = ",".join("?" * len(part))
            yield from self._execute(f"SELECT * FROM {table} WHERE digest IN ({marks})", part)  # noqa: S608 - our table

    def _write(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        try:
            self._database.executemany(statement, rows)
        except sqlite3.OperationalError as error:
            raise _no_room(error) from None

    def _execute(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        try:
            return self._database.execute(statement, values)
        except sqlite3.OperationalError as error:
            raise _no_room(error) from None


def _no_room(error: sqlite3.OperationalError) -> LedgerError:
    return LedgerError(
        f"The run's notes cannot be written to {tempfile.gettempdir()}: {error}.",
        hint="Make room there, or set TMPDIR to a folder with more, and run the same command again.",
    )


def _note_values(note: Note) -> tuple[object, ...]:
    outcome = note.outcome
    if outcome == _READY:  # most rows of a first review: nothing of it needs a look
        return (note.place, note.ref, note.is_open, *_READY_VALUES)
    texts = map(storable, (outcome.lead_id, outcome.error, outcome.message, outcome.tip))
    return (note.place, note.ref, note.is_open, outcome.status.value, *texts, outcome.attempts, outcome.time)


def _note(found: tuple[int, bytes, int, str, str, str, str, str, int, str]) -> Note:
    if found[3:] == _READY_VALUES:
        return Note(found[0], found[1], bool(found[2]), _READY)
    place, ref, is_open, status, *texts, attempts, time = found
    lead_id, error, message, tip = map(str, texts)
    return Note(place, ref, bool(is_open), Outcome(Status(status), lead_id, error, message, tip, attempts, time))
