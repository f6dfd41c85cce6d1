"""A few odd configs, the same ones each time; `fuzz_configs.py` makes as many as one likes."""

from pathlib import Path

import pytest
from fuzz_configs import check_configs


@pytest.mark.parametrize("seed", [1, 2])
def test_odd_configs_are_taken_or_refused(tmp_path: Path, seed: int) -> None:
    statuses = check_configs(tmp_path, count=60, seed=seed)
    assert set(statuses) == {0, 1, 2}, "some are taken, and some are not"
