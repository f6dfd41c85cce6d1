"""What made the rows of a source the same before, and the references that mean a row known by another one."""

import time
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, exists, select

from importer.ledger.database import guard_database
from importer.ledger.digestkinds import RowRef
from importer.ledger.identity import Identity
from importer.ledger.migrations import OLD_ROWS
from importer.ledger.outage import ServerReader
from importer.ledger.schema import LEAD_ROW, META, ROW_ALIAS, ROW_IDENTITY
from importer.ledger.upsert import upsert

__all__ = ["Identities", "drop_stale_aliases"]

MOST_FORMER = 8
"""How many of a source's former identities are tried."""


class Identities:
    """The identities and aliases of one account. Reads run on a connection of their own."""

    def __init__(self, reader: Connection | ServerReader, *, account_id: int, where: str) -> None:
        self._reader = reader
        self._account_id = account_id
        self._where = where

    def has_old_rows(self) -> bool:
        """Whether rows may be known by references that were made of every column of their file."""
        with guard_database(self._where):
            return self._reader.execute(select(META.c.value).where(META.c.key == OLD_ROWS)).first() is not None

    def former(self, source: bytes, present: Identity) -> list[Identity]:
        """The other identities that rows of this source went by, the newest first."""
        query = (
            select(ROW_IDENTITY.c["columns"])
            .where(ROW_IDENTITY.c.account_id == self._account_id, ROW_IDENTITY.c.source == source)
            .order_by(ROW_IDENTITY.c.seen_at.desc())
        )
        with guard_database(self._where):
            known = [Identity.parse(data) for data in self._reader.execute(query).scalars()]
        return [identity for identity in known if identity != present][:MOST_FORMER]

    def remember(self, connection: Connection, source: bytes, identity: Identity) -> None:
        """Write down what makes the rows of this source the same from now on."""
        row = {"account_id": self._account_id, "source": source, "columns": identity.data, "seen_at": time.time()}
        upsert(connection, ROW_IDENTITY, [row])

    def add_aliases(self, connection: Connection, aliases: Sequence[tuple[RowRef, RowRef]]) -> None:
        """Write down that each first reference means the row of the second."""
        if aliases:
            rows = [{"account_id": self._account_id, "alias": alias, "ref": ref} for alias, ref in aliases]
            upsert(connection, ROW_ALIAS, rows)

    def resolve(self, refs: Sequence[RowRef]) -> dict[RowRef, RowRef]:
        """The rows that these references mean, of those that are aliases."""
        if not refs:
            return {}
        query = select(ROW_ALIAS.c.alias, ROW_ALIAS.c.ref).where(
            ROW_ALIAS.c.account_id == self._account_id, ROW_ALIAS.c.alias.in_(bindparam("wanted", expanding=True))
        )
        with guard_database(self._where):
            return {row.alias: row.ref for row in self._reader.execute(query, {"wanted": list(refs)})}


def drop_stale_aliases(connection: Connection) -> None:
    """Take out the aliases of rows that are gone; for `prune`."""
    has_row = (LEAD_ROW.c.account_id == ROW_ALIAS.c.account_id) & (LEAD_ROW.c.ref == ROW_ALIAS.c.ref)
    connection.execute(delete(ROW_ALIAS).where(~exists().where(has_row)))
