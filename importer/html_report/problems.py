"""The problems of a run, grouped by cause as its rows go by: for the printed summary and for the page alike.

A cause is a status, an error and a tip: the message is left out of it, since it names each row's own cell. Memory is
bounded however many rows and causes there are, and the counts of all groups together are always those of the rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from importer.outcome import Outcome, Status

__all__ = ["ProblemGroup", "ProblemGroups", "ProblemRow"]

MOST_KINDS = 1000
MOST_ROWS = 10
LONGEST_TEXT = 400

OTHER_ERROR = "various"
OTHER_TIP = "These rows have many different problems: see the column lsq_tip of the report."


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One row to look at: its number as the spreadsheet shows it, and what the report says of it."""

    number: int
    message: str


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """All rows with one cause; `rows` are the first of them. No text here is longer than 400 characters."""

    status: Status
    error: str
    tip: str
    count: int
    rows: tuple[ProblemRow, ...]


class ProblemGroups:
    """Gathers problems by cause. Beyond `kinds` causes, further ones are one group for each status, `various`.

    A row that is created, ready or unsent has no problem of its own and is passed over.
    """

    def __init__(self, *, kinds: int = MOST_KINDS, rows_each: int = MOST_ROWS) -> None:
        self._kinds = kinds
        self._rows_each = rows_each
        self._found: dict[tuple[Status, str, str], _Gathering] = {}
        self._others: dict[Status, _Gathering] = {}

    def add(self, row_number: int, outcome: Outcome) -> None:
        """Count one row's outcome."""
        if not outcome.status.facts.is_problem:
            return
        key = (outcome.status, shortened(outcome.error), shortened(outcome.tip))
        gathering = self._found.get(key)
        if gathering is None:
            if len(self._found) < self._kinds:
                gathering = self._found[key] = _Gathering()
            else:
                gathering = self._others.setdefault(outcome.status, _Gathering())
        gathering.count += 1
        if gathering.count <= self._rows_each:
            gathering.rows.append(ProblemRow(row_number, shortened(outcome.message)))

    def worst(self, most: int) -> Sequence[ProblemGroup]:
        """The `most` most frequent causes, the earlier one first where two are as frequent; `various` comes last."""
        found = sorted(self._groups(), key=lambda group: -group.count)[:most]
        return [*found, *self._various()][:most]

    def __len__(self) -> int:
        return len(self._found) + len(self._others)

    def _groups(self) -> Iterator[ProblemGroup]:
        for (status, error, tip), gathering in self._found.items():
            yield ProblemGroup(status, error, tip, gathering.count, tuple(gathering.rows))

    def _various(self) -> Iterator[ProblemGroup]:
        for status, gathering in self._others.items():
            yield ProblemGroup(status, OTHER_ERROR, OTHER_TIP, gathering.count, tuple(gathering.rows))


class _Gathering:
    """A group that is still growing."""

    __slots__ = ("count", "rows")

    def __init__(self) -> None:
        self.count = 0
        self.rows: list[ProblemRow] = []


def shortened(text: str) -> str:
    """The text itself, or its beginning and an ellipsis where it is longer than 400 characters."""
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
