"""No lead twice, none lost, and every line true: amid kills and all faults at once, and under a person's hands."""

import os
from pathlib import Path

import pytest
from chaos import Chaos, run_round
from hosts import run_machines
from person import run_person
from postgresql import Cluster
from updating import run_updates

PERSON_SEEDS = range(int(os.environ.get("PERSON_SEEDS", "1")))
"""More of them: PERSON_SEEDS=50 pytest tests/chaos."""


@pytest.mark.parametrize(
    ("has_reference", "route", "kills"),
    [(False, "single", 4), (True, "single", 4), (False, "mixed", 4), (True, "bulk", 4)],
)
def test_an_importer_that_is_killed_again_and_again_doubles_and_loses_nothing(
    tmp_path: Path, route: str, kills: int, *, has_reference: bool
) -> None:
    chaos = Chaos(
        seed=7,
        rows=40,
        kills=kills,
        odds=0.04,
        calms_down=True,
        longest_s=0.4,
        has_reference=has_reference,
        route=route,
    )
    result = run_round(tmp_path / "desk", chaos)
    assert result.lies == [], result.tell()
    assert result.kills >= kills
    assert route == "bulk" or sum(result.stats["faults"].values()) > 0  # few calls, each with many rows


def test_a_person_who_stops_and_kills_runs_sets_the_clock_and_deletes_locks_loses_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    kinds = ("append", "clock", "delete", "kill", "locks", "sort", "stop")
    result = run_person(tmp_path / "desk", seed=1, acts=8, rows=20, kinds=kinds)
    assert result.lies == [], result.tell()
    assert result.leads > 0


@pytest.mark.parametrize("seed", PERSON_SEEDS)
def test_whatever_a_person_does_nobody_is_lost_or_doubled_and_no_line_lies(tmp_path: Path, seed: int) -> None:
    result = run_person(tmp_path / "desk", seed=100 + seed, acts=8, rows=15)
    assert result.lies == [], (result.tell(), result.story)
    assert result.leads > 0


def test_what_a_row_says_reaches_its_lead_however_often_the_import_is_killed(tmp_path: Path) -> None:
    result = run_updates(tmp_path / "desk", seed=3)
    assert result.lies == [], result.tell()
    assert result.updates > 0


def test_three_machines_amid_kills_restarts_and_cut_lines_double_and_lose_nothing(
    tmp_path: Path, cluster: Cluster
) -> None:
    result = run_machines(tmp_path, cluster, seed=3, rows=8, acts=3)
    assert result.lies == [], result.tell()
    assert result.refusals == 0
    assert result.kills + result.restarts + result.cuts > 0
