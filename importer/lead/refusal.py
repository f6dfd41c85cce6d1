"""Why a value cannot be sent, as data."""

from collections.abc import Callable
from dataclasses import dataclass

from importer.errors import RowProblem

__all__ = ["Converter", "Refusal"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a value cannot be sent, told without the value, which is a person's.

    `error` is the word for the report's column `lsq_error`; `reason` ends the sentence "Cell D17 (Mobile) …"; `tip`
    says what to do next.
    """

    error: str
    reason: str
    tip: str

    def problem(self, where: str, column: str) -> RowProblem:
        """The row's problem; `where` begins the sentence, `column` is the header to blame."""
        return RowProblem(self.error, f"{where} {self.reason}.", self.tip, column)


Converter = Callable[[str, str | None], str | Refusal]
"""A cell's cleaned text and the kind of date that the workbook holds it as (None: no date) → what is sent."""
