"""A row of the spreadsheet → the body of its Lead.Create call, or why it is not fit to send."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NotRequired, TypedDict

from importer.errors import RowProblem
from importer.lead.columns import Constant
from importer.lead.fieldname import FieldName
from importer.lead.header import MappedColumn, cell_name, shown
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


@dataclass(frozen=True, slots=True)
class FieldSet:
    """Where the values of a custom field set come from; `own` is its parent's own value, mapped beside its parts."""

    own: int | None
    subs: tuple[tuple[str, int], ...]


Step = tuple[str, int, FieldSet | None]  # a schema name, and the cell or the cells that its value comes from


@dataclass(frozen=True, slots=True)
class LeadMapping:
    """Which cell of a row goes to which field, worked out once for a file; made by `plan_mapping`.

    `columns` are the mapped ones in the order of their attributes; `constants` come after them. `unmapped` are the
    headers of the spreadsheet that are not sent, for telling. `width` is the number of the header's columns.
    """

    columns: tuple[MappedColumn, ...]
    constants: tuple[Constant, ...] = ()
    unmapped: tuple[str, ...] = ()
    width: int = 0
    _constant_cells: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _steps: tuple[Step, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lay the constants out as cells to the right of every row, so that one loop serves both."""
        constants = ((constant.field, self.width + nth) for nth, constant in enumerate(self.constants))
        sources = [*((column.field, column.index) for column in self.columns), *constants]
        object.__setattr__(self, "_constant_cells", tuple(constant.value for constant in self.constants))
        object.__setattr__(self, "_steps", tuple(_plan_steps(sources)))

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
                body = self._gather(row.cells)
            except UnreadableTextError:
                return self._build_with_problems(row)
            if _has_name_or_contact(body):
                return body, ()
        return self._build_with_problems(row)

    def _gather(self, cells: Sequence[str]) -> Body:
        """The body from these cells. The hot path: a cell of printable ASCII costs two tests and a strip."""
        cells = (*cells, *self._constant_cells)
        body: Body = []
        for name, index, field_set in self._steps:
            if field_set is None:
                value = cells[index]
                value = value.strip(" ") if value.isascii() and value.isprintable() else clean(value)
                if value:
                    body.append({"Attribute": name, "Value": value})
                continue
            own = "" if field_set.own is None else clean(cells[field_set.own])
            values = ((sub, clean(cells[index])) for sub, index in field_set.subs)
            subs: list[SubField] = [{"Attribute": sub, "Value": value} for sub, value in values if value]
            if subs:
                body.append({"Attribute": name, "Value": own, "Fields": subs})
            elif own:
                body.append({"Attribute": name, "Value": own})
        return body

    def _build_with_problems(self, row: "Row") -> tuple[Body, tuple[RowProblem, ...]]:
        """What `build` promises, for a row that has a problem: each one, and the body of the other cells."""
        problems = [_overflow(row)] if row.extra else []
        cells = list(row.cells)
        name_unreadable = False
        for column in sorted(self.columns, key=lambda column: column.index):
            problem = _cell_problem(column, row)
            if problem is not None:
                problems.append(problem)
                cells[column.index] = ""
                name_unreadable |= str(column.field) in NAME_OR_CONTACT
        body = self._gather(cells)
        if not name_unreadable and not _has_name_or_contact(body):
            problems.append(self._nameless())
        return body, tuple(problems)

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


def _plan_steps(sources: Sequence[tuple[FieldName, int]]) -> Iterator[Step]:
    """One step for each attribute; a custom field set stands where its first sub-field does."""
    subs: dict[str, list[tuple[str, int]]] = {}
    for name, index in sources:
        if name.sub is not None:
            subs.setdefault(name.parent, []).append((name.sub, index))
    own = {name.parent: index for name, index in sources if name.sub is None}
    for name, index in sources:
        gathered = subs.get(name.parent)
        if gathered is None:
            yield name.parent, index, None
        elif (name.sub, index) == gathered[0]:
            yield name.parent, index, FieldSet(own.get(name.parent), tuple(gathered))


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
        clean(row.cells[column.index])
    except UnreadableTextError as error:
        return RowProblem(
            "unreadable_text",
            f"{where} holds {error}, which is no text.",
            "The file was probably saved in another encoding than it was read in: set encoding: in config.yaml "
            "(often cp1252), or type the cell's text again.",
            shown(column.header),
        )
    return None
