"""The report as a CSV, one line per row as they come."""

import codecs
import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from importer.outcome import Outcome
from importer.report.columns import ReportLines, escaped_header, refuse_collisions
from importer.report.formats import format_of
from importer.report.replacement import ReportError, replace_report
from importer.sheet.table import Row
from importer.wholefile import reason

__all__ = ["Report", "ReportWriter", "open_report"]


class Report(Protocol):
    """Where lines are written to: a context manager that is whole at its end, or was never there."""

    def __enter__(self) -> Self:
        """Open the hidden file and write the header."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Move the report into place, or, after an exception, leave nothing."""
        ...

    def write(self, row: Row, outcome: Outcome, *, ref: str = "") -> None:
        """Add the line of one row."""
        ...


def open_report(path: Path, header: Sequence[str], *, make_way: Callable[[], object] = lambda: None) -> Report:
    """Give the report's writer by the ending of its name.

    `make_way` is called when the report is whole, right before it takes its place.
    """
    report: Report = format_of(path).load_writer()(path, header, make_way=make_way)
    return report


class ReportWriter:
    r"""Write the report CSV: comma, CRLF, UTF-8 with a BOM, so that Excel opens it right.

    `header` is the original one; a header that has the report's own names is a UsageError. What appears at `path` is
    the whole report, and only once the context ends well. Text that UTF-8 cannot hold (half a surrogate pair) is
    written as `\udXXX`. Raises ReportError where the disk or the system refuses.
    """

    def __init__(self, path: Path, header: Sequence[str], *, make_way: Callable[[], object] = lambda: None) -> None:
        refuse_collisions(header)
        self.path = path
        self._header = tuple(header)
        self._lines = ReportLines()
        self._replacement = replace_report(path, make_way=make_way)

    def __enter__(self) -> Self:
        file = self._replacement.__enter__().file
        file.write(codecs.BOM_UTF8)
        self._writerow = csv.writer(_Utf8(file)).writerow
        self._writerow(escaped_header(self._header))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._replacement.__exit__(kind, error, trace)

    def write(self, row: Row, outcome: Outcome, *, ref: str = "") -> None:
        """Add the line of one row; a row that does not fit the header is a mistake of the caller."""
        if len(row.cells) != len(self._header):
            raise ValueError(f"row {row.number}: {len(row.cells)} cells for {len(self._header)} headers")
        try:
            self._writerow(self._lines.line(row, outcome, ref=ref))
        except OSError as failure:
            raise ReportError(self.path, reason(failure)) from failure


class _Utf8:
    """Where csv writes its lines: no text waits here, so that nothing is left to flush after a failure."""

    def __init__(self, file: BinaryIO) -> None:
        self._write = file.write

    def write(self, text: str) -> None:
        self._write(text.encode("utf-8", "backslashreplace"))
