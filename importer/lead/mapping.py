"""A row of the spreadsheet → the body of its Lead.Create call, or why it is not fit to send."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NotRequired, TypedDict

from importer.errors import RowProblem
from importer.lead.columns import Constant
from importer.lead.conversion import PLAIN
from importer.lead.fieldname import FieldName
from importer.lead.header import MappedColumn, cell_name, shown
from importer.lead.refusal import Converter, Refusal
from importer.lead.text import UnreadableTextError, clean

if TYPE_CHECKING:  # the type only: lead/ depends on no room that reads files
    from importer.sheet.table import Row

__all__ = ["Attribute", "Body", "LeadMapping", "SubField"]

NAME_OR_CONTACT = frozenset({"FirstName", "LastName", "EmailAddress", "Phone"})  # Lead.Create wants one of them


class SubField(TypedDict):
    """One value of a custom field set."""

    Attribute: str
    Value: str


class Attribute(TypedDict):
    """One value of a lead as Lead.Create takes it; `Fields` only for a custom field set."""

    Attribute: str
    Value: str
    Fields: NotRequired[list[SubField]]


Body = list[Attribute]


Cell = tuple[int, Converter | None, int]  # a cell's index, its converter, and how many characters it may have


@dataclass(frozen=True, slots=True)
class FieldSet:
    """Where the values of a custom field set come from; `own` is its parent's own value, mapped beside its parts."""

    own: Cell | None
    subs: tuple[tuple[str, Cell], ...]


Step = tuple[str, int, Converter | None, int, FieldSet | None]  # a schema name and its cell; or the cells of a set


