"""The rows of a report that wait for a person, and their cells put right in the report itself, never in the source."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from importer.errors import UsageError
from importer.lead.header import named_cells
from importer.outcome import Status
from importer.report import ReportShape, escape_formula, recognise
from importer.report.replacement import replace_report
from importer.sheet import open_table

__all__ = ["RowToMend", "RowsToMend", "correct_report", "rows_to_mend"]


@dataclass(frozen=True, slots=True)
class RowToMend:
    """One row that did not become a lead: its number in the source, what is wrong, what to do, and its cells.

    `bad` are the places of the cells that the message names.
    """

    number: int
    status: Status
    message: str
    tip: str
    cells: tuple[str, ...]
    bad: frozenset[int]


@dataclass(frozen=True, slots=True)
class RowsToMend:
    """The rows of a report that wait for a person, at most as many as were asked for, of `total`."""

    header: tuple[str, ...]
    rows: tuple[RowToMend, ...]
    total: int


def rows_to_mend(report: Path, *, most: int = 1000) -> RowsToMend:
    """The rows of a report that were refused, by this program or by LeadSquared, in the report's order.

    Rows that only need another run (unsent, failed) and unknown ones, which `settle` is for, are not among them.
    UsageError where the file is no report or cannot be read.
    """
    with open_table(report) as table:
        shape = _shape_of(report, table.header)
        found: list[RowToMend] = []
        total = 0
        for line in table.rows():
            past = shape.past(line)
            if past.number is None or past.status not in {Status.INVALID, Status.REJECTED}:
                continue
            total += 1
            if len(found) < most:
                outcome = past.outcome()
                problems = outcome.problems if outcome else ()
                bad = frozenset(place for problem in problems for place in problem.cells)
                row = shape.row(line)
                bad |= frozenset(named_cells(past.message, row.number))
                found.append(RowToMend(past.number, past.status, past.message, past.tip, row.cells, bad))
        return RowsToMend(shape.header, tuple(found), total)


def correct_report(report: Path, changes: Mapping[int, Mapping[int, str]]) -> None:
    """Put other texts into cells of a report (.csv): row number (`lsq_row`) → place of the column → text.

    All other cells stay byte for byte what they were; the report takes its old self's place as a whole. Import it
    then: its references say which rows of the source these are. UsageError where there is no such row or column, or
    the file is no report that this program wrote as CSV.
    """
    try:
        text = report.read_bytes().decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise UsageError(f"{report} cannot be read as a report ({type(error).__name__}).") from None
    records = csv.reader(io.StringIO(text, newline=""))
    header = next(records, [])
    shape = _shape_of(report, header)
    number_at = shape.own["lsq_row"]
    left = {number: dict(cells) for number, cells in changes.items()}
    written = io.StringIO(newline="")
    write = csv.writer(written).writerow
    write(header)
    for record in records:
        number = record[number_at].strip() if number_at < len(record) else ""
        cells = left.pop(int(number), {}) if number.isdecimal() else {}
        for place, cell in cells.items():
            if not 0 <= place < len(shape.originals):
                raise UsageError(f"{report} has no column {place}.")
            record[shape.originals[place]] = escape_formula(cell)
        write(record)
    if left:
        raise UsageError(f"{report} has no row {', '.join(map(str, sorted(left)))}.")
    with replace_report(report) as replacement:
        replacement.file.write(written.getvalue().encode("utf-8-sig", "backslashreplace"))


def _shape_of(report: Path, header: "list[str] | tuple[str, ...]") -> ReportShape:
    shape = recognise(header)
    if shape is None:
        raise UsageError(
            f"{report} is no report: it has no columns lsq_row and lsq_status.", hint="Name a report of lsq-import."
        )
    return shape
