"""The report as a workbook (.xlsx) that survives editing: every cell is text.

Written as the few XML parts that a workbook needs, straight into the hidden file that takes the report's place.
openpyxl's write-only mode was measured at 356 µs a line of 22 cells (this: about 25 µs), keeps a copy of the rows in
the system's temporary folder, where a kill leaves them, and cuts a cell at 32,767 characters in silence.

The columns themselves have the text format (`@`) as well, so that `01250` typed into an empty cell keeps its zero.
Cells get the same guards as in the CSV, so that a workbook saved as a CSV is as safe, and both are read back by one
rule.

What became of a row stands in front of its cells, in columns that stay in view: behind them it is off the screen where
a list has more than a few columns. Columns are known by their names when the report is read back.
"""

import contextlib
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from xml.sax.saxutils import escape

from importer.lead.header import column_letters
from importer.outcome import Outcome, Status
from importer.report.columns import COLUMNS, ReportLines, escaped_header, refuse_collisions
from importer.report.notes import Notes
from importer.report.replacement import ReportError, replace_report
from importer.report.workbookparts import (
    BAD,
    BOOK,
    BOOK_RELATIONS,
    CONTENT_TYPES,
    HEADER,
    MAIN,
    NOTES_RELATIONS,
    NOTES_TYPES,
    PROLOGUE,
    RELATIONS,
    ROOT_RELATIONS,
    STYLES,
    TEXT,
    TINTED,
)
from importer.sheet.table import Row
from importer.wholefile import reason

__all__ = ["WorkbookReport", "find_misfit"]

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_CELL = 32_767  # UTF-16 units
MAX_PART = (1 << 31) - (1 << 16)  # bytes; beyond, a zip needs extensions that readers disagree on
_CELL_BYTES = 80  # what stands around a cell's text
_OUTCOME_BYTES = 1_200  # the report's own cells of a row that was refused, with the cells' surroundings

_IN_FRONT = ("lsq_row", "lsq_status", "lsq_message")
_WIDTH_SAMPLE = 200  # lines that decide the columns' widths
_NARROWEST, _WIDEST = 8, 44  # characters

_UNWRITABLE = "\\x00-\\x08\\x0b-\\x1f\ufffe\uffff"  # by XML 1.0; a CR would come back as LF
_SPECIAL = re.compile(f"[{_UNWRITABLE}&<>_\ud800-\udfff]")
_ESCAPED = re.compile(f"[{_UNWRITABLE}]|_(?=x[0-9A-Fa-f]{{4}}[_{_UNWRITABLE}])")


_Line = tuple[int, list[str], Mapping[int, str]]
"""A line: its style, its texts, and the notes of its bad cells by their indexes."""