@dataclass(frozen=True, slots=True)
class LeadMapping:
    """Which cell of a row goes to which field, worked out once for a file; made by `plan_mapping`.

    `columns` are the mapped ones in the order of their attributes; `constants` come after them. `unmapped` are the
    headers of the spreadsheet that are not sent, and `notes` sentences about those that are, for telling. `width` is
    the number of the header's columns. `mandatory` are the fields without which the account refuses a lead.
    """

    columns: tuple[MappedColumn, ...]
    constants: tuple[Constant, ...] = ()
    unmapped: tuple[str, ...] = ()
    width: int = 0
    mandatory: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    _constant_cells: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _steps: tuple[Step, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lay the constants out as cells to the right of every row, so that one loop serves both."""
        object.__setattr__(self, "_constant_cells", tuple(constant.value for constant in self.constants))
        object.__setattr__(self, "_steps", tuple(_plan_steps(self._sources())))

    @property
    def fields(self) -> tuple[FieldName, ...]:
        """Every field that is sent, in the order of the attributes."""
        return (*(column.field for column in self.columns), *(constant.field for constant in self.constants))

    def build(self, row: "Row") -> tuple[Body, tuple[RowProblem, ...]]:
        """The body of the row's call; where there are problems, the main one first, it must not be sent.

        Empty cells are left out, and so is a custom field set of which nothing is filled. Constants are cleaned as
        cells are, and count as filled: with a constant FirstName every row has a name.
        """
        if not row.extra and not row.bad:
            try:
                body = _gather(self._steps, (*row.cells, *self._constant_cells), row.dates)
            except (UnreadableTextError, _UnfitError):
                return self._build_with_problems(row)
            if _has_name_or_contact(body) and (not self.mandatory or self.mandatory <= _names(body)):
                return body, ()
        return self._build_with_problems(row)

    def _sources(self) -> Iterator[tuple[FieldName, Cell]]:
        """Every field with its cell, the constants' behind those of the row."""
        for column in self.columns:
            yield column.field, (column.index, column.conversion.convert, column.conversion.limit)
        for nth, constant in enumerate(self.constants):
            yield constant.field, (self.width + nth, PLAIN.convert, PLAIN.limit)

    def _build_with_problems(self, row: "Row") -> tuple[Body, tuple[RowProblem, ...]]:
        """What `build` promises, for a row that has a problem: each one, and the body of the other cells."""
        problems = {_overflow(row): None} if row.extra else {}
        unfit: set[int] = set()
        for column in sorted(self.columns, key=lambda column: column.index):
            problem = _cell_problem(column, row)
            if problem is not None:
                problems[problem] = None
                unfit.add(column.index)
        sources = [(name, cell) for name, cell in self._sources() if cell[0] not in unfit]
        body = _gather(tuple(_plan_steps(sources)), (*row.cells, *self._constant_cells), row.dates)
        told = {column.field.parent for column in self.columns if column.index in unfit}
        if not told & NAME_OR_CONTACT and not _has_name_or_contact(body):
            problems[self._nameless()] = None
        problems |= dict.fromkeys(self._missing(name, row) for name in sorted(self.mandatory - _names(body) - told))
        return body, tuple(problems)

    def _missing(self, name: str, row: "Row") -> RowProblem:
        """The problem of a mandatory field that a row leaves empty."""
        columns = [column for column in self.columns if column.field.parent == name]
        cells = ", ".join(f"{cell_name(column.index, row.number)} ({shown(column.header)})" for column in columns)
        return RowProblem(
            "mandatory",
            f"Nothing fills {name}, which is mandatory in LeadSquared: empty is {cells}.",
            "Fill the cell, or give the column a default: in config.yaml.",
            shown(columns[0].header) if columns else "",
        )

    def _nameless(self) -> RowProblem:
        headers = [shown(column.header) for column in self.columns if str(column.field) in NAME_OR_CONTACT]
        fill = (
            f"Fill one of the columns {', '.join(headers)}" if headers else "Map a column to one of them in config.yaml"
        )
        return RowProblem(
            "no_name_or_contact",
            "None of FirstName, LastName, EmailAddress and Phone is filled; LeadSquared needs at least one.",
            f"{fill}, or delete the row.",
        )


class _UnfitError(Exception):
    """A cell of the row is refused; which one and why is found out on the way that has the time for it."""


def _gather(steps: Iterable[Step], cells: Sequence[str], dates: Mapping[int, str]) -> Body:
    """The body from these cells. The hot path: a text cell of printable ASCII costs three tests and a strip."""
    body: Body = []
    for name, index, convert, limit, field_set in steps:
        if field_set is not None:
            if gathered := _gather_set(name, field_set, cells, dates):
                body.append(gathered)
            continue
        value = cells[index]
        value = value.strip(" ") if value.isascii() and value.isprintable() else clean(value)
        if convert is not None:
            converted = convert(value, dates.get(index))
            if isinstance(converted, Refusal):
                raise _UnfitError
            value = converted
        if value:
            if len(value) > limit:
                raise _UnfitError
            body.append({"Attribute": name, "Value": value})
    return body


def _gather_set(name: str, field_set: FieldSet, cells: Sequence[str], dates: Mapping[int, str]) -> Attribute | None:
    """A custom field set, None where nothing of it is filled."""
    own = "" if field_set.own is None else _value(field_set.own, cells, dates)
    values = [(sub, _value(cell, cells, dates)) for sub, cell in field_set.subs]
    subs: list[SubField] = [{"Attribute": sub, "Value": value} for sub, value in values if value]
    if subs:
        return {"Attribute": name, "Value": own, "Fields": subs}
    return {"Attribute": name, "Value": own} if own else None


def _value(cell: Cell, cells: Sequence[str], dates: Mapping[int, str]) -> str:
    index, convert, limit = cell
    value = clean(cells[index])
    if convert is not None:
        converted = convert(value, dates.get(index))
        if isinstance(converted, Refusal):
            raise _UnfitError
        value = converted
    if len(value) > limit:
        raise _UnfitError
    return value


def _plan_steps(sources: Iterable[tuple[FieldName, Cell]]) -> Iterator[Step]:
    """One step for each attribute; a custom field set stands where its first sub-field does."""
    sources = list(sources)
    subs: dict[str, list[tuple[str, Cell]]] = {}
    for name, cell in sources:
        if name.sub is not None:
            subs.setdefault(name.parent, []).append((name.sub, cell))
    own = {name.parent: cell for name, cell in sources if name.sub is None}
    for name, cell in sources:
        gathered = subs.get(name.parent)
        if gathered is None:
            yield name.parent, *cell, None
        elif (name.sub, cell) == gathered[0]:
            yield name.parent, *cell, FieldSet(own.get(name.parent), tuple(gathered))


def _names(body: Iterable[Attribute]) -> set[str]:
    return {attribute["Attribute"] for attribute in body}


def _has_name_or_contact(body: Iterable[Attribute]) -> bool:
    for attribute in body:  # noqa: SIM110 on the hot path; any() and its generator cost three times as much
        if attribute["Attribute"] in NAME_OR_CONTACT:
            return True
    return False


def _overflow(row: "Row") -> RowProblem:
    count = "1 more cell" if len(row.extra) == 1 else f"{len(row.extra)} more cells"
    return RowProblem(
        "too_many_cells",
        f"Row {row.number} has {count} than the header.",
        "A value that holds the delimiter must stand in double quotes; otherwise the cells after it have shifted. "
        "Mend the row, or delete the surplus cells (in a report: empty lsq_extra).",
    )


def _cell_problem(column: MappedColumn, row: "Row") -> RowProblem | None:
    """Why the cell of a mapped column cannot be sent, None where it can."""
    where = f"Cell {cell_name(column.index, row.number)} ({shown(column.header)})"
    bad = row.bad.get(column.index)
    if bad is not None:
        formula = bad.startswith("formula")
        return RowProblem(
            "cell_error",
            f"{where} holds {'a ' if formula else ''}{bad}.",
            "Open the file in your spreadsheet program, let it calculate, and save it again."
            if formula
            else "Put the value there that was meant, or empty the cell.",
            shown(column.header),
        )
    try:
        value = clean(row.cells[column.index])
    except UnreadableTextError as error:
        return RowProblem(
            "unreadable_text",
            f"{where} holds {error}, which is no text.",
            "The file was probably saved in another encoding than it was read in: set encoding: in config.yaml "
            "(often cp1252), or type the cell's text again.",
            shown(column.header),
        )
    judged = column.conversion.judge(value, row.dates.get(column.index))
    return judged.problem(where, shown(column.header)) if isinstance(judged, Refusal) else None
