"""The report's own columns, and one line of it as texts."""

import csv
import io
from collections.abc import Sequence

from importer.errors import UsageError
from importer.outcome import Outcome
from importer.report.formulaescape import RISKY_FIRST, escape_formula, may_need_guard
from importer.sheet.cells import UNREADABLE, is_error_value
from importer.sheet.table import Row

__all__ = ["COLUMNS", "ReportLines", "bad_reason", "escaped_header", "own_name", "refuse_collisions", "split_extra"]

COLUMNS: tuple[str, ...] = (
    "lsq_row",
    "lsq_status",
    "lsq_lead_id",
    "lsq_error",
    "lsq_message",
    "lsq_tip",
    "lsq_attempts",
    "lsq_time",
    "lsq_ref",
    "lsq_extra",
)


class ReportLines:
    """Makes the lines of a report; each ties a spreadsheet's row to what became of it."""

    def __init__(self) -> None:
        self._outcome: Outcome | None = None
        self._told: list[str] = []

    def line(self, row: Row, outcome: Outcome, *, ref: str = "") -> list[str]:
        """Give a line as it is written: the original cells, then `COLUMNS`, each safe in a spreadsheet.

        `ref` is opaque here. The row's overflow, the cells beyond the header, becomes the text of one CSV line. A cell
        that the sheet could not read is written so that it is known for one when the report is read back: an error
        value as it is, a formula without a saved result as these words. A blank or a bare number in its place would
        be sent.
        """
        if outcome is not self._outcome:  # mostly that of the line before
            self._outcome, self._told = outcome, _told(outcome)
        cells = row.cells if not row.bad else _with_marks(row)
        if may_need_guard(cells):
            guarded = [escape_formula(text) for text in cells]
        else:
            guarded = [escape_formula(text) if text[:1] in RISKY_FIRST else text for text in cells]
        return [
            *guarded,
            str(row.number),
            *self._told,
            escape_formula(ref),
            escape_formula(join_extra(row.extra)) if row.extra else "",
        ]


def _told(outcome: Outcome) -> list[str]:
    """What the report says of an outcome, from `lsq_status` to `lsq_time`."""
    texts = (
        outcome.status.value,
        outcome.lead_id,
        outcome.error,
        outcome.message,
        outcome.tip,
        str(outcome.attempts) if outcome.attempts else "",
        outcome.time,
    )
    return [escape_formula(text) for text in texts]


def escaped_header(header: Sequence[str]) -> list[str]:
    """Give the report's first line: the original header, guarded as cells are, then `COLUMNS`."""
    return [*map(escape_formula, header), *COLUMNS]


def own_name(name: str) -> str:
    """Give the `lsq_` column that a header cell names, or nothing: blanks, a BOM and case do not count."""
    plain = name.strip("\ufeff \t\r\n\xa0").casefold()
    return plain if plain in COLUMNS else ""


def refuse_collisions(header: Sequence[str]) -> None:
    """Raise a UsageError where a spreadsheet that is no report has a header that the report's columns need."""
    taken = [name for name in header if own_name(name)]
    if taken:
        names = ", ".join(f"“{name}”" for name in taken)
        raise UsageError(
            f"The spreadsheet has columns with the report's own names: {names}.",
            hint="Rename them, or, if the file is a report, give it back its columns lsq_row and lsq_status.",
        )


def join_extra(extra: Sequence[str]) -> str:
    """Give the overflow as one CSV line: commas, quotes where needed."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow(extra)
    return text.getvalue().removesuffix("\r\n")


def split_extra(text: str) -> tuple[str, ...]:
    """Give the cells of an overflow's CSV line; what is no CSV line is one cell."""
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        return (text,)
    return tuple(records[0]) if len(records) == 1 else (text,)


def mark_bad(text: str, bad: str) -> str:
    """Give the text of an unreadable cell with what makes it so: `bad_reason` finds it again."""
    if bad_reason(text):
        return text
    return f"{text} ({bad})" if text else bad


def bad_reason(text: str) -> str:
    """Give what makes a report's cell unreadable, or nothing: an error value, or the mark of `mark_bad`."""
    if ("#" in text or "Err:" in text) and is_error_value(text):
        return text.strip()
    if text.endswith(_REASONS):
        return next((bad for bad in UNREADABLE if text == bad or text.endswith(f" ({bad})")), "")
    return ""


_REASONS = (*UNREADABLE, *(f" ({bad})" for bad in UNREADABLE))


def _with_marks(row: Row) -> list[str]:
    return [mark_bad(text, row.bad[index]) if index in row.bad else text for index, text in enumerate(row.cells)]
