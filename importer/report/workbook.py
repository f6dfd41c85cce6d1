"""The report as a workbook (.xlsx) that survives editing: every cell is text.

Written as the few XML parts that a workbook needs, straight into the hidden file that takes the report's place.
openpyxl's write-only mode was measured at 356 µs a line of 22 cells (this: about 25 µs), keeps a copy of the rows in
the system's temporary folder, where a kill leaves them, and cuts a cell at 32,767 characters in silence.

The columns themselves have the text format (`@`) as well, so that `01250` typed into an empty cell keeps its zero.
Cells get the same guards as in the CSV, so that a workbook saved as a CSV is as safe, and both are read back by one
rule.
"""

import contextlib
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from xml.sax.saxutils import escape

from importer.lead.header import column_letters
from importer.outcome import Outcome, Status
from importer.report.columns import COLUMNS, ReportLines, escaped_header, refuse_collisions
from importer.report.replacement import ReportError, replace_report
from importer.sheet.table import Row
from importer.wholefile import reason

__all__ = ["WorkbookReport", "find_misfit"]

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_CELL = 32_767  # UTF-16 units
MAX_PART = (1 << 31) - (1 << 16)  # bytes; beyond, a zip needs extensions that readers disagree on
_CELL_BYTES = 80  # what stands around a cell's text
_OUTCOME_BYTES = 1_200  # the report's own cells of a row that was refused, with the cells' surroundings

_TEXT, _HEADER, _TINTED = 1, 2, 3  # places in the styles' cellXfs
_WIDTH_SAMPLE = 200  # lines that decide the columns' widths
_NARROWEST, _WIDEST = 8, 44  # characters

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PROLOGUE = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_CONTENT_TYPES = f"""{_PROLOGUE}<Types xmlns="{_PACKAGE}/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Default Extension="xml" ContentType="application/xml"/>\
<Override PartName="/xl/workbook.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>\
<Override PartName="/xl/worksheets/sheet1.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>\
<Override PartName="/xl/styles.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"""

_ROOT_RELATIONS = f"""{_PROLOGUE}<Relationships xmlns="{_PACKAGE}/relationships">\
<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>"""

_BOOK_RELATIONS = f"""{_PROLOGUE}<Relationships xmlns="{_PACKAGE}/relationships">\
<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>\
<Relationship Id="rId2" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>"""

_BOOK = f"""{_PROLOGUE}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">\
<sheets><sheet name="Report" sheetId="1" r:id="rId1"/></sheets>\
<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">Report!{{area}}</definedName>\
</definedNames></workbook>"""

