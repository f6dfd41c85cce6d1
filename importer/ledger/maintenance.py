"""What a person does to the ledger: forget leads, settle rows by hand, prune what nobody needs any more.

What is kept, and how long:

- *Created* rows, for ever: they are the promise that no lead is created twice. They go only when they are forgotten;
  then the same row is sent again.
- *Unknown* rows, and rows that a run left in flight, until they are resolved: by the next run of the same file, or by
  hand.
- *Forgotten* rows, and those of which a person said that they do not exist, for ever: an old report still calls them
  created or unknown, and must not be believed.
- *Duplicate*, *rejected* and *failed* rows, until they are pruned. All that is lost with them is a saved call: the next
  run of their file sends them again, and LeadSquared answers as before.
- *Runs*, until they are pruned; those that still have rows stay with them.
- Invalid and unsent rows are never written down.

A row takes about 230 bytes, and each of its unique values about 45.
"""

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, CursorResult, Executable, delete, exists, func, select, update

from importer.errors import UsageError
from importer.ledger.digestkinds import CellsDigest, KeyDigest, RowRef
from importer.ledger.digests import DIGEST_SIZE
from importer.ledger.identities import drop_stale_aliases
from importer.ledger.ledger import Ledger
from importer.ledger.records import Intent, KnownRow, State
from importer.ledger.schema import LEAD_KEY, LEAD_ROW, RUN
from importer.nextstep import Action, NextStep
from importer.outcome import InAccount, Outcome, Status

__all__ = ["PRUNED_STATES", "Forgotten", "Pruned", "forget", "prune", "settle_by_hand"]

PRUNED_STATES = tuple(state for state in State if state.is_prunable)
"""What may go without a promise being broken."""

