"""Delimited text → rows: decoded and checked once into a UTF-8 snapshot, then parsed anew for each pass.

The standard library's `csv` in strict mode does the parsing, so that a quote that is not closed, or is closed and
followed by text, ends the read instead of shifting cells. A NUL character shows nothing in any spreadsheet program and
cannot be sent: NULs are taken out, and it is said.
"""

import codecs
import csv
import io
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from importer.errors import SheetError
from importer.sheet.cells import is_error_value
from importer.sheet.header import TOP_ROWS, Found, fit, is_blank, missing_header, trim_blanks
from importer.sheet.snapshot import Spool
from importer.sheet.table import NOTHING, Row
from importer.sheet.text import Encoding, delimiter_name, detect_encoding, parse_delimiter, sniff_delimiter

__all__ = ["read_csv"]

_CHUNK_BYTES = 1 << 20
_SNIFFED_CHARS = 1 << 17
_MOST_CHARS_IN_A_CELL = 1 << 24
_SEP_LINE = re.compile(r'"?sep=([^"\r\n])"?(?:\r\n|\r|\n|$)', re.IGNORECASE)
_SAMPLES = 3
_SAMPLE_CHARS = 30
_SUGGESTED = "cp1252"


@dataclass(slots=True)
class _Decoded:
    """A UTF-8 copy of the file without BOM, NULs and `sep=` line, and what was seen on the way."""

    spool: Spool
    nuls: int = 0
    separator: str | None = None


def read_csv(
    path: Path,
    file: BinaryIO,
    *,
    header_row: int,
    encoding: str | None,
    delimiter: str | None,
) -> Found:
    """The header and a re-readable snapshot of the rows of a .csv, .tsv or .txt file."""
    file.seek(0)
    found = detect_encoding(file.read(_CHUNK_BYTES), encoding)
    if found.is_configured and _is_utf8_beyond_ascii(file):
        found = Encoding("utf-8", 0, f"Read as UTF-8, as all of it is, although the config says encoding: {encoding}.")
    decoded = _decode(path, file, found)
    try:
        notes = [found.note] if found.note else []
        if decoded.nuls:
            notes.append(f"NUL characters were taken out of the text: {decoded.nuls}.")
        default = "\t" if path.suffix.lower() == ".tsv" else ","
        chosen = _choose_delimiter(decoded, delimiter, header_row=header_row, default=default)
        if chosen != default:
            notes.append(f"The delimiter is {delimiter_name(chosen)}.")
        source = _CsvRows(path, decoded.spool, chosen, header_row, line_offset=int(decoded.separator is not None))
        source.check()
    except BaseException:
        decoded.spool.close()
        raise
    return Found(
        sheet=None,
        header=source.header,
        row_count=source.row_count,
        notes=tuple(notes),
        top=source.top,
        source=source,
    )


def _is_utf8_beyond_ascii(file: BinaryIO) -> bool:
    """Whether the whole file is UTF-8 and says so: text in another encoding hardly ever is, by accident."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")(errors="strict")
    is_ascii = True
    try:
        while data := file.read(_CHUNK_BYTES):
            is_ascii = is_ascii and data.isascii()
            decoder.decode(data)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return not is_ascii


def _choose_delimiter(decoded: _Decoded, configured: str | None, *, header_row: int, default: str) -> str:
    if configured is not None:
        return parse_delimiter(configured)
    if decoded.separator is not None:
        return decoded.separator
    with io.TextIOWrapper(decoded.spool.reader(), "utf-8", newline="") as text:
        head = text.read(_SNIFFED_CHARS)
    lines = list(io.StringIO(head, newline=""))
    if len(head) == _SNIFFED_CHARS and len(lines) > 1:
        lines.pop()  # cut off in the middle
    return sniff_delimiter(lines, header_row=header_row, default=default)


def _decode(path: Path, file: BinaryIO, encoding: Encoding) -> _Decoded:
    file.seek(encoding.bom_bytes)
    decoder = codecs.getincrementaldecoder(encoding.codec)(errors="strict")
    decoded = _Decoded(Spool())
    lines_before, at_start = 0, True
    try:
        while True:
            data = file.read(_CHUNK_BYTES)
            pending = decoder.getstate()[0]
            try:
                text = decoder.decode(data, final=not data)
                if at_start and text:
                    text, at_start = _take_separator(decoded, text.lstrip("\ufeff")), False
                if "\0" in text:
                    decoded.nuls += text.count("\0")
                    text = text.replace("\0", "")
                decoded.spool.write(text.encode("utf-8"))
            except UnicodeError as error:
                good = (pending + data)[: error.start] if isinstance(error, UnicodeDecodeError) else b""
                raise _not_decodable(path, file, encoding, lines_before + good.count(b"\n") + 1) from error
            if not data:
                break
            lines_before += data.count(b"\n")
        decoded.spool.finish()
    except BaseException:
        decoded.spool.close()
        raise
    return decoded


def _take_separator(decoded: _Decoded, text: str) -> str:
    """Excel's `sep=;` first line names the delimiter and is no row."""
    match = _SEP_LINE.match(text)
    if match is None:
        return text
    decoded.separator = match.group(1)
    return text[match.end() :]


