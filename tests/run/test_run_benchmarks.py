"""The benchmarks still run: small, and without a word about how fast."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

import dry_run


def test_the_dry_run_benchmark_prints_its_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = dry_run.measure(tmp_path, 50)
    assert figures.rows == 50
    assert min(figures.bare_us, figures.text_us, figures.typed_us, figures.text_mb) > 0
    dry_run.main(["--rows", "20"])
    assert "times the bare loop" in capsys.readouterr().out
