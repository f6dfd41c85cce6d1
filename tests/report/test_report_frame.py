"""A report as a DataFrame holds what a person sees in it, and nothing that pandas makes of it."""

from pathlib import Path

import pytest

from importer.errors import UsageError
from importer.outcome import Outcome, Status
from importer.report import open_report
from importer.report.columns import COLUMNS
from importer.report.frame import read_report
from importer.sheet.table import Row

HEADER = ("Name", "PIN", "Note")
CELLS = [("NA", "01250", "=1+1"), ("Zoë", "", "'quoted"), ("null", "9" * 20, "a,b\nc")]


@pytest.mark.parametrize("name", ["leads.report.csv", "leads.report.xlsx"])
def test_every_cell_is_the_text_that_was_written(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with open_report(path, HEADER) as report:
        for number, cells in enumerate(CELLS, start=2):
            report.write(Row(number, cells), Outcome(Status.CREATED, lead_id="id"), ref="r1")
    frame = read_report(path)
    assert list(frame.columns) == [*HEADER, *COLUMNS]
    assert [tuple(line) for line in frame[list(HEADER)].to_numpy().tolist()] == CELLS
    assert list(frame["lsq_row"]) == ["2", "3", "4"]
    assert set(frame["lsq_status"]) == {"created"}


def test_what_is_no_report_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("Name\nAsha\n", "utf-8")
    with pytest.raises(UsageError, match=r"leads\.csv is no report"):
        read_report(path)
    with pytest.raises(UsageError, match="cannot be read"):
        read_report(tmp_path / "none.csv")
