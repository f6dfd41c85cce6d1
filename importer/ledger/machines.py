"""Which machines use a ledger in a file: only one at a time may.

SQLite's and the kernel's locks cannot be trusted across machines, and slots are told by a clock that each machine has
for itself. So whoever uses such a ledger writes into it which machine it is, and looks for others whenever it takes
slots. On a database server several machines may meet.
"""

import hashlib
import platform
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, select

from importer.errors import SettingsError
from importer.ledger.failure import LedgerError
from importer.ledger.schema import MACHINE
from importer.ledger.upsert import upsert

__all__ = ["Machines", "machine_name"]

MACHINE_ID = Path("/etc/machine-id")

BEAT_S = 2.0
"""How often a machine says that it is there, while its calls go."""

LIVES_S = 120.0
"""How long one that said so counts as there; clocks may be apart, and calls may wait."""

WAY_OUT = (
    "For several machines keep the ledger in one PostgreSQL database (ledger: postgresql://NAME@HOST/DATABASE, "
    "docs/machines.md); "
    "or let one machine import at a time."
)


def machine_name() -> str:
    """This machine's name, the same after it was started anew."""
    number = ""
    with suppress(OSError):
        number = hashlib.blake2b(MACHINE_ID.read_bytes(), digest_size=4).hexdigest()
    return f"{platform.node() or 'unnamed'}/{number}"


@dataclass(frozen=True, slots=True)
class _Other:
    name: str
    seconds_ago: float

    def __str__(self) -> str:
        return f"{self.name.partition('/')[0]}, {max(0.0, self.seconds_ago):.0f} s ago"


class Machines:
    """The machines of one ledger as this process sees them. `boot` tells two machines apart that have one name, and
    shows that two names (containers, say) are one machine; empty where the system does not tell it.

    Every method works inside a transaction of the caller.
    """

    def __init__(
        self, where: str, *, boot: str, name: str | None = None, wall_clock: Callable[[], float] = time.time
    ) -> None:
        self._where = where
        self._boot = boot
        self._name = machine_name() if name is None else name
        self._wall_clock = wall_clock
        self._said_at = float("-inf")

    def enter(self, connection: Connection) -> None:
        """Say that this machine is there; UsageError where another one is."""
        other = self._find_other(connection)
        if other is not None:
            raise SettingsError(
                self._tell(str(other)),
                hint=f"Nothing was sent. {WAY_OUT} If that machine was switched off, try again in two minutes.",
            )
        self._say(connection, self._wall_clock())

    def stay(self, connection: Connection, *, is_other_boot: bool) -> None:
        """Say so again; LedgerError where another machine has come. `is_other_boot`: somebody of another boot has
        opened the account's budget since this process did.
        """
        other = self._find_other(connection)
        if other is not None or is_other_boot:
            told = self._tell("" if other is None else str(other))
            raise LedgerError(told, hint=f"{WAY_OUT} Then run the same command again.")
        now = self._wall_clock()
        if now - self._said_at >= BEAT_S:
            self._say(connection, now)

    def leave(self, connection: Connection) -> None:
        """Say no more that this machine is there; another process of it says so anew."""
        connection.execute(delete(MACHINE).where(MACHINE.c.name == self._name))

    def _say(self, connection: Connection, now: float) -> None:
        self._said_at = now
        upsert(connection, MACHINE, [{"name": self._name, "boot": self._boot, "seen_at": now}])

    def _find_other(self, connection: Connection) -> _Other | None:
        now = self._wall_clock()
        for name, boot, seen_at in connection.execute(_OTHERS):
            is_this = name == self._name or (self._boot and boot == self._boot)
            if not is_this and abs(now - seen_at) < LIVES_S:
                return _Other(name, now - seen_at)
        return None

    def _tell(self, other: str) -> str:
        who = f" ({other})" if other else ""
        return (
            f"The ledger {self._where} is in use on another machine{who}. A ledger in a file serves one machine: two "
            "would not keep the account's limit together."
        )


_OTHERS = select(MACHINE.c.name, MACHINE.c.boot, MACHINE.c.seen_at)
