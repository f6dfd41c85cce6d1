"""What a person should look at before the rows go: letters damaged elsewhere, and rows that seem to be no leads.

Such rows are fit to send, and may be right; so nothing is refused, and the file is told about once, after its review.
"""

import re
from collections.abc import Iterator

from importer.events import Level, Notice
from importer.lead.header import cell_name, shown
from importer.lead.mapping import LeadMapping
from importer.lead.mojibake import is_damaged
from importer.sheet import Row

__all__ = ["Notices", "is_footer"]

MOST_SHOWN = 5
LONGEST_FOOTER = 60

FOOTER = re.compile(
    r"(?:(?:grand|sub|net|page)[\s-]*)?totals?(?:\s+(?:leads|rows|records|entries|count|amount|number|no\.?))?"
    r"\W*+[\d.,]*+\W*+(?:leads|rows|records|entries)?"
    r"|sums?\W*+[\d.,]*+|count\W*\d*|(?:zwischen|gesamt)?summe\W*+[\d.,]*+|gesamt\W*+[\d.,]*+|insgesamt\W*+[\d.,]*+"
    r"|total\s+g[eé]n[eé]ral\W*+[\d.,]*+|totale\W*+[\d.,]*+|suma\W*+[\d.,]*+|somme\W*+[\d.,]*+"
    r"|(?:कुल|योग|कुल योग|المجموع|الإجمالي)\W*+[\d.,]*+"
    r"|\W*end of (?:report|file|list|data)\W*|page \d+ of \d+|(?:report )?generated (?:on|by|at)\b.*"
    r"|(?:no\. of |number of )?(?:rows|records|leads|entries)\s*[:=]\s*\d+|\d+ (?:rows|records|leads|entries)\b.*",
    re.IGNORECASE,
)

LANGUAGES = re.compile(r"[/|]")
"""Between the same in two languages."""


class Notices:
    """Gathers what is odd about rows as they go by; memory does not grow with their number."""

    def __init__(self, mapping: LeadMapping) -> None:
        self._headers = {place: column.header for column in mapping.columns for place in column.places}
        self._damaged: list[str] = []
        self._damaged_count = 0
        self._footers: list[int] = []
        self._footer_count = 0

    def look(self, row: Row) -> None:
        """Look at one row."""
        if not "".join(row.cells).isascii():
            for index, header in self._headers.items():
                if is_damaged(row.cells[index]):
                    self._damaged_count += 1
                    if len(self._damaged) < MOST_SHOWN:
                        self._damaged.append(f"{cell_name(index, row.number)} ({shown(header)})")
        if is_footer(row):
            self._footer_count += 1
            if len(self._footers) < MOST_SHOWN:
                self._footers.append(row.number)

    def tell(self) -> Iterator[Notice]:
        """Warnings of what was found; no cell's text is repeated."""
        if self._damaged_count:
            cells, verb = ("cell", "seems") if self._damaged_count == 1 else ("cells", "seem")
            text = (
                f"{self._damaged_count:,} {cells} {verb} to hold letters that were wrongly read in another encoding "
                f"before they came into this file (mojibake, such as Ã© for é): {', '.join(self._damaged)}"
                f"{_more(self._damaged_count)}. They are sent as they stand. Export the file anew as UTF-8, or mend "
                "the cells."
            )
            yield Notice(Level.WARNING, text)
        if self._footer_count:
            rows = "Row" if self._footer_count == 1 else "Rows"
            text = (
                f"{rows} {', '.join(map(str, self._footers))}{_more(self._footer_count)} may be a total or a closing "
                "line of the list and no lead, by the first word. Each that is fit to send becomes a lead: leave them "
                "out by skip_rows: in config.yaml, or delete them in the spreadsheet."
            )
            yield Notice(Level.WARNING, text)


def _more(count: int) -> str:
    return f", and {count - MOST_SHOWN:,} more" if count > MOST_SHOWN else ""


def is_footer(row: Row) -> bool:
    """Whether a row begins with such a word as Total, and holds no address by which it would be a lead."""
    first = next(filter(None, map(str.strip, row.cells)), "")
    if len(first) > LONGEST_FOOTER or not all(FOOTER.fullmatch(part.strip()) for part in LANGUAGES.split(first)):
        return False
    return not any("@" in cell for cell in row.cells)
