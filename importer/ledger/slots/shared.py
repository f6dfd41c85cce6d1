"""The slots of the account's limit, shared by all runs through the ledger, for one event loop.

One thread owns the way to the budget (`desk`). It takes whatever has gathered meanwhile into one step, which need not
reach the disk: after a power cut there is a new boot, and its slots are void. A run that waits asks again at the very
moment when a slot is known to be free, and while others are there every `poll_s` of the desk.
"""

import asyncio
import logging
import math
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from sqlalchemy.exc import SQLAlchemyError

from importer.errors import ImporterError, WithdrawnError
from importer.events import Notify, log_notice
from importer.ledger.failure import LedgerError, guard_database, unusable
from importer.ledger.ledger import Ledger
from importer.ledger.slots.budget import HEARTBEAT_S, Budget, Granted, Terms
from importer.ledger.slots.clock import BootClock, BudgetClock
from importer.ledger.slots.desk import Desk, FileDesk
from importer.ledger.slots.jobs import Free, Hold, Job, Pause, Refusal, Want
from importer.ledger.slots.news import BudgetNews
from importer.ratelimit.adaptive import Limit

__all__ = ["START_SLACK_S", "SharedSlots"]

START_SLACK_S = 1.0
"""How long after its slot was given a call may start; later it has to take another."""

MOST_IN_ONE_COMMIT = 1000

logger = logging.getLogger(__name__)


