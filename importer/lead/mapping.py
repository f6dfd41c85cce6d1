"""A row of the spreadsheet → what its Lead.Create call says, or why it is not fit to send."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import gt, itemgetter
from typing import TYPE_CHECKING

from importer.errors import RowProblem
from importer.lead.columns import Constant
from importer.lead.conversion import NO_LIMIT
from importer.lead.fieldname import FieldName
from importer.lead.header import MappedColumn, cell_name, shown
from importer.lead.payload import PayloadPlan
from importer.lead.refusal import Converter, Refusal
from importer.lead.text import LONE_DASHES, UnreadableTextError, clean

if TYPE_CHECKING:  # the type only: lead/ depends on no room that reads files
    from importer.sheet.table import Row

__all__ = ["LeadMapping"]

NO_PLACE = -1
"""Of a text that is made of several cells: none of them says that it is a date."""

NAME_OR_CONTACT = ("FirstName", "LastName", "EmailAddress", "Phone")  # Lead.Create wants one of them


@dataclass(frozen=True, slots=True)
class LeadMapping:
    """Which cell of a row goes to which field, worked out once for a file; made by `plan_mapping`.

    `columns` are the mapped ones in the order of their attributes; `constants` come after them, cleaned. `unmapped`
    are the headers of the spreadsheet that are not sent, and `notes` sentences about those that are, for telling.
    `mandatory` are the fields without which the account refuses a lead.
    """

    columns: tuple[MappedColumn, ...]
    constants: tuple[Constant, ...] = ()
    unmapped: tuple[str, ...] = ()
    mandatory: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    payload_plan: PayloadPlan = field(init=False, repr=False, compare=False)
    _reader: "_Reader" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out what is the same for every row."""
        object.__setattr__(self, "payload_plan", PayloadPlan(self.fields))
        object.__setattr__(self, "_reader", _Reader(self))

    @property
    def fields(self) -> tuple[FieldName, ...]:
        """Every field that is sent, in the order of the attributes."""
        return (*(column.field for column in self.columns), *(constant.field for constant in self.constants))

    def read(self, row: "Row") -> tuple[Sequence[str], tuple[RowProblem, ...]]:
        """What is sent of a row, one text for each of `fields`; where there are problems, the main one first, it must
        not be sent, and the texts of unfit cells are empty.

        Constants count as filled: with a constant FirstName every row has a name.
        """
        texts = self._reader.read(row)
        return (texts, ()) if texts is not None else self._read_with_problems(row)

    def _read_with_problems(self, row: "Row") -> tuple[Sequence[str], tuple[RowProblem, ...]]:
        """What `read` promises, for a row that has a problem: each one, in the order of the row's cells."""
        problems = {_overflow(row): None} if row.extra else {}
        judged = [(column, _judge(column, row)) for column in self.columns]
        found = [(column.index, text) for column, text in judged if isinstance(text, RowProblem)]
        problems |= {problem: None for _index, problem in sorted(found, key=itemgetter(0))}
        unfit = {index for index, _problem in found}  # of a cell that is split, both parts
        texts = [text if isinstance(text, str) and column.index not in unfit else "" for column, text in judged]
        texts += [constant.value for constant in self.constants]
        blamed = {column.field.parent for column in self.columns if column.index in unfit}
        filled = {name.parent for name, text in zip(self.fields, texts, strict=True) if text}
        if not blamed.intersection(NAME_OR_CONTACT) and not filled.intersection(NAME_OR_CONTACT):
            problems[self._nameless()] = None
        problems |= dict.fromkeys(self._missing(name, row) for name in sorted(self.mandatory - filled - blamed))
        return texts, tuple(problems)

    def _missing(self, name: str, row: "Row") -> RowProblem:
        """The problem of a mandatory field that a row leaves empty."""
        columns = [column for column in self.columns if column.field.parent == name]
        places = [(place, column) for column in columns for place in column.places]
        cells = ", ".join(f"{cell_name(place, row.number)} ({shown(column.header)})" for place, column in places)
        return RowProblem(
            "mandatory",
            f"Nothing fills {name}, which is mandatory in LeadSquared: empty is {cells}.",
            "Fill the cell, or give the column a default: in config.yaml.",
            shown(columns[0].header) if columns else "",
            tuple(column.index for column in columns),
            f"is empty, and nothing else fills {name}, which is mandatory in LeadSquared" if len(columns) == 1 else "",
        )

    def _nameless(self) -> RowProblem:
        columns = [column for column in self.columns if str(column.field) in NAME_OR_CONTACT]
        headers = [shown(column.header) for column in columns]
        fill = (
            f"Fill one of the columns {', '.join(headers)}" if headers else "Map a column to one of them in config.yaml"
        )
        return RowProblem(
            "no_name_or_contact",
            "None of FirstName, LastName, EmailAddress and Phone is filled; LeadSquared needs at least one.",
            f"{fill}, or delete the row.",
            cells=tuple(dict.fromkeys(column.index for column in columns)),
        )


