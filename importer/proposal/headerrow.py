"""Where the header stands: the row, or the rows, that most look like headers of an account's fields. Pure."""

from collections.abc import Sequence

from importer.leadsquared.fields import FieldList
from importer.proposal.likeness import FieldNames
from importer.proposal.meaning import UNKNOWN, Reader
from importer.proposal.tables import load_tables

__all__ = ["best_header_row"]

LEAST_HEADERS = 2


def best_header_row(rows: Sequence[tuple[int, Sequence[str]]], fields: FieldList) -> int | None:
    """The row, among the first ones of a sheet, that most looks like headers of these fields; None where none does."""
    tables = load_tables()
    reader = Reader(tables, FieldNames(fields, tables).keys)
    counts = {number: len({cell for cell in cells if reader.read(cell) != UNKNOWN}) for number, cells in rows}
    best = max(counts, key=lambda number: (counts[number], -number), default=None)
    return best if best is not None and counts[best] >= LEAST_HEADERS else None