def _not_decodable(path: Path, file: BinaryIO, encoding: Encoding, line: int) -> SheetError:
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
    )


def _samples(file: BinaryIO) -> list[str]:
    """Up to three cells beyond ASCII, as the suggested encoding reads them, each with its row."""
    file.seek(0)
    text = io.TextIOWrapper(file, _SUGGESTED, newline="")
    try:
        head = text.read(_SNIFFED_CHARS)
        delimiter = sniff_delimiter(list(io.StringIO(head, newline="")))
        text.seek(0)
        found: list[str] = []
        for number, record in enumerate(csv.reader(text, delimiter=delimiter), 1):
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


class _CsvRows:
    """The rows of a decoded CSV; `check` must run once before `rows`."""

    def __init__(self, path: Path, spool: Spool, delimiter: str, header_row: int, *, line_offset: int) -> None:
        self.header: tuple[str, ...] = ()
        self.row_count = 0
        self.top: tuple[Row, ...] = ()
        self._path = path
        self._spool = spool
        self._delimiter = delimiter
        self._header_row = header_row
        self._line_offset = line_offset

    def check(self) -> None:
        """Parse the whole file: find the header, count the rows, meet every error."""
        top: list[Row] = []
        header: list[str] = []
        count = 0
        for number, record in enumerate(self._records(), 1):
            if number <= TOP_ROWS:
                top.append(Row(number, tuple(record), (), _bad_cells(record)))
            if number > self._header_row:
                if record and not is_blank(record):
                    count += 1
            elif number == self._header_row:
                header = record
        self.header, self.top, self.row_count = trim_blanks(tuple(header)), tuple(top), count
        if not self.header:
            rows = (Row(number, tuple(record)) for number, record in enumerate(self._records(), 1))
            raise missing_header(str(self._path), self._header_row, rows)

    def rows(self) -> Iterator[Row]:
        """Each data row that holds anything; every call parses the snapshot anew."""
        width = len(self.header)
        numbered = itertools.islice(enumerate(self._records(), 1), self._header_row, None)
        for number, record in numbered:
            joined = "".join(record)
            if not joined or joined.isspace():
                continue
            bad = _bad_cells(record) if "#" in joined or "Err:" in joined else NOTHING
            row = Row(number, tuple(record), (), bad)
            yield row if len(record) == width else fit(row, width)

    def close(self) -> None:
        """Let go of the snapshot."""
        self._spool.close()

    def _records(self) -> Iterator[list[str]]:
        # The limit is the module's, for want of one per reader; ours only ever raises it.
        csv.field_size_limit(max(csv.field_size_limit(), _MOST_CHARS_IN_A_CELL))
        with io.TextIOWrapper(self._spool.reader(), "utf-8", newline="") as text:
            reader = csv.reader(text, delimiter=self._delimiter, strict=True)
            ended = 0
            try:
                for record in reader:
                    yield record
                    ended = reader.line_num
            except csv.Error as error:
                raise self._unreadable(str(error), ended, reader.line_num) from error

    def _unreadable(self, problem: str, lines_before: int, last_line: int) -> SheetError:
        opened = self._opening_line(lines_before, last_line) + self._line_offset
        last = last_line + self._line_offset
        close = 'Close the quote; a quote that belongs to the text is written twice, as in "5"" pipe".'
        if "end of data" in problem or "field limit" in problem:
            return SheetError(f"{self._path}: the quote that opens on line {opened} is never closed.", hint=close)
        if "expected after" in problem and opened == last:
            message = f"{self._path}: line {last} has text after the closing quote of a cell."
            return SheetError(message, hint=close)
        if "expected after" in problem:
            message = f"{self._path}: the quote that opens on line {opened} meets the next quote within line {last}."
            return SheetError(message, hint=close)
        return SheetError(f"{self._path}: line {last} cannot be read ({problem}).", hint="Save the file again as CSV.")

    def _opening_line(self, lines_before: int, last_line: int) -> int:
        """The line on which the last quoted cell opens, in a record that begins after `lines_before` lines."""
        field = re.compile(rf'(?:^|(?<={re.escape(self._delimiter)}))"')
        opened, inside = lines_before + 1, False
        with io.TextIOWrapper(self._spool.reader(), "utf-8", newline="") as text:
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


def _bad_cells(record: list[str]) -> Mapping[int, str]:
    bad = {index: cell.strip() for index, cell in enumerate(record) if is_error_value(cell)}
    return bad or NOTHING
