"""The last pass over a file: its report, a line for each row."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from importer.leadsquared.tips import UNSENT_MESSAGE, UNSENT_TIP
from importer.ledger.reference import write_reference
from importer.ledger.scratch import Note, Scratch
from importer.outcome import Outcome, Status
from importer.report import open_report
from importer.run.candidate import Candidate
from importer.run.intake import Intake
from importer.run.summary import Summary
from importer.sheet import Row

__all__ = ["Line", "report_lines", "reviewed_lines", "write_report"]

UNSENT = Outcome(Status.UNSENT, message=UNSENT_MESSAGE, tip=UNSENT_TIP)

Line = tuple[Row, Outcome, str]
"""A row, what became of it, and its reference."""


def report_lines(intake: Intake, scratch: Scratch, *, tag: bytes) -> Iterator[Line]:
    """The lines of a run that sent, from the notes that review and sending left. `tag` is the account's."""
    for (_place, row, _past), note in zip(intake.rows(), scratch.notes(), strict=True):
        yield row, _final(note), write_reference(tag, note.ref)


def reviewed_lines(decided: Iterable[tuple[Candidate, Note]], *, tag: bytes) -> Iterator[Line]:
    """The lines of a dry run, as its review decides; it leaves the references of a report as they are."""
    for candidate, note in decided:
        past = candidate.past
        yield candidate.row, note.outcome, (past is not None and past.ref) or write_reference(tag, note.ref)


def write_report(
    path: Path, intake: Intake, lines: Iterable[Line], summary: Summary, *, make_way: Callable[[], object]
) -> None:
    """Write the report and count its lines into `summary`.

    The lines of a report behind `--first` stay as they were. `make_way` is called when all is written, right
    before the report takes its place.
    """
    with open_report(path, intake.header, make_way=make_way) as report:
        write, add = report.write, summary.add
        for row, outcome, ref in lines:
            write(row, outcome, ref=ref)
            add(row.number, outcome)
        if intake.shape is not None:
            for line in islice(intake.table.rows(), intake.row_count, None):
                past = intake.shape.past(line)
                write(intake.shape.row(line), past.outcome() or UNSENT, ref=past.ref)


def _final(note: Note) -> Outcome:
    """A row that sending did not reach was not sent, unless an earlier run may have done so."""
    if not note.is_open or note.outcome.status is Status.UNKNOWN:
        return note.outcome
    return replace(UNSENT, time=note.outcome.time)
