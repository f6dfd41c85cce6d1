"""The rows at the end of a list that are no leads, such as a total, by what a mapping can leave them out."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from importer.lead.header import tidy
from importer.run.notices import is_footer
from importer.sheet import Table

__all__ = ["ClosingRow", "find_closing_rows"]

LAST_ROWS = 3


@dataclass(frozen=True, slots=True)
class ClosingRow:
    """The row of this number begins with `text`, in the column of this `header`."""

    number: int
    header: str
    text: str


def find_closing_rows(table: Table) -> Iterator[ClosingRow]:
    """Those among the last rows that begin with a word such as Total, in a column whose header is its own."""
    names = [tidy(name) for name in table.header]
    for row in deque(table.rows(), maxlen=LAST_ROWS):
        place = next((nth for nth, cell in enumerate(row.cells) if cell.strip()), None)
        if place is not None and names[place] and names.count(names[place]) == 1 and is_footer(row):
            yield ClosingRow(row.number, names[place], " ".join(row.cells[place].split()))
