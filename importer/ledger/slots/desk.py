"""Where the thread of the slots does its business with the budget: one step writes down and asks all that has gathered.

In a file a step is one transaction of several statements. On a server it is one question (`serverdesk`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from importer.ledger.ledger import Ledger
from importer.ledger.machines import Machines
from importer.ledger.slots.budget import Budget, Granted
from importer.ledger.slots.clock import BudgetClock
from importer.ledger.slots.jobs import Free, Hold, Job, Pause, Refusal
from importer.ratelimit.adaptive import AdaptiveLimit

__all__ = ["Desk", "FileDesk", "Step"]

POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Step:
    """What came of one step. `granted` is None where nothing was asked; it was asked at `asked_at` by the process's
    clock, to which `shift` is added for the time that all share. `changes` are those of the limit: before and after.
    """

    granted: Granted | None
    asked_at: float
    shift: float
    changes: Sequence[tuple[AdaptiveLimit, AdaptiveLimit]] = ()


class Desk(Protocol):
    """One run's way to one budget, used by one thread. Each method may raise LedgerError or a database's error."""

    poll_s: float
    """How soon to ask again where others may free their slots without notice."""

    def open(self) -> None:
        """Begin, before anything else."""

    def step(self, jobs: Sequence[Job], wanted: int, *, asks: bool) -> Step:
        """Write down what happened, and where it `asks` hold as many of `wanted` slots as may be; none says that no
        more are wanted.
        """

    def leave(self) -> None:
        """Want no more slots, and close."""


class FileDesk:
    """The desk of a ledger in a file, which only one machine may use at a time."""

    poll_s = POLL_S

    def __init__(self, ledger: Ledger, budget: Budget, clock: BudgetClock) -> None:
        self._ledger = ledger
        self._budget = budget
        self._clock = clock
        self._machines = Machines(ledger.where, boot=clock.boot)
        self._connection: Connection | None = None

    def open(self) -> None:
        """Begin; UsageError where another machine uses the file."""
        self._connection = self._ledger.connect_relaxed()
        with self._connection.begin():
            self._machines.enter(self._connection)
            self._budget.open(self._connection, self._clock.now(), boot=self._clock.boot)

    def step(self, jobs: Sequence[Job], wanted: int, *, asks: bool) -> Step:
        """One transaction with whatever has gathered."""
        connection = self._connection
        assert connection is not None  # noqa: S101 - it was opened
        granted: Granted | None = None
        with connection.begin():
            changes = write_down(self._budget, connection, jobs, self._clock.now)
            asked_at = self._clock.now()
            if asks:
                granted = self._budget.grant(connection, asked_at, wanted)
                self._machines.stay(connection, is_other_boot=self._budget.is_other_boot)
        return Step(granted, asked_at, 0.0, changes)

    def leave(self) -> None:
        """Want no more slots, and close."""
        if self._connection is None:
            return
        with self._connection as connection, connection.begin():
            self._budget.leave(connection)
            self._machines.leave(connection)


def write_down(
    budget: Budget, connection: Connection, jobs: Sequence[Job], now: Callable[[], float], *, shift: float = 0.0
) -> list[tuple[AdaptiveLimit, AdaptiveLimit]]:
    """Write jobs down in the caller's transaction; what became of the limit. `shift` is added to their times."""
    holds = [(job.number, job.at + shift, job.margin_s) for job in jobs if isinstance(job, Hold)]
    freed = [job.number for job in jobs if isinstance(job, Free)]
    if holds:
        budget.hold(connection, holds)
    if freed:
        budget.free(connection, freed)
    changes = []
    for job in jobs:
        if isinstance(job, Refusal):
            changes.append(budget.refuse(connection, now() + shift, job.advertised))
        elif isinstance(job, Pause):
            budget.pause(connection, job.until + shift)
    return changes
