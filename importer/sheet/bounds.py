"""How large a lead list may be. A file beyond these bounds is refused before memory is taken for it.

A spreadsheet program's own limits hold for rows and columns; the others are far above what a list of leads needs.
"""

from importer.errors import SheetError

__all__ = [
    "MOST_CELL_CHARS",
    "MOST_COLUMNS",
    "MOST_FORMAT_CHARS",
    "MOST_MERGED_AREAS",
    "MOST_ROWS",
    "MOST_ROW_CHARS",
    "MOST_SHEETS",
    "MOST_STRINGS",
    "MOST_STRING_CHARS",
    "MOST_STYLES",
    "CellBudget",
    "TooLargeError",
    "require_row_fits",
]

MOST_COLUMNS = 16_384
MOST_ROWS = 1_048_576
MOST_CELL_CHARS = 1_000_000
"""Excel holds 32,767 characters in a cell; other programs more."""
MOST_ROW_CHARS = 1 << 22
MOST_SHEETS = 1_000
MOST_STYLES = 1 << 16
"""Cell formats of a workbook; Excel refuses more than 65,490."""
MOST_FORMAT_CHARS = 1_024
"""Characters of a number format's code; Excel takes 255."""
MOST_STRINGS = 8_000_000
MOST_STRING_CHARS = 1 << 29
MOST_MERGED_AREAS = 200_000

_FREE_CELLS = 20_000_000
_CELLS_EACH = 50
_MOST_CELLS = 200_000_000
_MOST_CHARS = 1 << 30


class TooLargeError(SheetError):
    """A bound is broken; the message says which, without the file's name until that is known."""

    def __init__(
        self, what: str, *, hint: str = "Save only the rows and columns with the leads, as a new file."
    ) -> None:
        super().__init__(what, hint=hint)

    def within(self, where: str) -> SheetError:
        """The same refusal with the file, and the sheet if there is one, in front."""
        return SheetError(f"{where}: {self.message}", hint=self.hint)


class CellBudget:
    """Counts the cells of a table, blank ones included, and their characters.

    Few cells can stand for very many: one cell in the last column makes a row of 16,384, one row can be repeated a
    million times. Beyond a free amount, blank and repeated cells must be in proportion to those that are stored.
    """

    def __init__(self) -> None:
        self._cells = 0
        self._stored = 0
        self._chars = 0

    def add(self, cells: int, *, stored: int, chars: int = 0) -> None:
        """Count so many cells, of which so many are stored in the file; TooLargeError where it is too much."""
        self._cells += cells
        self._stored += stored
        self._chars += chars
        if self._cells > _MOST_CELLS or self._cells > _FREE_CELLS + _CELLS_EACH * self._stored:
            raise TooLargeError(
                f"refused, it would have {self._cells:,} cells or more, of which {self._stored:,} hold anything.",
                hint="Delete what stands far to the right of the leads or far below them, and save the file again.",
            )
        if self._chars > _MOST_CHARS:
            raise TooLargeError(f"refused, its cells hold more than {_MOST_CHARS:,} characters.")


def require_row_fits(number: int, chars: int, columns: int) -> None:
    """TooLargeError where a row is too long or too wide."""
    if columns > MOST_COLUMNS:
        raise TooLargeError(f"refused, row {number:,} has {columns:,} columns; at most {MOST_COLUMNS:,} are read.")
    if chars > MOST_ROW_CHARS:
        raise TooLargeError(f"refused, row {number:,} holds more than {MOST_ROW_CHARS:,} characters.")
