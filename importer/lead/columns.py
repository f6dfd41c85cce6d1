"""What a configuration maps: a spreadsheet column, or a constant, to a field of the lead."""

from dataclasses import dataclass
from typing import Literal

from importer.lead.fieldname import FieldName
from importer.lead.rule import AS_TEXT, ValueRule

__all__ = ["Column", "Combination", "Constant", "UnmappedColumns"]

UnmappedColumns = Literal["ignore", "error", "pass"]


@dataclass(frozen=True, slots=True)
class Column:
    """One spreadsheet column and the field it goes to; `line` is its line in config.yaml, 0 where there is none.

    `rest` is the second field of a column that is split: `field` gets the first name, `rest` the last.
    """

    header: str
    field: FieldName
    line: int = 0
    rule: ValueRule = AS_TEXT
    rest: FieldName | None = None

    @property
    def fields(self) -> tuple[FieldName, ...]:
        """Every field that the column fills."""
        return (self.field,) if self.rest is None else (self.field, self.rest)


@dataclass(frozen=True, slots=True)
class Combination:
    """Several spreadsheet columns that go to one field: joined with `separator` between those that are filled, or
    (None) the first of them that is filled.
    """

    field: FieldName
    headers: tuple[str, ...]
    separator: str | None
    line: int = 0
    rule: ValueRule = AS_TEXT


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that every lead gets, exactly as written in config.yaml, unless `rule` says that it is an owner."""

    field: FieldName
    value: str
    line: int = 0
    rule: ValueRule = AS_TEXT
