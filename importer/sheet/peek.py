"""The first rows of a file, wherever its header may stand: for who looks for the header."""

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from importer.errors import SheetError
from importer.sheet.header import TOP_ROWS
from importer.sheet.table import Row
from importer.sheet.textformat import DELIMITERS, detect_encoding, parse_delimiter

if TYPE_CHECKING:
    from importer.sheet.workbook import Workbook

__all__ = ["Top", "peek_text", "peek_workbook"]

_HEAD_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Top:
    """The first rows of a sheet, or of a text file as one delimiter divides it."""

    rows: tuple[Row, ...]
    sheet: str | None = None
    delimiter: str | None = None


def peek_workbook(workbook: "Workbook", sheet: str | None, *, has_hidden: bool = False) -> Iterator[Top]:
    """The first rows of each visible sheet that can be read, or of the one that is named, in the order of the tabs.

    `has_hidden`: hidden ones too, behind the others.
    """
    for info in sorted(workbook.sheets, key=lambda info: info.hidden):
        if info.name != sheet if sheet is not None else info.hidden and not has_hidden:
            continue
        try:
            rows = tuple(itertools.takewhile(lambda row: row.number <= TOP_ROWS, workbook.rows(info.name)))
        except SheetError:
            continue
        yield Top(rows, sheet=info.name)


def peek_text(file: BinaryIO, encoding: str | None, delimiter: str | None) -> Iterator[Top]:
    """The first rows of a text file, by each delimiter that may divide it, or by the one that is named."""
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    found = detect_encoding(head, encoding)
    text = head[found.bom_bytes :].decode(found.codec, errors="replace").replace("\0", "")
    lines = io.StringIO(text, newline="").readlines()
    if len(head) == _HEAD_BYTES and len(lines) > 1:
        lines.pop()  # cut off in the middle
    if lines and lines[0].strip().strip('"').casefold().startswith("sep="):
        delimiter = delimiter or lines[0].strip().strip('"')[len("sep=") :]
        del lines[0]
    for mark in DELIMITERS if delimiter is None else (parse_delimiter(delimiter),):
        yield Top(tuple(_rows(lines, mark)), delimiter=mark)


def _rows(lines: list[str], delimiter: str) -> Iterator[Row]:
    try:
        for number, record in enumerate(csv.reader(lines, delimiter=delimiter), 1):
            if number > TOP_ROWS:
                return
            yield Row(number, tuple(record))
    except csv.Error:
        return  # what was read until there must do
