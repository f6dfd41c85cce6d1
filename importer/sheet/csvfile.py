"""Delimited text → rows: decoded and checked once into a UTF-8 snapshot, then parsed anew for each pass.

The standard library's `csv` in strict mode does the parsing, so that a quote that is not closed, or is closed and
followed by text, ends the read instead of shifting cells. A NUL character shows nothing in any spreadsheet program and
cannot be sent: NULs are taken out, and it is said.
"""

import csv
import io
import itertools
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from importer.errors import SheetError
from importer.sheet.bounds import (
    MOST_CELL_CHARS,
    CellBudget,
    TooLargeError,
    require_row_fits,
)
from importer.sheet.cells import TORN_ROW, is_error_value
from importer.sheet.csvfault import RecordLength, ShortRows, unreadable
from importer.sheet.csvtext import DecodedText, decode_text, is_utf8_beyond_ascii
from importer.sheet.header import TOP_ROWS, Found, HeaderPlace, fit, is_blank, is_unseen, missing_header, trim_blanks
from importer.sheet.joined import join_header
from importer.sheet.snapshot import Spool
from importer.sheet.table import NOTHING, Row
from importer.sheet.textformat import (
    SNIFFED_CHARS,
    Encoding,
    delimiter_name,
    detect_encoding,
    parse_delimiter,
    sniff_delimiter,
)

__all__ = ["read_csv"]

_CHUNK_BYTES = 1 << 20

_NO_CELLS: Sequence[str] = ()
_NO_ROWS: frozenset[int] = frozenset()
_WRAPPED = re.compile(r'\s*+="((?:[^"]|"")*+)"\s*+')


def read_csv(
    path: Path,
    file: BinaryIO,
    *,
    header_row: int,
    header_rows: int = 1,
    encoding: str | None,
    delimiter: str | None,
) -> Found:
    """The header and a re-readable snapshot of the rows of a .csv, .tsv or .txt file."""
    file.seek(0)
    found = detect_encoding(file.read(_CHUNK_BYTES), encoding)
    if found.is_configured and is_utf8_beyond_ascii(file):
        found = Encoding("utf-8", 0, f"Read as UTF-8, as all of it is, although the config says encoding: {encoding}.")
    decoded = decode_text(path, file, found)
    try:
        notes = [found.note] if found.note else []
        if decoded.nuls:
            notes.append(f"NUL characters were taken out of the text: {decoded.nuls}.")
        default = "\t" if path.suffix.lower() == ".tsv" else ","
        chosen = _choose_delimiter(decoded, delimiter, header_row=header_row, default=default)
        if chosen != default:
            notes.append(f"The delimiter is {delimiter_name(chosen)}.")
        place = HeaderPlace(header_row, header_rows)
        source = _CsvRows(path, decoded.spool, chosen, place, line_offset=int(decoded.separator is not None))
        warnings = source.check(decoded.line_ends, has_quotes=decoded.has_quotes)
    except BaseException:
        decoded.spool.close()
        raise
    return Found(
        sheet=None,
        header=source.header,
        row_count=source.row_count,
        notes=tuple(notes),
        warnings=warnings,
        top=source.top,
        source=source,
    )


def _choose_delimiter(decoded: DecodedText, configured: str | None, *, header_row: int, default: str) -> str:
    if configured is not None:
        return parse_delimiter(configured)
    if decoded.separator is not None:
        return decoded.separator
    with decoded.spool.text() as text:
        head = text.read(SNIFFED_CHARS)
    lines = list(io.StringIO(head, newline=""))
    if len(head) == SNIFFED_CHARS and len(lines) > 1:
        lines.pop()  # cut off in the middle
    return sniff_delimiter(lines, header_row=header_row, default=default)


