"""`lsq-import watch`: import what comes into a folder, and put it away."""

import logging
import os
import time
from collections.abc import Mapping
from pathlib import Path

import click

from importer.app.configchoice import find_config
from importer.app.fileselection import Stillness, is_report
from importer.app.inbox import Place, find_waiting, place_of, put_away
from importer.app.request import ImportRequest
from importer.app.result import RunResult
from importer.app.stop import Interrupted
from importer.commands.batch import Batch, Output, told_of
from importer.commands.signals import Signals
from importer.commands.telling import tell_somebody
from importer.config import require_keys
from importer.config.settings import Route
from importer.errors import SettingsError, UsageError
from importer.exitstatus import ExitStatus, worst_of
from importer.logs import Logs, open_logs
from importer.report import ReportError

__all__ = ["watch"]

PAUSE_S = 300.0
"""How long a file that could not be finished waits for its next turn, and all of them where the account ended a run."""

logger = logging.getLogger(__name__)


@click.command(short_help="Import what comes into a folder, and put it away.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--once", is_flag=True, help="Import what lies there now, and end.")
@click.option(
    "--every",
    type=click.FloatRange(min=0.1, max=86_400),
    default=5.0,
    show_default=True,
    metavar="S",
    help="How many seconds lie between two looks into FOLDER.",
)
@click.option("-c", "--config", type=click.Path(path_type=Path), metavar="FILE", help="The configuration.")
@click.option("--bulk", "route", flag_value="bulk", help="Send up to 50 leads by one call, as route: bulk says.")
@click.option("--log-file", type=click.Path(path_type=Path), metavar="FILE", help="Append what happens as JSON lines.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but warnings and the summaries.")
@click.option("-v", "--verbose", is_flag=True, help="Tell each row's outcome.")
@click.pass_context
def watch(
    ctx: click.Context,
    *,
    folder: Path,
    once: bool,
    every: float,
    config: Path | None,
    route: Route | None,
    log_file: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Import each file that comes into FOLDER, and move it with its report to FOLDER/done or FOLDER/attention.

    Files that are still being written are left until they are whole. A corrected report that is put into FOLDER is
    imported as well. It may be stopped or killed at any moment: nothing is imported twice.
    """
    output = Output(quiet=quiet, verbose=verbose, log_file=log_file)
    options = ImportRequest(file=folder, config=config, route=route, until_quota=True)
    logs = open_logs(is_quiet=quiet, is_verbose=verbose, file=log_file)
    try:
        ctx.exit(_Watch(folder, options, os.environ, output, logs).run(once=once, every_s=every))
    finally:
        logs.close()


class _Watch:
    """Looks into a folder again and again. `_not_before` says when a file that was left has its next turn."""

    def __init__(
        self, folder: Path, options: ImportRequest, environ: Mapping[str, str], output: Output, logs: Logs
    ) -> None:
        self._folder = folder
        self._options = options
        self._environ = environ
        self._output = output
        self._logs = logs
        self._not_before: dict[Path, float] = {}
        self._told: dict[Path, str] = {}
        self._statuses: list[int] = []

    def run(self, *, once: bool, every_s: float) -> int:
        """Look once, or until a signal comes; the exit status."""
        require_keys(find_config(self._options.config, self._environ))
        find_waiting(self._folder)
        with Signals(within_s=self._output.stop_within) as signals:
            while True:
                pause_s = max(every_s, self._look(signals))
                if signals.stop.is_requested:
                    return signals.stop.exit_status or ExitStatus.STOPPED
                if once:
                    return worst_of(self._statuses)
                try:
                    with signals.blocking():
                        time.sleep(pause_s)
                except Interrupted:
                    return signals.stop.exit_status or ExitStatus.STOPPED

    def _look(self, signals: Signals) -> float:
        """Import what is ready; how long nothing is to be tried, since the account or the settings ended a run."""
        try:
            waiting = find_waiting(self._folder)
        except UsageError as error:  # a network drive that is away for a while
            logger.warning("%s", error.message)
            return PAUSE_S
        now = time.monotonic()
        files = [file for file in waiting if self._not_before.get(file, now) <= now]
        if not files and not self._statuses and not self._told:
            logger.info("%s holds no file to import.", self._folder)
            self._told[self._folder] = "empty"
        stillness = Stillness(files)
        for file in files:
            try:
                with signals.blocking():
                    reason = stillness.reason_against(file)
            except Interrupted:
                return 0.0
            if reason:
                self._leave(file, reason)
                continue
            result = self._import(file, signals)
            if signals.stop.is_requested:
                return 0.0
            if result is not None and (
                result.exit_status == ExitStatus.STOPPED or isinstance(result.error, SettingsError)
            ):
                return PAUSE_S
        return 0.0

    def _leave(self, file: Path, reason: str) -> None:
        self._statuses.append(ExitStatus.BUSY)
        if self._told.get(file) != reason:
            self._told[file] = reason
            logger.warning("%s is left for now: %s.", file, reason)

    def _import(self, file: Path, signals: Signals) -> RunResult | None:
        batch = Batch(self._options, self._environ, self._output)
        result = batch.import_one(file, self._logs, signals, is_one_of_several=not is_report(file))
        if result is None:
            return None
        self._told.pop(file, None)
        self._statuses.append(result.exit_status)
        place = place_of(result)
        if place is not Place.INBOX and not signals.stop.is_requested:
            self._put_away(result, place)
        else:
            self._not_before[file] = time.monotonic() + PAUSE_S
        self._tell(batch, result)
        return result

    def _put_away(self, result: RunResult, place: Place) -> None:
        try:
            path = put_away(result, self._folder / place)
        except ReportError as error:
            logger.error("%s", error)  # noqa: TRY400 - what it is was said by its message
            self._statuses.append(error.exit_status)
            self._not_before[result.file] = time.monotonic() + PAUSE_S
        else:
            logger.info("%s: moved to %s.", result.file.name, path)

    def _tell(self, batch: Batch, result: RunResult) -> None:
        line = told_of(batch.endings, [], result.exit_status, None)
        tell_somebody(self._options, self._environ, exit_status=result.exit_status, endings=batch.endings, line=line)
