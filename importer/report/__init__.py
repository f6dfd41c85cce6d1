"""The report: one line per row of the spreadsheet, written whole, and read back as the next input."""

from importer.report.columns import COLUMNS, ReportLines, refuse_collisions
from importer.report.formulaescape import escape_formula, unescape_formula
from importer.report.paths import (
    check_fits,
    check_writable,
    default_report_path,
    find_lock,
    is_report_of,
    reports_beside,
    set_aside,
)
from importer.report.reader import PastLine, ReportShape, recognise
from importer.report.replacement import ReportError
from importer.report.writer import Report, ReportWriter, open_report

__all__ = [
    "COLUMNS",
    "PastLine",
    "Report",
    "ReportError",
    "ReportLines",
    "ReportShape",
    "ReportWriter",
    "check_fits",
    "check_writable",
    "default_report_path",
    "escape_formula",
    "find_lock",
    "is_report_of",
    "open_report",
    "recognise",
    "refuse_collisions",
    "reports_beside",
    "set_aside",
    "unescape_formula",
]
