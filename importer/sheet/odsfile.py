"""An .ods → rows, streamed from the one part that holds all its sheets.

An OpenDocument file keeps beside each value the text that its program showed for it. The value is read by the rules
that hold for all workbooks; the shown text decides where a cell has no number format of its own, and what an error is.

By hand: calamine gives values without formats and formulas, and odfpy holds the whole document in memory.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from importer.sheet.archive import open_archive
from importer.sheet.bounds import MOST_ROWS, CellBudget, TooLargeError
from importer.sheet.cells import (
    DATE_OUT_OF_RANGE,
    FORMULA_WITHOUT_RESULT,
    NO_NUMBER,
    CellText,
    boolean_text,
    is_error_value,
    moment_text,
    number_text,
    stored_number,
)
from importer.sheet.header import is_blank
from importer.sheet.numberformat import GENERAL, CellFormat, DateKind, parse_format
from importer.sheet.odsstyles import Styles
from importer.sheet.odsxml import NAMESPACES, EmptinessCollector, OdsCell, OdsRow, RowCollector, TableCollector
from importer.sheet.table import NO_DATES, NOTHING, Area, Row
from importer.sheet.workbook import SheetInfo
from importer.sheet.xmlparts import Handlers, Scrubbed, stream_part, told_damage

__all__ = ["OdsWorkbook"]

_DURATION = re.compile(
    r"(-?)P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:[.,](\d{1,30}))?S)?)?", re.ASCII
)
_SHOWN_ELAPSED = {re.compile(r"-?\d:\d\d"): "[h]:mm", re.compile(r"\A-?\d++:\d\d"): "[hh]:mm"}
_ONE_DAY = timedelta(days=1)
_MIDNIGHT = datetime(1900, 1, 1)  # noqa: DTZ001 - a spreadsheet's time has no time zone
_SHOWN_CODE = re.compile(r"[^\d.,%]*\d[^.,%]*")
_SHOWN_PHONE = re.compile(r"[+(]*\d[\d ()+/-]*")
_SHOWN_THOUSANDS = re.compile(r"\d{1,3}(?:[ \u00a0\u202f']\d{3})+")


class OdsWorkbook:
    """An OpenDocument spreadsheet."""

    def __init__(self, path: Path, file: BinaryIO, notes: tuple[str, ...] = (), *, is_lenient: bool = False) -> None:
        self._path = path
        self._is_lenient = is_lenient
        self._merged: dict[str, list[Area]] = {}
        self._holding: set[str] | None = None
        self.notes = notes
        self._styles = Styles()
        tables = TableCollector(self._styles)
        with told_damage(path):
            self._archive = open_archive(file)
            for part in ("styles.xml", "content.xml"):
                if part == "content.xml" or part in self._archive.namelist():
                    for _ in self._stream(part, tables):
                        pass
        self.sheets = tuple(SheetInfo(name, hidden=hidden) for name, hidden in tables.sheets())

    def _stream(self, name: str, handlers: Handlers) -> Iterator[None]:
        with self._archive.open(name) as part:
            yield from stream_part(Scrubbed(part) if self._is_lenient else part, handlers, NAMESPACES)

    def rows(self, sheet: str) -> Iterator[Row]:
        """Each row that holds anything, with all its cells."""
        collector = RowCollector(sheet)
        texts = _CellTexts(self._styles)
        repeated = CellBudget()
        with told_damage(self._path, sheet):
            for _ in self._stream("content.xml", collector):
                for number, repeats, cells, is_hidden in collector.rows:
                    if number + repeats - 1 > MOST_ROWS:
                        raise TooLargeError(f"refused, it has a row beyond row {MOST_ROWS:,}, the last one of a sheet.")
                    repeated.add(sum(cell.repeats for cell in cells) * repeats, stored=len(cells))
                    row = texts.row(number, cells, is_hidden=is_hidden)
                    if row is not None:
                        yield from (row._replace(number=again) for again in range(number, number + repeats))
                collector.rows.clear()
                if collector.is_done:
                    break
        self._merged[sheet] = collector.merged

    def is_empty(self, sheet: str) -> bool:
        """Whether no row of a sheet holds anything; one pass tells it of all sheets."""
        if self._holding is None:
            texts = _CellTexts(self._styles)

            def holds_anything(found: OdsRow) -> bool:
                once = [cell._replace(repeats=1) for cell in found.cells]
                row = texts.row(found.number, once, is_hidden=False)
                return row is not None and not is_blank(row.cells)

            collector = EmptinessCollector(holds_anything)
            with told_damage(self._path):
                for _ in self._stream("content.xml", collector):
                    pass
            self._holding = collector.found
        return sheet not in self._holding

    def merged(self, sheet: str) -> Sequence[Area]:
        """The merged areas of a sheet."""
        if sheet not in self._merged:
            for _ in self.rows(sheet):
                pass
        return self._merged[sheet]

    def close(self) -> None:
        """Let go of the archive; the file is its opener's."""
        self._archive.close()


