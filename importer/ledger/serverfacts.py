"""What must be so with a PostgreSQL server that keeps a ledger, and what it tells of itself."""

import time
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from importer.errors import SettingsError

__all__ = ["ServerFacts", "ask_server", "refuse_pooler"]

ASKED = 5


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """`round_trip_s` is the shortest of a few. `may_make_functions`: temporary ones, which slots need."""

    version: str
    round_trip_s: float
    is_encrypted: bool
    may_make_functions: bool


def ask_server(connection: Connection) -> ServerFacts:
    """What the server behind an autocommit connection tells."""
    version, is_encrypted, may = connection.exec_driver_sql(
        "SELECT current_setting('server_version'), "
        "coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false), "
        "has_database_privilege(current_database(), 'TEMPORARY')"
    ).one()
    took = []
    for _ in range(ASKED):
        began = time.perf_counter()
        connection.exec_driver_sql("SELECT 1")
        took.append(time.perf_counter() - began)
    return ServerFacts(str(version).split()[0], min(took), bool(is_encrypted), bool(may))


def refuse_pooler(engine: Engine, *, where: str) -> None:
    """SettingsError where a pooler that shares connections between transactions stands before the server: the locks by
    which runs see each other end up with anybody.

    Two connections of ours are two processes of the server, each the same from one transaction to the next. With such a
    pooler the second gets the process that the first one left, or the first one gets another when that is taken.
    """
    with engine.connect() as first, engine.connect() as second:
        one, other = (each.execution_options(isolation_level="AUTOCOMMIT") for each in (first, second))
        process = _process(one)
        other.exec_driver_sql("BEGIN")
        try:
            is_shared = _process(other) == process or _process(one) != process
        finally:
            with suppress(Exception):
                other.exec_driver_sql("ROLLBACK")
    if is_shared:
        raise SettingsError(
            f"The ledger {where} is reached through a pooler that gives each transaction another connection: there no "
            "run can hold the locks by which others see it.",
            hint="Give the address of the server itself, or of a pooler in session mode.",
        )


def _process(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
