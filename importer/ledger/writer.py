"""Group commits: intents and outcomes of many workers reach the disk in few transactions, none of them delayed.

One thread owns writing. It takes whatever has gathered while the last transaction was being made durable, so that a
lone intent is written at once and a crowd shares one commit. Outcomes wait a moment for company.
"""

import asyncio
import itertools
import logging
import queue
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from importer.events import Level, Notice, Notify, log_notice
from importer.ledger.failure import ConnectionLostError, LedgerError, LocksLostError, guard_database
from importer.ledger.ledger import Ledger
from importer.ledger.records import Intent, KnownRow, Settled

__all__ = ["LedgerWriter"]

MOST_IN_ONE_COMMIT = 500

LINGER_S = 0.005
"""How long outcomes alone, which nobody waits for, wait for an intent to share its commit."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Claim:
    intents: Sequence[Intent]
    done: "asyncio.Future[list[KnownRow | None]]"


@dataclass(frozen=True, slots=True)
class _Word:
    entries: Sequence[Settled]
    done: "asyncio.Future[None]"


_Job = _Claim | _Word
"""What is written in one transaction, perhaps with others."""


class LedgerWriter:
    """The ledger's writing side for one event loop; an async context manager. `notify` is called in its own thread."""

    def __init__(self, ledger: Ledger, *, notify: Notify = log_notice) -> None:
        self._ledger = ledger
        self._notify = notify
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="ledger-writer", daemon=True)
        self._connection: Connection | None = None  # the thread's, on a server: a way that is known to be there
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_closed = False

    @property
    def renews(self) -> bool:
        """Whether a call that is made once more is claimed once more: on a server, locks may be lost and taken anew,
        and meanwhile another run may have taken the row for one that a dead run left.
        """
        return self._ledger.is_on_server

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._thread.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_closed = True
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    async def claim(self, intents: Sequence[Intent]) -> list[KnownRow | None]:
        """Put intents on disk in one transaction. Gives for each the row that stands in its way, if one does: then it
        is not on disk and may not be sent.
        """
        self._check_open()
        job = _Claim(intents, asyncio.get_running_loop().create_future())
        self._jobs.put(job)
        return await job.done

    def settle(self, entries: Sequence[Settled]) -> "asyncio.Future[None]":
        """Put outcomes on disk in one transaction. They are on their way at once, before whatever is claimed later;
        await what is given to know them there.
        """
        self._check_open()
        job = _Word(entries, asyncio.get_running_loop().create_future())
        self._jobs.put(job)
        return job.done

    def _check_open(self) -> None:
        if self._is_closed:
            raise LedgerError(f"The ledger {self._ledger.where} is closed already.")

    def _work(self) -> None:
        is_open = True
        while is_open:
            is_open, jobs = self._gather()
            if jobs:
                self._commit(jobs)
        self._drop()

    def _gather(self) -> tuple[bool, list[_Job]]:
        """What goes into the next commit, and whether there may be another after it."""
        jobs: list[_Job] = []
        is_awaited = False
        rows = 0
        job = self._jobs.get()
        try:
            patience_until = time.monotonic() + LINGER_S
            while job is not None:
                jobs.append(job)
                rows += len(job.intents if isinstance(job, _Claim) else job.entries)
                if rows >= MOST_IN_ONE_COMMIT:
                    return True, jobs
                is_awaited = is_awaited or isinstance(job, _Claim)
                left_s = 0.0 if is_awaited else max(0.0, patience_until - time.monotonic())
                job = self._jobs.get(timeout=left_s) if left_s else self._jobs.get_nowait()
        except queue.Empty:
            return True, jobs
        return False, jobs

    def _commit(self, jobs: Sequence[_Job]) -> None:
        claims = [job for job in jobs if isinstance(job, _Claim)]
        words = [job for job in jobs if isinstance(job, _Word)]
        conflicts: list[KnownRow | None] = []
        failure: LedgerError | None = None
        lost: LedgerError | None = None
        wanted = [intent for claim in claims for intent in claim.intents]
        entries = [entry for word in words for entry in word.entries]
        try:
            if claims:
                self._ledger.outage.ride_out(self._hold_locks, notify=self._notify)
        except LocksLostError as error:
            lost = error
        except LedgerError as error:
            failure = error
        try:
            if failure is None and (words or not lost):
                conflicts = self._ledger.outage.ride_out(
                    partial(self._write, entries, [] if lost else wanted), notify=self._notify
                )
        except LedgerError as error:
            failure = error
        except BaseException as error:
            logger.debug("A commit failed.", exc_info=error)
            failure = LedgerError(f"The ledger {self._ledger.where} could not be written: {type(error).__name__}.")
        assert self._loop is not None  # noqa: S101 - set before the thread starts
        self._loop.call_soon_threadsafe(_answer_words, words, failure)
        self._loop.call_soon_threadsafe(_answer_claims, claims, conflicts, failure or lost)

    def _hold_locks(self) -> None:
        """See to it that other runs see this one; LocksLostError where they do not and cannot be made to."""
        try:
            self._ledger.locks.check()
        except LocksLostError:
            if not self._ledger.locks.regain():
                raise

    def _write(self, entries: Sequence[Settled], wanted: Sequence[Intent]) -> list[KnownRow | None]:
        """One transaction with outcomes and intents; for each of these the row in its way. Twice is as good as once."""
        if not self._ledger.is_on_server:
            with self._ledger.begin() as connection:
                return self._write_by(connection, entries, wanted)
        try:
            with guard_database(self._ledger.where):
                if self._connection is None:
                    self._connection = self._ledger.connect()
                with self._connection.begin():
                    return self._write_by(self._connection, entries, wanted)
        except ConnectionLostError:
            self._drop()
            raise

    def _write_by(
        self, connection: Connection, entries: Sequence[Settled], wanted: Sequence[Intent]
    ) -> list[KnownRow | None]:
        self._settle(connection, entries)
        return self._ledger.rows.claim(connection, wanted) if wanted else []

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.close()

    def _settle(self, connection: Connection, entries: Sequence[Settled]) -> None:
        """Write outcomes; where a row is not this run's any more, its new owner finds out by itself."""
        withdrawn = [entry for entry in entries if entry.withdrawn_to is not None]
        outcomes = [entry for entry in entries if entry.withdrawn_to is None]
        if withdrawn:
            self._ledger.rows.settle(connection, withdrawn)
        if outcomes and (foreign := len(outcomes) - self._ledger.rows.settle(connection, outcomes)) > 0:
            text = (
                f"Another run has taken over {foreign} {'row' if foreign == 1 else 'rows'} of this one: what came of "
                "them stands in this run's report only."
            )
            self._notify(Notice(Level.WARNING, text))


def _answer_words(words: Sequence[_Word], failure: LedgerError | None) -> None:
    for word in words:
        if failure is not None:
            _refuse(word.done, failure)
        elif not word.done.done():
            word.done.set_result(None)


def _answer_claims(claims: Sequence[_Claim], conflicts: Sequence[KnownRow | None], failure: LedgerError | None) -> None:
    answers = iter(conflicts)
    for claim in claims:
        if failure is not None:
            _refuse(claim.done, failure)
            continue
        its_own = list(itertools.islice(answers, len(claim.intents)))
        if not claim.done.done():
            claim.done.set_result(its_own)


def _refuse(done: "asyncio.Future[Any]", failure: LedgerError) -> None:
    if not done.done():
        done.set_exception(type(failure)(failure.message, hint=failure.hint, steps=failure.steps))