class _CellTexts:
    """Makes rows of text out of stored cells."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles

    def row(self, number: int, cells: Sequence[OdsCell], *, is_hidden: bool) -> Row | None:
        """The texts of one row's cells, or None where they hold nothing."""
        texts: list[str] = []
        bad: dict[int, str] = {}
        dates: dict[int, DateKind] = {}
        for cell in cells:
            if len(texts) < cell.column:
                texts.extend([""] * (cell.column - len(texts)))
            if cell.kind == "string" and cell.shown and cell.shown[0] not in "#E" and not cell.is_error:
                texts.extend([cell.value or cell.shown] * cell.repeats)
                continue
            found = self._text(cell)
            for column in range(cell.column, cell.column + cell.repeats):
                texts.append(found.text)
                if found.bad:
                    bad[column] = found.bad
                elif found.date:
                    dates[column] = found.date
        if not any(texts) and not bad:
            return None
        return Row(number, tuple(texts), (), bad or NOTHING, dates or NO_DATES, is_hidden)

    def _text(self, cell: OdsCell) -> CellText:
        shown = cell.shown
        if cell.is_error or (cell.kind in {"string", ""} and is_error_value(shown)):
            return CellText(shown, bad=shown.strip() or "error")
        if cell.formula and not cell.value and not shown and cell.kind != "string":
            return CellText(f"={cell.formula.partition('=')[2]}", bad=FORMULA_WITHOUT_RESULT)
        if cell.kind in {"float", "percentage", "currency"}:
            return _number(cell, self._styles.format_of(cell.style))
        if cell.kind == "boolean":
            return CellText(boolean_text(cell.value.strip().lower() in {"true", "1"}) if cell.value else shown)
        if cell.kind == "date":
            return _date(cell, self._styles.format_of(cell.style))
        if cell.kind == "time":
            return _time(cell, self._styles.format_of(cell.style))
        return CellText(cell.value or shown)


def _number(cell: OdsCell, cell_format: CellFormat | None) -> CellText:
    number = stored_number(cell.value)
    if number is None:
        return CellText(cell.shown or cell.value, bad=NO_NUMBER)
    if cell.shown in {"TRUE", "FALSE"}:  # a number under a format for truth values
        return CellText(cell.shown)
    if cell_format is None and cell.kind == "float" and _is_code(cell.shown, number):
        return CellText(cell.shown)
    return CellText(number_text(number, cell_format or GENERAL))


def _is_code(shown: str, number: float) -> bool:
    """Whether a text shows a whole number with leading zeros or among separators, as a format of zeros does."""
    digits = re.sub(r"\D", "", shown)
    if not digits.isascii() or not digits or number != int(digits) or _SHOWN_CODE.fullmatch(shown) is None:
        return False
    is_padded = len(digits) > 1 and digits.startswith("0")
    return is_padded or (_SHOWN_PHONE.fullmatch(shown) is not None and _SHOWN_THOUSANDS.fullmatch(shown) is None)


def _date(cell: OdsCell, cell_format: CellFormat | None) -> CellText:
    try:
        value = datetime.fromisoformat(cell.value)
    except ValueError:
        return CellText(cell.shown or cell.value, bad=DATE_OUT_OF_RANGE)
    kind = cell_format.date if cell_format else None
    if kind is None and cell.shown:
        kind = "datetime" if ":" in cell.shown else "date"
    if kind is None:
        return moment_text(value if "T" in cell.value else date.fromisoformat(cell.value))
    return moment_text(value, CellFormat(date="date" if kind == "date" else "datetime"))


def _time(cell: OdsCell, cell_format: CellFormat | None) -> CellText:
    match = _DURATION.fullmatch(cell.value.strip())
    if match is None:
        return CellText(cell.shown or cell.value, bad=DATE_OUT_OF_RANGE)
    sign, days, hours, minutes, seconds, fraction = match.groups()
    elapsed = timedelta(
        days=int(days or 0),
        hours=int(hours or 0),
        minutes=int(minutes or 0),
        seconds=int(seconds or 0) + float(f"0.{fraction or 0}"),
    )
    if not sign and elapsed < _ONE_DAY and (cell_format is None or cell_format.date != "duration"):
        return moment_text((_MIDNIGHT + elapsed).time())
    if cell_format is None or cell_format.date != "duration":
        codes = (code for pattern, code in _SHOWN_ELAPSED.items() if pattern.fullmatch(cell.shown))
        cell_format = parse_format(next(codes, "[hh]:mm:ss"))
    return moment_text(-elapsed if sign else elapsed, cell_format)
