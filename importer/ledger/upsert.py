"""Rows that are written over where they are there already, in the words of either database."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

__all__ = ["insert_into", "upsert"]


def insert_into(dialect: str, table: Table) -> "SqliteInsert | PostgresqlInsert":
    """An INSERT that can say what is done about a row that is there."""
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]], *, kept: Collection[str] = ()) -> None:
    """Write rows; where one is there already, all of it but its primary key and the columns `kept`."""
    connection.execute(_statement(connection.dialect.name, table, tuple(rows[0]), tuple(kept)), list(rows))


@cache
def _statement(
    dialect: str, table: Table, columns: tuple[str, ...], kept: tuple[str, ...]
) -> "SqliteInsert | PostgresqlInsert":
    keys = [column.name for column in table.primary_key]
    statement = insert_into(dialect, table)
    changed = {name: statement.excluded[name] for name in columns if name not in keys and name not in kept}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)
