"""The ledger: what is about to be sent and what came back, durably, for one account in one database."""

import time
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Select, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from importer.errors import UsageError
from importer.ledger.database import guard_database, open_engine, reason_of
from importer.ledger.locks import RunLocks
from importer.ledger.records import AccountRecord
from importer.ledger.rows import Rows
from importer.ledger.runs import Runs
from importer.ledger.schema import ACCOUNT, prepare_schema

__all__ = ["Ledger"]


class Ledger:
    """One account's part of a database, for one process; a context manager.

    `location` is a file path or a database URL; UsageError where it cannot be opened. `rows` and `runs` hold what
    it knows; `locks` tells which runs are alive; `secret` keys the digests.
    """

    def __init__(self, location: str | Path, *, identity: str, host: str) -> None:
        self._engine, lock_folder = open_engine(location)
        self.where = self._engine.url.render_as_string() if "://" in str(location) else str(location)
        self.locks = RunLocks(lock_folder)
        try:
            with self._engine.begin() as connection:
                self.secret = prepare_schema(connection, where=self.where)
                self.account = _load_account(connection, identity, host)
            self._reader = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        except SQLAlchemyError as error:
            raise UsageError(
                f"The ledger {self.where} cannot be used: {reason_of(error)}.",
                hint="Point ledger: in config.yaml or LSQ_LEDGER at another file, or move this one away.",
            ) from None
        self.rows = Rows(self._reader, account_id=self.account.id, locks=self.locks, where=self.where)
        self.runs = Runs(self._engine, self._reader, account_id=self.account.id, locks=self.locks, where=self.where)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database and let go of the locks."""
        self._reader.close()
        self._engine.dispose()
        self.locks.release()

    def begin(self) -> AbstractContextManager[Connection]:
        """Begin a transaction that alone may write; it is on disk when the context has ended."""
        return self._engine.begin()

    def accounts_at(self, host: str) -> list[AccountRecord]:
        """The accounts that this ledger knows at a host."""
        with guard_database(self.where):
            return [AccountRecord(*row) for row in self._reader.execute(_accounts().where(ACCOUNT.c.host == host))]

    def describe_account(self, *, organisation: str, country_code: str | None) -> None:
        """Remember what UserByAccessKey.Get told of this account."""
        with guard_database(self.where), self.begin() as connection:
            connection.execute(
                update(ACCOUNT)
                .where(ACCOUNT.c.id == self.account.id)
                .values(organisation=organisation, country_code=country_code)
            )
            self.account = _load_account(connection, self.account.identity, self.account.host)

    def drop_account(self) -> None:
        """Take this account out again, for one that turns out to be another's."""
        with guard_database(self.where), self.begin() as connection:
            connection.execute(delete(ACCOUNT).where(ACCOUNT.c.id == self.account.id))


def _accounts() -> Select[Any]:
    return select(ACCOUNT.c.id, ACCOUNT.c.identity, ACCOUNT.c.host, ACCOUNT.c.organisation, ACCOUNT.c.country_code)


def _load_account(connection: Connection, identity: str, host: str) -> AccountRecord:
    query = _accounts().where(ACCOUNT.c.identity == identity)
    found = connection.execute(query).one_or_none()
    if found is None:
        connection.execute(insert(ACCOUNT).values(identity=identity, host=host, first_seen_at=time.time()))
        found = connection.execute(query).one()
    return AccountRecord(*found)
