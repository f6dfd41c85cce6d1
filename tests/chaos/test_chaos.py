"""No lead twice, none lost, and every line true, through SIGKILL at random moments amid all faults at once."""

from pathlib import Path

from chaos import Chaos, run_round


def test_an_importer_that_is_killed_ten_times_doubles_and_loses_nothing(tmp_path: Path) -> None:
    result = run_round(tmp_path / "desk", Chaos(seed=7, rows=60, kills=10, odds=0.04, calms_down=True, longest_s=0.4))
    assert result.lies == [], result.tell()
    assert result.kills >= 10
    assert sum(result.stats["faults"].values()) > 0
