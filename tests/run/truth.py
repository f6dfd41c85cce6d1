"""Whether a report tells the truth about its rows, held against what the account holds."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["MARKER", "OWN", "Cells", "Line", "find_lies", "read_report"]

Cells = tuple[str, ...]
Leads = Sequence[Mapping[str, Any]]
OWN = ("row", "status", "lead_id", "error", "message", "tip", "attempts", "time", "ref", "extra")
MARKER = 4
"""Where a row's City stands: it belongs to this row alone, and shows whose a lead is."""


@dataclass(frozen=True)
class Line:
    """One line of a report: the original cells, guards taken off, and our own columns as texts."""

    cells: Cells
    row: str
    status: str
    lead_id: str
    error: str
    message: str
    tip: str
    attempts: str
    time: str
    ref: str
    extra: str


def read_report(path: Path) -> list[Line]:
    """The lines of a report CSV, read with nothing but the standard library."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *records = csv.reader(file)
    assert tuple(header[-len(OWN) :]) == tuple(f"lsq_{name}" for name in OWN)
    width = len(header) - len(OWN)
    assert all(len(record) == len(header) for record in records)
    plain = [[cell.removeprefix("'") for cell in record] for record in records]
    return [Line(tuple(record[:width]), *record[width:]) for record in plain]


def find_lies(rows: Sequence[Cells], lines: Sequence[Line], leads: Leads) -> list[str]:
    """Where a report does not tell the truth about `rows`; nothing if it does.

    One line a row, in order, cells as they were. Each created line has the id of a lead of its own with its values.
    Rows with one City are one group: it has as many leads as created lines, and at most as many more as unknown ones.
    """
    lies = []
    if [line.cells for line in lines] != list(rows):
        lies.append(f"the report's {len(lines)} lines are not the file's {len(rows)} rows")
    if [line.row for line in lines] != [str(number) for number in range(2, len(rows) + 2)]:
        lies.append("the lines are not numbered as the rows are")
    return [*lies, *_lies_of_lines(lines, leads), *_lies_of_groups(lines, leads)]


def _lies_of_lines(lines: Sequence[Line], leads: Leads) -> Iterator[str]:
    by_id = {lead["id"]: lead["attributes"] for lead in leads}
    for line in lines:
        if line.status in {"ready", ""}:
            yield f"row {line.row} has no outcome"
        lead = by_id.get(line.lead_id)
        if lead is None:
            if line.lead_id or line.status == "created":
                yield f"row {line.row} is {line.status}, but its lead is not there"
        elif line.status == "created" and not _agrees(line.cells, lead):
            yield f"row {line.row} is called created, but its lead has other values"
    claimed = Counter(line.lead_id for line in lines if line.status == "created")
    yield from (f"{count} lines claim the lead {lead_id}" for lead_id, count in claimed.items() if count > 1)


def _lies_of_groups(lines: Sequence[Line], leads: Leads) -> Iterator[str]:
    held = Counter(lead["attributes"].get("mx_City", "") for lead in leads)
    said: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        said[line.cells[MARKER]][line.status] += 1
    for city in held.keys() | said.keys():
        created, unknown = said[city]["created"], said[city]["unknown"]
        if not created <= held[city] <= created + unknown:
            yield f"{city}: {held[city]} leads, but the lines say {dict(said[city])}"


def _agrees(cells: Cells, lead: Mapping[str, str]) -> bool:
    first, last, email, phone, city = cells[:5]
    stored = [lead.get(name, "") for name in ("FirstName", "LastName", "EmailAddress", "Phone", "mx_City")]
    given = [first, last, email, phone, city]
    return [*map(_plain, stored)] == [*map(_plain, given)]


def _plain(value: str) -> str:
    """A phone without its marks, anything else as it is."""
    return re.sub(r"\D", "", value) if value.startswith("+") else value
