"""One command: its files one after the other, what is printed in the end, and the exit status of all."""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import click

from importer.app.bringing import bring, is_elsewhere
from importer.app.fileselection import OWN_REPORT, LeftOut, Selection, Stillness, select_files
from importer.app.inputreading import OwnReportError
from importer.app.pipeline import import_file
from importer.app.request import ImportRequest
from importer.app.result import RunResult, as_objects
from importer.app.stop import Interrupted
from importer.commands.progress import Progress
from importer.commands.runlog import log_event
from importer.commands.signals import Signals
from importer.commands.streams import write_out
from importer.commands.telling import tell_somebody
from importer.commands.wording import put_into_words
from importer.errors import DefectError, FatalError, ImporterError, UsageError
from importer.events import Event
from importer.exitstatus import ExitStatus, worst_of
from importer.logs import Logs, open_logs
from importer.logs.logfile import FIELDS
from importer.printable import printable_lines
from importer.report import default_report_path

__all__ = ["Batch", "Output", "run_files", "tell_usage", "told_of"]

NOT_BEGUN = "not begun: the run before it was stopped"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What the command says, and where: the options that the core knows nothing of.

    `stop_within` is how many seconds a run takes at most to end after a first signal. `must_exist`: a pattern that
    fits no file is a mistake. `kind` is the ending of what comes from elsewhere and has none.
    """

    as_json: bool = False
    quiet: bool = False
    verbose: bool = False
    log_file: Path | None = None
    stop_within: float = 10.0
    must_exist: bool = False
    kind: str | None = None


def run_files(
    names: Sequence[str],
    options: ImportRequest,
    environ: Mapping[str, str],
    output: Output,
    *,
    is_sure: bool = False,
) -> int:
    """Import what the names mean, one file after the other, and give the exit status. `is_sure` answers --again's
    question.

    Standard output gets each run's summary, or one line of JSON about all of them; everything else is logged. A file
    that cannot be imported does not keep the others from it; what ends every run (status 3, a signal) ends all.
    """
    error: ImporterError | None = None
    logs = open_logs(is_quiet=output.quiet, is_verbose=output.verbose)
    batch = Batch(options, environ, output)
    try:
        logs = open_logs(is_quiet=output.quiet, is_verbose=output.verbose, file=output.log_file)
        elsewhere = [name for name in names if is_elsewhere(name)]
        here = [Path(name) for name in names if not is_elsewhere(name)]
        selection = select_files(here, must_exist=output.must_exist)
        _check_options(selection, options, elsewhere, output.kind)
        if options.again and not options.dry_run and not is_sure:
            _ask_again()
        if not selection.files and not selection.left_out and not elsewhere:
            logger.info("No file fits %s: nothing is to be done.", ", ".join(names))
        batch.run(selection, logs, elsewhere)
    except ImporterError as failure:
        error = put_into_words(failure)
        logger.error("%s", error)  # noqa: TRY400 - what it is was said by its message
    except BaseException:
        logs.close()
        raise
    status = batch.exit_status if error is None else error.exit_status
    line = told_of(batch.endings, batch.left_out, status, error)
    try:
        tell_somebody(options, environ, exit_status=status, endings=batch.endings, line=line)
    finally:
        logs.close()
    lost = write_out(f"{line}\n") if output.as_json else ""
    if lost:
        logger.error("%s", lost)
    return worst_of([status, ExitStatus.NO_REPORT]) if lost else status


def tell_usage(message: str) -> None:
    """Print the line of a command that could not even be parsed."""
    write_out(f"{told_of([], [], ExitStatus.USAGE, UsageError(message))}\n")


def told_of(endings: Sequence[RunResult], left_out: Sequence[LeftOut], status: int, error: ImporterError | None) -> str:
    """The line of JSON about a command."""
    told = as_objects(endings, exit_status=status, error=error)
    told["left_out"] = [{"file": str(one.file.absolute()), "reason": one.reason} for one in left_out]
    return json.dumps(told)


def _ask_again() -> None:
    """Ask whether rows are to be sent once more; UsageError where nobody says yes."""
    if not sys.stdin.isatty():
        raise UsageError(
            "--again asks whether rows that are created already are to be sent once more, and no terminal is there to "
            "answer.",
            hint="Add --yes if they are. Nothing was sent.",
        )
    try:
        is_sure = click.confirm("Rows that were created by earlier runs will be sent once more. Go on?", err=True)
    except click.Abort:  # Ctrl-C or Ctrl-D at the question
        is_sure = False
    if not is_sure:
        raise UsageError("Not confirmed: nothing was sent.")


class Batch:
    """The runs of one command, as far as they went."""

    def __init__(self, options: ImportRequest, environ: Mapping[str, str], output: Output) -> None:
        self.endings: list[RunResult] = []
        self.left_out: list[LeftOut] = []
        self._options = options
        self._environ = environ
        self._output = output
        self._reports: dict[Path, Path] = {}
        self._stopped: int | None = None

    @property
    def exit_status(self) -> int:
        """The worst of all; a file that is still being written counts as one that another run is importing."""
        statuses = [ending.exit_status for ending in self.endings]
        statuses += [ExitStatus.BUSY for one in self.left_out if one.is_unfinished]
        statuses += [] if self._stopped is None else [self._stopped]
        return worst_of(statuses)

    def run(self, selection: Selection, logs: Logs, elsewhere: Sequence[str] = ()) -> None:
        """Import the files of a selection, and then those from `elsewhere`, until one run ends them all."""
        for one in selection.left_out:
            self._leave_out(one)
        stillness = Stillness(selection.files) if selection.is_several else None
        is_over = False
        with Signals(within_s=self._output.stop_within) as signals:
            for nth, file in enumerate(selection.files, start=1):
                if is_over:
                    self._stopped = signals.stop.exit_status
                    self._leave_out(LeftOut(file, NOT_BEGUN, is_unfinished=True))
                    continue
                if stillness is not None:
                    logger.info("%s (%d of %d)", file, nth, len(selection.files))
                    reason = stillness.reason_against(file)
                    if reason:
                        self._leave_out(LeftOut(file, reason, is_unfinished=True))
                        continue
                ending = self.import_one(file, logs, signals, is_one_of_several=selection.is_several)
                is_over = _ends_all(ending) or signals.stop.is_requested
            for name in elsewhere:
                if is_over:
                    self._stopped = signals.stop.exit_status
                    break
                ending = self._bring_and_import(name, logs, signals)
                is_over = _ends_all(ending) or signals.stop.is_requested

    def import_one(
        self, file: Path, logs: Logs, signals: Signals, *, is_one_of_several: bool = False, origin: str = ""
    ) -> RunResult | None:
        """Import a file and tell how it ended; None where it is a report that was not meant."""
        options = replace(self._options, file=file, origin=origin, is_one_of_several=is_one_of_several)
        run, started_at = logs.begin_run(), datetime.now().astimezone()
        try:
            self._check_report(options)
            ending = replace(self._run(options, signals, logs), run=run, origin=origin)
        except OwnReportError:
            self._leave_out(LeftOut(options.file, OWN_REPORT))
            return None
        except ImporterError as error:
            ending = _ending_of(error, options, run, started_at)
        except Exception as error:
            logger.debug("%s", options.file, exc_info=error)
            ending = _ending_of(DefectError.of(error), options, run, started_at)
        if ending.error is not None:
            put_into_words(ending.error, file=Path(origin) if origin else file)
            if origin:  # nobody knows the copy's own path
                ending.error.message = ending.error.message.replace(str(file), origin)
        self.endings.append(ending)
        self._tell(ending, has_name=options.is_one_of_several)
        return ending

    def _bring_and_import(self, name: str, logs: Logs, signals: Signals) -> RunResult | None:
        """Import a copy of what lies elsewhere; None where it was stopped before it was here."""
        started_at = datetime.now().astimezone()
        with ExitStack() as stack:
            try:
                with signals.blocking():
                    copy = stack.enter_context(bring(name, kind=self._output.kind))
            except Interrupted:
                self._stopped = signals.stop.exit_status
                return None
            except ImporterError as error:
                ending = _ending_of(put_into_words(error), ImportRequest(file=Path()), logs.begin_run(), started_at)
                self.endings.append(ending)
                self._tell(ending, has_name=False)
                return ending
            return self.import_one(copy.file, logs, signals, origin=copy.origin)

    def _run(self, options: ImportRequest, signals: Signals, logs: Logs) -> RunResult:
        with Progress(logs.status_line, is_quiet=self._output.quiet) as progress:

            def observe(event: Event) -> None:
                progress(event)
                log_event(event)

            importing = import_file(
                options, observer=observe, stop=signals.stop, environ=self._environ, blocking=signals.blocking
            )
            return asyncio.run(importing)

    def _check_report(self, options: ImportRequest) -> None:
        """UsageError where two files would have one report: `leads.csv` and `leads.xlsx`."""
        if not options.is_one_of_several:
            return
        report = Path(os.path.realpath(default_report_path(options.place, first=options.first)))
        other = self._reports.setdefault(report, options.file)
        if other != options.file:
            raise UsageError(
                f"{options.file} and {other} would have the same report, {report.name}.",
                hint="Import one of them by itself, with another report: -r NAME.report.csv",
            )

    def _tell(self, ending: RunResult, *, has_name: bool) -> None:
        if ending.lines:
            text = "\n".join([*([f"{ending.origin or ending.file}:"] if has_name else []), *ending.lines])
            if self._output.as_json:
                logger.info("%s", text)
            else:
                lost = write_out(f"{printable_lines(text)}\n")
                if lost:
                    logger.warning("%s The report tells all.", lost)
        if ending.refusals:
            logger.warning("LeadSquared refused %s calls because of the account's limit.", f"{ending.refusals:,}")
        if ending.error is not None:
            logger.error("%s", ending.error)
        fields = {"event": "end", **ending.as_object()}
        logger.debug("Ended with exit status %d.", ending.exit_status, extra={FIELDS: fields})

    def _leave_out(self, one: LeftOut) -> None:
        self.left_out.append(one)
        level = logging.WARNING if one.is_unfinished else logging.INFO
        logger.log(level, "%s is left out: %s.", one.file, one.reason)


def _ends_all(ending: RunResult | None) -> bool:
    """Whether what ended this run ends every other."""
    return ending is not None and ending.exit_status == FatalError.exit_status


def _check_options(selection: Selection, options: ImportRequest, elsewhere: Sequence[str], kind: str | None) -> None:
    """UsageError for options that contradict each other, or that name one file where several are imported."""
    if kind is not None and not elsewhere:
        raise UsageError("--as is for standard input and addresses.", hint="A file's kind is told by its ending.")
    if options.look_up and not options.dry_run:
        raise UsageError("--look-up goes with --dry-run.", hint="An import looks up what it must by itself.")
    if options.same_source and options.new_source:
        raise UsageError("--same-source and --new-source contradict each other.", hint="Keep one. Nothing was sent.")
    for name, path in (("-r", options.report), ("--payloads", options.payloads)):
        if (selection.is_several or len(selection.files) + len(elsewhere) > 1) and path is not None:
            raise UsageError(
                f"{name} names one file, but several are imported.",
                hint=f"Leave {name} out, or import the files one by one.",
            )


def _ending_of(error: ImporterError, options: ImportRequest, run: str, started_at: datetime) -> RunResult:
    return RunResult(
        file=options.file,
        origin=options.origin,
        run=run,
        exit_status=error.exit_status,
        started_at=started_at,
        ended_at=datetime.now().astimezone(),
        error=error,
    )