class WorkbookReport:
    """Write the report as a workbook: frozen header and status, filter, unfinished lines tinted, bad cells tinted
    otherwise and with notes; the faces of `ReportWriter`.

    Lines go out as they come, so that memory stays flat. A cell beyond Excel's limits is a ReportError; `check_fits`
    finds it before the first call.
    """

    def __init__(self, path: Path, header: Sequence[str], *, make_way: Callable[[], object] = lambda: None) -> None:
        refuse_collisions(header)
        self.path = path
        self._header = tuple(header)
        self._letters = [column_letters(index) for index in range(len(header) + len(COLUMNS))]
        self._order = _order(len(header))
        self._styles = {style: [style] * len(self._order) for style in (TEXT, HEADER, TINTED)}
        self._lines = ReportLines()
        self._notes = Notes()
        self._replacement = replace_report(path, make_way=make_way)
        self._waiting: list[_Line] = []
        self._part: IO[bytes] | None = None
        self._row = 0
        self._bytes = 0

    def __enter__(self) -> Self:
        self._zip = zipfile.ZipFile(self._replacement.__enter__().file, "w", zipfile.ZIP_DEFLATED)
        self._waiting.append((HEADER, self._ordered(escaped_header(self._header)), {}))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            try:
                self._finish()
            except (OSError, ReportError) as failure:
                self._abandon()
                self._replacement.__exit__(type(failure), failure, failure.__traceback__)
                raise self._failed(failure) from failure
        else:
            self._abandon()
        self._replacement.__exit__(kind, error, trace)

    def write(self, row: Row, outcome: Outcome, *, ref: str = "") -> None:
        """Add the line of one row; a row that does not fit the header is a mistake of the caller."""
        if len(row.cells) != len(self._header):
            raise ValueError(f"row {row.number}: {len(row.cells)} cells for {len(self._header)} headers")
        style = TEXT if outcome.status.facts.is_good else TINTED
        line = self._ordered(self._lines.line(row, outcome, ref=ref))
        notes = _notes(outcome, len(self._header)) if outcome.problems else {}
        if self._part is None:
            self._waiting.append((style, line, notes))
            if len(self._waiting) <= _WIDTH_SAMPLE:
                return
        try:
            if self._part is None:
                self._begin()
            else:
                self._put(style, line, notes)
        except OSError as failure:
            raise self._failed(failure) from failure

    def _ordered(self, texts: Sequence[str]) -> list[str]:
        return [texts[index] for index in self._order]

    def _begin(self) -> None:
        self._zip.writestr(part_info("_rels/.rels"), ROOT_RELATIONS)
        self._part = self._zip.open(part_info("xl/worksheets/sheet1.xml"), "w")
        columns = "".join(
            f'<col min="{place}" max="{place}" width="{width}" style="{TEXT}" customWidth="1"/>'
            for place, width in enumerate(self._widths(), start=1)
        )
        self._part.write(
            f'{PROLOGUE}<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
            '<sheetViews><sheetView tabSelected="1" workbookViewId="0">'
            f'<pane xSplit="{len(_IN_FRONT)}" ySplit="1" topLeftCell="{column_letters(len(_IN_FRONT))}2" '
            'activePane="bottomRight" state="frozen"/></sheetView></sheetViews>'
            f"<cols>{columns}</cols><sheetData>".encode()
        )
        for style, line, notes in self._waiting:
            self._put(style, line, notes)
        self._waiting.clear()

    def _put(self, style: int, line: list[str], notes: Mapping[int, str]) -> None:
        if self._part is None or self._row == MAX_ROWS:
            raise ReportError(self.path, f"a workbook has no more than {MAX_ROWS:,} rows")
        self._row += 1
        row = self._row
        cells = [f'<row r="{row}">']
        styles = self._styles[style]
        if notes:
            styles = [BAD if index in notes else style for index in range(len(line))]
            for index, text in notes.items():
                self._notes.add(self._letters[index], index, row, text)
        for letter, text, cell_style in zip(self._letters, line, styles, strict=True):
            if not text:
                cells.append(f'<c r="{letter}{row}" s="{cell_style}"/>')
                continue
            if len(text) > MAX_CELL // 2 and units(text) > MAX_CELL:
                raise ReportError(self.path, f"cell {letter}{row} is longer than a workbook's cell can be")
            if _SPECIAL.search(text) is not None:
                text = escape(escaped(text))  # noqa: PLW2901 - the same text as XML
            cells.append(
                f'<c r="{letter}{row}" s="{cell_style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
            )
        cells.append("</row>")
        data = "".join(cells).encode()
        self._bytes += len(data)
        if self._bytes > MAX_PART:
            raise ReportError(self.path, "it is too large for a workbook")
        self._part.write(data)

    def _widths(self) -> list[int]:
        widest = [max(map(len, column)) for column in zip(*(line for _, line, _ in self._waiting), strict=True)]
        return [min(max(width + 2, _NARROWEST), _WIDEST) for width in widest]

    def _finish(self) -> None:
        if self._part is None:
            self._begin()
        if self._part is None:  # for the type checker
            return
        last = self._letters[-1]
        boxes = '<legacyDrawing r:id="rId1"/>' if self._notes else ""
        self._part.write(f'</sheetData><autoFilter ref="A1:{last}{self._row}"/>{boxes}</worksheet>'.encode())
        self._part.close()
        if self._notes:
            self._write_notes()
        content_types = CONTENT_TYPES.format(notes=NOTES_TYPES if self._notes else "")
        self._zip.writestr(part_info("[Content_Types].xml"), content_types)
        self._zip.writestr(part_info("xl/workbook.xml"), BOOK.format(area=f"$A$1:${last}${self._row}"))
        self._zip.writestr(part_info("xl/_rels/workbook.xml.rels"), BOOK_RELATIONS)
        self._zip.writestr(part_info("xl/styles.xml"), STYLES)
        self._zip.close()

    def _write_notes(self) -> None:
        self._zip.writestr(part_info("xl/worksheets/_rels/sheet1.xml.rels"), NOTES_RELATIONS)
        for name, pieces in (
            ("xl/comments1.xml", self._notes.comments()),
            ("xl/drawings/vmlDrawing1.vml", self._notes.boxes()),
        ):
            with self._zip.open(part_info(name), "w") as part:
                for piece in pieces:
                    part.write(piece.encode())

    def _abandon(self) -> None:
        """Close both, so that neither writes when it is collected."""
        for open_file in (self._part, self._zip):
            with contextlib.suppress(OSError, ValueError):
                if open_file is not None:
                    open_file.close()

    def _failed(self, failure: OSError | ReportError) -> ReportError:
        return failure if isinstance(failure, ReportError) else ReportError(self.path, reason(failure))


