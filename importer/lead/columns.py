"""What a configuration maps: a spreadsheet column, or a constant, to a field of the lead."""

from dataclasses import dataclass
from typing import Literal

from importer.lead.fieldname import FieldName

__all__ = ["Column", "Constant", "UnmappedColumns"]

UnmappedColumns = Literal["ignore", "error", "pass"]


@dataclass(frozen=True, slots=True)
class Column:
    """One spreadsheet column and the field it goes to; `line` is its line in config.yaml, 0 where there is none."""

    header: str
    field: FieldName
    line: int = 0


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that every lead gets, exactly as written in config.yaml."""

    field: FieldName
    value: str
    line: int = 0
