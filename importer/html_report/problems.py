"""The problems of a run, grouped by cause as its rows go by: for the printed summary and for the page alike.

What our own checks found is grouped by the column and by what is wrong with its cells. Else a cause is a status, an
error and a tip: the message is left out of it, since it names each row's own cell. A row with several problems counts
for each of them. Memory is bounded however many rows and causes there are.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from importer.errors import Remedy, RowProblem
from importer.lead.header import cell_name
from importer.outcome import Outcome, Status

__all__ = ["Mend", "ProblemGroup", "ProblemGroups", "ProblemRow", "no_mend", "shortened"]

MOST_KINDS = 1000
MOST_ROWS = 10
MOST_REMEDIES = 30
MOST_VALUES = 5
LONGEST_TEXT = 400
FEWEST_OF_A_COLUMN = 3

OTHER_ERROR = "various"
OTHER_TIP = "These rows have many different problems: see the column lsq_tip of the report."
OFF_LIST_TIP = "Correct the cells, or translate their values with values: in config.yaml."
TRANSLATION_TIP = "Or let this line under columns: in config.yaml replace the column's own, and they are translated:"
WHOLE_COLUMN_TIP = "If the whole column is meant so, let this line under columns: in config.yaml replace its own:"

Mend = Callable[[int, Sequence[Remedy]], str]
"""Gives the line of config.yaml for the column with this index, with the remedies in it; empty where there is none."""

_Key = tuple[Status, str, int | None, str, str]


def no_mend(_index: int, _remedies: Sequence[Remedy]) -> str:
    """No line, where no config.yaml is known."""
    return ""


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One row to look at: its number as the spreadsheet shows it, what the report says of it, and the cell to blame."""

    number: int
    message: str
    cell: str = ""


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """All rows with one cause; `rows` are the first of them. No text here is longer than 400 characters, but `line`.

    `sentence` tells the cause with its cells, empty where the rows' messages must tell it. `line` is to be pasted into
    config.yaml, empty where nothing there would help; `line_tip` says so.
    """

    status: Status
    error: str
    tip: str
    count: int
    rows: tuple[ProblemRow, ...]
    sentence: str = ""
    line: str = ""
    line_tip: str = ""


