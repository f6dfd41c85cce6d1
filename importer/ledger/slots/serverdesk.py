"""The desk of a budget on a PostgreSQL server, which runs on several machines share: one question for each step."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from importer.events import Level, Notice, Notify, log_notice
from importer.ledger.failure import guard_database, is_connection_loss
from importer.ledger.ledger import Ledger
from importer.ledger.locks import lock_number
from importer.ledger.slots.budget import CLEAN_EVERY_S, FUTURE_S, HEARTBEAT_S, WANTS_FOR_S, Budget, Granted
from importer.ledger.slots.desk import Step, write_down
from importer.ledger.slots.jobs import Free, Hold, Job, Pause, Refusal
from importer.ledger.slots.serverstep import CREATE_STEP, STEP
from importer.ratelimit.adaptive import GROW_EVERY_S, AdaptiveLimit, Limit

__all__ = ["ServerDesk"]

BOOT = "server"
"""What stands where a file names the boot whose clock its slots are told by."""

SHORTEST_SLACK_S = 0.25
"""By so much more than is proved the server's time may move on between two steps, or by two round trips."""

SAMPLES = 32

NEWS_OF_CLOCK_S = 1.0
"""A step of the server's clock that is worth a word."""


class ServerDesk:
    """One run's way to one budget of its account. `clock` gives seconds of this machine that do not step.

    A lost connection is made anew, and the step asked again: what it writes down twice is written once.
    """

    poll_s = HEARTBEAT_S
    """All slots' ends are known a window before they come, but for those that are given back."""

    def __init__(
        self,
        ledger: Ledger,
        budget: Budget,
        *,
        clock: Callable[[], float],
        wall_clock: Callable[[], float] = time.time,
        notify: Notify = log_notice,
    ) -> None:
        self._ledger = ledger
        self._budget = budget
        self._clock = clock
        self._wall_clock = wall_clock
        self._notify = notify
        self._connection: Connection | None = None
        self._lock = lock_number(f"slots of account {ledger.account.id}: {budget.terms.budget}")
        self._next_number = 0
        self._granted_at = 0.0
        self._cleaned_at = float("-inf")
        self._heard: tuple[float, float] | None = None  # the shared time, and when by our clock it was here
        self._shifts: deque[float] = deque(maxlen=SAMPLES)
        self._round_trips: deque[float] = deque(maxlen=SAMPLES)

    def open(self) -> None:
        """Begin; the database must let us make temporary functions."""

        def begin() -> None:
            with self._ledger.begin(lock=self._lock) as connection:
                self._budget.open(connection, self._wall_clock(), boot=BOOT)

        self._ledger.outage.ride_out(begin, notify=self._notify)
        self._ask((), 0, asks=False)

    def step(self, jobs: Sequence[Job], wanted: int, *, asks: bool) -> Step:
        """One question with whatever has gathered. News of the limit, which are rare, go before it on their own."""
        news = [job for job in jobs if isinstance(job, Refusal | Pause)]
        changes: list[tuple[AdaptiveLimit, AdaptiveLimit]] = []
        if news:
            changes = self._ledger.outage.ride_out(lambda: self._write_news(news), notify=self._notify)
        asked_at, told = self._ask(jobs, wanted, asks=asks)
        granted = self._read_grant(told, wanted) if asks else None
        return Step(granted, asked_at, min(self._shifts), changes)

    def leave(self) -> None:
        """Want no more slots, and close. A server that is gone forgets it by itself."""
        with suppress(SQLAlchemyError), self._ledger.begin(lock=self._lock) as connection:
            self._budget.leave(connection)
        self._drop()

    def _write_news(self, jobs: Sequence[Job]) -> list[tuple[AdaptiveLimit, AdaptiveLimit]]:
        with self._ledger.begin(lock=self._lock) as connection:
            return write_down(self._budget, connection, jobs, self._clock, shift=min(self._shifts))

    def _ask(self, jobs: Sequence[Job], wanted: int, *, asks: bool) -> tuple[float, dict[str, Any]]:
        """Ask the question; when that was by our clock, and what the server told."""
        asked_at, told = self._ledger.outage.ride_out(
            lambda: self._ask_once(jobs, wanted, asks=asks), notify=self._notify
        )
        self._hear(asked_at, float(told["now"]), float(told["step"]))
        return asked_at, told

    def _ask_once(self, jobs: Sequence[Job], wanted: int, *, asks: bool) -> tuple[float, dict[str, Any]]:
        with guard_database(self._ledger.where):
            try:
                connection = self._connect()
                asked_at = self._clock()
                question = self._question(jobs, wanted, asked_at, asks=asks)
                return asked_at, connection.exec_driver_sql(STEP, question).scalar_one()
            except SQLAlchemyError as error:
                if is_connection_loss(error):
                    self._drop()
                raise

    def _question(self, jobs: Sequence[Job], wanted: int, asked_at: float, *, asks: bool) -> dict[str, Any]:
        terms = self._budget.terms
        shift = min(self._shifts, default=0.0)
        cleans = asks and asked_at - self._cleaned_at >= CLEAN_EVERY_S
        if cleans:
            self._cleaned_at = asked_at
        return {
            "lock": self._lock,
            "account": self._ledger.account.id,
            "budget": terms.budget,
            "holder": self._budget.holder,
            "holds": Jsonb([[job.number, job.at + shift, job.margin_s] for job in jobs if isinstance(job, Hold)]),
            "frees": [job.number for job in jobs if isinstance(job, Free)],
            "asks": asks,
            "wanted": wanted,
            "first": self._next_number,
            "cleans": cleans,
            "calls": terms.limit.calls,
            "per_seconds": terms.limit.per_seconds,
            "share": terms.share,
            "longest": terms.longest_s,
            "per_day": terms.calls_per_day,
            "counts": terms.counts_in_day,
            "granted_at": self._granted_at,
            "seen": None if self._heard is None else self._heard[0],
            "at_least": 0.0 if self._heard is None else asked_at - self._heard[1],
            "slack": max(SHORTEST_SLACK_S, 2 * max(self._round_trips, default=0.0)),
            "grow": GROW_EVERY_S,
            "wants_for": WANTS_FOR_S,
            "future": FUTURE_S,
        }

    def _hear(self, asked_at: float, shared: float, step: float) -> None:
        """Learn from an answer how the shared time goes by our clock."""
        here_at = self._clock()
        round_trip, shift = here_at - asked_at, shared - asked_at
        if self._shifts and (step or shift - min(self._shifts) > round_trip + SHORTEST_SLACK_S):
            self._shifts.clear()
        self._shifts.append(shift)
        self._round_trips.append(round_trip)
        self._heard = shared, here_at
        if abs(step) >= NEWS_OF_CLOCK_S:
            text = f"The clock of the ledger's server was set by some {-step:+.0f} s: the slots are kept as they were."
            self._notify(Notice(Level.INFO, text))

    def _read_grant(self, told: dict[str, Any], wanted: int) -> Granted:
        budget, now, given = self._budget, float(told["now"]), int(told["given"])
        numbers = range(self._next_number, self._next_number + given)
        if given:
            self._next_number += given
            self._granted_at = now
        budget.adaptive = _adaptive(budget.terms.limit, told["state"])
        held = {holder: (int(many), first, last) for holder, (many, first, last) in told["held"].items()}
        foreign = tuple((holder, many, last) for holder, (many, _, last) in held.items() if holder != budget.holder)
        paused_until = float(told["paused_until"])
        next_free = min((first for _, first, _ in held.values()), default=float("inf"))
        is_at_end = wanted > given and given == int(told["left_today"])
        end = None
        if is_at_end:
            with self._ledger.begin(lock=self._lock) as connection:
                end = budget.quota.end(connection)
        return Granted(
            numbers,
            ask_at=paused_until if paused_until > now else next_free,
            has_rivals=bool(told["others"]) or bool(foreign),
            foreign=foreign,
            end=end,
        )

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = self._ledger.connect_relaxed()
            self._connection.exec_driver_sql(CREATE_STEP)
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.close()


def _adaptive(configured: Limit, state: Sequence[Any] | None) -> AdaptiveLimit:
    """The adaptive limit as all runs have learnt it; fresh where they had another config."""
    if state is None:
        return AdaptiveLimit(configured)
    calls, per_seconds, backed_off, changed_at, refused_at = state
    return AdaptiveLimit(
        configured,
        Limit(int(calls), float(per_seconds)) if calls else None,
        int(backed_off),
        float(changed_at),
        float("-inf") if refused_at is None else float(refused_at),
    )
