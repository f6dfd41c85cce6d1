"""The last word of a run: counts, the most frequent problems with a row to look at, and where report and page are."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from importer.events import Event, RowReported
from importer.html_report.problems import ProblemGroup, ProblemGroups
from importer.outcome import InAccount, NextStep, Outcome, Status

__all__ = ["Summary"]

MOST_PROBLEMS = 5
MOST_UNKNOWN = 10


@dataclass(slots=True)
class Summary:
    """Observes the report being written and gathers its outcomes; `kept` is where a report that stood there went."""

    counts: Counter[Status] = field(default_factory=Counter)
    problems: ProblemGroups = field(default_factory=ProblemGroups)
    unknown_rows: list[int] = field(default_factory=list)
    """The numbers of the first rows in doubt."""
    kept: Path | None = None

    def __call__(self, event: Event) -> None:
        """Observe an import."""
        if isinstance(event, RowReported):
            self.add(event.number, event.outcome)

    def add(self, row_number: int, outcome: Outcome) -> None:
        """Count one row."""
        self.counts[outcome.status] += 1
        self.problems.add(row_number, outcome)
        if outcome.status.facts.in_account is InAccount.PERHAPS and len(self.unknown_rows) < MOST_UNKNOWN:
            self.unknown_rows.append(row_number)

    def is_success(self, *, is_dry_run: bool, duplicates_are_ok: bool = False) -> bool:
        """Whether every row is created (or, in a dry run, ready to be); duplicates are none of these, or `ok`."""
        return all(
            (status.facts.is_good and (is_dry_run or status.facts.next_step is NextStep.NOTHING))
            or (duplicates_are_ok and status.facts.in_account is InAccount.ANOTHERS)
            for status, count in self.counts.items()
            if count
        )

    def lines(self, *, report: Path, page: Path | None) -> Sequence[str]:
        """The summary as it is printed; `page` is None where none was written."""
        total = sum(self.counts.values())
        lines = [f"{total:,} {'row' if total == 1 else 'rows'}"]
        lines += [f"{self.counts[status]:>9,}  {status.facts.summary}" for status in Status if self.counts[status]]
        worst = self.problems.worst(MOST_PROBLEMS)
        if worst:
            lines.append("What stood in the way most often:")
        for group in worst:
            lines += _told(group)
        left = len(self.problems) - len(worst)
        if left:
            lines.append(f"  and {left:,} more {'cause' if left == 1 else 'causes'}: see lsq_message in the report")
        lines.append(f"Report: {report}")
        if self.kept is not None:
            lines.append(f"Kept:   {self.kept}")
        if page is not None:
            lines.append(f"Page:   {page}")
        return lines


def _told(group: ProblemGroup) -> Iterator[str]:
    """One cause: its rows and what is wrong with them, what to do, and the line that may be pasted."""
    first = group.rows[0]
    if group.count == 1:
        yield f"  row {first.number}: {group.error}: {first.message}"
    elif group.sentence:
        yield f"  {group.count:,} rows: {group.error}: {group.sentence}"
    else:
        yield f"  {group.count:,} rows, the first is row {first.number}: {group.error}: {first.message}"
    yield f"      {group.tip}"
    if group.line:
        yield f"      {group.line_tip}"
        yield f"          {group.line}"
