"""The ledger: what is about to be sent and what came back, durably, for one account in one database."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Select, delete, exists, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from importer.errors import SettingsError, UsageError
from importer.ledger.database import HURRIED_S, LOCK, guard_database, open_engine, reason_of, storable
from importer.ledger.failure import REBUILD, REBUILD_STEPS, is_damage
from importer.ledger.outage import Outage, ServerReader
from importer.ledger.records import AccountRecord, State
from importer.ledger.rows import Rows
from importer.ledger.runs import Runs
from importer.ledger.schema import (
    ACCOUNT,
    ACCOUNT_NAME,
    BUDGET,
    CLAIMANT,
    DAY_CALL,
    LEAD_ROW,
    META,
    RUN,
    SLOT,
    prepare_schema,
)
from importer.ledger.serverfacts import ServerFacts, ask_server, refuse_pooler
from importer.ledger.serverurl import shown
from importer.ledger.upsert import upsert

__all__ = ["NOBODY", "Ledger"]

NOBODY = "nobody"
"""The identity of who has no account: nothing is known, and any report line may be its own."""

SERVER_WAIT_S = 300.0
"""How long a server that does not answer is waited for, unless config says otherwise."""

USE_THIS_ONE = "Mend that and run again. Another ledger would know nothing of what is created."


class Ledger:
    """One account's part of a database, for one process; a context manager.

    `location` is a file path or a database URL; UsageError where it cannot be opened. `rows` and `runs` hold what
    it knows; `locks` tells which runs are alive; `secret` keys the digests. `where` names it in messages,
    without a password; two ledgers with one `location` are the same database.

    `identity` may be any name of the account: `account.identity` is the one that its digests are made under. `address`
    is the host with the digest of the key: a name that is new here is another name of the account that has been
    reached there. `wait_s` is how long a server that does not answer is waited for, once it has been opened.
    """

    def __init__(
        self, location: str | Path, *, identity: str, host: str, address: str = "", wait_s: float = SERVER_WAIT_S
    ) -> None:
        self._engine, self.locks, self._patience = open_engine(location)
        self.location = str(location)
        self.where = shown(location)
        try:
            if self.is_on_server:
                refuse_pooler(self._engine, where=self.where)
            with self._engine.begin() as connection:
                self.secret = prepare_schema(connection, where=self.where)
                self.account = _load_account(connection, identity, host, address)
            self.outage = Outage(wait_s=wait_s)
            self._reader: Connection | ServerReader
            if self.is_on_server:
                self._reader = ServerReader(self._engine, self.outage, where=self.where)
            else:
                self._reader = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                self._reader.exec_driver_sql(f"PRAGMA busy_timeout = {int(self._patience.seconds * 1000)}").close()
        except UsageError:
            self._engine.dispose()
            raise
        except SQLAlchemyError as error:
            self._engine.dispose()
            is_lost = is_damage(reason_of(error))
            raise SettingsError(
                f"The ledger {self.where} cannot be used: {reason_of(error)}.",
                hint=REBUILD if is_lost else USE_THIS_ONE,
                steps=REBUILD_STEPS if is_lost else (),
            ) from None
        self.rows = Rows(self._reader, account_id=self.account.id, locks=self.locks, where=self.where)
        self.runs = Runs(
            self._engine,
            self._reader,
            account_id=self.account.id,
            locks=self.locks,
            outage=self.outage,
            where=self.where,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database and let go of the locks."""
        self._reader.close()
        self.locks.release()
        self._engine.dispose()

    def hurry(self) -> None:
        """Wait no longer for another process that is writing: somebody waits for this one's end."""
        self._patience.seconds = min(self._patience.seconds, HURRIED_S)
        self.outage.wait_s = 0.0

    @contextmanager
    def begin(self, *, lock: int | None = None) -> Iterator[Connection]:
        """Begin a transaction that alone may write; it is on disk when the context has ended, else LedgerError.

        `lock` stands on a server for the tables that are written: those that are written under another one may be
        written meanwhile.
        """
        engine = self._engine if lock is None else self._engine.execution_options(**{LOCK: lock})
        with guard_database(self.where), engine.begin() as connection:
            yield connection

    def connect(self) -> Connection:
        """A connection of its own, to begin transactions on as `begin` does; to be closed by the caller."""
        return self._engine.connect()

    def connect_relaxed(self) -> Connection:
        """A connection of its own for what need not outlive the machine: its commits do not wait for the disk.

        They outlive the process, and in their order they are as safe as any other: NORMAL, since OFF would endanger
        the whole file. To be closed by the caller. On a server each statement is a transaction of its own.
        """
        connection = self._engine.connect()
        if self.is_on_server:
            timeout_ms = int(self._patience.seconds * 1000)
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql("SET synchronous_commit TO off")
            connection.exec_driver_sql(f"SET lock_timeout TO {timeout_ms}")
        else:
            raw = connection.connection.dbapi_connection
            assert raw is not None  # noqa: S101 - it was just made
            cursor = raw.cursor()
            cursor.execute("PRAGMA synchronous=NORMAL")
            cursor.close()
        connection.detach()  # no other may have it after us
        return connection

    @property
    def is_on_server(self) -> bool:
        """Whether several machines may share it."""
        return self._engine.dialect.name != "sqlite"

    def ask_server(self) -> ServerFacts | None:
        """What the server tells of itself that keeps the ledger; None for a ledger in a file."""
        if not self.is_on_server:
            return None
        with guard_database(self.where), self._engine.connect() as connection:
            return ask_server(connection.execution_options(isolation_level="AUTOCOMMIT"))

    def compact(self) -> None:
        """Give the room of what was dropped back to the disk, where that can be done now."""
        if isinstance(self._reader, ServerReader):
            return
        with suppress(SQLAlchemyError):
            self._reader.exec_driver_sql("VACUUM")
            self._reader.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def find_account(self, name: str) -> AccountRecord | None:
        """The account that goes by a name here; it is not made."""
        with guard_database(self.where):
            return _find_account(self._reader, storable(name))

    def other_accounts(self) -> list[AccountRecord]:
        """The other accounts of which this ledger knows rows."""
        has_rows = exists().where(LEAD_ROW.c.account_id == ACCOUNT.c.id)
        with guard_database(self.where):
            found = self._reader.execute(_accounts().where(ACCOUNT.c.id != self.account.id, has_rows))
            return [AccountRecord(*row) for row in found]

    def newest_leads(self, account: AccountRecord, limit: int) -> list[str]:
        """The ids of the leads that were created last in an account."""
        created = LEAD_ROW.c.account_id == account.id, LEAD_ROW.c.state == State.CREATED, LEAD_ROW.c.lead_id != ""
        query = select(LEAD_ROW.c.lead_id).where(*created).order_by(LEAD_ROW.c.changed_at.desc()).limit(limit)
        with guard_database(self.where):
            return list(self._reader.execute(query).scalars())

    def is_known_by(self, name: str) -> bool:
        """Whether this account was seen to go by that name."""
        query = select(ACCOUNT_NAME.c.account_id).where(ACCOUNT_NAME.c.name == name)
        with guard_database(self.where):
            return self._reader.execute(query).scalar() == self.account.id

    def names(self) -> list[str]:
        """The names that this account goes by, but for its identity."""
        query = select(ACCOUNT_NAME.c.name).where(ACCOUNT_NAME.c.account_id == self.account.id)
        with guard_database(self.where):
            return list(self._reader.execute(query).scalars())

    def has_address(self) -> bool:
        """Whether any key is known by which this account was reached."""
        return any("#" in name for name in self.names())

    def add_name(self, name: str) -> None:
        """Remember that this account goes by that name, and no other account does."""
        with self.begin() as connection:
            upsert(connection, ACCOUNT_NAME, [{"name": name, "account_id": self.account.id}])

    def describe_account(self, *, organisation: str, country_code: str | None, time_zone: str) -> None:
        """Remember what UserByAccessKey.Get told of this account."""
        with self.begin() as connection:
            connection.execute(
                update(ACCOUNT)
                .where(ACCOUNT.c.id == self.account.id)
                .values(organisation=organisation, country_code=country_code, time_zone=time_zone)
            )
            self.account = _find_account(connection, self.account.identity) or self.account

    def remember(self, name: str, text: str) -> None:
        """Remember what was learnt of this account under a name, in place of what was before."""
        with self.begin() as connection:
            upsert(connection, META, [{"key": self._learnt(name), "value": text}])

    def recall(self, name: str) -> str:
        """What was learnt of this account under a name, empty where nothing was."""
        with guard_database(self.where):
            found = self._reader.execute(select(META.c.value).where(META.c.key == self._learnt(name))).scalar()
        return str(found or "")

    def _learnt(self, name: str) -> str:
        return f"account {self.account.id}: {name}"

    def drop_account(self) -> None:
        """Take this account and its runs out again, for one that turns out to be another's."""
        with self.begin() as connection:
            for table in (ACCOUNT_NAME, RUN, BUDGET, SLOT, CLAIMANT, DAY_CALL):
                connection.execute(delete(table).where(table.c.account_id == self.account.id))
            connection.execute(delete(ACCOUNT).where(ACCOUNT.c.id == self.account.id))


