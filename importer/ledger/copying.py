"""A ledger copied whole from one database into another: from a file to a server, or back.

All rows go over with their digests and the secret that keys them, so every report and file is known as before. What
tells the present of a machine stays behind: its slots, and the machine itself.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, func, insert, select

from importer.errors import SettingsError, UsageError
from importer.ledger.database import guard_database, open_engine
from importer.ledger.locks import RunLocks
from importer.ledger.schema import (
    ACCOUNT,
    ACCOUNT_NAME,
    BUDGET,
    DAY_CALL,
    LEAD_KEY,
    LEAD_ROW,
    META,
    MOVED_TO,
    ROW_ALIAS,
    ROW_IDENTITY,
    RUN,
    SLOT,
    prepare_schema,
)
from importer.ledger.serverurl import is_server_address, shown
from importer.ledger.slots.clock import BootClock

__all__ = ["copy_ledger"]

TABLES = (ACCOUNT, ACCOUNT_NAME, RUN, LEAD_ROW, LEAD_KEY, ROW_IDENTITY, ROW_ALIAS, BUDGET, DAY_CALL)
BATCH = 2000
NUMBERED = (ACCOUNT, RUN)
"""Tables whose next id a server keeps in a sequence of its own."""


def copy_ledger(
    source: str | Path,
    target: str | Path,
    *,
    keep: bool,
    told: Callable[[str, int], object] = lambda _table, _rows: None,
) -> dict[str, int]:
    """Copy a ledger into a database that holds none; how many rows of each table are there now.

    Unless `keep`, the source says from then on where it has moved to, and is not used any more: two ledgers that both
    know a part would send leads twice. `told` is called after each table. UsageError where there is nothing to copy,
    where the target holds something, and while a run is using the source or its last calls still count.
    """
    if not is_server_address(source) and not Path(source).expanduser().exists():
        raise UsageError(f"There is no ledger at {shown(source)}.", hint="Give the path or the URL of one as FROM.")
    from_engine, from_locks, _ = open_engine(source)
    try:
        to_engine, to_locks, _ = open_engine(target)
        try:
            with guard_database(shown(source)), from_engine.begin() as old:
                prepare_schema(old, where=shown(source))
                _check_idle(old, from_locks, is_on_server=is_server_address(source), where=shown(source))
                counts = _copy(old, to_engine, shown(target), told)
                if not keep:
                    old.execute(insert(META), [{"key": MOVED_TO, "value": shown(target)}])
                return counts
        finally:
            to_locks.release()
            to_engine.dispose()
    finally:
        from_locks.release()
        from_engine.dispose()


def _copy(old: Connection, to_engine: Engine, where: str, told: Callable[[str, int], object]) -> dict[str, int]:
    counts: dict[str, int] = {}
    with guard_database(where), to_engine.begin() as new:
        prepare_schema(new, where=where)
        for table in TABLES:
            if new.execute(select(table).limit(1)).first() is not None:
                raise SettingsError(
                    f"{where} already holds a ledger with rows.", hint="Give an empty database, or a new file, as TO."
                )
        secret = old.execute(select(META).where(META.c.key != "version")).mappings().all()
        new.execute(delete(META).where(META.c.key != "version"))
        new.execute(insert(META), [dict(row) for row in secret])
        for table in TABLES:
            counts[table.name] = _copy_table(old, new, table)
            told(table.name, counts[table.name])
        if new.dialect.name == "postgresql":
            for table in NUMBERED:
                top = new.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
                sequence = func.pg_get_serial_sequence(table.name, "id")
                new.execute(select(func.setval(sequence, max(1, top), top > 0)))
        for table in TABLES:
            found = new.execute(select(func.count()).select_from(table)).scalar_one()
            if found != counts[table.name]:
                raise SettingsError(f"Only {found:,} of {counts[table.name]:,} rows of {table.name} came to {where}.")
    return counts


def _copy_table(old: Connection, new: Connection, table: Table) -> int:
    count = 0
    rows = old.execute(select(table).execution_options(yield_per=BATCH)).mappings()
    for batch in rows.partitions(BATCH):
        new.execute(insert(table), [_plain(row) for row in batch])
        count += len(batch)
    return count


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}


def _check_idle(old: Connection, locks: RunLocks, *, is_on_server: bool, where: str) -> None:
    """UsageError while a run uses the ledger, or calls that were made by it still count against a limit."""
    tokens = old.execute(select(RUN.c.token).where(RUN.c.ended_at.is_(None))).scalars().all()
    if any(locks.is_live(token) for token in tokens):
        raise UsageError(f"A run is using the ledger {where} right now.", hint="Wait until it has ended.")
    held_s = 0.0
    for boot, clock_shift, free_at in old.execute(
        select(BUDGET.c.boot, BUDGET.c.clock_shift, func.max(SLOT.c.free_at))
        .join(SLOT, (SLOT.c.account_id == BUDGET.c.account_id) & (SLOT.c.budget == BUDGET.c.name))
        .group_by(BUDGET.c.account_id, BUDGET.c.name, BUDGET.c.boot, BUDGET.c.clock_shift)
    ):
        clock = BootClock()
        if is_on_server:
            now = old.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())").scalar_one()
            held_s = max(held_s, free_at - float(now) - clock_shift)
        elif boot == clock.boot:
            held_s = max(held_s, free_at - clock.now())
    if held_s > 0:
        raise UsageError(
            f"Calls of a run that has just ended still count against the account's limit, for {held_s:.0f} s.",
            hint="Copy the ledger after that: the new one would not know of them.",
        )
