"""The history of runs: which reports we wrote, so that one which was edited since is never written over."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from importer.errors import DefectError, ImporterError
from importer.events import Level, Notice, Notify, log_notice
from importer.ledger.failure import LedgerError
from importer.ledger.ledger import Ledger
from importer.ledger.records import PastRun
from importer.report import set_aside

__all__ = ["RunHistory", "file_digest", "keep_edited", "open_history"]

READ_SIZE = 1 << 20


class RunHistory:
    """The lasting record of runs, dry and sandbox ones included; without a ledger it remembers nothing."""

    def __init__(self, ledger: Ledger | None, *, notify: Notify = log_notice) -> None:
        self._ledger = ledger
        self._notify = notify
        self._run_id = 0
        self._has_ended = False
        self.previous_exit_status: int | None = None
        """That of the import of this source before this one, as soon as it began."""
        self.sent = 0
        """The calls that the sending made, as soon as that is known."""

    @property
    def run_id(self) -> int:
        """The run's number in the history, 0 where there is none."""
        return self._run_id

    def begin(self, *, mode: str, source: str, file: str, report: Path) -> None:
        """Write down that a run begins."""
        if self._ledger is not None:
            self.previous_exit_status = self._ledger.runs.last_exit_status(source)
            self._run_id = self._ledger.runs.begin(mode=mode, source=source, file=file, report=str(report.resolve()))
            self._ledger.rows.run_id = self._run_id

    def end(
        self,
        *,
        exit_status: int,
        calls: int | None = None,
        counts: Mapping[str, int] | None = None,
        report: Path | None = None,
    ) -> None:
        """Write down how the run ended, and the report it wrote. `calls` are those that were `sent` unless given.

        Only the first end counts: what goes wrong behind it ended nothing.
        """
        if self._ledger is not None and not self._has_ended:
            self._has_ended = True
            digest = file_digest(report) if report is not None else None
            self._ledger.runs.end(
                self._run_id,
                exit_status=exit_status,
                calls=self.sent if calls is None else calls,
                counts=dict(counts or {}),
                report_digest=digest,
            )

    def end_early(self, error: BaseException | None, *, stop_status: int | None = None) -> None:
        """Write down the end of a run that leaves no report, refused, stopped or failed: it was not killed.

        `stop_status` is the exit status of whoever stopped it. A task that its own program cancelled is as good as
        killed.
        """
        status = stop_status
        if status is None and isinstance(error, Exception):
            status = error.exit_status if isinstance(error, ImporterError) else DefectError.exit_status
        if error is not None and status is not None:
            with suppress(LedgerError):
                self.end(exit_status=status)

    def make_way(self, report: Path, *, source: str, is_foreign: bool = False) -> Path | None:
        """Keep a report under a dated name if it is not just as we wrote it from this source's own file; that name.

        A report that was imported itself holds lines and cells of a person's that no other file has. `is_foreign`: its
        lines are another account's, so it is kept in any case.
        """
        if not report.exists():
            return None
        last = None
        with suppress(LedgerError):  # what the ledger cannot tell any more is kept
            last = self._last_run(report)
        if (
            last is not None
            and not is_foreign
            and last.file != last.report
            and (last.source, last.report_digest) == (source, file_digest(report))
        ):
            return None
        kept = set_aside(report, now=datetime.now(UTC).astimezone())
        what = "was edited since it was written, or imported itself, or is another source's or account's"
        self._notify(Notice(Level.INFO, f"{report} {what}: kept as {kept.name}."))
        return kept

    def is_as_written(self, report: Path) -> bool:
        """Whether a report is just as a run of this ledger wrote it."""
        last = self._last_run(report)
        return last is not None and last.report_digest == file_digest(report)

    def source_of(self, report: Path) -> str:
        """The source that a report was written for, empty where nobody knows."""
        last = self._last_run(report)
        return "" if last is None else last.source

    def _last_run(self, report: Path) -> PastRun | None:
        if self._ledger is None:
            return None
        runs = self._ledger.runs.list(report=str(report.resolve()))
        return next((run for run in runs if run.report_digest), None)


def keep_edited(report: Path, *, digest: str, notify: Notify = log_notice) -> Path | None:
    """Keep a report under a dated name if it is not the file that was read, of this `digest`, any more; that name.

    A report that runs in place is saved now and then by somebody who still has it open.
    """
    try:
        if file_digest(report) == digest:
            return None
    except OSError:  # moved away meanwhile: nothing is lost where nothing is
        return None
    kept = set_aside(report, now=datetime.now(UTC).astimezone())
    text = (
        f"{report} was saved by somebody else while this run went on. That version, none of whose changes were "
        f"imported, is kept as {kept.name}: import it, too."
    )
    notify(Notice(Level.WARNING, text))
    return kept


@contextmanager
def open_history(location: str | Path, *, identity: str, notify: Notify = log_notice) -> Iterator[RunHistory]:
    """Open the lasting record for a run whose own ledger is thrown away; without one where it cannot be opened."""
    try:
        ledger = Ledger(location, identity=identity, host=identity)
    except ImporterError as error:
        notify(Notice(Level.DEBUG, f"This run is not written into the history: {error.message}"))
        yield RunHistory(None, notify=notify)
        return
    with ledger:
        yield RunHistory(ledger, notify=notify)


def file_digest(path: Path) -> str:
    """The digest of a file's bytes."""
    state = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(READ_SIZE):
            state.update(data)
    return state.hexdigest()