class _Reader:
    """The quick way for a row without problems. What is found unfit here, and why, `_read_with_problems` tells."""

    def __init__(self, mapping: LeadMapping) -> None:
        columns, payload_plan = mapping.columns, mapping.payload_plan
        self._pick = _picker([column.index for column in columns])
        self._combined = [(place, column) for place, column in enumerate(columns) if column.combine is not None]
        self._blanks = [column.conversion.blanks for column in columns]
        self._converters: tuple[tuple[int, int, Converter], ...] = tuple(
            (place, column.index if column.combine is None else NO_PLACE, column.conversion.convert)
            for place, column in enumerate(columns)
            if column.conversion.convert is not None
        )
        limits = [column.conversion.limit for column in columns]
        self._limits = limits if min(limits, default=NO_LIMIT) < NO_LIMIT else []
        self._constants = [constant.value for constant in mapping.constants]
        self._groups = [
            tuple(index for field in NAME_OR_CONTACT for index in payload_plan.indexes(field)),
            *(payload_plan.indexes(field) for field in mapping.mandatory),
        ]

    def read(self, row: "Row") -> list[str] | None:
        """What is sent of the row; None where anything is the matter with it."""
        if row.extra or row.bad:
            return None
        picked = self._pick(row.cells)
        texts = self._clean(self._with_combined(picked, row.cells) if self._combined else picked)
        if texts is None:
            return None
        for place, index, convert in self._converters:
            text = convert(texts[place], row.dates.get(index))
            if isinstance(text, Refusal):
                return None
            texts[place] = text
        if self._limits and any(map(gt, map(len, texts), self._limits)):
            return None
        texts += self._constants
        for places in self._groups:  # of each, one must be filled
            for place in places:
                if texts[place]:
                    break
            else:
                return None
        return texts

    def _with_combined(self, picked: Sequence[str], cells: Sequence[str]) -> Sequence[str]:
        texts = list(picked)
        for place, column in self._combined:
            texts[place] = column.cell(cells)
        return texts

    def _clean(self, cells: Sequence[str]) -> list[str] | None:
        """The cells' texts, lone dashes taken for blanks; None where one cannot be text."""
        joined = "".join(cells)
        if joined.isascii() and joined.isprintable():
            texts = list(map(str.strip, cells))  # what `clean` comes to: the only blank here is the space
        else:
            try:
                texts = list(map(clean, cells))
            except UnreadableTextError:
                return None
        if LONE_DASHES.isdisjoint(texts):
            return texts
        return ["" if text in blanks else text for text, blanks in zip(texts, self._blanks, strict=True)]


def _picker(indexes: Sequence[int]) -> Callable[[Sequence[str]], Sequence[str]]:
    """A function that takes these cells of a row; itemgetter would give a lone one bare."""
    if len(indexes) > 1:
        return itemgetter(*indexes)
    return lambda cells: [cells[index] for index in indexes]


def _overflow(row: "Row") -> RowProblem:
    count = "1 more cell" if len(row.extra) == 1 else f"{len(row.extra)} more cells"
    return RowProblem(
        "too_many_cells",
        f"Row {row.number} has {count} than the header.",
        "A value that holds the delimiter must stand in double quotes; otherwise the cells after it have shifted. "
        "Mend the row, or delete the surplus cells (in a report: empty lsq_extra).",
    )


def _judge(column: MappedColumn, row: "Row") -> str | RowProblem:
    """What is sent of a mapped column's cell, or why nothing is."""
    judged = _judge_cell(column, row)
    if isinstance(judged, str):
        return judged
    names = ", ".join(cell_name(place, row.number) for place in column.places)
    return judged.problem(names, shown(column.header), column.index)


def _judge_cell(column: MappedColumn, row: "Row") -> str | Refusal:
    bad = next((row.bad[place] for place in column.places if place in row.bad), None)
    if bad is not None:
        return Refusal(
            "cell_error",
            f"holds {'a ' if bad[:1].islower() else ''}{bad}",
            "Open the file in your spreadsheet program, let it calculate, and save it again."
            if bad.startswith("formula")
            else "Put the value there that was meant, or empty the cell.",
        )
    try:
        value = clean(column.cell(row.cells))
    except UnreadableTextError as error:
        return Refusal(
            "unreadable_text",
            f"holds {error}, which is no text",
            "The file was probably saved in another encoding than it was read in: set encoding: in config.yaml "
            "(often cp1252), or type the cell's text again.",
        )
    return column.conversion.judge(value, row.dates.get(column.index) if column.combine is None else None)
