"""Where the header stands: the sheet, the row or the rows that most look like headers of an account's fields. Pure."""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from importer.lead.header import tidy
from importer.lead.metadata import FieldList
from importer.proposal.meaning import UNKNOWN, Meaning, Reader
from importer.proposal.similarity import FieldNames
from importer.proposal.tables import Tables, load_tables

__all__ = ["HeaderRows", "find_header"]

LEAST_KNOWN = 3
LEAST_WIDTH = 2
SEARCHED = 30

NumberedRow = tuple[int, Sequence[str]]


@dataclass(frozen=True, slots=True)
class HeaderRows:
    """The row in which a header ends, how many rows it takes, and how much of its names is known.

    `grouped` are names that have a group's title in front, since several columns have them.
    """

    row: int
    count: int = 1
    known: int = 0
    grouped: tuple[str, ...] = ()


def find_header(
    rows: Sequence[NumberedRow],
    fields: FieldList,
    *,
    join: Callable[[Sequence[Sequence[str]]], tuple[str, ...]],
    row: int | None = None,
) -> HeaderRows | None:
    """The header among the first rows of a sheet; only its number of rows where its `row` is known.

    The row with most known names, or two rows where they, put together by `join`, say more than either. A name that
    means a field counts twice as much as one that means none. Where no row has two known names, the first row that is
    as wide as the table and holds nothing but words; None where there is none.
    """
    tables = load_tables()
    reader = Reader(tables, FieldNames(fields, tables).keys)

    def known(cells: Sequence[str]) -> int:
        names = Counter(tidy(cell) for cell in cells if cell.strip())
        return sum(_weight(reader.read(name), tables) for name, count in names.items() if count == 1)

    searched = [(number, cells) for number, cells in rows if number <= SEARCHED or number == row]
    counts = {number: known(cells) for number, cells in searched if row is None or number == row}
    if not counts:
        return None
    best = max(counts, key=lambda number: (counts[number], -number))
    found = HeaderRows(best, known=counts[best])
    for (upper_number, upper), (number, lower) in itertools.pairwise(searched):
        if number != upper_number + 1 or (row is not None and number != row):
            continue
        names = join([upper, lower])
        count = known(names)
        if count > found.known and (row is None or count > known(upper)):  # without a row, found knows each alone
            found = HeaderRows(number, 2, count, _grouped(names, lower))
    if found.known >= LEAST_KNOWN or row is not None:
        return found
    plain = _first_of_words(searched)
    return None if plain is None else HeaderRows(plain)


def _weight(meaning: Meaning, tables: Tables) -> int:
    """How much a cell speaks for a header: 2 where it means a field, 1 where it is a header that means none."""
    if meaning == UNKNOWN:
        return 0
    concept = tables.concepts.get(meaning.concept or "")
    return 1 if meaning.meanings or (concept is not None and not concept.fields) else 2


def _grouped(names: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    """The joined names of columns whose lower name stands several times."""
    counts = Counter(cell.strip().casefold() for cell in lower if cell.strip())
    pairs = zip(names, lower, strict=False)
    return tuple(tidy(name) for name, cell in pairs if counts[cell.strip().casefold()] > 1 and name != cell.strip())


def _first_of_words(rows: Sequence[NumberedRow]) -> int | None:
    """The first row that is as wide as the widest and holds nothing but different words."""
    widths = [sum(bool(cell.strip()) for cell in cells) for _, cells in rows]
    widest = max(widths, default=0)
    if widest < LEAST_WIDTH:
        return None
    for (number, cells), width in zip(rows, widths, strict=True):
        texts = [cell.strip() for cell in cells if cell.strip()]
        if width == widest and len(set(texts)) == width and not any(map(_has_value, texts)):
            return number
    return None


def _has_value(text: str) -> bool:
    """Whether a cell holds a number or an address rather than a name."""
    return "@" in text or sum(mark.isdigit() for mark in text) * 2 > len(text)