def _order(width: int) -> list[int]:
    """Where the columns of a workbook stand in a line of the report, whose first `width` are the original cells."""
    own = {name: width + place for place, name in enumerate(COLUMNS)}
    front = [own[name] for name in _IN_FRONT]
    return [*front, *range(width), *(index for name, index in own.items() if name not in _IN_FRONT)]


def _notes(outcome: Outcome, width: int) -> Mapping[int, str]:
    """What is wrong with each bad cell and what to do, by the cell's index in the workbook."""
    notes: dict[int, str] = {}
    for problem in outcome.problems:
        told = f"{problem.cause[:1].upper()}{problem.cause[1:]}." if problem.cause else problem.message
        for index in problem.cells:
            if index < width:
                place = len(_IN_FRONT) + index
                notes[place] = "\n".join(filter(None, [notes.get(place, ""), told, problem.tip]))
    return notes


def part_info(name: str) -> zipfile.ZipInfo:
    """Name a part of the workbook; its time is fixed, so that the same lines give the same bytes."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def find_misfit(header: Sequence[str], rows: Iterable[Row], *, row_count: int) -> str:
    """Say why a workbook cannot hold the report of these rows, or nothing. Excel's limits, and the size of one part."""
    if row_count + 1 > MAX_ROWS:
        return f"{row_count:,} rows and the header are more than {MAX_ROWS:,}"
    if len(header) + len(COLUMNS) > MAX_COLUMNS:
        return f"{len(header):,} columns and the report's {len(COLUMNS)} are more than {MAX_COLUMNS:,}"
    for letters, name in zip(map(column_letters, range(len(header))), escaped_header(header), strict=False):
        if units(name) > MAX_CELL:
            return f"the header of column {letters} is longer than {MAX_CELL:,} characters"
    size = 0
    for row in rows:
        texts = "".join((*row.cells, *row.extra))
        if len(texts) >= MAX_CELL // 4 and (problem := _find_long_cell(row, header)):
            return problem  # quotes double in lsq_extra, and a character has up to two units
        size += len(texts.encode("utf-8", "surrogatepass")) + _CELL_BYTES * len(header) + _OUTCOME_BYTES
        if size > MAX_PART:
            return f"its {row_count:,} rows of {len(header):,} columns are more than two gigabytes"
    return ""


def _find_long_cell(row: Row, header: Sequence[str]) -> str:
    for index, text in enumerate(ReportLines().line(row, Outcome(Status.READY))):
        if units(text) > MAX_CELL:
            name = header[index] if index < len(header) else COLUMNS[index - len(header)]
            return f"row {row.number}, column “{name}” is longer than {MAX_CELL:,} characters"
    return ""


def escaped(text: str) -> str:
    r"""Give a text as OOXML stores it: what XML cannot hold as `_xHHHH_`, and what looks like that as itself.

    ECMA-376 part 1, 22.9.2.19 (ST_Xstring). Half a surrogate pair becomes `\udXXX`, as in the CSV.
    """
    text = text.encode("utf-8", "backslashreplace").decode()
    return _ESCAPED.sub(lambda match: f"_x{ord(match.group()):04X}_", text)


def units(text: str) -> int:
    """Count a text's UTF-16 units, as Excel does."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
