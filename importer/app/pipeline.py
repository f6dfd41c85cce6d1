"""One import: review everything, send what is to be sent, write the report, say how it went."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TextIO

from importer.app.budget import check_quota
from importer.app.context import ImportContext, open_context
from importer.app.request import ImportRequest
from importer.app.result import EXIT_OK, EXIT_SOME_NOT, SIGNAL_EXIT, RunResult
from importer.app.runhistory import keep_edited
from importer.app.summary import Summary
from importer.commands.progress import Progress
from importer.commands.signals import Interrupted, Signals
from importer.errors import ImporterError, QuotaError
from importer.html_report.advice import Invocation
from importer.html_report.document import PageData, page_path, write_page
from importer.leadsquared.client import Client
from importer.leadsquared.delivery import Delivery
from importer.ledger.failure import LedgerError, guard_database
from importer.ledger.scratch import RowState
from importer.ledger.writer import LedgerWriter
from importer.logs.logfile import FIELDS
from importer.outcome import Status
from importer.ratelimit.breaker import Breaker
from importer.ratelimit.estimate import tell_duration, tell_estimate
from importer.ratelimit.watchdog import Watchdog
from importer.report import ReportError
from importer.run.payloads import open_payloads
from importer.run.preparedrow import PreparedRow
from importer.run.reporting import Line, report_lines, reviewed_lines, write_report
from importer.run.review import Review, Reviewed
from importer.run.rowlog import log_outcome
from importer.run.sending import Sender
from importer.version import __version__

__all__ = ["make_review", "run_import"]

ANSWERED_WITHIN = 0.8
"""The part of a stop's time that calls on their way have; the rest is for the ledger and the report."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Sent:
    """What the sending came to."""

    calls: int = 0
    refusals: int = 0
    failure: ImporterError | None = None


def run_import(options: ImportRequest, environ: Mapping[str, str], *, signals: Signals, run: str) -> RunResult:
    """Run one import and tell how it ended; ImporterError where it ends without a report.

    `run` is its id in the log. Nothing is printed; what is to be told on the way is logged.
    """
    started_at = datetime.now().astimezone()
    try:
        return asyncio.run(signals.guard(_run(options, environ, signals, run)))
    except Interrupted:
        logger.warning("Stopped before the first call: nothing was sent.")
        return RunResult(
            file=options.file,
            run=run,
            exit_status=SIGNAL_EXIT + (signals.received or 0),
            started_at=started_at,
            ended_at=datetime.now().astimezone(),
        )


async def _run(options: ImportRequest, environ: Mapping[str, str], signals: Signals, run: str) -> RunResult:
    async with open_context(options, environ, blocking=signals.blocking) as context:
        fields = {
            "event": "start",
            "file": str(options.file),
            "source": context.source,
            "ledger_run": context.history.run_id,
        }
        logger.debug("Importing %s.", options.file, extra={FIELDS: fields | {"version": __version__}})
        summary = Summary()
        reviewed = _review(context, signals, summary)
        signals.watch()
        sent = _Sent(failure=context.refusal)
        if context.slots is not None and not options.dry_run and not options.until_quota:
            quota = context.config.limits.calls_per_day
            check_quota(reviewed.open_rows, used=context.slots.used_today() if quota else 0, calls_per_day=quota)
        if context.refusal is None and context.client is not None and reviewed.open_rows:
            sent = await _send(context, context.client, reviewed.open_rows, signals)
        if not options.dry_run:
            _report(
                context, report_lines(context.input_file, context.scratch, tag=context.maker.tag), reviewed, summary
            )
        return _conclude(context, reviewed, sent, summary, signals=signals, run=run)


def make_review(
    context: ImportContext, *, payloads: TextIO | None = None, check_stop: Callable[[], None] = lambda: None
) -> Review:
    """The review of a context's file."""
    return Review(
        input_file=context.input_file,
        maker=context.maker,
        digests=context.digests,
        ledger=context.ledger,
        scratch=context.scratch,
        again=context.options.again,
        payloads=payloads,
        trusts_references=context.options.trust_references,
        trusts_lead_ids=context.options.trust_lead_ids,
        elsewhere=context.elsewhere,
        check_stop=check_stop,
    )


