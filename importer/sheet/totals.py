"""A last row that sums up the ones above and is no lead: noticed, never left out by itself."""

import re
from collections.abc import Iterable, Iterator

from importer.sheet.table import Row

__all__ = ["LastRow", "looks_like_total", "total_warning"]

_TOTAL = re.compile(
    r"(?:grand|sub|overall|report)?[\s-]*totals?(?:\s+(?:rows?|records?|leads?|count))?\s*[:=]?\s*[\d.,]*"
    r"|(?:gesamt|summe|insgesamt|somme|suma|totale|toplam|итого|कुल)\s*[:=]?\s*[\d.,]*",
    re.IGNORECASE,
)


class LastRow:
    """Keeps the last row that passes."""

    def __init__(self) -> None:
        self._row: Row | None = None

    def watch(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows."""
        for row in rows:
            self._row = row
            yield row

    def warning(self) -> str:
        """What to say of the last row if it looks like a total; else empty."""
        return "" if self._row is None else total_warning(self._row.number, self._row.cells)


def total_warning(number: int, cells: Iterable[str]) -> str:
    """What to say of a file's last row if it looks like a total; else empty."""
    if not looks_like_total(cells):
        return ""
    return f"Row {number}, the last one, looks like a total, not a lead, but is read like all others. Delete it if so."


def looks_like_total(cells: Iterable[str]) -> bool:
    """Whether a row begins, in its first cell that holds anything, with the word for a total."""
    first = next((cell.strip() for cell in cells if cell.strip()), "")
    return _TOTAL.fullmatch(first) is not None
