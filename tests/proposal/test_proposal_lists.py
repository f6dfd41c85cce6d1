"""Whole lists of many sources: what `map` must find in them, and what it must never propose."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from lists import LeadList, read_lists, score

from importer.commands.map import map_columns
from importer.config import load_config


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


@pytest.mark.parametrize("one", [*read_lists("tuned"), *read_lists("held")], ids=lambda one: one.name)
def test_every_doubtful_line_without_its_mark_leaves_a_config_that_loads(
    one: LeadList, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.csv").write_text(one.text(), "utf-8")
    lines = CliRunner().invoke(map_columns, ["x.csv", "--sandbox"]).stdout.splitlines()
    accepted = [line.replace("  # ", "  ", 1) if "  # doubtful: " in line else line for line in lines]
    (tmp_path / "config.yaml").write_text("\n".join(accepted), "utf-8")
    sure = sum(line.startswith("  ") and not line.lstrip().startswith("#") for line in accepted)
    assert len(load_config(tmp_path / "config.yaml", environ={}).columns) == sure