class _CsvRows:
    """The rows of a decoded CSV; `check` must run once before `rows`."""

    def __init__(self, path: Path, spool: Spool, delimiter: str, place: HeaderPlace, *, line_offset: int) -> None:
        self.header: tuple[str, ...] = ()
        self.row_count = 0
        self.top: tuple[Row, ...] = ()
        self._path = path
        self._spool = spool
        self._delimiter = delimiter
        self._header_row = place.row
        self._header_rows = place.count
        self._line_offset = line_offset
        self._torn = _NO_ROWS

    def check(self, line_ends: Counter[str], *, has_quotes: bool) -> tuple[str, ...]:
        """Parse the whole file: find the header, count the rows, meet every error and every bound. Gives warnings.

        `line_ends` says how often each line end occurs, in cells too. Without quotes no record is longer than a line.
        """
        try:
            return self._check(line_ends, RecordLength(is_watching=has_quotes))
        except TooLargeError as error:
            raise error.within(str(self._path)) from None

    def _check(self, line_ends: Counter[str], length: RecordLength) -> tuple[str, ...]:
        budget = CellBudget()
        top: list[Row] = []
        names: deque[list[str]] = deque(maxlen=self._header_rows)
        count, short = 0, ShortRows()
        with self._parsed(length=length) as records:
            for number, record in enumerate(itertools.islice(records, max(TOP_ROWS, self._header_row)), 1):
                require_row_fits(number, 0, len(record))
                length.chars = 0
                if number <= TOP_ROWS:
                    cells = _unwrapped(record)
                    top.append(Row(number, tuple(cells), (), _bad_cells(cells)))
                names.append(_unwrapped(record))
                if number == self._header_row:
                    self.header = _header_of(names)
                    short.width = len(self.header)
                elif number > self._header_row and not is_blank(record):
                    count += 1
                    short.look(number, len(record))
            width = short.width
            for number, record in enumerate(records, max(TOP_ROWS, self._header_row) + 1):
                length.chars = 0
                if len(record) > width:
                    require_row_fits(number, 0, len(record))
                if (record and record[0][:1].isalnum()) or _holds_anything("".join(record)):
                    count += 1
                    if len(record) < width:
                        short.add(number)
                        budget.add(width, stored=len(record))
        self.top, self.row_count = tuple(top), count
        if not self.header:
            raise self._missing_header()
        self._torn = self._find_torn(line_ends) if short.count and sum(map(bool, line_ends.values())) > 1 else _NO_ROWS
        warning = short.warning(count, self._torn)
        return (warning,) if warning else ()

    def _missing_header(self) -> SheetError:
        with self._parsed() as records:
            rows = (Row(number, tuple(record)) for number, record in enumerate(records, 1))
            return missing_header(str(self._path), self._header_row, rows)

    def _find_torn(self, line_ends: Counter[str]) -> frozenset[int]:
        """The rows before and after a line end that is not the file's usual one, if one of the two has too few cells.

        So looks what a line break in a cell without quotes leaves behind.
        """
        usual = line_ends.most_common(1)[0][0]
        width = len(self.header)
        torn: set[int] = set()
        seen: list[str] = []
        before_short, before_odd = False, False
        with self._parsed(seen) as records:
            for number, record in enumerate(records, 1):
                end = _line_end(seen[-1])
                seen.clear()
                is_short = len(record) < width and not is_blank(record)
                if before_odd and (is_short or before_short):
                    torn.update((number - 1, number))
                before_odd = number > self._header_row and end not in {usual, ""}
                before_short = is_short
        return frozenset(torn)

    def rows(self) -> Iterator[Row]:
        """Each data row that holds anything; every call parses the snapshot anew."""
        width, torn = len(self.header), self._torn
        with self._parsed() as records:
            for number, record in itertools.islice(enumerate(records, 1), self._header_row, None):
                joined = "".join(record)
                if not joined[:1].isalnum() and not _holds_anything(joined):
                    continue
                cells = _unwrapped(record) if '="' in joined else record
                bad = _bad_cells(cells) if "#" in joined or "Err:" in joined else NOTHING
                if torn and number in torn:
                    bad = {index: TORN_ROW for index, cell in enumerate(cells) if cell.strip()}
                row = Row(number, tuple(cells), (), bad)
                yield row if len(cells) == width else fit(row, width)

    def close(self) -> None:
        """Let go of the snapshot."""
        self._spool.close()

    @contextmanager
    def _parsed(
        self, seen: list[str] | None = None, *, length: RecordLength | None = None
    ) -> Iterator[Iterator[list[str]]]:
        """A new pass over the records; what cannot be parsed is a SheetError.

        Each line that is read goes to `seen`, or is measured by `length`.
        """
        # The limit is the module's, for want of one per reader; ours only ever raises it.
        csv.field_size_limit(max(csv.field_size_limit(), MOST_CELL_CHARS))
        with self._spool.text() as text:
            lines: Iterable[str] = text if seen is None else _watched(text, seen)
            if length is not None and length.is_watching:
                lines = length.watch(lines)
            reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
            try:
                yield reader
            except csv.Error as error:
                raise unreadable(
                    self._path, self._spool, self._delimiter, str(error), reader.line_num, line_offset=self._line_offset
                ) from error


def _header_of(names: Sequence[list[str]]) -> tuple[str, ...]:
    """The header from its rows."""
    return trim_blanks(tuple(names[0]) if len(names) == 1 else join_header(names))


def _holds_anything(joined: str) -> bool:
    return bool(joined) and ("!" <= joined[0] <= "~" or not is_unseen(joined))


def _bad_cells(record: list[str]) -> Mapping[int, str]:
    bad = {index: cell.strip() for index, cell in enumerate(record) if is_error_value(cell)}
    return bad or NOTHING


def _unwrapped(record: list[str]) -> list[str]:
    """The cells, with `="01250"`, a spreadsheet's way to keep zeros, as what it shows."""
    return [
        match[1].replace('""', '"') if '="' in cell and (match := _WRAPPED.fullmatch(cell)) else cell for cell in record
    ]


def _watched(lines: Iterable[str], seen: list[str]) -> Iterator[str]:
    for line in lines:
        seen.append(line)
        yield line


def _line_end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]
