"""Every benchmark still runs and tells all that it promises: small, and without a word about how fast."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
SMALL = {
    "pace": ["--rows", "30", "--limit", "25/0.25", "--latency", "3-30", "--modelled-rows", "60"],
    "bulk": ["--pace", "1/0.2:80", "--latency", "3-30", "--rows", "60"],
    "own_cost": ["--rows", "60", "--workers", "5", "--profile"],
    "reading": ["--csv", "20", "40", "--xlsx", "20"],
    "growth": ["--rows", "20", "40"],
    "start": ["--starts", "1"],
    "budget": ["lower", "speed", "--limit", "25/0.25", "--latency", "3-30", "--rows", "20", "--speed-seconds", "0.2"],
    "machines": ["--machines", "2", "--round-trips", "2", "--limit", "25/0.5", "--latency", "3-30", "--rows", "40"],
    "week": ["--size", "0.05", "--no-outage"],
}
TOLD = {
    "pace": [
        "30 rows, 3-30 ms, sliding, lsq-import: refusals",
        "modelled, 60 rows, 3-30 ms, fixed, plain script: refusals",
    ],
    "bulk": ["1/0.2, 80 rows, lsq-import --bulk: refusals", "60 rows: bulk over single, limits lifted"],
    "own_cost": ["60 rows, 5 workers: share of the bare loop", "    under the profiler, importer/ledger"],
    "reading": ["40 rows of CSV: text columns, times the bare loop", "20 rows of xlsx: times that pass"],
    "growth": ["40 rows, resumed at nine tenths: then", "40 rows over 20: dry run, peak memory"],
    "start": ["lsq-import --help", "first call, leads.xlsx of 20 rows"],
    "budget": ["lower: calls", "speed: slots that the budget gives, 50 workers, no limit in the way"],
    "machines": ["2 ms, 2 machines: refusals", "2 ms, 2 machines: share of what held slots allow"],
    "week": ["rows that are created", "doubled leads"],
}
NEVER = (
    "lsq-import: refusals",
    "lsq-import --bulk: refusals",
    "doubled leads",
    "report lines that are not true",
    "keys in the log file",
)


def test_every_benchmark_has_a_small_run() -> None:
    scripts = {path.stem for path in BENCHMARKS.glob("*.py") if "make_parser(__doc__" in path.read_text("utf-8")}
    assert scripts == SMALL.keys()


@pytest.mark.parametrize("name", SMALL)
def test_a_benchmark_runs_and_tells_its_figures(name: str, tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    command = [sys.executable, str(BENCHMARKS / f"{name}.py"), *SMALL[name], "--json", str(told)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = {figure["what"]: figure for figure in json.loads(told.read_text("utf-8"))["figures"]}
    assert set(TOLD[name]) <= figures.keys()
    for what, figure in figures.items():
        assert what.strip() in done.stdout
        assert figure["value"] >= 0
        if what.endswith(NEVER):
            assert figure["value"] == 0, what


def test_the_bare_loop_writes_the_report_that_a_dry_run_writes(tmp_path: Path) -> None:
    # Else the comparison would be with something easier.
    prepare = "from pathlib import Path; from leads import *; write_csv(Path('leads.csv'), 30); write_config(Path('.'))"
    environ = {"PYTHONPATH": str(BENCHMARKS), "LSQ_LEDGER": str(tmp_path / "none.sqlite3"), "PATH": "/usr/bin:/bin"}
    for command in (
        ["-c", prepare],
        [str(BENCHMARKS / "bare_loop.py"), "leads.csv", "bare.csv"],
        ["-m", "importer", "leads.csv", "--dry-run", "--quiet", "--no-html"],
    ):
        subprocess.run([sys.executable, *command], cwd=tmp_path, env=environ, capture_output=True, check=True)
    ours, bare = (read(tmp_path / name) for name in ("leads.report.csv", "bare.csv"))
    assert len(ours) == 31
    reference = ours[0].index("lsq_ref")
    assert {len(line[reference]) for line in [*ours[1:], *bare[1:]]} == {45}
    assert [line[:reference] + line[reference + 1 :] for line in ours] == [
        line[:reference] + line[reference + 1 :] for line in bare
    ]
    assert (tmp_path / "leads.report.csv").stat().st_size == (tmp_path / "bare.csv").stat().st_size


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))
