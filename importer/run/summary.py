"""The last word of a run: counts, the most frequent problems with a row to look at, and where the report is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from importer.outcome import Outcome, Status

__all__ = ["Summary"]

MOST_PROBLEMS = 5
_TOLD = {
    Status.CREATED: "created",
    Status.READY: "ready to be sent",
    Status.DUPLICATE: "duplicate: the lead is there already",
    Status.REJECTED: "rejected: refused by LeadSquared",
    Status.INVALID: "invalid: not sent",
    Status.FAILED: "failed: not created, however often tried",
    Status.UNKNOWN: "unknown: may have been created",
    Status.UNSENT: "unsent: the run ended before their turn",
}


@dataclass(frozen=True, slots=True)
class _Problem:
    count: int
    first_row: int
    text: str


@dataclass(slots=True)
class Summary:
    """Gathers the outcomes of all rows as the report is written."""

    counts: Counter[Status] = field(default_factory=Counter)
    _problems: dict[tuple[str, str], _Problem] = field(default_factory=dict)

    def add(self, row_number: int, outcome: Outcome) -> None:
        """Count one row."""
        self.counts[outcome.status] += 1
        if outcome.status in {Status.CREATED, Status.READY, Status.UNSENT}:
            return
        # The tip, not the message: it is the same for all rows with the same trouble.
        key = (outcome.error, outcome.tip)
        known = self._problems.get(key)
        if known is None:
            if len(self._problems) < MOST_KINDS:
                self._problems[key] = _Problem(1, row_number, outcome.message)
        else:
            self._problems[key] = _Problem(known.count + 1, known.first_row, known.text)

    def is_success(self, *, is_dry_run: bool) -> bool:
        """Whether every row is created (or, in a dry run, ready to be)."""
        good = {Status.CREATED, Status.READY} if is_dry_run else {Status.CREATED}
        return all(status in good for status, count in self.counts.items() if count)

    def lines(self, *, report: Path) -> Sequence[str]:
        """The summary as it is printed."""
        total = sum(self.counts.values())
        lines = [f"{total:,} {'row' if total == 1 else 'rows'}"]
        lines += [f"{self.counts[status]:>9,}  {told}" for status, told in _TOLD.items() if self.counts[status]]
        worst = sorted(self._problems.items(), key=lambda item: -item[1].count)[:MOST_PROBLEMS]
        if worst:
            lines.append("What stood in the way most often:")
        for (error, tip), problem in worst:
            times = "row" if problem.count == 1 else f"{problem.count:,} rows, the first is row"
            lines.append(f"  {times} {problem.first_row}: {error}: {problem.text}")
            lines.append(f"      {tip}")
        lines.append(f"Report: {report}")
        return lines


MOST_KINDS = 1000
"""How many kinds of problems are told apart: a bound for the memory of a file in which every row has its own."""
