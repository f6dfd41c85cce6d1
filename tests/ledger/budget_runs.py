"""Runs that share a budget, played event by event on a clock of the test's own; any of them may die."""

import heapq
import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import event

from importer.ledger.ledger import Ledger
from importer.ledger.slots.budget import HEARTBEAT_S, Budget, Terms
from importer.ratelimit.adaptive import Limit

__all__ = ["LONGEST_S", "Played", "Runs", "do_not_wait_for_the_disk", "most_in_window"]

MARGIN_S = 0.01
TIMEOUT_S = 3.0
LOST_MARGIN_S = 5.0
LONGEST_S = TIMEOUT_S + LOST_MARGIN_S


@dataclass
class Played:
    """One run: `workers` calls at once, until `dies_at`."""

    name: str
    budget: Budget
    workers: int
    dies_at: float = float("inf")
    begins_at: float = 0.0
    wanted: int = 0
    next_ask: float = float("inf")
    granted_at: list[float] = field(default_factory=list)
    arrivals: list[float] = field(default_factory=list)


class Runs:
    """A machine with runs, and a server that logs arrivals. `lost` are the odds that a call gets no answer.

    Runs use one budget, unless one is added with other terms.
    """

    def __init__(
        self,
        ledger: Ledger,
        limit: Limit,
        *,
        draws: random.Random,
        up_s: float,
        lost: float = 0.0,
        longest_s: float = LONGEST_S,
    ) -> None:
        self._terms = Terms(limit=limit, longest_s=longest_s)
        self.now = 0.0
        self.arrivals: list[float] = []
        self.runs: list[Played] = []
        self._ledger = ledger
        self._draws = draws
        self._up_s = up_s
        self._lost = lost
        self._order = itertools.count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []

    def add(
        self, *, workers: int = 10, begins_at: float = 0.0, dies_at: float = float("inf"), terms: Terms | None = None
    ) -> Played:
        name = f"run{len(self.runs)}"
        terms = terms or self._terms
        budget = Budget(self._ledger.account.id, holder=name, terms=terms, wall_clock=lambda: 1e9 + self.now)
        run = Played(name, budget, workers, dies_at=dies_at, begins_at=begins_at)
        self.runs.append(run)
        self._at(begins_at, lambda: self._begin(run))
        return run

    def play(self, until: float) -> None:
        while self._events and self._events[0][0] <= until:
            self.now, _, event = heapq.heappop(self._events)
            event()

    def _at(self, moment: float, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (moment, next(self._order), event))

    def _begin(self, run: Played) -> None:
        with self._ledger.begin() as connection:
            run.budget.open(connection, self.now, boot="boot")
        run.wanted = run.workers
        self._ask(run)

    def _ask(self, run: Played) -> None:
        if self.now >= run.dies_at or not run.wanted:
            return
        with self._ledger.begin() as connection:
            granted = run.budget.grant(connection, self.now, run.wanted)
        for number in granted.numbers:
            run.wanted -= 1
            run.granted_at.append(self.now)
            self._send(run, number)
        if run.wanted:
            wait_s = 0.2 if granted.has_rivals else HEARTBEAT_S
            run.next_ask = max(self.now + 1e-6, min(granted.ask_at, self.now + wait_s))
            moment = run.next_ask
            self._at(moment, lambda: self._ask(run) if run.next_ask == moment else None)

    def _send(self, run: Played, number: int) -> None:
        if self._draws.random() < self._lost:
            self._at(self.now + self._draws.uniform(0, TIMEOUT_S + LOST_MARGIN_S), lambda: self._arrive(run))
            self._at(self.now + TIMEOUT_S, lambda: self._end(run, number, LOST_MARGIN_S))
            return
        up_s = self._draws.uniform(0, self._up_s)
        self._at(self.now + up_s, lambda: self._arrive(run))  # even when the run has died meanwhile
        self._at(self.now + up_s + self._draws.uniform(0, self._up_s), lambda: self._end(run, number, MARGIN_S))

    def _arrive(self, run: Played) -> None:
        self.arrivals.append(self.now)
        run.arrivals.append(self.now)

    def _end(self, run: Played, number: int, margin_s: float) -> None:
        if self.now >= run.dies_at:
            return
        with self._ledger.begin() as connection:
            run.budget.hold(connection, [(number, self.now, margin_s)])
        run.wanted += 1
        self._ask(run)


def do_not_wait_for_the_disk(ledger: Ledger) -> None:
    """Make a ledger's writes quick: what is played here survives no power cut."""
    event.listen(ledger._engine, "checkout", lambda connection, *_: connection.execute("PRAGMA synchronous=OFF"))


def most_in_window(arrivals: list[float], per_seconds: float) -> int:
    """The most arrivals in any window of that length, its two ends included."""
    return max(_counts(sorted(arrivals), per_seconds), default=0)


def _counts(times: list[float], per_seconds: float) -> Iterator[int]:
    first = 0
    for index, time in enumerate(times):
        while time - times[first] > per_seconds:
            first += 1
        yield index - first + 1
