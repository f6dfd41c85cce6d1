"""No lead twice, none lost, and every line true, through SIGKILL at random moments amid all faults at once."""

from pathlib import Path

import pytest
from chaos import Chaos, run_round


@pytest.mark.parametrize("has_reference", [False, True])
def test_an_importer_that_is_killed_ten_times_doubles_and_loses_nothing(tmp_path: Path, *, has_reference: bool) -> None:
    chaos = Chaos(seed=7, rows=60, kills=10, odds=0.04, calms_down=True, longest_s=0.4, has_reference=has_reference)
    result = run_round(tmp_path / "desk", chaos)
    assert result.lies == [], result.tell()
    assert result.kills >= 10
    assert sum(result.stats["faults"].values()) > 0