def _review(context: ImportContext, signals: Signals, summary: Summary) -> Reviewed:
    """Review the file. A dry run reports in the same pass: nothing that comes later can change its outcomes."""
    options = context.options
    with open_payloads(options.payloads) as payloads:
        review = make_review(context, payloads=payloads, check_stop=signals.check)
        reviewed = review.reviewed
        if options.dry_run:
            _report(context, reviewed_lines(review.decided(), tag=context.maker.tag), reviewed, summary)
        else:
            review.run(may_write=True)
    created = reviewed.counts[Status.CREATED]
    if created:
        logger.info(
            "%s of %s rows are created already and cost no call.", f"{created:,}", f"{context.input_file.row_count:,}"
        )
    if reviewed.resumed:
        logger.info("Going on where an earlier run stopped: it had %s rows in flight.", f"{reviewed.resumed:,}")
    if reviewed.foreign_lines:
        logger.warning(
            "%s lines carry the reference of another account: here they are new rows.", f"{reviewed.foreign_lines:,}"
        )
    return reviewed


async def _send(context: ImportContext, client: Client, open_rows: int, signals: Signals) -> _Sent:
    config, ledger = context.config, context.ledger
    limit = context.limit
    now = datetime.now().astimezone()
    logger.info("%s", tell_estimate(open_rows, limit=limit.calls, per_seconds=limit.per_seconds, now=now))
    breaker = Breaker(
        failures=config.breaker.failures,
        same_error=config.breaker.same_error,
        clock=asyncio.get_running_loop().time,
        longest_call_s=config.timeout_s,
    )

    def note_answer(call: str) -> None:
        if breaker.answered(call):
            logger.info("LeadSquared answers again.")

    def note_failure(call: str) -> None:
        pause_s = breaker.failed(call)
        if pause_s:
            client.limiter.halt(pause_s)
            logger.warning("LeadSquared does not answer: all calls of this run pause for %s.", tell_duration(pause_s))

    watchdog = Watchdog(on_refusal=context.timeline.refused, on_answer=note_answer, on_failure=note_failure)
    delivery = Delivery(
        client,
        unique=config.unique,
        country_code=ledger.account.country_code,
        watchdog=watchdog,
        owns=lambda lead_id: ledger.rows.find_lead(lead_id) is not None,
        secrets=config.account.secrets,
    )
    progress = Progress(
        total=open_rows, limit=limit.calls, per_seconds=limit.per_seconds, is_quiet=context.options.quiet
    )

    def tell(prepared: PreparedRow, note: RowState) -> None:
        progress.count(note.outcome.status)
        log_outcome(prepared.row.number, note.outcome)

    async with LedgerWriter(ledger) as writer, progress:
        sender = Sender(
            input_file=context.input_file,
            maker=context.maker,
            ledger=ledger,
            writer=writer,
            scratch=context.scratch,
            delivery=delivery,
            workers=config.workers,
            again=context.options.again,
            told=tell,
            judge=breaker.settled,
        )
        sending = asyncio.create_task(sender.run())

        def leave() -> None:
            sender.leave()
            ledger.hurry()
            asyncio.get_running_loop().call_later(ANSWERED_WITHIN * signals.within_s, sending.cancel)

        signals.watch(on_first=leave, on_second=sending.cancel)
        await asyncio.wait({sending})
        signals.watch()
        if not sending.cancelled():
            sending.result()
    if sender.unsettled:
        # Room may have been made meanwhile. If not, the next run finds out what became of these rows.
        with suppress(LedgerError), guard_database(ledger.where), ledger.begin() as connection:
            ledger.rows.settle(connection, sender.unsettled)
    failure = sender.failure
    if context.options.until_quota and isinstance(failure, QuotaError):
        logger.info("%s", failure)
        failure = None
    return _Sent(client.calls, watchdog.refusals, failure)


