"""The third pass over a file: its report, from the notes that review and sending left."""

from dataclasses import replace
from itertools import islice
from pathlib import Path

from importer.leadsquared.tips import UNSENT_MESSAGE, UNSENT_TIP
from importer.ledger.reference import write_reference
from importer.ledger.scratch import Note, Scratch
from importer.outcome import Outcome, Status
from importer.report import open_report
from importer.run.candidate import CandidateMaker
from importer.run.intake import Intake
from importer.run.summary import Summary

__all__ = ["write_report"]

UNSENT = Outcome(Status.UNSENT, message=UNSENT_MESSAGE, tip=UNSENT_TIP)


def write_report(
    path: Path, intake: Intake, scratch: Scratch, maker: CandidateMaker, summary: Summary, *, is_dry_run: bool
) -> None:
    """Write the report and count its lines into `summary`.

    A dry run leaves the references of a report as they are. The lines of a report behind `--first` stay as they were.
    """
    with open_report(path, intake.header) as report:
        for (_place, row, past), note in zip(intake.rows(), scratch.notes(), strict=True):
            outcome = note.outcome if is_dry_run else _final(note)
            has_old = is_dry_run and past is not None and past.ref
            ref = past.ref if has_old and past is not None else write_reference(maker.tag, note.ref)
            report.write(row, outcome, ref=ref)
            summary.add(row.number, outcome)
        if intake.shape is not None:
            for line in islice(intake.table.rows(), intake.row_count, None):
                past = intake.shape.past(line)
                report.write(intake.shape.row(line), past.outcome() or UNSENT, ref=past.ref)


def _final(note: Note) -> Outcome:
    """A row that sending did not reach was not sent, unless an earlier run may have done so."""
    if not note.is_open or note.outcome.status is Status.UNKNOWN:
        return note.outcome
    return replace(UNSENT, time=note.outcome.time)
