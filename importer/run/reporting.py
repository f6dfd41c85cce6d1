"""The last pass over a file: its report, a line for each row."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from importer.leadsquared.tips import UNSENT_MESSAGE, UNSENT_TIP
from importer.ledger.reference import write_reference
from importer.ledger.scratch import RowState, Scratch
from importer.outcome import Outcome, Status
from importer.report import open_report
from importer.run.inputfile import InputFile
from importer.run.preparedrow import PreparedRow
from importer.sheet import Row

__all__ = ["Line", "report_lines", "reviewed_lines", "write_report"]

UNSENT = Outcome(Status.UNSENT, message=UNSENT_MESSAGE, tip=UNSENT_TIP)

Line = tuple[Row, Outcome, str]
"""A row, what became of it, and its reference."""


def report_lines(input_file: InputFile, scratch: Scratch, *, tag: bytes) -> Iterator[Line]:
    """The lines of a run that sent, from the notes that review and sending left. `tag` is the account's."""
    for (_place, row, _past), note in zip(input_file.rows(), scratch.notes(), strict=True):
        yield row, _final(note), write_reference(tag, note.ref)


def reviewed_lines(decided: Iterable[tuple[PreparedRow, RowState]], *, tag: bytes) -> Iterator[Line]:
    """The lines of a dry run, as its review decides; it leaves the references of a report as they are."""
    for prepared, note in decided:
        past = prepared.past
        yield prepared.row, note.outcome, (past is not None and past.ref) or write_reference(tag, note.ref)


def write_report(
    path: Path,
    input_file: InputFile,
    lines: Iterable[Line],
    *,
    count: Callable[[int, Outcome], object],
    make_way: Callable[[], object],
) -> None:
    """Write the report. `count` is told the number and the outcome of each row.

    The lines of a report behind `--first` stay as they were. `make_way` is called when all is written, right
    before the report takes its place.
    """
    with open_report(path, input_file.header, make_way=make_way) as report:
        write = report.write
        for row, outcome, ref in lines:
            write(row, outcome, ref=ref)
            count(row.number, outcome)
        if input_file.shape is not None:
            for line in islice(input_file.table.rows(), input_file.row_count, None):
                past = input_file.shape.past(line)
                write(input_file.shape.row(line), past.outcome() or UNSENT, ref=past.ref)


def _final(note: RowState) -> Outcome:
    """A row that sending did not reach was not sent, unless an earlier run may have done so."""
    if not note.is_open or note.outcome.status is Status.UNKNOWN:
        return note.outcome
    return replace(UNSENT, time=note.outcome.time)
