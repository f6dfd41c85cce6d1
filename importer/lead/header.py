"""The columns of a configuration found again in a spreadsheet's header."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from importer.errors import UsageError
from importer.lead.columns import Column
from importer.lead.conversion import PLAIN, Conversion
from importer.lead.fieldname import FieldName
from importer.lead.text import UnreadableTextError, clean
from importer.nearest import ask, find_near, loosen
from importer.nextstep import NextStep

__all__ = [
    "HeaderMatch",
    "MappedColumn",
    "MissingHeaderError",
    "cell_name",
    "column_letters",
    "match_columns",
    "named",
    "named_cells",
    "shown",
    "tidy",
]

SHOWN_LENGTH = 40
SHOWN_HEADERS = 30
NEAR_ENOUGH = 0.55  # "E-Mail-Adresse" and "Email" stay below it


class MissingHeaderError(UsageError):
    """The spreadsheet lacks headers that the configuration maps; `missing` holds them as configured.

    Other problems of the mapping are in the message too. A caller that finds the headers in another row of the
    sheet can say so.
    """

    def __init__(self, message: str, *, missing: Sequence[str], hint: str = "", steps: Sequence[NextStep] = ()) -> None:
        super().__init__(message, hint=hint, steps=steps)
        self.missing = tuple(missing)


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """A column of the spreadsheet that goes to a field; `index` counts from 0, `header` is the spreadsheet's.

    A column that is split stands twice, once for each of its fields. Where several columns go to one field, `sources`
    are their places, `index` is the first of them, and `combine` makes one text of their cells.
    """

    index: int
    header: str
    field: FieldName
    conversion: Conversion = PLAIN
    sources: tuple[int, ...] = ()
    combine: Callable[[Sequence[str]], str] | None = None

    @property
    def places(self) -> tuple[int, ...]:
        """The places of all columns that it reads."""
        return self.sources or (self.index,)

    def cell(self, cells: Sequence[str]) -> str:
        """The text that a row's cells give it."""
        return cells[self.index] if self.combine is None else self.combine([cells[place] for place in self.sources])


@dataclass(frozen=True, slots=True)
class HeaderMatch:
    """Which columns were found, each with its index, and what stands against sending.

    `missing` holds headers as configured, `problems` are texts.
    """

    found: tuple[tuple[int, Column], ...]
    missing: tuple[str, ...]
    problems: tuple[str, ...]


def match_columns(header: Sequence[str], columns: Iterable[Column]) -> HeaderMatch:
    """Each configured column's place in `header`, or a problem.

    Headers are compared after `tidy`, exactly at first. Where that finds nothing, case, runs of blanks and the two
    ways of storing an accent are passed over, unless two headers would then do.
    """
    exact: dict[str, list[int]] = defaultdict(list)
    loose: dict[str, list[int]] = defaultdict(list)
    for index, text in enumerate(header):
        exact[tidy(text)].append(index)
        loose[_loosened(text)].append(index)
    found: list[tuple[int, Column]] = []
    absent: list[Column] = []
    problems: list[str] = []
    claimed: dict[int, Column] = {}
    for column in columns:
        places = exact.get(tidy(column.header)) or loose.get(_loosened(column.header), [])
        if not places:
            absent.append(column)
        elif len(places) > 1:
            problems.append(_repeated(column, header, places))
        elif other := claimed.get(places[0]):
            where = column_letters(places[0])
            problems.append(f"{named(other)} and {named(column)} both mean column {where} of the spreadsheet")
        else:
            claimed[places[0]] = column
            found.append((places[0], column))
    free = [text for index, text in enumerate(header) if index not in claimed and tidy(text)]
    problems[:0] = [_missing(column, free) for column in absent]
    if absent:
        problems.append(f"The spreadsheet's headers are: {_listed(header)}")
    return HeaderMatch(tuple(found), tuple(column.header for column in absent), tuple(problems))


def tidy(header: str) -> str:
    """A header as it is compared and shown: invisible characters and surrounding blanks removed."""
    try:
        return clean(header)
    except UnreadableTextError:
        return header.strip()


def shown(header: str) -> str:
    """A header for a message: on one line and not too long."""
    text = " ".join(tidy(header).split())
    return text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"


def named(column: Column) -> str:
    """A column of the configuration, for a message."""
    line = f" (line {column.line})" if column.line else ""
    return f"`{shown(column.header)}`{line}"


def cell_name(index: int, row_number: int) -> str:
    """A cell's name as spreadsheets show it: column 3 (counted from 0) of row 17 is D17."""
    return f"{column_letters(index)}{row_number}"


def column_letters(index: int) -> str:
    """A column's letters: 0 is A, 25 is Z, 26 is AA."""
    letters = ""
    count = index + 1
    while count:
        count, rest = divmod(count - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def named_cells(message: str, row_number: int) -> tuple[int, ...]:
    """The indexes of the cells of a row that a message of ours names, as `Cell D17 (Mobile)`."""
    names = re.findall(rf"\b([A-Z]{{1,3}}){row_number} \(", message)
    return tuple(dict.fromkeys(_index_of(letters) for letters in names))


def _index_of(letters: str) -> int:
    count = 0
    for letter in letters:
        count = count * 26 + ord(letter) - ord("A") + 1
    return count - 1


def _loosened(header: str) -> str:
    return loosen(tidy(header))


def _missing(column: Column, free: Sequence[str]) -> str:
    near = find_near(_loosened(column.header), {_loosened(header): header for header in free}, cutoff=NEAR_ENOUGH)
    meant = f"`{shown(near[0])}`" if near else ""
    return f"{named(column)}: the spreadsheet has no such header{ask(meant)}"


def _repeated(column: Column, header: Sequence[str], places: Sequence[int]) -> str:
    found = ", ".join(f"{column_letters(index)} `{shown(header[index])}`" for index in places)
    return f"{named(column)}: more than one column has this header ({found}); rename all but one in the spreadsheet"


def _listed(header: Sequence[str]) -> str:
    names = [shown(text) for text in header if tidy(text)]
    rest = f", and {len(names) - SHOWN_HEADERS} more" if len(names) > SHOWN_HEADERS else ""
    return (", ".join(names[:SHOWN_HEADERS]) + rest) or "none; its first row is empty"
