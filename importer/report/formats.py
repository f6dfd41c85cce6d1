"""The forms of a report, in one table: what its name ends in, who writes it, and who tells what it cannot hold.

A new form is one entry here and the module of its writer, a `Report`. Both are named by texts, so that each is imported
where a report asks for it. A report is read back by `importer.sheet`, so its form is to be one that is read.
"""

import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from importer.sheet.kinds import FORMATS
from importer.sheet.table import Row

__all__ = ["REPORT_FORMATS", "ReportFormat", "format_of", "is_refused_ending"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFormat:
    """One form of the report: `called` is what a sentence calls it, `writer` and `misfit` are `module:name`.

    `misfit` tells why it cannot hold some rows; empty where it holds anything.
    """

    ending: str
    called: str
    writer: str
    misfit: str = ""

    def load_writer(self) -> Callable[..., Any]:
        """The class that writes it."""
        return _load(self.writer)

    def find_misfit(self, header: Sequence[str], rows: Iterable[Row], *, row_count: int) -> str:
        """Say why the report of these rows does not fit, or nothing; the rows are passed through once where it may."""
        return str(_load(self.misfit)(header, rows, row_count=row_count)) if self.misfit else ""


REPORT_FORMATS = (
    ReportFormat(ending=".csv", called="a CSV", writer="importer.report.writer:ReportWriter"),
    ReportFormat(
        ending=".xlsx",
        called="a workbook",
        writer="importer.report.workbook:WorkbookReport",
        misfit="importer.report.workbook:find_misfit",
    ),
)
"""The usual one first: it is also written under an ending that says nothing."""

_SAYS_NOTHING = ".txt"  # any text has this ending, a CSV as well


def format_of(path: Path) -> ReportFormat:
    """The form that a report's name asks for."""
    ending = path.suffix.casefold()
    return next((one for one in REPORT_FORMATS if one.ending == ending), REPORT_FORMATS[0])


def is_refused_ending(ending: str) -> bool:
    """Whether a name says a kind of spreadsheet that no report is written as."""
    return ending in FORMATS and ending not in {_SAYS_NOTHING, *(one.ending for one in REPORT_FORMATS)}


def _load(named: str) -> Callable[..., Any]:
    module, _, name = named.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found
