"""How many calls all runs of an account have made in the last 24 hours, counted by the minute."""

import time
from collections.abc import Callable

from sqlalchemy import ColumnElement, Connection, delete, func, select

from importer.errors import QuotaError
from importer.ledger.schema import DAY_CALL
from importer.ledger.upsert import insert_into

__all__ = ["DayQuota"]

MINUTE_S = 60
DAY_MINUTES = 24 * 60
ENDLESS = 1 << 31


class DayQuota:
    """The calls of one account, of which `calls_per_day` may be made; `wall_clock` gives seconds since 1970.

    A minute counts until all of it is 24 hours old. Every method works inside a transaction of the caller.
    """

    def __init__(self, account_id: int, *, calls_per_day: int | None, wall_clock: Callable[[], float]) -> None:
        self._calls_per_day = calls_per_day
        self._wall_clock = wall_clock
        self._account_id = account_id

    def count(self, connection: Connection, calls: int) -> None:
        """Count calls that are made now; fewer than none for those that were not made after all."""
        statement = insert_into(connection.dialect.name, DAY_CALL).values(
            account_id=self._account_id, minute=self._minute(), calls=calls
        )
        total = DAY_CALL.c.calls + statement.excluded.calls
        connection.execute(
            statement.on_conflict_do_update(index_elements=["account_id", "minute"], set_={"calls": total})
        )

    def used(self, connection: Connection) -> int:
        """How many were made in the last 24 hours."""
        count = func.coalesce(func.sum(DAY_CALL.c.calls), 0)
        return max(0, int(connection.execute(select(count).where(*self._is_of_today())).scalar_one()))

    def left(self, connection: Connection) -> int:
        """How many may still be made now."""
        return ENDLESS if self._calls_per_day is None else max(0, self._calls_per_day - self.used(connection))

    def end(self, connection: Connection) -> QuotaError:
        """The error that says that none are left, and when there will be some again."""
        oldest = connection.execute(select(func.min(DAY_CALL.c.minute)).where(*self._is_of_today())).scalar_one()
        again = time.localtime((oldest + DAY_MINUTES + 1) * MINUTE_S)
        return QuotaError(
            f"The {self._calls_per_day:,} calls of limits.calls_per_day are used up.",
            hint="Calls of 24 hours ago no longer count: the first are free again at "
            f"{time.strftime('%H:%M', again)}. Run the same command again then: it sends what is left.",
        )

    def clean(self, connection: Connection) -> None:
        """Drop what no longer counts."""
        is_over = DAY_CALL.c.minute < self._minute() - DAY_MINUTES
        connection.execute(delete(DAY_CALL).where(DAY_CALL.c.account_id == self._account_id, is_over))

    def _minute(self) -> int:
        return int(self._wall_clock() // MINUTE_S)

    def _is_of_today(self) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return DAY_CALL.c.account_id == self._account_id, DAY_CALL.c.minute >= self._minute() - DAY_MINUTES
