"""The ledger's slots as an event loop takes them: at the right moment, shared, and withdrawn at once."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import Any

import pytest
from budget_runs import most_in_window
from ledger_cases import open_ledger

from importer.errors import QuotaError, WithdrawnError
from importer.ledger.failure import LedgerError
from importer.ledger.ledger import Ledger
from importer.ledger.slots import shared as slots_module
from importer.ledger.slots.budget import Terms
from importer.ledger.slots.clock import BootClock
from importer.ledger.slots.shared import SharedSlots
from importer.ratelimit.adaptive import Limit
from importer.ratelimit.limiter import CLOCK_MARGIN_S, RateLimiter

LIMIT = Limit(5, 0.2)
LONG = Limit(5, 30.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with open_ledger(path) as ledger:
        yield ledger


def shared(ledger: Ledger, limit: Limit = LIMIT, **terms: object) -> SharedSlots:
    return SharedSlots(ledger, Terms(limit=limit, longest_s=3.0, **terms))  # type: ignore[arg-type]


def pacer_of(slots: SharedSlots, limit: Limit = LIMIT, lost_margin_s: float = 5.0) -> RateLimiter:
    return RateLimiter(limit.calls, limit.per_seconds, slots=slots, lost_margin_s=lost_margin_s)


async def call(limiter: RateLimiter, left: list[float]) -> None:
    async with limiter.slot() as slot:
        left.append(time.monotonic())
        slot.answered()


async def take_nothing(limiter: RateLimiter, unless: Callable[[], bool] = lambda: False) -> None:
    async with limiter.slot(unless=unless):
        raise AssertionError("a call went that should not have gone")


async def test_calls_go_as_soon_as_the_limit_allows_and_never_sooner(ledger: Ledger) -> None:
    left: list[float] = []
    async with shared(ledger) as slots:
        limiter = pacer_of(slots)
        await asyncio.gather(*(call(limiter, left) for _ in range(15)))
    assert most_in_window(left, LIMIT.per_seconds) == 5
    assert left[-1] - left[0] < 2 * (LIMIT.per_seconds + CLOCK_MARGIN_S) + 0.1


async def test_two_runs_share_one_limit_and_both_go_on(path: Path) -> None:
    left: tuple[list[float], list[float]] = ([], [])
    with open_ledger(path) as one, open_ledger(path) as other:
        async with shared(one) as ours, shared(other) as theirs:
            pacers = pacer_of(ours), pacer_of(theirs)
            await asyncio.gather(
                *(call(limiter, times) for limiter, times in zip(pacers, left, strict=True) for _ in range(15))
            )
    everything = sorted(left[0] + left[1])
    assert most_in_window(everything, LIMIT.per_seconds) <= 5
    assert everything[-1] - everything[0] < 6 * (LIMIT.per_seconds + 0.06)
    half = everything[len(everything) // 2]
    assert all(sum(at <= half for at in times) >= 3 for times in left), "neither waits for the other's end"


async def test_a_run_that_begins_waits_for_the_slots_of_one_that_has_ended_and_is_told_why(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    limit = Limit(5, 0.5)
    with open_ledger(path) as ledger:
        async with shared(ledger, limit) as slots:
            await asyncio.gather(*(call(pacer_of(slots, limit), []) for _ in range(5)))
            ended_at = time.monotonic()
    caplog.set_level(logging.INFO, "importer")
    left: list[float] = []
    with open_ledger(path) as ledger:
        async with shared(ledger, limit) as slots:
            await asyncio.gather(*(call(pacer_of(slots, limit), left) for _ in range(7)))
    assert left[0] - ended_at >= 0.45
    told = [record.getMessage() for record in caplog.records if "wait" in record.getMessage()]
    assert len(told) == 1
    assert "5 calls of a run that has ended may still count" in told[0]
    assert told[0].endswith("the last of them for 1 s.")


async def test_a_live_runs_slots_are_no_news(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "importer")
    with open_ledger(path) as one, open_ledger(path) as other:
        async with shared(one) as ours, shared(other) as theirs:
            await asyncio.gather(*(call(pacer_of(ours), []) for _ in range(5)))
            await call(pacer_of(theirs), [])
    assert not caplog.records


async def test_closing_withdraws_at_once_who_waits_and_who_comes(ledger: Ledger) -> None:
    async with shared(ledger, LONG) as slots:
        limiter = pacer_of(slots, LONG)
        await asyncio.gather(*(call(limiter, []) for _ in range(5)))
        waiting = [asyncio.create_task(take_nothing(limiter)) for _ in range(20)]
        await asyncio.sleep(0.05)
        began = time.monotonic()
        limiter.close()
        results = await asyncio.gather(*waiting, take_nothing(limiter), return_exceptions=True)
        assert {type(result) for result in results} == {WithdrawnError}
    assert time.monotonic() - began < 0.5


async def test_a_call_that_is_no_longer_wanted_gives_its_slot_to_the_next_and_does_not_count(ledger: Ledger) -> None:
    async with shared(ledger, Limit(1, 30.0)) as slots:
        limiter = pacer_of(slots, Limit(1, 30.0))
        for _ in range(3):
            with pytest.raises(WithdrawnError):
                await take_nothing(limiter, unless=iter([False, True, True]).__next__)
        await asyncio.wait_for(call(limiter, []), 1.0)
        assert slots.used_today() == 1


async def test_cancelled_waiters_leave_no_slot_behind(ledger: Ledger) -> None:
    limit = Limit(5, 0.1)
    async with shared(ledger, limit) as slots:
        limiter, left = pacer_of(slots, limit), list[float]()
        for delay_s in (0.0, 0.001, 0.003, 0.05, 0.12):
            tasks = [asyncio.create_task(call(limiter, [])) for _ in range(12)]
            await asyncio.sleep(delay_s)
            for task in tasks[::2]:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.15)
        await asyncio.wait_for(asyncio.gather(*(call(limiter, left) for _ in range(5))), 1.0)
    assert left[-1] - left[0] < 0.1, "all five slots are there at once"


async def test_a_waiter_that_is_cancelled_as_it_gets_its_slot_gives_it_back(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shared(ledger, Limit(1, 30.0)) as slots:
        give = slots._give

        def give_and_cancel(*given: Any) -> None:
            give(*given)
            waiting.cancel()

        monkeypatch.setattr(slots, "_give", give_and_cancel)
        waiting = asyncio.create_task(slots.take())
        with pytest.raises(asyncio.CancelledError):
            await waiting
        monkeypatch.undo()
        await asyncio.wait_for(slots.take(), 1.0)


async def test_a_slot_that_was_given_too_long_ago_is_not_sent_under(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots_module, "START_SLACK_S", 0.1)
    async with shared(ledger, Limit(1, 30.0)) as slots:
        limiter = pacer_of(slots, Limit(1, 30.0))

        async def send() -> float:
            async with limiter.slot():
                (given_at,) = slots._given_at.values()
                return given_at

        sending = asyncio.create_task(send())
        await asyncio.sleep(0)
        time.sleep(0.3)  # noqa: ASYNC251 - the process hangs between the grant and the call
        frozen_until = BootClock().now()
        assert await asyncio.wait_for(sending, 2.0) >= frozen_until
        assert slots.used_today() == 1


async def test_a_call_that_the_bucket_held_up_too_long_takes_another_slot_and_goes(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots_module, "START_SLACK_S", 0.1)
    async with shared(ledger, Limit(1, 0.3)) as slots:
        limiter = pacer_of(slots, Limit(1, 0.3))
        await limiter._limiter.acquire()
        await asyncio.wait_for(call(limiter, []), 2.0)


async def test_a_pause_and_a_told_limit_reach_the_other_runs(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    limit = Limit(5, 0.3)
    with open_ledger(path) as one, open_ledger(path) as other:
        async with shared(one, limit) as ours, shared(other, limit) as theirs:
            began = time.monotonic()
            pacer_of(ours, limit).refused((2, 1))
            await asyncio.sleep(0.05)
            left: list[float] = []
            await asyncio.gather(*(call(pacer_of(theirs, limit), left) for _ in range(2)))
            assert left[0] - began >= 1.0
            assert (ours.limit, theirs.limit) == (Limit(2, 1), Limit(2, 1))
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1, "told once"
    assert "limit is 2 per 1 s, not 5 per 0.3 s" in warnings[0]
    assert "limits: {calls: 2, per_seconds: 1}" in warnings[0]
    caplog.set_level(logging.INFO, "importer")
    with open_ledger(path) as later:
        async with shared(later, limit) as slots:
            assert slots.limit == Limit(2, 1)
    assert "not 5 per 0.3 s as in config.yaml" in caplog.text


async def test_the_days_end_is_told_to_each_who_waits_and_calls_of_today_are_counted(ledger: Ledger) -> None:
    async with shared(ledger, Limit(50, 0.1), calls_per_day=7) as slots:
        limiter = pacer_of(slots, Limit(50, 0.1))
        results = await asyncio.gather(*(call(limiter, []) for _ in range(10)), return_exceptions=True)
        assert [type(result) for result in results if result is not None] == [QuotaError] * 3
        assert slots.used_today() == 7
        with pytest.raises(QuotaError, match=r"7 calls of .* are used up"):
            await call(limiter, [])


async def test_a_ledger_that_fails_is_told_to_those_who_wait_and_who_come(ledger: Ledger) -> None:
    async with shared(ledger) as slots:
        with ledger.begin() as connection:
            connection.exec_driver_sql("DROP TABLE slot")
        for _ in range(2):
            with pytest.raises(LedgerError, match="cannot be used any more"):
                await call(pacer_of(slots), [])


async def test_a_ledger_that_cannot_be_opened_is_told_at_once(ledger: Ledger) -> None:
    with ledger.begin() as connection:
        connection.exec_driver_sql("DROP TABLE budget")
    slots: AbstractAsyncContextManager[SharedSlots] = shared(ledger)
    with pytest.raises(LedgerError):
        await slots.__aenter__()


async def test_a_loop_that_ends_without_a_word_leaves_slots_that_free_themselves(path: Path) -> None:
    limit = Limit(5, 0.1)
    with open_ledger(path) as ledger:
        slots = SharedSlots(ledger, Terms(limit=limit, longest_s=0.4))
        await slots.__aenter__()
        for _ in range(5):
            await slots.take()  # and never settled, as by a process that was killed
        with open_ledger(path) as next_ledger:
            async with shared(next_ledger, limit) as next_slots:
                began = time.monotonic()
                await call(pacer_of(next_slots, limit), [])
        assert 0.3 < time.monotonic() - began < 1.5
        with suppress(WithdrawnError):
            await slots.__aexit__(None, None, None)


def test_the_clock_only_goes_forward_and_the_boot_has_a_name_on_linux() -> None:
    one, other = BootClock(), BootClock()
    assert one.boot == other.boot
    assert one.now() <= other.now() <= one.now()
    assert bool(one.boot) is Path("/proc/sys/kernel/random/boot_id").exists()


def test_where_the_system_has_no_boot_clock_the_monotonic_one_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
    monkeypatch.setattr("importer.ledger.slots.clock.BOOT_ID", Path("/nowhere/boot_id"))
    clock = BootClock()
    assert clock.boot == ""
    assert abs(clock.now() - time.monotonic()) < 1.0
