"""The report as the next input: known by its columns, and taken apart into the row and what became of it.

Where the columns stand, which ones a person added, and whether a spreadsheet program changed delimiter, encoding or
quoting in between does not matter: `importer.sheet` reads the file as any other, and the names do the rest. A CSV and
a workbook are read by the same rule, since both are written with the same guards.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from importer.errors import RowProblem, UsageError
from importer.lead.header import named_cells
from importer.outcome import SEPARATOR, Outcome, Status
from importer.report.columns import bad_reason, own_name, split_extra
from importer.report.formulaescape import GUARD, unescape_formula
from importer.sheet.numberformat import DateKind
from importer.sheet.table import Row

__all__ = ["NEEDED", "PastLine", "ReportShape", "recognise"]

# Without these two a file is no report of ours; any other of our columns may have been deleted.
NEEDED = ("lsq_row", "lsq_status")

_WHOLE = re.compile(r"[0-9]{1,9}")
_STATUSES = {status.value: status for status in Status}


@dataclass(frozen=True, slots=True)
class PastLine:
    """What an earlier run wrote on a line of a report, as far as it can still be read.

    `line` is the row number in the report itself, `number` the source's (`lsq_row`). `status` is None on a line that
    a person added, or where the word is none of ours.
    """

    line: int
    number: int | None = None
    status: Status | None = None
    lead_id: str = ""
    error: str = ""
    message: str = ""
    tip: str = ""
    attempts: int = 0
    time: str = ""
    ref: str = ""

    def outcome(self) -> Outcome | None:
        """Give the outcome as it was written, or None on a line without a status."""
        if self.status is None:
            return None
        problems = tuple(self._problems()) if self.status is Status.INVALID else ()
        if len(problems) == 1 and not problems[0].cells:
            problems = ()  # it says no more than the texts do
        texts = self.error, self.message, self.tip
        return Outcome(self.status, self.lead_id, *texts, self.attempts, self.time, problems)

    def _problems(self) -> Iterator[RowProblem]:
        """The problems that the texts tell, each with the cells that its message names."""
        errors = self.error.split(SEPARATOR)
        parts = [text.split(SEPARATOR) if len(errors) > 1 else [text] for text in (self.message, self.tip)]
        for error, message, tip in zip(errors, *parts, strict=False):
            yield RowProblem(error, message, tip, cells=named_cells(message, self.number or self.line))


@dataclass(frozen=True, slots=True)
class ReportShape:
    """Where a report's columns stand: `header` is the original one, ours taken out and guards taken off."""

    header: tuple[str, ...]
    originals: tuple[int, ...]
    own: Mapping[str, int]

    def row(self, row: Row) -> Row:
        """Give the original row of a report's line, as it stands there now.

        Its number is `lsq_row` where that can be read, else the line's own. Its overflow is what `lsq_extra` holds,
        then what stands beyond the report's header. Cells that were unreadable when the report was written, and
        that nobody has mended since, are unreadable still.
        """
        cells = row.cells
        texts = tuple(
            [unescape_formula(cells[index]) if GUARD in cells[index] else cells[index] for index in self.originals]
        )
        bad = {index: why for index, text in enumerate(texts) if text and (why := bad_reason(text))}
        dates: dict[int, DateKind] = {}
        if row.bad or row.dates:
            places = {old: new for new, old in enumerate(self.originals)}
            bad |= {places[old]: why for old, why in row.bad.items() if old in places}
            dates = {places[old]: kind for old, kind in row.dates.items() if old in places}
        overflow = unescape_formula(self._own(row, "lsq_extra"))
        extra = (*(split_extra(overflow) if overflow.strip() else ()), *row.extra)
        return Row(self._number(row) or row.number, texts, extra, bad, dates)

    def past(self, row: Row) -> PastLine:
        """Give what the earlier run wrote on this line."""
        lead_id, error, message, tip, time, ref, status, attempts = (
            unescape_formula(self._own(row, f"lsq_{name}").strip())
            for name in ("lead_id", "error", "message", "tip", "time", "ref", "status", "attempts")
        )
        return PastLine(
            line=row.number,
            number=self._number(row),
            status=_STATUSES.get(status.casefold()),
            lead_id=lead_id,
            error=error,
            message=message,
            tip=tip,
            attempts=_whole(attempts) or 0,
            time=time,
            ref=ref,
        )

    def _own(self, row: Row, name: str) -> str:
        index = self.own.get(name)
        return "" if index is None else row.cells[index]

    def _number(self, row: Row) -> int | None:
        return _whole(self._own(row, "lsq_row").strip())


def recognise(header: Sequence[str]) -> ReportShape | None:
    """Give the shape of a report by its header, or None where `NEEDED` columns are missing: it is no report.

    Raises a UsageError where one of the report's columns stands twice: which of the two is meant cannot be known.
    """
    own: dict[str, int] = {}
    originals: list[int] = []
    for index, name in enumerate(header):
        known = own_name(name)
        if not known:
            originals.append(index)
        elif known in own:
            raise UsageError(
                f"The report's column {known} stands twice.",
                hint="Delete the copy, or rename it if it is a column of your own.",
            )
        else:
            own[known] = index
    if any(name not in own for name in NEEDED):
        return None
    return ReportShape(tuple(unescape_formula(header[index]) for index in originals), tuple(originals), own)


def _whole(text: str) -> int | None:
    """Read a positive whole number, with the `.0` that some programs add."""
    digits = text.removesuffix(".0")
    return int(digits) if _WHOLE.fullmatch(digits) else None
