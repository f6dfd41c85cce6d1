"""One budget for all runs of an account: the limit holds among them, whoever dies, and each has its part."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from budget_runs import Runs, do_not_wait_for_the_disk, most_in_window
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_cases import open_ledger
from properties import ONE_FIXTURE
from sqlalchemy import delete, select

from importer.ledger.ledger import Ledger
from importer.ledger.schema import BUDGET, CLAIMANT, DAY_CALL, SLOT
from importer.ledger.slots.budget import WANTS_FOR_S, Budget, Terms
from importer.ratelimit.adaptive import Limit

LIMIT = Limit(25, 5)
NOON = 1_790_000_000.0


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.sqlite3") as ledger:
        do_not_wait_for_the_disk(ledger)
        yield ledger


def forget_everything(ledger: Ledger) -> None:
    with ledger.begin() as connection:
        for table in (SLOT, CLAIMANT, BUDGET, DAY_CALL):
            connection.execute(delete(table))


def budget_of(ledger: Ledger, holder: str, **terms: object) -> Budget:
    more = {"limit": LIMIT, "longest_s": 36.0} | terms
    return Budget(ledger.account.id, holder=holder, terms=Terms(**more), wall_clock=lambda: NOON)  # type: ignore[arg-type]


def grant(ledger: Ledger, budget: Budget, now: float, wanted: int) -> list[int]:
    with ledger.begin() as connection:
        return list(budget.grant(connection, now, wanted).numbers)


def begin(ledger: Ledger, budget: Budget, now: float = 0.0, boot: str = "boot") -> Budget:
    with ledger.begin() as connection:
        budget.open(connection, now, boot=boot)
    return budget


@settings(ONE_FIXTURE, max_examples=12)
@given(
    seed=st.integers(0, 2**32),
    limit=st.sampled_from([Limit(1, 5.0), Limit(2, 0.5), Limit(7, 1.0), Limit(25, 5.0)]),
    workers=st.lists(st.integers(1, 30), min_size=1, max_size=4),
    up_s=st.sampled_from([0.0, 0.2, 2.0]),
    lost=st.sampled_from([0.0, 0.1]),
    deaths=st.lists(st.floats(0.0, 20.0), max_size=2),
)
def test_no_window_holds_more_than_the_limit_whoever_comes_and_dies(
    *, ledger: Ledger, seed: int, limit: Limit, workers: list[int], up_s: float, lost: float, deaths: list[float]
) -> None:
    forget_everything(ledger)
    draws = random.Random(seed)
    runs = Runs(ledger, limit, draws=draws, up_s=up_s, lost=lost)
    for index, count in enumerate(workers):
        dies_at = deaths[index] if index < len(deaths) else 1e9
        runs.add(workers=count, begins_at=draws.uniform(0, 2 * limit.per_seconds), dies_at=dies_at)
    for died_at in deaths:  # started again at once
        runs.add(workers=5, begins_at=died_at + draws.uniform(0, 1))
    runs.play(max(45.0, 8 * limit.per_seconds) if deaths else 8 * limit.per_seconds)
    assert runs.arrivals or lost  # a lost call may arrive after the end
    assert most_in_window(runs.arrivals, limit.per_seconds) <= limit.calls


@pytest.mark.parametrize(("longest_s", "holds"), [(0.0, False), (8.0, True)])
def test_the_harness_tells_a_hold_that_is_too_short_for_calls_of_runs_that_died(
    ledger: Ledger,
    longest_s: float,
    holds: bool,  # noqa: FBT001 - a table's column
) -> None:
    most = []
    for seed in range(4):
        forget_everything(ledger)
        runs = Runs(ledger, Limit(7, 1.0), draws=random.Random(seed), up_s=3.0, longest_s=longest_s)
        for death in range(4):
            runs.add(workers=10, begins_at=death, dies_at=death + 0.5)
        runs.play(20.0)
        most.append(most_in_window(runs.arrivals, 1.0))
    assert (max(most) <= 7) is holds


@pytest.mark.parametrize("workers", [(10,), (10, 10, 10), (30, 3, 10)])
def test_next_to_nothing_of_the_limit_is_wasted_however_many_share_it(ledger: Ledger, workers: tuple[int, ...]) -> None:
    runs = Runs(ledger, LIMIT, draws=random.Random(1), up_s=0.15)
    for count in workers:
        runs.add(workers=count)
    runs.play(60.0)
    assert len(runs.arrivals) >= (0.98 if len(workers) == 1 else 0.95) * 60 * 25 / 5.15
    assert most_in_window(runs.arrivals, 5.0) <= 25


def test_runs_that_want_alike_get_alike_and_what_a_small_one_leaves_the_others_share(ledger: Ledger) -> None:
    runs = Runs(ledger, LIMIT, draws=random.Random(1), up_s=0.15)
    first = runs.add(workers=40)
    late = [runs.add(workers=40, begins_at=10.0), runs.add(workers=1, begins_at=10.0)]
    runs.play(80.0)
    after = [sum(at >= 20.0 for at in run.granted_at) for run in (first, *late)]
    assert min(after[:2]) >= 0.9 * max(after[:2])
    assert after[2] >= 60, "a lone worker is never starved"
    assert sum(after) >= 0.95 * 60 * 25 / 5.15


@pytest.mark.parametrize("calls", [1, 2])
def test_nobody_starves_where_there_are_fewer_slots_than_runs(ledger: Ledger, calls: int) -> None:
    runs = Runs(ledger, Limit(calls, 1.0), draws=random.Random(1), up_s=0.05)
    played = [runs.add(workers=4) for _ in range(4)]
    runs.play(60.0)
    counts = [len(run.granted_at) for run in played]
    assert min(counts) >= 0.7 * sum(counts) / 4, counts


def test_a_run_alone_has_all_of_it_at_once_and_after_the_others_have_died(ledger: Ledger) -> None:
    runs = Runs(ledger, LIMIT, draws=random.Random(1), up_s=0.15)
    alone = runs.add(workers=30)
    runs.add(workers=30, begins_at=20.0, dies_at=40.0)
    runs.play(100.0)
    assert sum(at < 1.0 for at in alone.granted_at) == 25
    last = [at for at in alone.granted_at if at >= 60.0]
    assert len(last) >= 0.97 * 40 * 25 / 5.15


def test_a_run_that_died_is_waited_for_no_longer_than_its_word_counts(ledger: Ledger) -> None:
    dead, alive = begin(ledger, budget_of(ledger, "dead")), begin(ledger, budget_of(ledger, "alive"))
    with ledger.begin() as connection:
        dead.pause(connection, 1.0)
        dead.grant(connection, 0.5, 30)  # gets nothing, but says that it waits
    assert len(grant(ledger, alive, 1.0, 30)) == 13
    assert len(grant(ledger, alive, 1.0 + WANTS_FOR_S, 30)) == 12


def test_a_slot_that_was_given_is_held_until_its_call_cannot_arrive_any_more(ledger: Ledger) -> None:
    dead, next_run = begin(ledger, budget_of(ledger, "dead")), begin(ledger, budget_of(ledger, "next"))
    answered = grant(ledger, dead, 0.0, 25)[:15]
    with ledger.begin() as connection:
        dead.hold(connection, [(number, 0.2, 0.01) for number in answered])
    for now, free in ((0.3, 0), (5.2, 0), (5.22, 15), (40.9, 0), (41.1, 10)):
        assert len(grant(ledger, next_run, now, 25)) == free, now


def test_slots_that_were_given_back_unused_are_free_at_once_and_no_calls(ledger: Ledger) -> None:
    budget = begin(ledger, budget_of(ledger, "one"))
    numbers = grant(ledger, budget, 0.0, 25)
    with ledger.begin() as connection:
        budget.free(connection, numbers[:5])
        assert budget.quota.used(connection) == 20
    assert len(grant(ledger, budget, 0.1, 25)) == 5


@pytest.mark.parametrize(("boot", "later_s", "free"), [("boot", 1.0, 0), ("other", 1.0, 25), ("other", -90.0, 25)])
def test_another_boot_voids_what_was_held_and_paused(ledger: Ledger, boot: str, later_s: float, free: int) -> None:
    before = begin(ledger, budget_of(ledger, "before"), 100.0)
    grant(ledger, before, 100.0, 25)
    with ledger.begin() as connection:
        before.pause(connection, 200.0)
    after = begin(ledger, budget_of(ledger, "after"), 100.0 + later_s, boot=boot)
    assert len(grant(ledger, after, 100.0 + later_s, 25)) == free


def test_where_boots_have_no_name_a_clock_that_went_back_tells_them_apart(ledger: Ledger) -> None:
    grant(ledger, begin(ledger, budget_of(ledger, "before"), 100.0, boot=""), 100.0, 25)
    same = begin(ledger, budget_of(ledger, "same"), 101.0, boot="")
    assert grant(ledger, same, 101.0, 25) == []
    assert len(grant(ledger, begin(ledger, budget_of(ledger, "new"), 3.0, boot=""), 3.0, 25)) == 25


def test_a_pause_is_every_runs(ledger: Ledger) -> None:
    one, other = begin(ledger, budget_of(ledger, "one")), begin(ledger, budget_of(ledger, "other"))
    with ledger.begin() as connection:
        one.pause(connection, 7.0)
        one.pause(connection, 6.0)  # never shortened
        asked = other.grant(connection, 6.9, 5)
    assert (len(asked.numbers), asked.ask_at) == (0, 7.0)
    assert len(grant(ledger, other, 7.0, 5)) == 5


def test_a_told_limit_is_kept_by_every_run_until_config_changes(ledger: Ledger) -> None:
    one, other = begin(ledger, budget_of(ledger, "one")), begin(ledger, budget_of(ledger, "other"))
    with ledger.begin() as connection:
        one.refuse(connection, 1.0, Limit(10, 5))
    assert len(grant(ledger, other, 1.1, 25)) == 10
    for limit, boot, calls in ((LIMIT, "boot", 10), (LIMIT, "next", 10), (Limit(20, 5), "next", 20), (LIMIT, "n", 25)):
        later = begin(ledger, budget_of(ledger, "later", limit=limit), 500.0, boot=boot)
        assert later.adaptive.limit.calls == calls


def test_slots_left_to_others_are_left_by_every_run_and_share_counts_on_top(ledger: Ledger) -> None:
    one, other = begin(ledger, budget_of(ledger, "one")), begin(ledger, budget_of(ledger, "other", share=0.8))
    with ledger.begin() as connection:
        one.refuse(connection, 1.0, LIMIT)
        one.refuse(connection, 1.1, LIMIT)  # the same window
    assert len(grant(ledger, other, 2.0, 25)) == 17
    assert len(grant(ledger, one, 2.0, 25)) == 5
    assert len(grant(ledger, one, 62.0, 25)) == 23


def test_the_days_calls_are_those_of_all_runs_in_24_hours_to_the_minute(ledger: Ledger) -> None:
    time = [NOON]
    terms = Terms(limit=LIMIT, longest_s=36.0, calls_per_day=30)
    one, other = (
        begin(ledger, Budget(ledger.account.id, holder=name, terms=terms, wall_clock=lambda: time[0])) for name in "ab"
    )
    assert len(grant(ledger, one, 0.0, 20)) == 20
    time[0] += 3600
    with ledger.begin() as connection:
        granted = other.grant(connection, 100.0, 15)
        assert (len(granted.numbers), other.quota.used(connection)) == (10, 30)
    assert granted.end is not None
    assert "30 calls of limits.calls_per_day are used up" in granted.end.message
    assert grant(ledger, one, 200.0, 1) == []
    time[0] = NOON + 86_400 - 61
    assert grant(ledger, one, 300.0, 1) == []
    time[0] = NOON + 86_400 + 60
    assert len(grant(ledger, one, 400.0, 25)) == 20
    time[0] += 2 * 86_400
    begin(ledger, other, 500.0)
    with ledger.begin() as connection:
        assert connection.execute(select(DAY_CALL)).all() == [], "what no longer counts is not kept"


def test_calls_are_counted_although_no_quota_is_set(ledger: Ledger) -> None:
    grant(ledger, begin(ledger, budget_of(ledger, "one")), 0.0, 20)
    with ledger.begin() as connection:
        assert budget_of(ledger, "two", calls_per_day=100).quota.used(connection) == 20


def test_rows_that_mean_nothing_any_more_are_deleted(ledger: Ledger) -> None:
    budget = begin(ledger, budget_of(ledger, "one"))
    for now in range(0, 300, 50):
        grant(ledger, budget, float(now), 25)
    with ledger.begin() as connection:
        assert len(connection.execute(select(SLOT)).all()) == 25


def test_accounts_have_budgets_of_their_own(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l", identity="a") as one, open_ledger(tmp_path / "l", identity="b") as other:
        assert len(grant(one, begin(one, budget_of(one, "x")), 0.0, 25)) == 25
        assert len(grant(other, begin(other, budget_of(other, "y")), 0.0, 25)) == 25
