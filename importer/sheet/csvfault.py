"""What stands in the way of a text file's being read, told so that a person finds the place."""

import csv
import io
import itertools
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from importer.errors import SheetError
from importer.nextstep import Action, NextStep
from importer.sheet.bounds import MOST_ROW_CHARS
from importer.sheet.snapshot import Spool
from importer.sheet.textformat import SNIFFED_CHARS, Encoding, sniff_delimiter

__all__ = ["RecordLength", "ShortRows", "not_decodable", "unreadable"]

_SAMPLES = 3
_USUAL_SHARE = 0.1
_SAMPLE_CHARS = 30
_SUGGESTED = "cp1252"
_MOST_RECORD_CHARS = 2 * MOST_ROW_CHARS


@dataclass(slots=True)
class ShortRows:
    """The rows that have fewer cells than the header, told where nearly all others are full."""

    width: int = 0
    count: int = 0
    first: list[int] = field(default_factory=list)

    def look(self, number: int, cell_count: int) -> None:
        """Note a row if it has fewer cells."""
        if cell_count < self.width:
            self.add(number)

    def add(self, number: int) -> None:
        """Note a row."""
        self.count += 1
        if len(self.first) < _SAMPLES:
            self.first.append(number)

    def warning(self, row_count: int, torn: Collection[int]) -> str:
        """What to say of them among so many rows, some of them known to be torn; empty where it is usual."""
        is_usual = self.count > max(1, row_count * _USUAL_SHARE) or self.count == row_count
        if not self.count or (is_usual and not torn):
            return ""
        which = ", ".join(map(str, self.first)) + (", …" if self.count > len(self.first) else "")
        rows = f"Row {which} has" if self.count == 1 else f"{self.count:,} rows ({which}) have"
        if torn:
            return f"{rows} fewer cells than the header: a line break in a cell without quotes tears a row in two."
        return (
            f"{rows} fewer cells than the header, and nearly all others are full: look whether a line break tore them."
        )


class RecordLength:
    """Stops a record that goes on over many lines, within quotes, before its cells fill the memory."""

    def __init__(self, *, is_watching: bool = True) -> None:
        self.is_watching = is_watching
        self.chars = 0

    def watch(self, lines: Iterable[str]) -> Iterator[str]:
        """The same lines. Whoever gets a record out of them sets `chars` back to 0."""
        for line in lines:
            self.chars += len(line)
            if self.chars > _MOST_RECORD_CHARS:
                raise EndlessRecordError
            yield line


class EndlessRecordError(csv.Error):
    """A record is longer than any row of leads."""

    def __str__(self) -> str:
        return "field limit: the record is too long"


def not_decodable(path: Path, file: BinaryIO, encoding: Encoding, line: int) -> SheetError:
    """What to say of bytes that are no text; where UTF-8 was only assumed, with cells as another encoding has them."""
    message = f"{path}: line {line} is not valid {encoding.codec.upper()}."
    if encoding.codec != "utf-8" or encoding.bom_bytes:
        return SheetError(message, hint="Correct encoding: in the config, or save the file again as UTF-8.")
    try:
        samples = _samples(file)
    except (UnicodeError, csv.Error):
        samples = []
    if not samples:
        hint = (
            "Save it again as UTF-8, or name its encoding in the config, e.g. encoding: cp1250, shift_jis or gb18030."
        )
        return SheetError(message, hint=hint)
    return SheetError(
        message,
        hint=(
            f"If these cells read right, set encoding: {_SUGGESTED} in the config: {'; '.join(samples)}. "
            "If not, it is another one (cp1250, cp1251, shift_jis, gb18030, …); or save the file as UTF-8."
        ),
        steps=[NextStep(Action.NAME_ENCODING, _SUGGESTED)],
    )


