"""Whole lists of many sources: what `map` must find in them, and what it must never propose."""

from pathlib import Path

import pytest
from lists import read_lists, score


@pytest.mark.parametrize(("part", "least_recall"), [("tuned", 0.95), ("held", 0.85)])
def test_lists_of_all_kinds_are_mapped_without_harm(tmp_path: Path, part: str, least_recall: float) -> None:
    found = score(read_lists(part), tmp_path)
    told = "\n".join((str(found), *found.misses))
    assert found.lists >= 12
    assert found.harmful == 0, told
    assert found.recall >= least_recall, told
    assert found.precision >= 0.98, told
    assert found.types >= 0.95, told
    assert found.header_rows == found.lists, told