class SharedSlots:
    """Slots for a `RateLimiter`; an async context manager. Its times are seconds of `clock`.

    `wall_clock` counts the day's calls, in seconds since 1970. LedgerError where the ledger cannot be written or
    another machine has come to use its file, and QuotaError when the day's calls are used up: from `take`. UsageError
    on entering where another machine uses it. `notify` is told the budget's news, in a thread of its own.
    """

    def __init__(
        self,
        ledger: Ledger,
        terms: Terms,
        *,
        clock: BudgetClock | None = None,
        wall_clock: Callable[[], float] = time.time,
        notify: Notify = log_notice,
    ) -> None:
        self._ledger = ledger
        self._terms = terms
        self._clock = clock or BootClock()
        self._budget = Budget(ledger.account.id, holder=ledger.locks.start_run(), terms=terms, wall_clock=wall_clock)
        self._desk: Desk
        if ledger.is_on_server:
            from importer.ledger.slots.serverdesk import ServerDesk

            self._desk = ServerDesk(ledger, self._budget, clock=self._clock.now, wall_clock=wall_clock, notify=notify)
        else:
            self._desk = FileDesk(ledger, self._budget, self._clock)
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._waiting: deque[asyncio.Future[int]] = deque()  # the thread's
        self._turns: set[asyncio.Future[int]] = set()  # the loop's
        self._given_at: dict[int, float] = {}
        self._ask_at = math.inf
        self._failure: ImporterError | None = None
        self._is_closed = False
        self._news = BudgetNews(ledger.locks.is_live, share=terms.share, notify=notify)
        self._thread = threading.Thread(target=self._work, name="ledger-slots", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opened: asyncio.Future[None] | None = None

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._opened = self._loop.create_future()
        self._thread.start()
        await self._opened
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    @property
    def per_seconds(self) -> float:
        """The window of the limit that is kept now, in seconds."""
        return self._budget.adaptive.limit.per_seconds

    @property
    def limit(self) -> Limit:
        """What all runs together may use now, as far as this one has heard."""
        calls = self._budget.adaptive.calls(self._clock.now(), share=self._terms.share)
        return Limit(calls, self.per_seconds)

    @property
    def is_far(self) -> bool:
        """Whether the ledger is so far away that a call is written down before it waits for its slot."""
        return self._ledger.is_on_server

    def used_today(self) -> int:
        """How many calls all runs have made in the last 24 hours, to the minute."""
        with self._ledger.begin() as connection:
            return self._budget.quota.used(connection)

    async def take(self) -> int:
        """Wait for a free slot and hold it; WithdrawnError after `close`, QuotaError when the day has no more."""
        if self._is_closed:
            raise _withdrawn()
        if self._failure is not None:
            raise _again(self._failure)
        turn: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._turns.add(turn)
        self._jobs.put(Want(turn))
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.give_back(turn.result())  # it was given at the very moment of the cancellation
            raise
        finally:
            self._turns.discard(turn)

    def is_fresh(self, ticket: int) -> bool:
        """Whether a call may still start under this ticket, so that it arrives while the slot is held."""
        return self._clock.now() - self._given_at[ticket] < START_SLACK_S

    def give_back(self, ticket: int) -> None:
        """Free a slot under which nothing was sent."""
        self._given_at.pop(ticket, None)
        self._jobs.put(Free(ticket))

    def settle(self, ticket: int, *, margin_s: float) -> None:
        """Hold a slot for one more window and a margin from now: its call has arrived, or was given up."""
        self._given_at.pop(ticket, None)
        self._jobs.put(Hold(ticket, self._clock.now(), margin_s))

    def pause(self, seconds: float) -> None:
        """Let no run send for so long."""
        self._jobs.put(Pause(self._clock.now() + seconds))

    def refused(self, advertised: Limit | None) -> None:
        """Learn from a refusal, which advertised the account's limit or did not, for all runs."""
        self._jobs.put(Refusal(advertised))

    def close(self) -> None:
        """Give no slot any more and withdraw at once those who wait."""
        self._is_closed = True
        for turn in self._turns:
            if not turn.done():
                turn.set_exception(_withdrawn())

    def _work(self) -> None:
        try:
            with guard_database(self._ledger.where):
                self._desk.open()
                self._news.tell_limit(self._budget.adaptive)
                self._call(self._open)
                while self._step():
                    pass
                self._desk.leave()
        except ImporterError as error:
            self._fail(error)
        except SQLAlchemyError as error:
            self._fail(unusable(self._ledger.where, error))
        except BaseException as error:
            logger.debug("The budget failed.", exc_info=error)
            self._fail(LedgerError(f"The ledger {self._ledger.where} could not be used: {type(error).__name__}."))

    def _step(self) -> bool:
        """One step with whatever has gathered; False at the end."""
        is_open, jobs = self._gather()
        was_waiting = bool(self._waiting)
        self._waiting.extend(job.turn for job in jobs if isinstance(job, Want))
        self._waiting = deque(turn for turn in self._waiting if not turn.done())
        step = self._desk.step(jobs, len(self._waiting), asks=is_open and bool(self._waiting or was_waiting))
        for before, after in step.changes:
            self._news.tell_change(before, after)
        self._ask_at = math.inf
        if step.granted is not None:
            self._hand_out(step.granted, step.asked_at, step.shift)
        return is_open

    def _gather(self) -> tuple[bool, list[Job]]:
        jobs: list[Job] = []
        timeout_s = self._ask_at - self._clock.now()
        try:
            job = self._jobs.get(timeout=None if math.isinf(timeout_s) else max(0.0, timeout_s))
            while job is not None:
                jobs.append(job)
                if len(jobs) >= MOST_IN_ONE_COMMIT:
                    return True, jobs
                job = self._jobs.get_nowait()
        except queue.Empty:
            return True, jobs
        return False, jobs

    def _hand_out(self, granted: Granted, asked_at: float, shift: float) -> None:
        if granted.numbers:
            self._call(self._give, [(self._waiting.popleft(), number) for number in granted.numbers], asked_at)
        if not self._waiting:
            return
        if granted.end is not None:
            self._call(_refuse, list(self._waiting), granted.end)
            self._waiting.clear()
            return
        self._news.tell_wait(granted, asked_at + shift)
        wait_s = self._desk.poll_s if granted.has_rivals else HEARTBEAT_S
        self._ask_at = asked_at + min(wait_s, max(0.0, granted.ask_at - asked_at - shift))

    def _give(self, pairs: "Sequence[tuple[asyncio.Future[int], int]]", given_at: float) -> None:
        for turn, number in pairs:
            self._given_at[number] = given_at
            if turn.done():
                self.give_back(number)
            else:
                turn.set_result(number)

    def _open(self) -> None:
        if self._opened is not None and not self._opened.done():
            self._opened.set_result(None)

    def _fail(self, error: ImporterError) -> None:
        self._failure = error
        self._call(self._end, error)

    def _end(self, error: ImporterError) -> None:
        _refuse([*self._turns, *([self._opened] if self._opened else ())], error)

    def _call(self, function: Callable[..., None], *args: object) -> None:
        assert self._loop is not None  # noqa: S101 - set before the thread starts
        with suppress(RuntimeError):  # the loop is gone, and nobody waits any more
            self._loop.call_soon_threadsafe(function, *args)


def _refuse(turns: "Sequence[asyncio.Future[Any]]", error: ImporterError) -> None:
    for turn in turns:
        if not turn.done():
            turn.set_exception(_again(error))


def _again(error: ImporterError) -> ImporterError:
    """The same error anew: each that waits raises one of its own."""
    return type(error)(error.message, hint=error.hint, steps=error.steps)


def _withdrawn() -> WithdrawnError:
    return WithdrawnError("the run ended before this call's turn")
