"""Why a value cannot be sent, as data."""

from collections.abc import Callable
from dataclasses import dataclass

from importer.errors import Remedy, RowProblem

__all__ = ["Converter", "Refusal"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a value cannot be sent, told without the value, which is a person's.

    `error` is the word for the report's column `lsq_error`; `reason` ends the sentence "Cell D17 (Mobile) …"; `tip`
    says what to do next. `remedy` is what in config.yaml would let it pass, for a whole column that is written so.
    """

    error: str
    reason: str
    tip: str
    remedy: Remedy | None = None

    def problem(self, cell: str, column: str, index: int) -> RowProblem:
        """The row's problem: the cell's name, and its column's header and index."""
        message = f"Cell {cell} ({column}) {self.reason}."
        return RowProblem(self.error, message, self.tip, column, (index,), self.reason, self.remedy)


Converter = Callable[[str, str | None], str | Refusal]
"""A cell's cleaned text and the kind of date that the workbook holds it as (None: no date) → what is sent."""
