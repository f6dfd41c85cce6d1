"""Delimited text → a checked UTF-8 snapshot: decoded strictly, without NULs and `sep=` line, no line without end.

A NUL character shows nothing in any spreadsheet program and cannot be sent: NULs are taken out, and counted.
"""

import codecs
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from importer.sheet.bounds import MOST_ROW_CHARS, TooLargeError
from importer.sheet.csvfault import not_decodable
from importer.sheet.snapshot import Spool
from importer.sheet.textformat import Encoding

__all__ = ["DecodedText", "decode_text", "is_utf8_beyond_ascii"]

_CHUNK_BYTES = 1 << 20
_SEP_LINE = re.compile(r'"?sep=([^"\r\n])"?(?:\r\n|\r|\n|$)', re.IGNORECASE)
_NO_LIST = "A list of leads has a row for each lead: see whether it is the right file, and export it again."


@dataclass(slots=True)
class DecodedText:
    """A UTF-8 copy of the file without BOM, NULs and `sep=` line, and what was seen on the way."""

    spool: Spool
    nuls: int = 0
    separator: str | None = None
    line_ends: Counter[str] = field(default_factory=Counter)
    has_quotes: bool = False
    _open_chars: int = 0

    def measure(self, text: str) -> None:
        """Look at the next piece: has it quotes, and is a line longer than any row of leads? Then TooLargeError."""
        self.has_quotes = self.has_quotes or '"' in text
        first = max(text.find("\n"), text.find("\r"))
        if first < 0:
            self._open_chars += len(text)
        else:
            self._open_chars = len(text) - 1 - max(text.rfind("\n"), text.rfind("\r"))
        if self._open_chars > MOST_ROW_CHARS:
            raise TooLargeError(f"refused, a line of it is longer than {MOST_ROW_CHARS:,} characters.", hint=_NO_LIST)

    def count_line_ends(self, text: str, last: str) -> None:
        """Count the line ends of the next piece; `last` is the character before it."""
        pairs = text.count("\r\n")
        split = last == "\r" and text.startswith("\n")
        self.line_ends["\r\n"] += pairs + split
        self.line_ends["\n"] += text.count("\n") - pairs - split
        self.line_ends["\r"] += text.count("\r") - pairs - split


def is_utf8_beyond_ascii(file: BinaryIO) -> bool:
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


def decode_text(path: Path, file: BinaryIO, encoding: Encoding) -> DecodedText:
    """Decode the whole file into a snapshot; SheetError, with the line, for what is no text, or a line without end."""
    file.seek(encoding.bom_bytes)
    decoder = codecs.getincrementaldecoder(encoding.codec)(errors="strict")
    decoded = DecodedText(Spool())
    lines_before, at_start, last = 0, True, ""
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
                decoded.measure(text)
                decoded.count_line_ends(text, last)
                last = text[-1:] or last
                decoded.spool.write(text.encode("utf-8"))
            except UnicodeError as error:
                good = (pending + data)[: error.start] if isinstance(error, UnicodeDecodeError) else b""
                raise not_decodable(path, file, encoding, lines_before + good.count(b"\n") + 1) from error
            if not data:
                break
            lines_before += data.count(b"\n")
        decoded.spool.finish()
    except TooLargeError as error:
        decoded.spool.close()
        raise error.within(str(path)) from None
    except BaseException:
        decoded.spool.close()
        raise
    return decoded


def _take_separator(decoded: DecodedText, text: str) -> str:
    """Excel's `sep=;` first line names the delimiter and is no row."""
    match = _SEP_LINE.match(text)
    if match is None:
        return text
    decoded.separator = match.group(1)
    return text[match.end() :]
