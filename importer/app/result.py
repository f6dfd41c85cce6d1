"""How one run ended, as a value: for the summary, for the exit status, and for `--json`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from importer.errors import ImporterError
from importer.outcome import Status, utc_text

__all__ = ["RunResult", "as_objects"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """One run's end. `origin` is where the file was brought from, empty for one of this machine. `ledger_run` is its
    number in the history (0: not there), `run` its id in the log of a command. `exit_status` is 0 where all rows are
    created (in a dry run: ready), 1 where some are not, 3 where the account, the breaker or the machine ended it,
    that of the stop where it was stopped (130). `counts` says how many rows have each status, `problems` how many
    have each `lsq_error`. `previous_exit_status` is that of the import of the same source before this one; None where
    there was none. `report` and `page` are None where none was written; `kept` is where an edited report that stood
    there went. `error` is what ended the run early, or kept it from beginning. `lines` is the summary as it is
    printed.
    """

    file: Path
    exit_status: int
    started_at: datetime
    ended_at: datetime
    run: str = ""
    was_stopped: bool = False
    origin: str = ""
    mode: str = ""
    source: str = ""
    ledger_run: int = 0
    report: Path | None = None
    page: Path | None = None
    kept: Path | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    problems: Mapping[str, int] = field(default_factory=dict)
    previous_exit_status: int | None = None
    calls: int = 0
    refusals: int = 0
    error: ImporterError | None = None
    lines: Sequence[str] = ()

    def as_object(self) -> dict[str, object]:
        """The ending as JSON says it: times in UTC, paths absolute, nothing of any lead."""
        return {
            "file": self.origin or str(self.file.absolute()),
            "run": self.run,
            "ledger_run": self.ledger_run or None,
            "mode": self.mode or None,
            "source": self.source or None,
            "exit_status": self.exit_status,
            "counts": dict(self.counts),
            "problems": dict(self.problems),
            "calls": self.calls,
            "refusals": self.refusals,
            "started": utc_text(self.started_at.timestamp()),
            "ended": utc_text(self.ended_at.timestamp()),
            "seconds": round((self.ended_at - self.started_at).total_seconds(), 3),
            "report": None if self.report is None else str(self.report.absolute()),
            "page": None if self.page is None else str(self.page.absolute()),
            "kept": None if self.kept is None else str(self.kept.absolute()),
            "error": error_object(self.error),
        }


def as_objects(
    endings: Sequence[RunResult], *, exit_status: int, error: ImporterError | None = None
) -> dict[str, object]:
    """All runs of a command as one JSON object: totals, then each run."""
    found = {word for ending in endings for word in ending.counts}
    words = [status.value for status in Status if status in found]
    first = next((ending.error for ending in endings if ending.error is not None), None)
    return {
        "exit_status": exit_status,
        "counts": {word: sum(ending.counts.get(word, 0) for ending in endings) for word in words},
        "calls": sum(ending.calls for ending in endings),
        "refusals": sum(ending.refusals for ending in endings),
        "started": utc_text(endings[0].started_at.timestamp()) if endings else None,
        "ended": utc_text(endings[-1].ended_at.timestamp()) if endings else None,
        "error": error_object(error or first),
        "runs": [ending.as_object() for ending in endings],
    }


def error_object(error: ImporterError | None) -> dict[str, str] | None:
    """An error as JSON says it."""
    return None if error is None else {"message": error.message, "hint": error.hint}
