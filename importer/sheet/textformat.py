"""Which encoding and which delimiter a text file has: told by signs that leave no doubt, never by a guess.

By hand: charset-normalizer and chardet guess, which is wrong too often on short files to act on.
"""

import codecs
import csv
from collections.abc import Sequence
from dataclasses import dataclass

from importer.errors import SheetError

__all__ = [
    "DELIMITERS",
    "SNIFFED_CHARS",
    "Encoding",
    "delimiter_name",
    "detect_encoding",
    "parse_delimiter",
    "sniff_delimiter",
    "utf16_pattern",
]

DELIMITERS = (",", ";", "\t", "|")
_NAMES = {"\t": "TAB", ",": "comma", ";": "semicolon", "|": "pipe", " ": "space"}
_WORDS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}

_BOMS = (  # UTF-32 first: its little-endian BOM begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UTF16_LEAST_NULS = 4
_UTF16_LEAST_SHARE = 0.2
_UTF16_STRAY_SHARE = 0.05
_UTF16_LINE_SHARE = 0.5  # a letter beyond ASCII may have a line end's byte in it
_SEEN_CHARS = 10_000
_INVISIBLE = frozenset("\u200b\u200c\u200d\u200e\u200f\ufeff\xa0\u202f\u3000\x1a")
_SNIFFED_ROWS = 50
SNIFFED_CHARS = 1 << 17
"""How much of a text shows how it is written."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec's name, the length of the BOM to skip, and what to tell the user about the choice (or nothing).

    `is_configured`: nothing in the file's first bytes says so, only the config.
    """

    codec: str
    bom_bytes: int = 0
    note: str = ""
    is_configured: bool = False


def detect_encoding(head: bytes, configured: str | None) -> Encoding:
    """The encoding of a file that begins with `head`; strict UTF-8 where nothing says otherwise.

    A BOM wins over everything, then the NUL pattern of UTF-16, then (the caller looks at the whole file) valid UTF-8
    beyond ASCII, then the config. Raises SheetError for a config
    that names no text encoding.
    """
    wanted = _lookup(configured) if configured else None
    for bom, codec in _BOMS:
        if head.startswith(bom):
            return Encoding(codec, len(bom), _contradiction(codec, wanted, "its byte-order mark says"))
    utf16 = utf16_pattern(head)
    if utf16:
        return Encoding(utf16, 0, _contradiction(utf16, wanted, "its bytes show"))
    return Encoding(wanted or "utf-8", is_configured=wanted not in {None, "utf-8"})


def _lookup(name: str) -> str:
    try:
        codec = codecs.lookup(name).name
        "a".encode(codec)  # a LookupError for codecs such as hex, which encode no text
    except (LookupError, ValueError, UnicodeError) as error:
        raise SheetError(
            f"encoding: {name!r} is no known text encoding.",
            hint="Common ones: utf-8, cp1252 (Western Europe), cp1250, cp1251, shift_jis, gb18030, utf-16.",
        ) from error
    return codec


def _contradiction(codec: str, wanted: str | None, reason: str) -> str:
    if wanted is None or codec.startswith(wanted.removesuffix("-sig")):
        return ""
    return f"Read as {codec.upper()}, as {reason}, although the config says encoding: {wanted}."


def utf16_pattern(head: bytes) -> str | None:
    """The byte order of UTF-16 text without a BOM, told by where its NUL bytes are, or None.

    Where most letters are ASCII, half of the bytes are NUL; of other scripts only line ends, digits and delimiters
    show it. Each line end must have its NUL, and the whole must be text.
    """
    head = head[: len(head) // 2 * 2]
    for codec, high, low in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        nuls = high.count(0)
        if nuls < _UTF16_LEAST_NULS:
            continue
        if b"\n" not in head and b"\r" not in head:
            if low.count(0) == 0 and nuls >= _UTF16_LEAST_SHARE * len(high):
                return codec
        elif low.count(0) <= nuls * _UTF16_STRAY_SHARE and _is_text_of_lines(head, low, codec):
            return codec
    return None


def _is_text_of_lines(head: bytes, low: bytes, codec: str) -> bool:
    """Whether bytes are UTF-16 text, and what looks like line ends among its lower bytes nearly always is one."""
    try:
        text = codecs.getincrementaldecoder(codec)(errors="strict").decode(head)
    except UnicodeDecodeError:
        return False
    line_ends = text.count("\n") + text.count("\r")
    as_bytes = low.count(b"\n") + low.count(b"\r")
    shown = text.replace("\n", "").replace("\r", "").replace("\t", "")
    odd = sum(not (mark.isprintable() or mark in _INVISIBLE) for mark in shown[:_SEEN_CHARS])
    return line_ends > 0 and line_ends >= _UTF16_LINE_SHARE * as_bytes and odd <= _UTF16_STRAY_SHARE * len(shown)


def parse_delimiter(configured: str) -> str:
    """The delimiter that the config names: one of the four, as itself or as a word such as `tab`."""
    delimiter = _WORDS.get(configured.strip().lower(), configured)
    if delimiter not in DELIMITERS:
        raise SheetError(
            f"delimiter: {configured!r} cannot be used.",
            hint='Use one of "," ";" "|" or "tab", or leave it out to have it found.',
        )
    return delimiter


def delimiter_name(delimiter: str) -> str:
    """How a person calls a delimiter."""
    return _NAMES.get(delimiter, repr(delimiter))


def sniff_delimiter(lines: Sequence[str], *, header_row: int = 1, default: str = ",") -> str:
    """The delimiter by which most of the first rows have as many cells as the header, outside quotes.

    `lines` are the file's first whole lines with their line ends. Ties go to more columns, then to `default`,
    then to the order of `DELIMITERS`; where the default is TAB, the default comes before more columns.
    A file of one column has the default.
    """
    best, best_score = default, (0.0, False, 0)
    for delimiter in sorted(DELIMITERS, key=lambda mark: mark != default):
        rows = _first_rows(lines, delimiter)
        wanted = next((row for row in rows[header_row - 1 :] if row), [])
        width = len(wanted)
        body = [row for row in rows[header_row - 1 :] if any(cell.strip() for cell in row)]
        if width < 2 or not body:  # noqa: PLR2004 - a delimiter makes two cells of one
            continue
        share = sum(len(row) == width for row in body) / len(body)
        score = (share, delimiter == default == "\t", width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _first_rows(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            rows.append(row)
            if len(rows) == _SNIFFED_ROWS:
                break
    except csv.Error:
        pass  # an overlong cell: what was read until there must do
    return rows
