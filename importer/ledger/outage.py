"""A ledger's server that does not answer for a while: a restart, a fail-over, a cut line. The work waits and goes on.

Nothing is sent meanwhile, since no intent reaches the ledger and no slot is given.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Executable
from sqlalchemy.exc import SQLAlchemyError

from importer.events import Level, Notice, Notify, log_notice
from importer.ledger.failure import ConnectionLostError, guard_database, is_connection_loss

__all__ = ["Outage", "ServerReader"]

T = TypeVar("T")

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 2.0


class Outage:
    """How one process bears with its ledger's server. `wait_s` may be changed at any time, 0 for not at all."""

    def __init__(
        self,
        *,
        wait_s: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.wait_s = wait_s
        self._clock = clock
        self._sleep = sleep
        self._turn = threading.Lock()
        self._is_told = False

    def ride_out(self, work: Callable[[], T], *, notify: Notify = log_notice) -> T:
        """Do work, and again each time that the connection was lost; ConnectionLostError after `wait_s` of that.

        The work must be such that doing it twice is doing it once.
        """
        began: float | None = None
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                result = work()
            except ConnectionLostError as error:
                now = self._clock()
                if began is None:
                    began = now
                elif now - began >= self.wait_s or not self.wait_s:
                    raise
                else:  # the second time in a row: the first may be a stale connection
                    self._tell(error, notify)
                self._sleep(pause_s)
                pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)
            else:
                if began is not None:
                    self._tell_end(notify)
                return result

    def _tell(self, error: ConnectionLostError, notify: Notify) -> None:
        with self._turn:
            is_first, self._is_told = not self._is_told, True
        if is_first:
            text = f"{error.message} Nothing is sent until it is there again, for up to {self.wait_s:g} s."
            notify(Notice(Level.WARNING, text))

    def _tell_end(self, notify: Notify) -> None:
        with self._turn:
            was_told, self._is_told = self._is_told, False
        if was_told:
            notify(Notice(Level.WARNING, "The ledger's server answers again: the run goes on."))


class ServerReader:
    """Reads from a ledger on a server by one connection, which is made anew where it was lost. For several threads."""

    def __init__(self, engine: Engine, outage: Outage, *, where: str) -> None:
        self._engine = engine
        self._outage = outage
        self._where = where
        self._connection: Connection | None = None
        self._turn = threading.Lock()

    def execute(self, statement: Executable, parameters: Any = None) -> Any:  # noqa: ANN401 - as SQLAlchemy's own
        """What a question brings, wholly fetched; ConnectionLostError where the server stays away."""

        def ask() -> Any:  # noqa: ANN401
            with guard_database(self._where):
                try:
                    if self._connection is None:
                        connection = self._engine.connect()
                        self._connection = connection.execution_options(isolation_level="AUTOCOMMIT")
                    return self._connection.execute(statement, parameters)
                except SQLAlchemyError as error:
                    if is_connection_loss(error):
                        self._drop()
                    raise

        with self._turn:
            return self._outage.ride_out(ask)

    def close(self) -> None:
        """Let go of the connection."""
        with self._turn:
            self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.close()