def _report(context: ImportContext, lines: Iterable[Line], reviewed: Reviewed, summary: Summary) -> None:
    def make_way() -> None:
        if context.is_in_place and not reviewed.foreign_lines:
            summary.kept = keep_edited(context.report, digest=context.read_digest)
        else:
            summary.kept = context.history.make_way(
                context.report, source=context.source, is_foreign=context.is_in_place
            )

    write_report(context.report, context.input_file, lines, count=summary.add, make_way=make_way)


def _conclude(
    context: ImportContext, reviewed: Reviewed, sent: _Sent, summary: Summary, *, signals: Signals, run: str
) -> RunResult:
    is_dry_run = context.options.dry_run
    status = _exit_status(context, sent, summary, signals)
    counts = {word.value: count for word, count in summary.counts.items()}
    try:
        context.history.end(exit_status=status, calls=sent.calls, counts=counts, report=context.report)
    except LedgerError as error:  # the report is written: it is told like that of any other run
        sent = replace(sent, failure=sent.failure or error)
        status = _exit_status(context, sent, summary, signals)
    has_page = context.options.html and _write_page(context, reviewed, sent, summary, status)
    page = page_path(context.report) if has_page else None
    return RunResult(
        file=context.options.file,
        run=run,
        exit_status=status,
        started_at=context.started_at,
        ended_at=datetime.now().astimezone(),
        mode=context.mode,
        source=context.source,
        ledger_run=context.history.run_id,
        report=context.report,
        page=page,
        kept=summary.kept,
        counts=counts,
        calls=sent.calls,
        refusals=sent.refusals,
        error=sent.failure,
        lines=(
            *summary.lines(report=context.report, page=page),
            *(_tell_plan(context, reviewed) if is_dry_run else ()),
        ),
    )


def _exit_status(context: ImportContext, sent: _Sent, summary: Summary, signals: Signals) -> int:
    if signals.received is not None:
        return SIGNAL_EXIT + signals.received
    if sent.failure is not None:
        return sent.failure.exit_status
    is_ok = context.config.duplicates_are == "ok"
    is_success = summary.is_success(is_dry_run=context.options.dry_run, duplicates_are_ok=is_ok)
    return EXIT_OK if is_success else EXIT_SOME_NOT


def _tell_plan(context: ImportContext, reviewed: Reviewed) -> Iterator[str]:
    """What a dry run says of the real one: the time it needs, and the first call as it would go."""
    limit, ready = context.limit, reviewed.counts[Status.READY]
    now = datetime.now().astimezone()
    if ready:
        yield f"Sending them takes {ready:,} {'call' if ready == 1 else 'calls'}: " + tell_estimate(
            ready, limit=limit.calls, per_seconds=limit.per_seconds, now=now
        )
    if reviewed.first_ready is not None:
        number, body = reviewed.first_ready
        yield f"Row {number} would go as: {json.dumps(body, ensure_ascii=False)}"


def _write_page(context: ImportContext, reviewed: Reviewed, sent: _Sent, summary: Summary, exit_status: int) -> bool:
    """Write the page beside the report; False where that failed, which is only told: without it nothing is lost."""
    options = context.options
    invocation = Invocation(
        file=str(options.file),
        report=str(context.report),
        folder=str(Path.cwd()),
        is_report_named=options.report is not None,
        config=None if options.config is None else str(options.config),
        sheet=options.sheet,
        first=options.first,
        is_dry_run=options.dry_run,
        is_sandbox=options.sandbox,
    )
    data = PageData(
        invocation=invocation,
        account_host=context.host,
        counts=summary.counts,
        problems=summary.problems,
        timeline=None if options.dry_run else context.timeline.counts(),
        started_at=context.started_at,
        ended_at=datetime.now().astimezone(),
        exit_status=exit_status,
        version=__version__,
        failure="" if sent.failure is None else str(sent.failure),
        created_before=reviewed.counts[Status.CREATED],
    )
    try:
        write_page(page_path(context.report), data)
    except ReportError as error:
        logger.warning("%s", error)
        return False
    return True
