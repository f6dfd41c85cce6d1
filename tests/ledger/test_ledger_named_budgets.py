"""Two budgets of one account, side by side in one ledger: each keeps its own limit, and neither minds the other."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from budget_runs import LONGEST_S, Played, Runs, do_not_wait_for_the_disk, most_in_window
from ledger_cases import open_ledger
from sqlalchemy import select

from importer.ledger.ledger import Ledger
from importer.ledger.schema import SLOT
from importer.ledger.slots.budget import Budget, Granted, Terms
from importer.ledger.slots.shared import SharedSlots
from importer.ratelimit.adaptive import Limit
from importer.ratelimit.budgets import CALLS
from importer.ratelimit.limiter import RateLimiter

LIMIT = Limit(25, 5.0)
BULK_LIMIT = Limit(1, 5.0)
BULK = Terms(limit=BULK_LIMIT, longest_s=LONGEST_S, budget="bulk")
NOON = 1_790_000_000.0


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.sqlite3") as ledger:
        do_not_wait_for_the_disk(ledger)
        yield ledger


def budget_of(ledger: Ledger, terms: Terms, *, holder: str = "me", now: float = 0.0, boot: str = "boot") -> Budget:
    budget = Budget(ledger.account.id, holder=holder, terms=terms, wall_clock=lambda: NOON)
    with ledger.begin() as connection:
        budget.open(connection, now, boot=boot)
    return budget


def ask(ledger: Ledger, budget: Budget, now: float, wanted: int) -> Granted:
    with ledger.begin() as connection:
        return budget.grant(connection, now, wanted)


def arrivals(*runs: Played) -> list[float]:
    return [at for run in runs for at in run.arrivals]


@pytest.mark.parametrize(("up_s", "lost"), [(0.15, 0.0), (2.0, 0.1)])
@pytest.mark.parametrize("bulk_limit", [BULK_LIMIT, Limit(10, 5.0), Limit(3, 1.0)])
def test_neither_breaks_its_limit_whoever_dies(ledger: Ledger, bulk_limit: Limit, up_s: float, lost: float) -> None:
    bulk = Terms(limit=bulk_limit, longest_s=LONGEST_S, budget="bulk")
    runs = Runs(ledger, LIMIT, draws=random.Random(3), up_s=up_s, lost=lost)
    callers = [runs.add(workers=20), runs.add(workers=20, dies_at=21.0), runs.add(workers=20, begins_at=21.0)]
    bulkers = [runs.add(terms=bulk), runs.add(terms=bulk, dies_at=13.0), runs.add(terms=bulk, begins_at=13.5)]
    runs.play(40.0)
    assert most_in_window(arrivals(*callers), LIMIT.per_seconds) <= LIMIT.calls
    assert most_in_window(arrivals(*bulkers), bulk_limit.per_seconds) <= bulk_limit.calls
    assert arrivals(*callers)
    assert arrivals(*bulkers)


def test_each_reaches_its_ceiling_as_if_it_were_alone(ledger: Ledger) -> None:
    runs = Runs(ledger, LIMIT, draws=random.Random(1), up_s=0.15)
    calls, bulk = runs.add(workers=40), runs.add(workers=40, terms=BULK)
    runs.play(40.0)
    assert len(calls.arrivals) >= 0.95 * 40 * 25 / 5.15
    assert len(bulk.arrivals) >= 0.95 * 40 * 1 / 5.15


def test_a_budget_that_is_used_up_is_no_rival_and_no_reason_to_wait(ledger: Ledger) -> None:
    calls, bulk = budget_of(ledger, Terms(limit=LIMIT, longest_s=36.0)), budget_of(ledger, BULK)
    assert len(ask(ledger, bulk, 0.0, 9).numbers) == 1
    granted = ask(ledger, calls, 0.0, 25)
    assert (len(granted.numbers), granted.has_rivals, granted.foreign) == (25, False, ())


def test_a_pause_a_refusal_and_a_free_slot_are_those_of_one_budget(ledger: Ledger) -> None:
    calls, bulk = budget_of(ledger, Terms(limit=LIMIT, longest_s=36.0)), budget_of(ledger, BULK)
    given = ask(ledger, bulk, 0.0, 1).numbers
    with ledger.begin() as connection:
        bulk.pause(connection, 50.0)
        bulk.refuse(connection, 0.0, Limit(1, 60.0))
        calls.free(connection, given)  # a number that only the other budget has given
        bulk.leave(connection)
    assert len(ask(ledger, calls, 1.0, 25).numbers) == 25
    assert calls.adaptive.limit == LIMIT
    assert budget_of(ledger, BULK, now=1.0).adaptive.limit == Limit(1, 60.0)
    assert not ask(ledger, bulk, 1.0, 1).numbers


def test_another_boot_voids_the_slots_of_the_budget_that_it_opens(ledger: Ledger) -> None:
    calls = budget_of(ledger, Terms(limit=LIMIT, longest_s=36.0))
    bulk = budget_of(ledger, BULK)
    ask(ledger, calls, 0.0, 25)
    ask(ledger, bulk, 0.0, 1)
    budget_of(ledger, BULK, holder="later", boot="another")
    with ledger.begin() as connection:
        assert set(connection.execute(select(SLOT.c.budget)).scalars()) == {CALLS}


def test_the_days_calls_are_counted_for_the_account_as_a_whole(ledger: Ledger) -> None:
    calls = budget_of(ledger, Terms(limit=LIMIT, longest_s=36.0, calls_per_day=10))
    ask(ledger, budget_of(ledger, BULK), 0.0, 1)
    assert len(ask(ledger, calls, 0.0, 25).numbers) == 9


async def test_one_run_has_slots_of_both_and_goes_on_with_one_when_the_other_is_closed(ledger: Ledger) -> None:
    terms = Terms(limit=Limit(100, 5.0), longest_s=36.0)
    async with SharedSlots(ledger, terms) as calls:
        limiter = RateLimiter(100, 5.0, slots=calls)
        async with SharedSlots(ledger, BULK) as bulk:
            await bulk.take()
            second = asyncio.ensure_future(bulk.take())
            for _ in range(50):
                async with limiter.slot() as slot:
                    slot.answered()
            assert not second.done()
            second.cancel()
        for _ in range(10):
            async with limiter.slot() as slot:
                slot.answered()
