"""One import: review everything, send what is to be sent, write the report, say how it went."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TextIO

from importer import events
from importer.app.blocking import Blocking, Hook
from importer.app.budget import check_quota
from importer.app.conclusion import conclude
from importer.app.context import ImportContext, open_context
from importer.app.invocation import invocation_of
from importer.app.mending import make_mend
from importer.app.observers import Observers, observe_calls
from importer.app.request import ImportRequest, environ_of
from importer.app.result import RunResult
from importer.app.runhistory import keep_edited
from importer.app.sending import Sent, send_rows
from importer.app.stop import STOPPED, Interrupted, Stop, Watch
from importer.app.summary import Summary
from importer.app.updating import bring_up_to_date, foresee_updates
from importer.events import Observer
from importer.html_report.advice import explain
from importer.html_report.problems import ProblemGroups
from importer.outcome import Outcome, Status
from importer.ratelimit.timeline import Timeline
from importer.run.payloads import open_payloads
from importer.run.reporting import Line, report_lines, reviewed_lines, write_report
from importer.run.review import Review, Reviewed

__all__ = ["check", "import_file", "make_review"]


async def import_file(
    request: ImportRequest,
    *,
    observer: Observer = events.ignore,
    stop: Stop | None = None,
    environ: Mapping[str, str] | None = None,
    blocking: Hook | None = None,
) -> RunResult:
    """Import one file and tell how it ended: every row of the file has its line in the report.

    `observer` is called with each event (`importer.events`); `stop` ends the import from outside (`Stop.request`).
    `environ` holds host and keys (`LSQ_HOST`, `LSQ_ACCESS_KEY`, `LSQ_SECRET_KEY`) where no config.yaml or `.env` does;
    None stands for this process's.

    Nothing is printed, no handler for signals or logs is set, and the event loop that runs keeps its turn: the file is
    read in a thread. A program that has nothing else to do may give `blocking` instead: a context manager, inside of
    which the reading is done in the loop's own thread.

    ImporterError where it ends without a report; a UsageError says that nothing was sent. A task that is cancelled
    leaves no report either: the next import of the file finds out what became of its calls.
    """
    stop = stop or Stop()
    observers = Observers(observer)
    started_at = datetime.now().astimezone()
    with stop.watched() as watch:
        try:
            result = await watch.guard(
                _import(request, environ_of(environ), observers, watch, Blocking(watch, blocking))
            )
        except Interrupted:
            observers(events.Notice(events.Level.WARNING, "Stopped before the first call: nothing was sent."))
            result = RunResult(
                file=request.file,
                exit_status=stop.exit_status or STOPPED,
                was_stopped=True,
                started_at=started_at,
                ended_at=datetime.now().astimezone(),
            )
    observers(events.Ended(result.exit_status, result.counts))
    return result


async def check(
    request: ImportRequest,
    *,
    observer: Observer = events.ignore,
    stop: Stop | None = None,
    environ: Mapping[str, str] | None = None,
) -> RunResult:
    """Check a file and send nothing: a dry run of `import_file`, which writes the report as it would be."""
    return await import_file(replace(request, dry_run=True), observer=observer, stop=stop, environ=environ)


async def _import(
    request: ImportRequest, environ: Mapping[str, str], observers: Observers, watch: Watch, blocking: Blocking
) -> RunResult:
    async with open_context(
        request,
        environ,
        blocking=blocking,
        notify=observers,
        on_call=lambda at_s: observers(events.CallSent(at_s)),
        stop_status=lambda: watch.stop.exit_status,
    ) as context:
        observers(events.Started(request.file, context.source, context.mode, context.report, context.history.run_id))
        mend = make_mend(context.input_file.header, context.config)
        summary = Summary(problems=ProblemGroups(mend=mend))
        timeline = Timeline(context.config.limits.per_seconds, context.config.limits.calls)
        observers.add(summary)
        observers.add(observe_calls(timeline))
        reviewed = await _review(context, observers, blocking, summary)
        watch.act()
        sent = Sent(failure=context.refusal)
        if context.slots is not None and not request.dry_run and not request.until_quota:
            quota = context.config.limits.calls_per_day
            used = context.slots.used_today() if quota else 0
            check_quota(context.calls_for(reviewed.open_rows), used=used, calls_per_day=quota)
        if context.refusal is None and context.client is not None and reviewed.open_rows:
            sent = await send_rows(context, context.client, reviewed.open_rows, observers, watch)
            context.history.sent = sent.calls
        if context.client is not None:  # None in a dry run
            sent = await bring_up_to_date(context, context.client, sent, observers, watch)
            context.history.sent = sent.calls
        if not request.dry_run:
            batches = report_lines(context.input_file, context.scratch, tag=context.maker.tag)
            await _report(context, batches, reviewed, summary=summary, observers=observers, breathe=Blocking().breathe)
        foreseen = await foresee_updates(context, reviewed, observers) if request.dry_run else ""
        return conclude(
            context,
            reviewed,
            sent,
            summary,
            calls=timeline.counts(),
            stop=watch.stop,
            notify=observers,
            foreseen=foreseen,
        )


def make_review(
    context: ImportContext, *, payloads: TextIO | None = None, observer: Observer = events.ignore
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
        may_list=context.config.route == "bulk",
        elsewhere=context.elsewhere,
        choice=context.choice,
        notify=observer,
        on_row=lambda number, outcome: observer(events.RowDone(number, outcome)),
    )


async def _review(context: ImportContext, observers: Observers, blocking: Blocking, summary: Summary) -> Reviewed:
    """Review the file. A dry run reports in the same pass: nothing that comes later can change its outcomes."""
    with open_payloads(context.options.payloads) as payloads:
        review = make_review(context, payloads=payloads, observer=observers)
        reviewed = review.reviewed
        if context.options.dry_run:
            batches = reviewed_lines(review.batches(), tag=context.maker.tag)
            await _report(context, batches, reviewed, summary=summary, observers=observers, breathe=blocking.breathe)
        else:
            for _ in review.steps(may_write=True):
                await blocking.breathe()
    observers(
        events.Reviewed(
            rows=context.input_file.row_count,
            open_rows=reviewed.open_rows,
            created=reviewed.counts[Status.CREATED],
            resumed=reviewed.resumed,
            foreign_lines=reviewed.foreign_lines,
        )
    )
    return reviewed


async def _report(
    context: ImportContext,
    batches: Iterable[Iterable[Line]],
    reviewed: Reviewed,
    *,
    summary: Summary,
    observers: Observers,
    breathe: Callable[[], Awaitable[None]],
) -> None:
    def make_way() -> None:
        if context.is_in_place and not reviewed.foreign_lines:
            summary.kept = keep_edited(context.report, digest=context.read_digest, notify=observers)
        else:
            summary.kept = context.history.make_way(
                context.report, source=context.source, is_foreign=context.is_in_place
            )

    def tell(number: int, outcome: Outcome) -> None:
        observers(events.RowReported(number, outcome))

    explained = partial(explain, invocation_of(context.options, report=context.report))
    write = partial(write_report, context.report, context.input_file, batches, explain=explained)
    await write(on_row=tell, breathe=breathe, make_way=make_way)
