"""The middle of an import: the rows that the review left open are sent, until the last one or a stop."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from importer.app.blocking import across_threads
from importer.app.bulk import plan_bulk
from importer.app.context import ImportContext
from importer.app.stop import Watch
from importer.errors import FatalError, ImporterError, QuotaError
from importer.events import (
    CallRefused,
    Estimated,
    Level,
    LimitChanged,
    Notice,
    Observer,
    Paused,
    Resumed,
    RowDone,
    SendingEnded,
)
from importer.leadsquared.client import Client
from importer.leadsquared.delivery import Delivery
from importer.ledger.failure import LedgerError
from importer.ledger.scratch import RowState
from importer.ledger.writer import LedgerWriter
from importer.outcome import Outcome, Status
from importer.ratelimit.breaker import Breaker
from importer.ratelimit.estimate import estimate_s
from importer.ratelimit.watchdog import Watchdog
from importer.run.preparedrow import PreparedRow
from importer.run.sending import Sender

__all__ = ["Guards", "Sent", "run_until_stopped", "send_rows", "watch_account"]

ANSWERED_WITHIN = 0.8
"""The part of a stop's time that calls on their way have; the rest is for the ledger and the report."""


WRITTEN_AHEAD = 3
"""How many rows for each call in flight are written down ahead of it, where the ledger is a round trip away."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What the sending came to. `failure` is what ended it early."""

    calls: int = 0
    refusals: int = 0
    failure: ImporterError | None = None


async def send_rows(context: ImportContext, client: Client, open_rows: int, observer: Observer, watch: Watch) -> Sent:
    """Send what is open, or what can be sent before something ends it."""
    config, ledger = context.config, context.ledger
    limit = context.limit
    needed_s = estimate_s(context.calls_for(open_rows), limit=limit.calls, per_seconds=limit.per_seconds)
    observer(Estimated(open_rows, limit.calls, limit.per_seconds, needed_s, context.rows_per_call))
    watchdog = watch_account(context, client, observer)
    delivery = Delivery(
        client,
        unique=config.unique,
        country_code=ledger.account.country_code,
        watchdog=watchdog.calls,
        owns=lambda lead_id: ledger.rows.find_lead(lead_id) is not None,
        secrets=config.account.secrets,
    )

    failed: Outcome | None = None

    def tell(prepared: PreparedRow, note: RowState) -> None:
        nonlocal limit, failed
        if note.outcome.status is Status.FAILED:
            failed = failed or note.outcome
        if context.limit != limit:
            limit = context.limit
            observer(LimitChanged(limit.calls, limit.per_seconds))
        observer(RowDone(prepared.row.number, note.outcome))

    async with LedgerWriter(ledger, notify=across_threads(observer)) as writer:
        sender = Sender(
            input_file=context.input_file,
            maker=context.maker,
            ledger=ledger,
            writer=writer,
            scratch=context.scratch,
            delivery=delivery,
            workers=config.workers * (WRITTEN_AHEAD if ledger.is_on_server else 1),
            again=context.options.again,
            bulk=plan_bulk(context, client, watchdog.calls, observer),
            told=tell,
            judge=watchdog.breaker.settled,
        )
        await run_until_stopped(asyncio.create_task(sender.run()), sender.leave, context, watch)
    observer(SendingEnded(client.calls, watchdog.calls.refusals))
    if sender.unsettled:
        # Room may have been made meanwhile. If not, the next run finds out what became of these rows.
        with suppress(LedgerError), ledger.begin() as connection:
            ledger.rows.settle(connection, sender.unsettled)
    failure = sender.failure
    if context.options.until_quota and isinstance(failure, QuotaError):
        observer(Notice(Level.INFO, str(failure)))
        failure = None
    if failure is None and failed is not None and not watchdog.calls.has_answered and not watch.stop.is_requested:
        failure = FatalError(
            f"LeadSquared has not taken a single call of this run. {failed.message}",
            hint="Look whether LeadSquared and the network are up and the host (LSQ_HOST or account.host) is right, "
            "then run the same command again.",
        )
    return Sent(client.calls, watchdog.calls.refusals, failure)


@dataclass(frozen=True, slots=True)
class Guards:
    """What ends a sending that gets nowhere."""

    calls: Watchdog
    breaker: Breaker


def watch_account(context: ImportContext, client: Client, observer: Observer) -> Guards:
    """What ends calls that get nowhere."""
    config = context.config
    clock = asyncio.get_running_loop().time
    breaker = Breaker(
        failures=config.breaker.failures,
        same_error=config.breaker.same_error,
        clock=clock,
        longest_call_s=max(config.timeout_s, config.bulk.timeout_s) if client.bulk else config.timeout_s,
    )

    def note_answer(call: str) -> None:
        if breaker.answered(call):
            observer(Resumed())

    def note_failure(call: str) -> None:
        pause_s = breaker.failed(call)
        if pause_s:
            client.halt(pause_s)
            observer(Paused(pause_s))

    calls = Watchdog(
        on_refusal=lambda at_s: observer(CallRefused(at_s)), on_answer=note_answer, on_failure=note_failure
    )
    return Guards(calls, breaker)


async def run_until_stopped(
    sending: "asyncio.Task[None]", leave: Callable[[], object], context: ImportContext, watch: Watch
) -> None:
    """Wait for what makes calls. A polite stop lets it leave, and cuts off what is on its way when the time is up."""
    loop = asyncio.get_running_loop()

    def leave_in_time() -> None:
        leave()
        context.ledger.hurry()
        loop.call_later(ANSWERED_WITHIN * watch.stop.within_s, sending.cancel)

    watch.act(on_first=leave_in_time, on_second=sending.cancel)
    try:
        await asyncio.wait({sending})
    except asyncio.CancelledError:  # the caller's task was cancelled: what is on its way is left as a kill leaves it
        sending.cancel()
        await asyncio.wait({sending})
        raise
    finally:
        watch.act()
    if not sending.cancelled():
        sending.result()
