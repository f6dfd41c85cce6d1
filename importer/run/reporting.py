"""The last pass over a file: its report, a line for each row."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
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

BATCH = 400
"""The lines that are written before the event loop has its turn."""

Line = tuple[Row, Outcome, str]
"""A row, what became of it, and its reference."""


def report_lines(input_file: InputFile, scratch: Scratch, *, tag: bytes) -> Iterator[Iterable[Line]]:
    """The lines of a run that sent, in batches, from the notes that review and sending left. `tag` is the account's."""
    rows = zip(input_file.rows(), scratch.notes(), strict=True)
    while batch := list(islice(rows, BATCH)):
        yield [(row, _final(note), _reference(tag, note)) for (_place, row, _past), note in batch]


def reviewed_lines(
    batches: Iterable[Iterable[tuple[PreparedRow, RowState]]], *, tag: bytes
) -> Iterator[Iterable[Line]]:
    """The lines of a dry run, as its review decides; it leaves the references of a report as they are."""
    for batch in batches:
        yield (
            (prepared.row, note.outcome, (prepared.past and prepared.past.ref) or _reference(tag, note))
            for prepared, note in batch
        )


async def write_report(
    path: Path,
    input_file: InputFile,
    batches: Iterable[Iterable[Line]],
    *,
    on_row: Callable[[int, Outcome], object],
    explain: Callable[[int, Outcome], Outcome],
    breathe: Callable[[], Awaitable[None]],
    make_way: Callable[[], object],
) -> None:
    """Write the report. `on_row` hears the number and outcome of each line, `breathe` is awaited after each batch.

    `explain` gives an outcome as its line says it, with what can be done about that very row.
    The lines of a report behind the first ones that were taken stay as they were. `make_way` is called when all is
    written, right before the report takes its place.
    """
    with open_report(path, input_file.header, make_way=make_way) as report:
        write = report.write
        for batch in batches:
            for row, outcome, ref in batch:
                write(row, explain(row.number, outcome), ref=ref)
                on_row(row.number, outcome)
            await breathe()
        if input_file.shape is not None:
            for line in islice(input_file.table.rows(), input_file.row_count, None):
                past = input_file.shape.past(line)
                write(input_file.shape.row(line), past.outcome() or UNSENT, ref=past.ref)


def _reference(tag: bytes, note: RowState) -> str:
    """A row's reference as the report shows it; none of a row that is left out."""
    return write_reference(tag, note.ref) if note.ref else ""


def _final(note: RowState) -> Outcome:
    """A row that sending did not reach was not sent, unless an earlier run may have done so."""
    if not note.is_open or note.outcome.status is Status.UNKNOWN:
        return note.outcome
    return replace(UNSENT, time=note.outcome.time)
