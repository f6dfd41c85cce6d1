"""The clock of the account's budget: it does not step, and all who share a ledger read the same.

In a file, those are the processes of one machine: the machine's clock since it was started. On a server, they are on
several machines: there the time that all share is the server's, see `importer.ledger.slots.serverstep`.
"""

import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from importer.clocks import SteadySeconds

__all__ = ["BootClock", "BudgetClock"]

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class BudgetClock(Protocol):
    """Seconds since some moment. `boot` names the spell in which two readings can be compared; empty: nobody knows."""

    boot: str

    def now(self) -> SteadySeconds:
        """The time by this process, without asking anybody."""


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