def _samples(file: BinaryIO) -> list[str]:
    """Up to three cells beyond ASCII, as the suggested encoding reads them, each with its row."""
    file.seek(0)
    text = io.TextIOWrapper(file, _SUGGESTED, newline="")
    try:
        head = text.read(SNIFFED_CHARS)
        delimiter = sniff_delimiter(list(io.StringIO(head, newline="")))
        text.seek(0)
        found: list[str] = []
        lines = iter(lambda: text.readline(SNIFFED_CHARS), "")
        for number, record in enumerate(csv.reader(lines, delimiter=delimiter), 1):
            for cell in record:
                if not cell.isascii():
                    found.append(f"row {number}: “{_excerpt(cell)}”")
                    break
            if len(found) == _SAMPLES:
                break
    finally:
        text.detach()
    return found


def _excerpt(cell: str) -> str:
    first = next(index for index, character in enumerate(cell) if not character.isascii())
    start = max(0, first - _SAMPLE_CHARS // 2)
    cut = cell[start : start + _SAMPLE_CHARS]
    shown = " ".join(cut.split())
    return ("…" if start else "") + shown + ("…" if start + _SAMPLE_CHARS < len(cell) else "")


def unreadable(
    path: Path, spool: Spool, delimiter: str, problem: str, last_line: int, *, line_offset: int
) -> SheetError:
    """What to say of a text in which `csv` found a `problem` at a line; `line_offset` lines of the file came before."""
    lines_before = _lines_before_error(spool, delimiter)
    opened = _opening_line(spool, delimiter, lines_before, last_line) + line_offset
    last = last_line + line_offset
    close = 'Close the quote; a quote that belongs to the text is written twice, as in "5"" pipe".'
    if "field limit" in problem:
        return _too_long(path, spool, lines_before=lines_before, opened=opened, line_offset=line_offset)
    if "end of data" in problem:
        return SheetError(f"{path}: the quote that opens on line {opened} is never closed.", hint=close)
    if "expected after" in problem and opened == last:
        message = f"{path}: line {last} has text after the closing quote of a cell."
        return SheetError(message, hint=close)
    if "expected after" in problem:
        message = f"{path}: the quote that opens on line {opened} meets the next quote within line {last}."
        return SheetError(message, hint=close)
    return SheetError(f"{path}: line {last} cannot be read ({problem}).", hint="Save the file again as CSV.")


def _too_long(path: Path, spool: Spool, *, lines_before: int, opened: int, line_offset: int) -> SheetError:
    """What to say of a row that goes on and on: mostly a quote is missing, and with it their number is odd."""
    with spool.text() as text:
        quotes = sum(line.count('"') for line in itertools.islice(text, lines_before, None))
    hint = "Close the quote that stands open, or shorten the cell; leads need far less text."
    if quotes % 2:
        return SheetError(f"{path}: the quote that opens on line {opened:,} is never closed.", hint=hint)
    line = lines_before + 1 + line_offset
    return SheetError(f"{path}: the row that begins on line {line:,} has a cell, or cells, without measure.", hint=hint)


def _lines_before_error(spool: Spool, delimiter: str) -> int:
    """How many lines the records have that come before the one that cannot be parsed."""
    lines = 0
    with spool.text() as text, suppress(csv.Error):
        length = RecordLength()
        reader = csv.reader(length.watch(text), delimiter=delimiter, strict=True)
        for _ in reader:
            lines = reader.line_num
            length.chars = 0
    return lines


def _opening_line(spool: Spool, delimiter: str, lines_before: int, last_line: int) -> int:
    """The line on which the last quoted cell opens, in a record that begins after `lines_before` lines."""
    field = re.compile(rf'(?:^|(?<={re.escape(delimiter)}))"')
    opened, inside = lines_before + 1, False
    with spool.text() as text:
        for number, line in enumerate(itertools.islice(text, lines_before, last_line), lines_before + 1):
            position = 0
            while position < len(line):
                if inside:
                    position = line.find('"', position) + 1
                    if not position:
                        break
                    if line.startswith('"', position):
                        position += 1
                    else:
                        inside = False
                elif match := field.search(line, position):
                    opened, inside, position = number, True, match.end()
                else:
                    break
    return opened
