"""The end of an import: what the history, the page beside the report and the caller are told of it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from importer import __version__
from importer.app.context import ImportContext
from importer.app.invocation import invocation_of
from importer.app.result import RunResult
from importer.app.sending import Sent
from importer.app.stop import Stop
from importer.app.summary import Summary
from importer.events import Level, Notice, Notify
from importer.exitstatus import ExitStatus
from importer.html_report.advice import advise, tell_next
from importer.html_report.document import PageData, page_path, write_page
from importer.ledger.failure import LedgerError, graver
from importer.outcome import Status
from importer.ratelimit.estimate import estimate_s, tell_estimate
from importer.ratelimit.timeline import CallCounts
from importer.report import ReportError
from importer.run.review import Reviewed

__all__ = ["conclude"]


def conclude(
    context: ImportContext,
    reviewed: Reviewed,
    sent: Sent,
    summary: Summary,
    *,
    calls: CallCounts,
    stop: Stop,
    notify: Notify,
    foreseen: str = "",
) -> RunResult:
    """Write down how a run ended whose report is written, and tell it. `foreseen` is what a dry run looked up."""
    is_dry_run = context.options.dry_run
    status = _exit_status(context, sent, summary, stop)
    counts = {word.value: summary.counts[word] for word in Status if summary.counts[word]}
    try:
        context.history.end(exit_status=status, calls=sent.calls, counts=counts, report=context.report)
    except LedgerError as error:  # the report is written: it is told like that of any other run
        sent = replace(sent, failure=graver(sent.failure, error))
        status = _exit_status(context, sent, summary, stop)
    page = None
    if context.options.html:
        page = _write_page(context, reviewed, sent, summary, calls=calls, exit_status=status, notify=notify)
    invocation = invocation_of(context.options, report=context.report)
    steps = advise(invocation, summary.counts, exit_status=status, unknown_rows=summary.unknown_rows)
    return RunResult(
        file=context.options.file,
        exit_status=status,
        was_stopped=stop.is_requested,
        started_at=context.started_at,
        ended_at=datetime.now().astimezone(),
        mode=context.mode,
        source=context.source,
        ledger_run=context.history.run_id,
        report=context.report,
        page=page,
        kept=summary.kept,
        counts=counts,
        problems=summary.problems.counts(),
        previous_exit_status=context.history.previous_exit_status,
        calls=sent.calls,
        refusals=sent.refusals,
        error=sent.failure,
        lines=(
            *summary.lines(report=context.report, page=page),
            *(_tell_plan(context, reviewed) if is_dry_run else ()),
            *([foreseen] if foreseen else ()),
            *tell_next(steps),
        ),
    )


def _zone_of(context: ImportContext) -> tzinfo:
    """The account's time zone; UTC where it is not known."""
    try:
        return ZoneInfo(context.ledger.account.time_zone or "UTC")
    except (ZoneInfoNotFoundError, OSError, ValueError):  # what an account tells may be no zone, or no name of a file
        return UTC


def _exit_status(context: ImportContext, sent: Sent, summary: Summary, stop: Stop) -> int:
    if stop.exit_status is not None:
        return stop.exit_status
    if sent.failure is not None:
        return sent.failure.exit_status
    is_ok = context.config.duplicates_are == "ok"
    is_success = summary.is_success(is_dry_run=context.options.dry_run, duplicates_are_ok=is_ok)
    return ExitStatus.OK if is_success else ExitStatus.SOME_NOT


def _tell_plan(context: ImportContext, reviewed: Reviewed) -> Iterator[str]:
    """What a dry run says of the real one: the time it needs, and the first call as it would go."""
    limit, ready = context.limit, reviewed.counts[Status.READY]
    now = datetime.now().astimezone()
    if ready:
        calls = context.calls_for(ready)
        needed_s = estimate_s(calls, limit=limit.calls, per_seconds=limit.per_seconds)
        yield f"Sending them takes {calls:,} {'call' if calls == 1 else 'calls'}: " + tell_estimate(
            ready,
            needed_s,
            limit=limit.calls,
            per_seconds=limit.per_seconds,
            now=now,
            rows_per_call=context.rows_per_call,
        )
    if reviewed.first_ready is not None:
        number, body = reviewed.first_ready
        yield f"Row {number} would go as: {json.dumps(body, ensure_ascii=False)}"


def _write_page(
    context: ImportContext,
    reviewed: Reviewed,
    sent: Sent,
    summary: Summary,
    *,
    calls: CallCounts,
    exit_status: int,
    notify: Notify,
) -> Path | None:
    """Write the page beside the report; None where that failed, which is only told: without it nothing is lost."""
    zone = _zone_of(context)
    data = PageData(
        invocation=invocation_of(context.options, report=context.report),
        account_host=context.host,
        counts=summary.counts,
        problems=summary.problems,
        timeline=None if context.options.dry_run else calls,
        started_at=context.started_at.astimezone(zone),
        ended_at=datetime.now(zone),
        exit_status=exit_status,
        version=__version__,
        failure="" if sent.failure is None else str(sent.failure),
        created_before=reviewed.counts[Status.CREATED],
        unknown_rows=summary.unknown_rows,
    )
    page = page_path(context.report)
    try:
        write_page(page, data)
    except ReportError as error:
        notify(Notice(Level.WARNING, str(error)))
        return None
    return page
