"""One import: review everything, send what is to be sent, write the report, say how it went."""

import asyncio
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from importer.errors import ImporterError
from importer.leadsquared.client import Client
from importer.leadsquared.delivery import Delivery
from importer.leadsquared.watch import Watch
from importer.ledger.scratch import Note
from importer.ledger.writer import LedgerWriter
from importer.outcome import Status
from importer.run.candidate import Candidate
from importer.run.estimate import tell_estimate
from importer.run.job import Job, open_job
from importer.run.options import Options
from importer.run.payloads import open_payloads
from importer.run.progress import Progress
from importer.run.reporting import write_report
from importer.run.review import Review, Reviewed
from importer.run.sending import Sender
from importer.run.signals import Interrupted, Signals
from importer.run.summary import Summary

__all__ = ["run_import"]

EXIT_OK = 0
EXIT_SOME_NOT = 1
SIGNAL_EXIT = 128

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Sent:
    """What the sending came to."""

    calls: int = 0
    refusals: int = 0
    failure: ImporterError | None = None


def run_import(options: Options, environ: Mapping[str, str]) -> int:
    """Run one import and give its exit status; ImporterError where it ends without a report.

    The summary goes to standard output, everything else is logged.
    """
    with Signals() as signals:
        try:
            return asyncio.run(_run(options, environ, signals))
        except Interrupted:
            logger.warning("Stopped before the first call: nothing was sent.")
            return SIGNAL_EXIT + (signals.received or 0)


async def _run(options: Options, environ: Mapping[str, str], signals: Signals) -> int:
    async with open_job(options, environ) as job:
        reviewed = _review(job, signals)
        sent = _Sent(failure=job.refusal)
        if job.refusal is None and job.client is not None and reviewed.open_rows:
            sent = await _send(job, job.client, reviewed.open_rows, signals)
        return _conclude(job, sent, signals)


def _review(job: Job, signals: Signals) -> Reviewed:
    options = job.options
    with open_payloads(options.payloads) as payloads:
        review = Review(
            intake=job.intake,
            maker=job.maker,
            digests=job.digests,
            ledger=job.ledger,
            scratch=job.scratch,
            again=options.again,
            payloads=payloads,
            check_stop=signals.check,
        )
        reviewed = review.run(may_write=not options.dry_run)
    created = reviewed.counts[Status.CREATED]
    if created:
        logger.info("%s of %s rows are created already and cost no call.", f"{created:,}", f"{job.intake.row_count:,}")
    if reviewed.resumed:
        logger.info("Going on where an earlier run stopped: it had %s rows in flight.", f"{reviewed.resumed:,}")
    if reviewed.foreign_lines:
        logger.warning(
            "%s lines carry the reference of another account: here they are new rows.", f"{reviewed.foreign_lines:,}"
        )
    return reviewed


async def _send(job: Job, client: Client, open_rows: int, signals: Signals) -> _Sent:
    config, ledger = job.config, job.ledger
    limits = config.limits
    now = datetime.now().astimezone()
    logger.info("%s", tell_estimate(open_rows, limit=limits.calls, per_seconds=limits.per_seconds, now=now))
    watch = Watch()
    delivery = Delivery(
        client,
        unique=config.unique,
        country_code=ledger.account.country_code,
        watch=watch,
        owns=lambda lead_id: ledger.rows.find_lead(lead_id) is not None,
        secrets=config.account.secrets,
    )
    progress = Progress(total=open_rows, limit=limits.calls, per_seconds=limits.per_seconds, is_quiet=job.options.quiet)

    def tell(candidate: Candidate, note: Note) -> None:
        progress.count(note.outcome.status)
        logger.debug("row %d: %s %s", candidate.row.number, note.outcome.status, note.outcome.error)

    async with LedgerWriter(ledger) as writer, progress:
        sender = Sender(
            intake=job.intake,
            maker=job.maker,
            ledger=ledger,
            writer=writer,
            scratch=job.scratch,
            delivery=delivery,
            workers=config.workers,
            again=job.options.again,
            told=tell,
        )
        sending = asyncio.create_task(sender.run())
        signals.watch(on_first=sender.stop, on_second=sending.cancel)
        await asyncio.wait({sending})
        if not sending.cancelled():
            sending.result()
    return _Sent(client.calls, watch.refusals, sender.failure)


def _conclude(job: Job, sent: _Sent, signals: Signals) -> int:
    is_dry_run = job.options.dry_run
    if not job.is_in_place:
        job.book.make_way(job.report, source=job.source)
    summary = Summary()
    write_report(job.report, job.intake, job.scratch, job.maker, summary, is_dry_run=is_dry_run)
    if signals.received is not None:
        status = SIGNAL_EXIT + signals.received
    elif sent.failure is not None:
        status = sent.failure.exit_status
    else:
        status = EXIT_OK if summary.is_success(is_dry_run=is_dry_run) else EXIT_SOME_NOT
    counts = {word.value: count for word, count in summary.counts.items()}
    job.book.end(exit_status=status, calls=sent.calls, counts=counts, report=job.report)
    sys.stdout.write("\n".join(summary.lines(report=job.report)) + "\n")
    if sent.refusals:
        logger.warning("LeadSquared refused %s calls because of the account's limit.", f"{sent.refusals:,}")
    if sent.failure is not None:
        logger.error("%s", sent.failure)
    return status