# Number format 49 is the built-in `@`. The tint is a pale yellow.
_STYLES = f"""{_PROLOGUE}<styleSheet xmlns="{_MAIN}">\
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>\
<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>\
<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>\
<fill><patternFill patternType="solid"><fgColor rgb="FFFFF2CC"/><bgColor indexed="64"/></patternFill></fill></fills>\
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>\
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>\
<xf numFmtId="49" fontId="0" fillId="2" borderId="0" xfId="0" applyNumberFormat="1" applyFill="1"/></cellXfs>\
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""

_UNWRITABLE = "\\x00-\\x08\\x0b-\\x1f\ufffe\uffff"  # by XML 1.0; a CR would come back as LF
_SPECIAL = re.compile(f"[{_UNWRITABLE}&<>_\ud800-\udfff]")
_ESCAPED = re.compile(f"[{_UNWRITABLE}]|_(?=x[0-9A-Fa-f]{{4}}[_{_UNWRITABLE}])")


class WorkbookReport:
    """Write the report as a workbook: frozen header, filter, unfinished lines tinted; the faces of `ReportWriter`.

    Lines go out as they come, so that memory stays flat. A cell beyond Excel's limits is a ReportError; `check_fits`
    finds it before the first call.
    """

    def __init__(self, path: Path, header: Sequence[str], *, make_way: Callable[[], object] = lambda: None) -> None:
        refuse_collisions(header)
        self.path = path
        self._header = tuple(header)
        self._letters = [column_letters(index) for index in range(len(header) + len(COLUMNS))]
        self._lines = ReportLines()
        self._replacement = replace_report(path, make_way=make_way)
        self._waiting: list[tuple[int, list[str]]] = []
        self._part: IO[bytes] | None = None
        self._row = 0
        self._bytes = 0

    def __enter__(self) -> Self:
        self._zip = zipfile.ZipFile(self._replacement.__enter__().file, "w", zipfile.ZIP_DEFLATED)
        self._waiting.append((_HEADER, escaped_header(self._header)))
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
        style = _TEXT if outcome.status.facts.is_good else _TINTED
        line = self._lines.line(row, outcome, ref=ref)
        if self._part is None:
            self._waiting.append((style, line))
            if len(self._waiting) <= _WIDTH_SAMPLE:
                return
        try:
            if self._part is None:
                self._begin()
            else:
                self._put(style, line)
        except OSError as failure:
            raise self._failed(failure) from failure

    def _begin(self) -> None:
        for name, text in (("[Content_Types].xml", _CONTENT_TYPES), ("_rels/.rels", _ROOT_RELATIONS)):
            self._zip.writestr(part_info(name), text)
        self._part = self._zip.open(part_info("xl/worksheets/sheet1.xml"), "w")
        columns = "".join(
            f'<col min="{place}" max="{place}" width="{width}" style="{_TEXT}" customWidth="1"/>'
            for place, width in enumerate(self._widths(), start=1)
        )
        self._part.write(
            f'{_PROLOGUE}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView tabSelected="1" workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
            f"<cols>{columns}</cols><sheetData>".encode()
        )
        for style, line in self._waiting:
            self._put(style, line)
        self._waiting.clear()

    def _put(self, style: int, line: list[str]) -> None:
        if self._part is None or self._row == MAX_ROWS:
            raise ReportError(self.path, f"a workbook has no more than {MAX_ROWS:,} rows")
        self._row += 1
        row = self._row
        cells = [f'<row r="{row}">']
        for letter, text in zip(self._letters, line, strict=True):
            if not text:
                cells.append(f'<c r="{letter}{row}" s="{style}"/>')
                continue
            if len(text) > MAX_CELL // 2 and units(text) > MAX_CELL:
                raise ReportError(self.path, f"cell {letter}{row} is longer than a workbook's cell can be")
            if _SPECIAL.search(text) is not None:
                text = escape(escaped(text))  # noqa: PLW2901 - the same text as XML
            cells.append(
                f'<c r="{letter}{row}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
            )
        cells.append("</row>")
        data = "".join(cells).encode()
        self._bytes += len(data)
        if self._bytes > MAX_PART:
            raise ReportError(self.path, "it is too large for a workbook")
        self._part.write(data)

    def _widths(self) -> list[int]:
        widest = [max(map(len, column)) for column in zip(*(line for _, line in self._waiting), strict=True)]
        return [min(max(width + 2, _NARROWEST), _WIDEST) for width in widest]

    def _finish(self) -> None:
        if self._part is None:
            self._begin()
        if self._part is None:  # for the type checker
            return
        last = self._letters[-1]
        self._part.write(f'</sheetData><autoFilter ref="A1:{last}{self._row}"/></worksheet>'.encode())
        self._part.close()
        self._zip.writestr(part_info("xl/workbook.xml"), _BOOK.format(area=f"$A$1:${last}${self._row}"))
        self._zip.writestr(part_info("xl/_rels/workbook.xml.rels"), _BOOK_RELATIONS)
        self._zip.writestr(part_info("xl/styles.xml"), _STYLES)
        self._zip.close()

    def _abandon(self) -> None:
        """Close both, so that neither writes when it is collected."""
        for open_file in (self._part, self._zip):
            with contextlib.suppress(OSError, ValueError):
                if open_file is not None:
                    open_file.close()

    def _failed(self, failure: OSError | ReportError) -> ReportError:
        return failure if isinstance(failure, ReportError) else ReportError(self.path, reason(failure))


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
