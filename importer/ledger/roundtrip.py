"""Several statements in one round trip to a PostgreSQL server: what takes a moment in a file takes a while far away."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

__all__ = ["one_round_trip"]


@contextmanager
def one_round_trip(connection: Connection) -> Iterator[None]:
    """Let statements that bring nothing back go to a server together; SQLAlchemyError at the end where one fails."""
    if connection.dialect.name != "postgresql":
        yield
        return
    from psycopg import Error

    raw: Any = connection.connection.dbapi_connection
    try:
        with raw.pipeline():
            yield
    except Error as error:  # found out only when the answers come, out of SQLAlchemy's sight
        raise OperationalError("", None, error, connection_invalidated=bool(raw.closed)) from None