class ProblemGroups:
    """Gathers problems by cause. Beyond `kinds` causes, further ones are one group for each status, `various`.

    A row that is created, ready or unsent has no problem of its own. `mend` gives the lines to paste.
    """

    def __init__(self, *, kinds: int = MOST_KINDS, rows_each: int = MOST_ROWS, mend: Mend = no_mend) -> None:
        self._kinds = kinds
        self._rows_each = rows_each
        self._mend = mend
        self._rows = 0
        self._found: dict[_Key, _Gathering] = {}
        self._others: dict[Status, _Gathering] = {}

    def add(self, row_number: int, outcome: Outcome) -> None:
        """Count one row's outcome."""
        self._rows += 1
        if not outcome.status.facts.is_problem:
            return
        problems = outcome.problems or (RowProblem(outcome.error, outcome.message, outcome.tip),)
        for problem in problems:
            self._add(row_number, outcome.status, problem)

    def worst(self, most: int) -> Sequence[ProblemGroup]:
        """The `most` most frequent causes, the earlier one first where two are as frequent; `various` comes last."""
        found = sorted(self._found.items(), key=lambda item: -item[1].count)[:most]
        return [*(self._group(*item) for item in found), *self._various()][:most]

    def counts(self) -> dict[str, int]:
        """How many rows have each error, the most frequent first."""
        found = Counter[str]()
        for (_, error, *_), gathering in self._found.items():
            found[error] += gathering.count
        for gathering in self._others.values():
            found[OTHER_ERROR] += gathering.count
        return dict(found.most_common())

    def __len__(self) -> int:
        return len(self._found) + len(self._others)

    def _add(self, row_number: int, status: Status, problem: RowProblem) -> None:
        key = _key(status, problem)
        gathering = self._found.get(key)
        if gathering is None:
            if len(self._found) < self._kinds:
                gathering = self._found[key] = _Gathering(problem)
            else:
                gathering = self._others.setdefault(status, _Gathering(problem))
        gathering.count += 1
        if len(gathering.rows) < self._rows_each:
            cell = cell_name(problem.cells[0], row_number) if problem.cause else ""
            gathering.rows.append(ProblemRow(row_number, shortened(problem.message), cell))
        remedy = problem.remedy
        if remedy is not None and (remedy in gathering.remedies or len(gathering.remedies) < MOST_REMEDIES):
            gathering.remedies[remedy] += 1

    def _group(self, key: _Key, gathering: "_Gathering") -> ProblemGroup:
        status, error, index, *_ = key
        is_mixed = gathering.is_translation and len(gathering.remedies) > 1
        tip = OFF_LIST_TIP if is_mixed else gathering.tip
        line, line_tip = "", ""
        if index is not None and self._is_to_mend(gathering):
            line = self._mend(index, list(gathering.remedies))
        if line:
            line_tip = TRANSLATION_TIP if gathering.is_translation else WHOLE_COLUMN_TIP
        rows, sentence = tuple(gathering.rows), shortened(gathering.sentence())
        return ProblemGroup(status, error, tip, gathering.count, rows, sentence, line, line_tip)

    def _is_to_mend(self, gathering: "_Gathering") -> bool:
        """Whether a line of config.yaml would help: a translation always, else for a column that is written so."""
        if gathering.is_translation:
            return True
        is_whole = gathering.count >= FEWEST_OF_A_COLUMN and 2 * gathering.count >= self._rows
        return is_whole and len(gathering.remedies) == 1

    def _various(self) -> Iterator[ProblemGroup]:
        for status, gathering in self._others.items():
            yield ProblemGroup(status, OTHER_ERROR, OTHER_TIP, gathering.count, tuple(gathering.rows))


class _Gathering:
    """A group that is still growing."""

    __slots__ = ("cause", "column", "count", "remedies", "rows", "tip")

    def __init__(self, first: RowProblem) -> None:
        self.column = first.column
        self.cause = first.cause
        self.tip = shortened(first.tip)
        self.count = 0
        self.rows: list[ProblemRow] = []
        self.remedies: Counter[Remedy] = Counter()

    @property
    def is_translation(self) -> bool:
        """Whether the cells hold words for which the dropdown has obvious options."""
        return any(remedy.cell for remedy in self.remedies)

    def sentence(self) -> str:
        """The cause with its cells as one sentence; empty for a lone row, whose message is that sentence."""
        if self.count == 1 or not self.cause:
            return ""
        left = self.count - len(self.rows)
        cells = _listed([row.cell for row in self.rows], f"{left:,} more" if left else "")
        return f"Each of the cells {cells} ({self.column}) {self._told_cause()}."

    def _told_cause(self) -> str:
        if not self.is_translation or len(self.remedies) == 1:
            return self.cause
        found = self.remedies.most_common(MOST_VALUES)
        values = [f"`{remedy.cell}`" + (f" ({count} times)" if count > 1 else "") for remedy, count in found]
        left = len(self.remedies) - len(found)
        others = "others" if len(self.remedies) == MOST_REMEDIES else f"{left} more" if left else ""
        return f"holds a value that is no option: {_listed(values, others)}"


def _listed(texts: Sequence[str], others: str) -> str:
    """`A, B and C`, or `A, B and 12 more`."""
    *front, last = [*texts, others] if others else texts
    return f"{', '.join(front)} and {last}" if front else last


def shortened(text: str) -> str:
    """The text itself, or its beginning and an ellipsis where it is longer than 400 characters."""
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def _key(status: Status, problem: RowProblem) -> _Key:
    """What is the same for all rows of a group. Words that are to be translated are one cause, whatever they are."""
    index = problem.cells[0] if problem.cause else None
    if problem.remedy is not None and problem.remedy.cell:
        return status, shortened(problem.error), index, "", ""
    return status, shortened(problem.error), index, shortened(problem.cause), shortened(problem.tip)