DAY_S = 86_400.0
BATCH = 500
_EMPTY = CellsDigest(bytes(DIGEST_SIZE))


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What `forget` did. `created` rows will be sent again, and `duplicates`, which had met one of their leads, too.

    `unresolved` rows were left as they are: whether they exist is to be settled, not forgotten.
    """

    created: int = 0
    duplicates: int = 0
    unresolved: int = 0


@dataclass(frozen=True, slots=True)
class Pruned:
    """What `prune` dropped."""

    rows: int
    runs: int


def forget(
    ledger: Ledger, *, refs: Collection[RowRef] = (), lead_ids: Collection[str] = (), keys: Collection[KeyDigest] = ()
) -> Forgotten:
    """Take leads that were deleted in LeadSquared out of the ledger, by row, lead id or unique value.

    Their rows are sent again, even where a report still calls them created, and so are the rows that were duplicates
    of them. A reference that this ledger has not seen is remembered as forgotten. LedgerError where it cannot be
    written.
    """
    refs, lead_ids, keys = set(refs), {lead_id for lead_id in lead_ids if lead_id}, set(keys)
    with ledger.begin() as connection:
        named = {
            row.ref: row
            for row in _stream(connection, ledger)
            if row.ref in refs or row.lead_id in lead_ids or not keys.isdisjoint(row.keys)
        }
        gone = [row for row in named.values() if row.state is State.CREATED]
        gone_ids = lead_ids | {row.lead_id for row in gone}
        gone_keys = keys | {key for row in gone for key in row.keys}
        gone_keys |= _keys_of(connection, ledger, [row.ref for row in gone])
        # A row may stand under two references: its report's, and its source's since the ledger was rebuilt.
        twins: list[KnownRow] = []
        released: list[KnownRow] = []
        for row in _stream(connection, ledger):
            is_of_gone = row.lead_id in gone_ids
            if row.state is State.CREATED and is_of_gone and row.ref not in named:
                twins.append(row)
            elif row.state in {State.DUPLICATE, State.UPDATED} and (
                is_of_gone or row.ref in named or not gone_keys.isdisjoint(row.keys)
            ):
                released.append(row)
        for part in _parts([row.ref for row in (*gone, *twins, *released)]):
            _change(connection, ledger, part, state=State.RESEND, lead_id="", error="", message="", tip="")
            connection.execute(
                delete(LEAD_KEY).where(LEAD_KEY.c.account_id == ledger.account.id, LEAD_KEY.c.ref.in_(part))
            )
        for ref in refs - named.keys():
            ledger.rows.record(connection, Intent(ref, _EMPTY, (), 0, time.time()), State.RESEND, _NOTHING)
    return Forgotten(len(gone), len(released), sum(row.state.is_unresolved for row in named.values()))


def settle_by_hand(ledger: Ledger, ref: RowRef, *, lead_id: str | None, unseen: Intent | None = None) -> None:
    """Write down what a person found out about an unknown row: it is the lead `lead_id`, or (None) it does not exist.

    In the second case the next run sends it. `unseen` holds the row where a report calls it unknown that this ledger
    may not have seen. UsageError, with the reason, for a row that is not to be settled.
    """
    state = State.RESEND if lead_id is None else State.CREATED
    with ledger.begin() as connection:
        row = next(iter(ledger.rows.select(connection, LEAD_ROW.c.ref == ref)), None)
        if row is None and unseen is None:
            raise UsageError("The ledger does not know this row.", hint="Name the row of a report that says unknown.")
        if row is not None:
            _refuse_settled(ledger, row)
        if lead_id is not None:
            owner = LEAD_ROW.c.lead_id == lead_id, LEAD_ROW.c.state == State.CREATED
            for other in ledger.rows.select(connection, *owner):
                raise UsageError(
                    f"The lead {lead_id} was created from another row (row {other.row_number} of its file).",
                    hint="Two rows cannot be the same lead. If this one does not exist, settle it as that.",
                )
        if row is None:
            assert unseen is not None  # noqa: S101 - refused above
            ledger.rows.record(connection, unseen, state, Outcome(Status.CREATED, lead_id=lead_id or ""))
        else:
            _change(connection, ledger, [ref], state=state, lead_id=lead_id or "", error="", message="", tip="")
        keys = row.keys if row is not None else unseen.keys if unseen is not None else ()
        if state is State.CREATED:
            ledger.rows.point_keys(connection, ref, keys)


def prune(ledger: Ledger, *, older_than_days: float, now: float | None = None) -> Pruned:
    """Drop duplicate, rejected and failed rows of all accounts that have been so for so many days, and runs without
    rows.

    What is in flight in a live run stays. LedgerError where the ledger cannot be written.
    """
    before = (time.time() if now is None else now) - older_than_days * DAY_S
    with ledger.begin() as connection:
        unended = connection.execute(select(RUN.c.id, RUN.c.token).where(RUN.c.ended_at.is_(None)))
        live = [run.id for run in unended if ledger.locks.is_live(run.token)]
        rows = _count(
            connection,
            delete(LEAD_ROW).where(
                LEAD_ROW.c.state.in_(PRUNED_STATES), LEAD_ROW.c.changed_at < before, LEAD_ROW.c.run_id.not_in(live)
            ),
        )
        has_row = (LEAD_ROW.c.account_id == LEAD_KEY.c.account_id) & (LEAD_ROW.c.ref == LEAD_KEY.c.ref)
        connection.execute(delete(LEAD_KEY).where(~exists().where(has_row)))
        drop_stale_aliases(connection)
        used = select(LEAD_ROW.c.run_id).distinct()
        last = func.coalesce(RUN.c.ended_at, RUN.c.started_at)
        runs = _count(connection, delete(RUN).where(last < before, RUN.c.id.not_in(live), RUN.c.id.not_in(used)))
    ledger.compact()
    return Pruned(rows, runs)


_NOTHING = Outcome(Status.UNSENT)


def _refuse_settled(ledger: Ledger, row: KnownRow) -> None:
    if not row.state.is_unresolved:
        raise UsageError(
            f"This row is not unknown: the ledger has it as {row.state}.",
            hint="Only unknown rows are settled.",
            steps=[NextStep(Action.FORGET_LEAD)],
        )
    if ledger.locks.is_live(row.run_token):
        raise UsageError(
            "A run is working on this row right now.", hint="Wait until it has ended: it may find out by itself."
        )


def _stream(connection: Connection, ledger: Ledger) -> Iterator[KnownRow]:
    """Every row that has an outcome worth forgetting, without all of them in memory."""
    last = b""
    met_no_lead = [state for state in State if state.is_prunable and state.in_account is InAccount.NO]
    states = LEAD_ROW.c.state.not_in(met_no_lead)
    while rows := ledger.rows.select(connection, states, LEAD_ROW.c.ref > last, limit=BATCH):
        yield from rows
        last = rows[-1].ref


def _keys_of(connection: Connection, ledger: Ledger, refs: Sequence[RowRef]) -> set[KeyDigest]:
    found: set[KeyDigest] = set()
    for part in _parts(refs):
        query = select(LEAD_KEY.c.digest).where(LEAD_KEY.c.account_id == ledger.account.id, LEAD_KEY.c.ref.in_(part))
        found.update(connection.execute(query).scalars())
    return found


def _change(connection: Connection, ledger: Ledger, refs: Sequence[RowRef], **values: str) -> None:
    mine = LEAD_ROW.c.account_id == ledger.account.id, LEAD_ROW.c.ref.in_(refs)
    connection.execute(update(LEAD_ROW).where(*mine).values(changed_at=time.time(), **values))


def _parts(refs: Sequence[RowRef]) -> Iterable[Sequence[RowRef]]:
    return (refs[start : start + BATCH] for start in range(0, len(refs), BATCH))


def _count(connection: Connection, statement: Executable) -> int:
    result = connection.execute(statement)
    assert isinstance(result, CursorResult)  # noqa: S101 - what a DELETE gives
    return result.rowcount