def _accounts() -> Select[Any]:
    columns = ("id", "identity", "host", "organisation", "country_code", "time_zone")
    return select(*(ACCOUNT.c[name] for name in columns))


def _find_account(connection: Connection | ServerReader, name: str) -> AccountRecord | None:
    named = select(ACCOUNT_NAME.c.account_id).where(ACCOUNT_NAME.c.name == name)
    for is_it in (ACCOUNT.c.id.in_(named), ACCOUNT.c.identity == name):
        found = connection.execute(_accounts().where(is_it)).first()
        if found is not None:
            return AccountRecord(*found)
    return None


def _load_account(connection: Connection, identity: str, host: str, address: str) -> AccountRecord:
    account = _find_account(connection, identity)
    if address and (account is None or not _is_in_use(connection, account)):
        reached = _find_account(connection, address)
        if reached is not None and reached != account and _is_in_use(connection, reached):
            account = reached
            upsert(connection, ACCOUNT_NAME, [{"name": identity, "account_id": account.id}])
    if account is None:
        connection.execute(insert(ACCOUNT).values(identity=identity, host=host, first_seen_at=time.time()))
        account = _find_account(connection, identity)
    assert account is not None  # noqa: S101 - it was just written
    return account


def _is_in_use(connection: Connection, account: AccountRecord) -> bool:
    """Whether an account was seen somewhere, or has rows: not only asked for once, and refused."""
    named = select(ACCOUNT_NAME.c.name).where(ACCOUNT_NAME.c.account_id == account.id).limit(1)
    rows = select(LEAD_ROW.c.ref).where(LEAD_ROW.c.account_id == account.id).limit(1)
    return any(connection.execute(query).first() is not None for query in (named, rows))
