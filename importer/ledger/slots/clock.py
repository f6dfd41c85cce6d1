"""The clock of the account's budget: it does not step, and all who share a ledger read the same.

In a file, those are the processes of one machine: the machine's clock since it was started. On a server, they are on
several machines: the server's clock.
"""

import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from importer.clocks import SteadySeconds

__all__ = ["BootClock", "BudgetClock", "ServerClock"]

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class BudgetClock(Protocol):
    """Seconds since some moment. `boot` names the spell in which two readings can be compared; empty: nobody knows."""

    boot: str

    def now(self) -> SteadySeconds:
        """The time by this process, without asking anybody."""

    def shift(self, connection: Connection) -> float:
        """What to add to `now` for the time that all share; rather too much than too little."""


class BootClock:
    """The time since the machine was started, sleep included where the system counts it (Linux)."""

    def __init__(self) -> None:
        self.boot = ""
        with suppress(OSError):
            self.boot = BOOT_ID.read_text("ascii").strip()

    def now(self) -> SteadySeconds:
        """Seconds since the machine was started."""
        clock = getattr(time, "CLOCK_BOOTTIME", None)
        return SteadySeconds(time.monotonic() if clock is None else time.clock_gettime(clock))

    def shift(self, connection: Connection) -> float:
        """Nothing: every process reads the same clock."""
        del connection
        return 0.0


class ServerClock:
    """The clock of a PostgreSQL server."""

    boot = "server"

    def now(self) -> SteadySeconds:
        """Seconds by this machine, from an arbitrary moment."""
        return SteadySeconds(time.monotonic())

    def shift(self, connection: Connection) -> float:
        """The server's clock minus ours, read before the question and so by its way there too much."""
        before = self.now()
        return float(connection.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())").scalar_one()) - before
