"""A table on disk from digests to numbers, asked about in batches. It belongs to the run's scratch database."""

import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from importer.ledger.failure import LedgerError

__all__ = ["DigestTable", "room_needed"]

BATCH = 1000
MOST_PARAMETERS = 900  # SQLite's own limit was 999 for long
ENTRIES_A_STATEMENT = 20  # one statement for twenty entries costs a third less than twenty statements

Numbers = tuple[int, ...]


class DigestTable:
    """Some numbers for each digest. LedgerError: no room.

    `prefetch` enters a batch of digests, after which `get` and `put` answer from memory until the next one; other
    digests are read one by one. Mostly a batch's digests are new, and what they are going to be is known: so they are
    written first and looked up only if some were there already; what became otherwise is mended by the next batch.
    """

    def __init__(self, database: sqlite3.Connection, name: str, columns: Sequence[str]) -> None:
        self._database = database
        names = ", ".join(columns)
        marks = f"({', '.join('?' * (len(columns) + 2))})"
        self._select = f"SELECT digest, {names} FROM {name} WHERE digest "  # noqa: S608 - names of ours
        self._add_one = f"INSERT OR IGNORE INTO {name} VALUES {marks}"  # noqa: S608 - the same
        self._add_many = f"INSERT OR IGNORE INTO {name} VALUES {', '.join([marks] * ENTRIES_A_STATEMENT)}"  # noqa: S608 - the same
        self._replace = f"INSERT OR REPLACE INTO {name} VALUES {marks}"  # noqa: S608 - the same
        self._remove = f"DELETE FROM {name} WHERE digest = ?"  # noqa: S608 - the same
        self._batch_number = 0
        self._true: dict[bytes, Numbers | None] = {}  # None: there is no such entry
        self._written: dict[bytes, Numbers] = {}
        declared = ", ".join(f"{column} INTEGER NOT NULL" for column in columns)
        with room_needed():
            database.execute(
                f"CREATE TABLE {name} (digest BLOB PRIMARY KEY, {declared}, batch INTEGER NOT NULL) WITHOUT ROWID"
            )

    def prefetch(self, entries: Mapping[bytes, Numbers]) -> None:
        """Enter a batch: its digests, each with the numbers that it gets most probably if it has none yet."""
        self._flush()
        self._batch_number += 1
        self._true = dict.fromkeys(entries)
        self._written = dict(entries)
        with room_needed():
            before = self._database.total_changes
            self._add([(digest, *numbers, self._batch_number) for digest, numbers in entries.items()])
            if self._database.total_changes - before == len(entries):
                return
            known = dict(self._known(list(entries)))
        self._true.update(known)
        self._written.update(known)

    def get(self, digest: bytes) -> Numbers | None:
        """The numbers of a digest, None where it has none."""
        if digest in self._true:
            return self._true[digest]
        with room_needed():
            found = self._database.execute(f"{self._select} = ?", (digest,)).fetchone()
        return found[1:] if found else None

    def put(self, digest: bytes, numbers: Numbers) -> None:
        """Set a digest's numbers; a later word replaces an earlier one."""
        self._true[digest] = numbers
        if digest not in self._written and len(self._true) - len(self._written) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        """Write what is true and not yet written, and forget it."""
        if self._true != self._written:
            written, number = self._written, self._batch_number
            changed = [(digest, numbers) for digest, numbers in self._true.items() if numbers != written.get(digest)]
            with room_needed():
                self._database.executemany(
                    self._replace, [(digest, *numbers, number) for digest, numbers in changed if numbers is not None]
                )
                self._database.executemany(self._remove, [(digest,) for digest, numbers in changed if numbers is None])
        self._true = {}
        self._written = {}

    def _add(self, rows: Sequence[tuple[Any, ...]]) -> None:
        size = ENTRIES_A_STATEMENT
        whole = len(rows) - len(rows) % size
        for start in range(0, whole, size):
            self._database.execute(self._add_many, [value for row in rows[start : start + size] for value in row])
        self._database.executemany(self._add_one, rows[whole:])

    def _known(self, digests: Sequence[bytes]) -> Iterator[tuple[bytes, Numbers]]:
        """Those of the digests that were there before this batch."""
        for start in range(0, len(digests), MOST_PARAMETERS):
            part = digests[start : start + MOST_PARAMETERS]
            marks = ",".join("?" * len(part))
            statement = f"{self._select} IN ({marks}) AND batch < ?"
            for digest, *numbers in self._database.execute(statement, (*part, self._batch_number)):
                yield digest, tuple(numbers)


@contextmanager
def room_needed() -> Iterator[None]:
    """Turn the database's refusal, a full disk mostly, into a LedgerError that names the folder."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise LedgerError(
            f"The run's notes cannot be written to {tempfile.gettempdir()}: {error}.",
            hint="Make room there, or set TMPDIR to a folder with more, and run the same command again.",
        ) from None
