"""The ledger's rows: what is about to be sent, what came back, and which unique values are whose."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, null, select, union_all, update

from importer.ledger.database import guard_database, storable
from importer.ledger.digestkinds import CellsDigest, KeyDigest, RowRef
from importer.ledger.digests import DIGEST_SIZE
from importer.ledger.identities import Identities
from importer.ledger.locks import RunLocks
from importer.ledger.outage import ServerReader
from importer.ledger.records import Intent, KnownRow, Settled, State
from importer.ledger.roundtrip import one_round_trip
from importer.ledger.schema import LEAD_KEY, LEAD_ROW, RUN
from importer.ledger.upsert import upsert
from importer.outcome import Outcome

__all__ = ["Rows"]

MOST_ASKED = 500
"""How many ids one query asks for; a database has a limit for it."""

_ROW_COLUMNS = (
    LEAD_ROW.c.ref,
    LEAD_ROW.c.cells,
    LEAD_ROW.c["keys"],
    LEAD_ROW.c.state,
    LEAD_ROW.c.run_id,
    func.coalesce(RUN.c.token, ""),  # a row that no run of ours wrote counts as a dead run's
    LEAD_ROW.c.row_number,
    LEAD_ROW.c.lead_id,
    LEAD_ROW.c.error,
    LEAD_ROW.c.message,
    LEAD_ROW.c.tip,
    LEAD_ROW.c.attempts,
    LEAD_ROW.c.intent_at,
    LEAD_ROW.c.changed_at,
    LEAD_ROW.c.skew_s,
)


_SETTLE = (
    update(LEAD_ROW)
    .where(
        LEAD_ROW.c.account_id == bindparam("its_account"),
        LEAD_ROW.c.ref == bindparam("its_ref"),
        LEAD_ROW.c.run_id == bindparam("its_run"),
    )
    .values(
        {name: bindparam(name) for name in ("state", "lead_id", "error", "message", "tip", "attempts", "changed_at")}
    )
)


class Rows:
    """The rows of one account. Reads run on a connection of their own; writes belong into a transaction of the caller.

    `run_id` is the run in whose name intents and outcomes are written.
    """

    def __init__(self, reader: Connection | ServerReader, *, account_id: int, locks: RunLocks, where: str) -> None:
        self.run_id = 0
        self._reader = reader
        self._account_id = account_id
        self._locks = locks
        self._where = where
        self._of_all = select(*_ROW_COLUMNS).outerjoin(RUN, RUN.c.id == LEAD_ROW.c.run_id)
        self._rows = rows = self._of_all.where(LEAD_ROW.c.account_id == account_id)
        self.identities = Identities(reader, account_id=account_id, where=where)
        self._by_refs = rows.where(LEAD_ROW.c.ref.in_(bindparam("wanted", expanding=True)))
        self._owned = select(LEAD_ROW.c.lead_id).where(
            LEAD_ROW.c.account_id == account_id,
            LEAD_ROW.c.lead_id.in_(bindparam("wanted", expanding=True)),
            LEAD_ROW.c.state == State.CREATED,
        )
        self._by_keys = (
            rows.join(LEAD_KEY, (LEAD_KEY.c.account_id == LEAD_ROW.c.account_id) & (LEAD_KEY.c.ref == LEAD_ROW.c.ref))
            .where(LEAD_KEY.c.digest.in_(bindparam("wanted", expanding=True)))
            .add_columns(LEAD_KEY.c.digest)
        )
        # Both kinds of rows that may stand in a claim's way, by one question: a server may be far away.
        self._in_the_way = union_all(
            rows.where(LEAD_ROW.c.ref.in_(bindparam("refs", expanding=True))).add_columns(null()),
            rows.join(LEAD_KEY, (LEAD_KEY.c.account_id == LEAD_ROW.c.account_id) & (LEAD_KEY.c.ref == LEAD_ROW.c.ref))
            .where(LEAD_KEY.c.digest.in_(bindparam("digests", expanding=True)))
            .add_columns(LEAD_KEY.c.digest),
        )

    def is_empty(self) -> bool:
        """Whether nothing at all is known of this account's rows."""
        return not self._read(select(LEAD_ROW.c.ref).where(LEAD_ROW.c.account_id == self._account_id).limit(1))

    def find_rows(self, refs: Sequence[RowRef]) -> dict[RowRef, KnownRow]:
        """What is known of these rows, by reference; by one that is an alias, of the row that it means."""
        if not refs:
            return {}
        known = {row.ref: row for row in map(_known_row, self._read(self._by_refs, refs))}
        meant = self.identities.resolve([ref for ref in refs if ref not in known])
        if meant:
            rows = {row.ref: row for row in map(_known_row, self._read(self._by_refs, [*set(meant.values())]))}
            known |= {alias: rows[ref] for alias, ref in meant.items() if ref in rows}
        return known

    def find_keys(self, digests: Sequence[KeyDigest]) -> dict[KeyDigest, KnownRow]:
        """The row that last claimed each of these unique values."""
        if not digests:
            return {}
        return {row[-1]: _known_row(row[:-1]) for row in self._read(self._by_keys, digests)}

    def find_owned(self, lead_ids: Sequence[str]) -> set[str]:
        """Those of these leads that are known to be created by a row."""
        owned: set[str] = set()
        with guard_database(self._where):
            for start in range(0, len(lead_ids), MOST_ASKED):
                wanted = list(lead_ids[start : start + MOST_ASKED])
                owned.update(self._reader.execute(self._owned, {"wanted": wanted}).scalars())
        return owned

    def find_lead(self, lead_id: str) -> KnownRow | None:
        """The row that is known to have created this lead."""
        query = self._rows.where(LEAD_ROW.c.lead_id == lead_id, LEAD_ROW.c.state == State.CREATED)
        rows = self._read(query)
        return _known_row(rows[0]) if rows else None

    def of_run(self, run_id: int) -> list[KnownRow]:
        """The rows whose state is this run's doing, whichever account's it was, in the order of their numbers."""
        query = self._of_all.where(LEAD_ROW.c.run_id == run_id)
        return [_known_row(row) for row in self._read(query.order_by(LEAD_ROW.c.row_number, LEAD_ROW.c.ref))]

    def select(self, connection: Connection, *where: ColumnElement[bool], limit: int | None = None) -> list[KnownRow]:
        """The rows that meet conditions on LEAD_ROW, by reference, as the caller's transaction sees them."""
        query = self._rows.where(*where).order_by(LEAD_ROW.c.ref).limit(limit)
        return [_known_row(row) for row in connection.execute(query)]

    def claim(self, connection: Connection, intents: Sequence[Intent]) -> list[KnownRow | None]:
        """Write intents down; for each, None, or the row that stands in its way (then it is not written).

        In the way stands the row itself or another with one of its unique values, when it is created or in the
        hands of another live run, so that two runs at once never send the same lead; and the row itself, when an
        earlier run left it unresolved and the intent does not resolve it. A created row that is sent on purpose once
        more stays created with its lead's id until the new outcome is there.
        """
        refs = [intent.ref for intent in intents]
        digests = [key for intent in intents for key in intent.keys]
        by_ref: dict[RowRef, KnownRow] = {}
        by_key: dict[KeyDigest, KnownRow] = {}
        for row in connection.execute(self._in_the_way, {"refs": refs, "digests": digests}):
            known_row, digest = _known_row(row[:-1]), row[-1]
            if digest is None:
                by_ref[known_row.ref] = known_row
            else:
                by_key[digest] = known_row
        conflicts: list[KnownRow | None] = []
        rows: list[dict[str, Any]] = []
        keys: list[dict[str, Any]] = []
        for intent in intents:
            known = [by_ref.get(intent.ref), *(by_key.get(key) for key in intent.keys)]
            conflict = next((row for row in known if row is not None and self._stands_in_way(row, intent)), None)
            conflicts.append(conflict)
            if conflict is None:
                rows.append(self._claim_values(intent, by_ref.get(intent.ref)))
                keys += self._key_values(intent.ref, intent.keys)
        with one_round_trip(connection):
            if rows:
                upsert(connection, LEAD_ROW, rows)
            if keys:
                upsert(connection, LEAD_KEY, keys)
        return conflicts

    @staticmethod
    def _protection(intent: Intent, known: KnownRow | None) -> tuple[KeyDigest, ...]:
        """The unique values by which a row can be found, whichever of its intents created it.

        An unresolved row whose line was edited may exist with its old values or with the new ones.
        """
        if known is None or not known.state.is_unresolved:
            return intent.keys
        return tuple(key for key in intent.keys if key in known.keys)

    def settle(self, connection: Connection, entries: Sequence[Settled]) -> int:
        """Write outcomes down, of the rows that are this run's; how many of the entries were."""
        result = connection.execute(
            _SETTLE,
            [
                {
                    "its_account": self._account_id,
                    "its_ref": entry.ref,
                    "its_run": self.run_id,
                    "state": _state_of(entry),
                    "lead_id": storable(entry.outcome.lead_id),
                    "error": storable(entry.outcome.error),
                    "message": storable(entry.outcome.message),
                    "tip": storable(entry.outcome.tip),
                    "attempts": entry.outcome.attempts,
                    "changed_at": entry.at,
                }
                for entry in entries
            ],
        )
        return result.rowcount

    def record(self, connection: Connection, intent: Intent, state: State, outcome: Outcome) -> None:
        """Write a row down with a state that no call of this run gave it: adopted from a report, or settled by hand."""
        values = self._intent_values(intent, intent.keys) | {
            "state": state,
            "lead_id": storable(outcome.lead_id),
            "error": storable(outcome.error),
            "message": storable(outcome.message),
            "tip": storable(outcome.tip),
            "attempts": outcome.attempts,
        }
        upsert(connection, LEAD_ROW, [values])

    def learn_cells(self, connection: Connection, ref: RowRef, cells: CellsDigest) -> None:
        """Write down that a lead which is there got these cells; whose run created it, and its keys, stay."""
        where = LEAD_ROW.c.account_id == self._account_id, LEAD_ROW.c.ref == ref
        connection.execute(update(LEAD_ROW).where(*where).values(cells=cells))

    def point_keys(self, connection: Connection, ref: RowRef, keys: Sequence[KeyDigest]) -> None:
        """Write down that these unique values are this row's."""
        if keys:
            upsert(connection, LEAD_KEY, self._key_values(ref, keys))

    def _key_values(self, ref: RowRef, keys: Sequence[KeyDigest]) -> list[dict[str, Any]]:
        return [{"account_id": self._account_id, "digest": key, "ref": ref} for key in keys]

    def _stands_in_way(self, row: KnownRow, intent: Intent) -> bool:
        if row.state is State.CREATED:
            return not intent.is_forced
        if row.run_id == self.run_id:
            return False
        if row.state is State.INTENT and self._locks.is_live(row.run_token):
            return True
        return row.state.is_unresolved and row.ref == intent.ref and not intent.resolves

    def _intent_values(self, intent: Intent, keys: Sequence[KeyDigest]) -> dict[str, Any]:
        return {
            "account_id": self._account_id,
            "ref": intent.ref,
            "cells": intent.cells,
            "keys": b"".join(keys),
            "state": State.INTENT,
            "run_id": self.run_id,
            "row_number": intent.row_number,
            "lead_id": "",
            "error": "",
            "message": "",
            "tip": "",
            "attempts": 0,
            "intent_at": intent.intent_at,
            "skew_s": intent.skew_s,
            "changed_at": intent.moment.by_machine(),
        }

    def _claim_values(self, intent: Intent, known: KnownRow | None) -> dict[str, Any]:
        """A claimed row. One that is created stays so until the second sending (`is_forced`) has an outcome: however
        that ends, its lead is there.
        """
        values = self._intent_values(intent, self._protection(intent, known))
        if known is None or known.state is not State.CREATED:
            return values
        return values | _kept(known)

    def _read(self, query: Select[Any], wanted: Sequence[bytes] | None = None) -> Sequence[Any]:
        with guard_database(self._where):
            return self._reader.execute(query, None if wanted is None else {"wanted": list(wanted)}).all()


def _state_of(entry: Settled) -> State:
    """The state that an outcome leaves a row in."""
    state = entry.withdrawn_to or entry.outcome.status.facts.kept_as
    if state is None:
        raise ValueError(f"no row that was sent ends {entry.outcome.status}")
    return state


def _kept(row: KnownRow) -> dict[str, Any]:
    """What stays of a created row that is sent once more (`--again`): it is created, whatever becomes of that."""
    return {
        "cells": row.cells,
        "keys": b"".join(row.keys),
        "state": row.state,
        "lead_id": row.lead_id,
        "attempts": row.attempts,
        "changed_at": row.changed_at,
    }


def _known_row(row: Sequence[Any]) -> KnownRow:
    ref, cells, keys, state, *rest = row
    split = tuple(keys[at : at + DIGEST_SIZE] for at in range(0, len(keys), DIGEST_SIZE))
    return KnownRow(ref, cells, split, State(state), *rest)
