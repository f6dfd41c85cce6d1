from pathlib import Path

from importer.app.summary import Summary
from importer.outcome import Outcome, Status

REPORT = Path("leads.report.csv")


def test_the_summary_counts_every_row_once_and_names_the_report() -> None:
    summary = Summary()
    for number, status in enumerate([Status.CREATED, Status.CREATED, Status.INVALID], start=2):
        summary.add(number, Outcome(status, error="cell_error", message="Cell A4 holds #N/A.", tip="Mend it."))
    lines = summary.lines(report=REPORT, page=None)
    assert lines[:3] == ["3 rows", "        2  created", "        1  invalid: not sent"]
    assert lines[-1] == "Report: leads.report.csv"


def test_the_page_is_named_below_the_report_where_it_was_written() -> None:
    lines = Summary().lines(report=REPORT, page=Path("leads.report.html"))
    assert lines[-2:] == ["Report: leads.report.csv", "Page:   leads.report.html"]


def test_the_five_most_frequent_problems_are_told_with_their_first_row() -> None:
    summary = Summary()
    for kind in range(7):
        for nth in range(kind + 1):
            row = 100 * kind + nth
            summary.add(row, Outcome(Status.REJECTED, error=f"E{kind}", message=f"in row {row}", tip=f"tip {kind}"))
    told = [line for line in summary.lines(report=REPORT, page=None) if ": E" in line]
    assert [line.split(": ")[1] for line in told] == ["E6", "E5", "E4", "E3", "E2"]
    assert told[0] == "  7 rows, the first is row 600: E6: in row 600"


def test_rows_with_the_same_trouble_in_other_cells_are_one_problem() -> None:
    summary = Summary()
    for row in (4, 9):
        summary.add(
            row, Outcome(Status.INVALID, error="cell_error", message=f"Cell B{row} holds #N/A.", tip="Mend it.")
        )
    told = [line for line in summary.lines(report=REPORT, page=None) if "cell_error" in line]
    assert told == ["  2 rows, the first is row 4: cell_error: Cell B4 holds #N/A."]


def test_success_means_created_and_in_a_dry_run_ready_too() -> None:
    summary = Summary()
    summary.add(2, Outcome(Status.CREATED))
    summary.add(3, Outcome(Status.READY))
    assert summary.is_success(is_dry_run=True)
    assert not summary.is_success(is_dry_run=False)
    summary.add(4, Outcome(Status.DUPLICATE))
    assert not summary.is_success(is_dry_run=True)
