"""The report as a file that takes its place whole, or not at all."""

from collections.abc import Callable
from pathlib import Path

from importer.errors import ImporterError
from importer.exitstatus import ExitStatus
from importer.wholefile import WholeFile

__all__ = ["ReportError", "replace_report"]


PRIVATE = 0o600


class ReportError(ImporterError):
    """The report could not be written after rows were sent; what became of them is in the ledger."""

    exit_status = ExitStatus.NO_REPORT

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The report {path} could not be written: {reason}.",
            hint="Free space, close the file in the spreadsheet program or choose another place with -r,"
            " then run the same command again.",
        )


def replace_report(path: Path, *, make_way: Callable[[], object] = lambda: None) -> WholeFile:
    """The file of a report; ReportError for whatever the disk or the system refuses. `make_way` as in `WholeFile`.

    A new one is its owner's alone, for it holds personal data; one that replaces another gets that one's mode.
    """
    return WholeFile(path, failure=ReportError, new_mode=PRIVATE, make_way=make_way)
