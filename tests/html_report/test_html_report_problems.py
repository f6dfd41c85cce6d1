"""Problems are grouped by cause, counted truly, and held in bounded memory."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import Remedy, RowProblem
from importer.html_report.problems import MOST_REMEDIES, MOST_ROWS, OTHER_ERROR, ProblemGroups
from importer.outcome import Outcome, Status

PROBLEMS = sorted(status for status in Status if status.facts.is_problem)


def invalid(row: int, *, error: str = "cell_error", tip: str = "Mend it.") -> Outcome:
    return Outcome(Status.INVALID, error=error, message=f"Cell B{row} holds #N/A.", tip=tip)


def test_rows_with_one_cause_are_one_group_with_the_first_of_them() -> None:
    groups = ProblemGroups()
    for row in range(2, 40):
        groups.add(row, invalid(row))
    (group,) = groups.worst(5)
    assert (group.status, group.error, group.tip, group.count) == (Status.INVALID, "cell_error", "Mend it.", 38)
    assert [row.number for row in group.rows] == list(range(2, 2 + MOST_ROWS))
    assert group.rows[0].message == "Cell B2 holds #N/A."


def test_the_same_error_under_another_status_or_tip_is_another_cause() -> None:
    groups = ProblemGroups()
    groups.add(2, Outcome(Status.FAILED, error="no_answer", tip="Run again."))
    groups.add(3, Outcome(Status.UNKNOWN, error="no_answer", tip="Run again."))
    groups.add(4, Outcome(Status.UNKNOWN, error="no_answer", tip="Look for it."))
    assert len(groups) == 3


def bad_cell(row: int, index: int, header: str, *, cause: str = "is wrong", remedy: Remedy | None = None) -> RowProblem:
    return RowProblem("bad", f"Cell {index} of {row} {cause}.", "Mend it.", header, (index,), cause, remedy)


def test_a_row_counts_for_each_of_its_problems_and_a_column_is_a_cause_of_its_own() -> None:
    groups = ProblemGroups()
    for row in (2, 3):
        groups.add(row, Outcome.of_problems([bad_cell(row, 0, "A"), bad_cell(row, 1, "B")]))
    groups.add(4, Outcome.of_problems([bad_cell(4, 1, "B")]))
    assert [(group.count, group.sentence) for group in groups.worst(5)] == [
        (3, "Each of the cells B2, B3 and B4 (B) is wrong."),
        (2, "Each of the cells A2 and A3 (A) is wrong."),
    ]


def test_the_words_to_translate_are_bounded_and_counted() -> None:
    asked: list[tuple[int, int]] = []

    def mend(index: int, remedies: Sequence[Remedy]) -> str:
        asked.append((index, len(remedies)))
        return "the line"

    groups = ProblemGroups(mend=mend)
    for row in range(2, 102):
        remedy = Remedy("values", "Option", f"optoin {row // 2}")
        groups.add(row, Outcome.of_problems([bad_cell(row, 2, "C", cause=f"holds {row}", remedy=remedy)]))
    (group,) = groups.worst(5)
    assert (group.count, group.line) == (100, "the line")
    assert asked == [(2, MOST_REMEDIES)]
    assert group.sentence.endswith(
        "`optoin 1` (2 times), `optoin 2` (2 times), `optoin 3` (2 times), "
        "`optoin 4` (2 times), `optoin 5` (2 times) and others."
    )


@pytest.mark.parametrize("status", [Status.CREATED, Status.READY, Status.UNSENT])
def test_a_row_without_a_problem_of_its_own_is_in_no_group(status: Status) -> None:
    groups = ProblemGroups()
    groups.add(2, Outcome(status, error="x", tip="y"))
    assert not groups.worst(5)


def test_the_most_frequent_comes_first_and_the_earlier_one_of_two_equals() -> None:
    groups = ProblemGroups()
    for row, error in enumerate("abbccd", start=2):
        groups.add(row, invalid(row, error=error))
    assert [group.error for group in groups.worst(3)] == ["b", "c", "a"]


def test_causes_beyond_the_bound_are_counted_together_and_come_last() -> None:
    groups = ProblemGroups(kinds=3)
    for row in range(2, 102):
        groups.add(row, invalid(row, tip=f"tip {row}"))
    groups.add(102, Outcome(Status.REJECTED, error="late", tip="late"))
    found = groups.worst(50)
    assert [(group.status, group.error, group.count) for group in found[3:]] == [
        (Status.INVALID, OTHER_ERROR, 97),
        (Status.REJECTED, OTHER_ERROR, 1),
    ]
    assert len(groups) == len(found) == 5


@given(st.lists(st.tuples(st.sampled_from(PROBLEMS), st.integers(0, 12)), max_size=80), st.integers(1, 5))
def test_the_groups_counts_are_those_of_the_rows_whatever_the_bound(rows: list[tuple[Status, int]], kinds: int) -> None:
    groups = ProblemGroups(kinds=kinds)
    for number, (status, kind) in enumerate(rows, start=2):
        groups.add(number, Outcome(status, error=f"error {kind}", tip="tip"))
    counts: Counter[Status] = Counter()
    for group in groups.worst(len(groups)):
        counts[group.status] += group.count
    assert counts == Counter(status for status, _ in rows)
    assert len(groups) <= kinds + len(PROBLEMS)


def test_a_long_text_is_kept_short() -> None:
    groups = ProblemGroups()
    groups.add(2, Outcome(Status.REJECTED, error="e" * 5000, message="m" * 5000, tip="t" * 5000))
    (group,) = groups.worst(1)
    assert {len(group.error), len(group.tip), len(group.rows[0].message)} == {400}
    assert group.tip.endswith("t…")
