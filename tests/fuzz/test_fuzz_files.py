"""A few odd files of each kind, the same ones each time; `drive.py` makes as many as one likes."""

from pathlib import Path

import pytest
from drive import read, throw


@pytest.mark.parametrize("is_mutated", [False, True])
@pytest.mark.parametrize(("kind", "count"), [("xlsx", 40), ("ods", 20), ("csv", 60), ("xls", 5), ("xlsb", 6)])
def test_odd_files_are_read_or_refused(tmp_path: Path, kind: str, count: int, *, is_mutated: bool) -> None:
    tally = read(tmp_path, seed=3, count=count, is_mutated=is_mutated, kinds=(kind,))
    assert tally.failures == []
    assert tally.files == count


@pytest.mark.parametrize("is_mutated", [False, True])
def test_odd_files_are_imported_or_refused_by_the_command(tmp_path: Path, *, is_mutated: bool) -> None:
    tally = throw(tmp_path, seed=4, count=12, is_mutated=is_mutated)
    assert tally.failures == []
    assert tally.files == 12


def test_edited_reports_are_imported_or_refused_by_the_command(tmp_path: Path) -> None:
    tally = throw(tmp_path, seed=5, count=4, kinds=("report",))
    assert tally.failures == []
    assert tally.files == 4
