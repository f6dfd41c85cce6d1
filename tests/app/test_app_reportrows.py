"""The refused rows of a report, and what a person writes into their cells."""

from pathlib import Path

import pytest

from importer import Status, UsageError, correct_report, rows_to_mend
from importer.outcome import Outcome
from importer.report import ReportWriter
from importer.sheet.table import Row

HEADER = ("Name", "E-Mail; work", "Note")
ROWS = [
    (Row(2, ("Asha", "asha@example.com", "=1+1")), Outcome(Status.CREATED, "lead-1")),
    (Row(3, ("Ravi", "no address", "two\nlines, 007")), Outcome(Status.INVALID, message="Cell B3 (E-Mail) is none.")),
    (Row(4, ("Mira", "mira@example.com", "x")), Outcome(Status.REJECTED, message="LeadSquared: no.", tip="Ask.")),
    (Row(5, ("Zoe", "z@example.com", "y")), Outcome(Status.UNKNOWN)),
]


@pytest.fixture
def report(tmp_path: Path) -> Path:
    with ReportWriter(tmp_path / "leads.report.csv", HEADER) as writer:
        for row, outcome in ROWS:
            writer.write(row, outcome, ref=f"ref-{row.number}")
    return tmp_path / "leads.report.csv"


def test_refused_rows_are_told_with_their_cells(report: Path) -> None:
    found = rows_to_mend(report)
    assert (found.header, found.total) == (HEADER, 2)
    assert [(one.number, one.status, one.bad) for one in found.rows] == [
        (3, Status.INVALID, frozenset({1})),
        (4, Status.REJECTED, frozenset()),
    ]
    assert found.rows[0].cells == ("Ravi", "no address", "two\nlines, 007")
    assert found.rows[1].tip == "Ask."
    few = rows_to_mend(report, most=1)
    assert (len(few.rows), few.total) == (1, 2)


def test_only_the_cells_that_were_named_are_other_ones(report: Path) -> None:
    before = report.read_bytes()
    correct_report(report, {3: {1: "ravi@example.com"}, 4: {2: "=HYPERLINK(1)"}})
    after = report.read_bytes()
    assert after == before.replace(b"no address", b"ravi@example.com").replace(
        b"mira@example.com,x,", b"mira@example.com,'=HYPERLINK(1),"
    )
    assert rows_to_mend(report).rows[1].cells[2] == "=HYPERLINK(1)"


def test_a_row_or_column_that_is_not_there_changes_nothing(report: Path, tmp_path: Path) -> None:
    before = report.read_bytes()
    with pytest.raises(UsageError, match="has no row 9"):
        correct_report(report, {9: {0: "x"}})
    with pytest.raises(UsageError, match="has no column 3"):
        correct_report(report, {3: {3: "x"}})
    assert report.read_bytes() == before
    other = tmp_path / "leads.csv"
    other.write_text("a,b\n1,2\n", "utf-8")
    for call in (rows_to_mend, lambda path: correct_report(path, {})):
        with pytest.raises(UsageError, match="is no report"):
            call(other)
