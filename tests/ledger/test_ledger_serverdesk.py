"""The budget on a server: one question does what the several statements do, its clock may be set, lines may break."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from ledger_cases import open_ledger
from postgresql import Cluster
from sqlalchemy import update

from importer.events import Notice
from importer.ledger.failure import ConnectionLostError, LedgerError
from importer.ledger.ledger import Ledger
from importer.ledger.outage import Outage
from importer.ledger.schema import BUDGET
from importer.ledger.slots.budget import Budget, Granted, Terms
from importer.ledger.slots.dayquota import DayQuota
from importer.ledger.slots.jobs import Free, Hold, Job, Pause, Refusal
from importer.ledger.slots.serverdesk import ServerDesk
from importer.ledger.slots.shared import SharedSlots
from importer.ratelimit.adaptive import Limit

LIMIT = Limit(10, 5.0)


@pytest.fixture
def ledger(server_url: str) -> Iterator[Ledger]:
    with open_ledger(server_url) as ledger:
        yield ledger


class Desks:
    """Makes desks of holders at one ledger, and closes them."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.told: list[Notice] = []
        self._made: list[ServerDesk] = []

    def __call__(self, holder: str, **more: Any) -> ServerDesk:
        budget = Budget(self.ledger.account.id, holder=holder, terms=Terms(limit=LIMIT, longest_s=36.0, **more))
        desk = ServerDesk(self.ledger, budget, clock=time.monotonic, notify=self.told.append)
        self._made.append(desk)
        desk.open()
        return desk

    def close(self) -> None:
        for desk in self._made:
            desk.leave()


@pytest.fixture
def make_desk(ledger: Ledger) -> Iterator[Desks]:
    with closing(Desks(ledger)) as desks:
        yield desks


def ask(desk: ServerDesk, wanted: int, *jobs: Job) -> Granted:
    granted = desk.step(jobs, wanted, asks=True).granted
    assert granted is not None
    return granted


@pytest.mark.parametrize("seed", range(4))
def test_one_question_gives_what_the_statements_of_a_file_give(ledger: Ledger, make_desk: Desks, seed: int) -> None:
    draw = random.Random(seed)
    share = draw.choice([1.0, 0.5])
    holders = ["a", "b", "c"]
    desks = {name: make_desk(name, budget="one", share=share) for name in holders}
    terms = Terms(limit=LIMIT, longest_s=36.0, share=share, budget="several")
    budgets = {name: Budget(ledger.account.id, holder=name, terms=terms) for name in holders}
    with ledger.begin() as connection:
        for budget in budgets.values():
            budget.open(connection, 0.0, boot="server")
    held: dict[str, list[int]] = {name: [] for name in holders}
    for _ in range(60):
        name = draw.choice(holders)
        desk, budget, jobs = desks[name], budgets[name], list[Job]()
        if held[name] and draw.random() < 0.4:
            number = held[name].pop(draw.randrange(len(held[name])))
            jobs.append(Free(number) if draw.random() < 0.5 else Hold(number, time.monotonic() - 5.2, 0.01))
        if draw.random() < 0.06:
            jobs.append(Refusal(draw.choice([None, None, Limit(6, 5.0)])))
        wanted = draw.randint(0, 6)
        step = desk.step(jobs, wanted, asks=True)
        now = time.monotonic() + step.shift
        with ledger.begin() as connection:
            for job in jobs:
                if isinstance(job, Hold):
                    budget.hold(connection, [(job.number, job.at + step.shift, job.margin_s)])
                elif isinstance(job, Free):
                    budget.free(connection, [job.number])
                elif isinstance(job, Refusal):
                    budget.refuse(connection, now, job.advertised)
            theirs = budget.grant(connection, now, wanted)
        ours = step.granted
        assert ours is not None
        assert (ours.numbers, ours.has_rivals) == (theirs.numbers, theirs.has_rivals)
        assert {one[:2] for one in ours.foreign} == {one[:2] for one in theirs.foreign}
        assert ours.ask_at == pytest.approx(theirs.ask_at, abs=0.5)
        held[name] += ours.numbers


@pytest.mark.parametrize("seconds", [60.0, -60.0, 3600.0, -3600.0])
def test_a_clock_of_the_server_that_is_set_frees_no_slot_early_and_holds_none_for_long(
    ledger: Ledger, make_desk: Desks, seconds: float
) -> None:
    desk = make_desk("a")
    assert len(ask(desk, 10).numbers) == 10
    before = desk.step((), 0, asks=False)
    with ledger.begin() as connection:  # as far as anybody can see, the server's clock has been set
        connection.execute(update(BUDGET).values(clock_shift=BUDGET.c.clock_shift + seconds))
    after = desk.step((), 5, asks=True)
    assert after.granted is not None
    assert len(after.granted.numbers) == 0
    assert after.shift == pytest.approx(before.shift, abs=1.0)
    assert after.granted.ask_at - (time.monotonic() + after.shift) == pytest.approx(41.0, abs=1.5)
    assert [notice.text.startswith("The clock of the ledger's server was set") for notice in make_desk.told] == [True]


def test_another_run_that_sees_the_clock_set_right_again_does_not_set_it_once_more(
    ledger: Ledger, make_desk: Desks
) -> None:
    first, second = make_desk("a"), make_desk("b")
    ask(first, 3)
    ask(second, 3)
    with ledger.begin() as connection:
        connection.exec_driver_sql("UPDATE budget SET clock_shift = 100")
    ask(first, 0)
    ask(second, 0)
    with ledger.begin() as connection:
        (shift,) = connection.exec_driver_sql("SELECT clock_shift FROM budget").one()
    assert shift == pytest.approx(0.0, abs=1.0)


def test_a_pause_holds_for_all_and_ends(make_desk: Desks) -> None:
    first, second = make_desk("a"), make_desk("b")
    ask(first, 0, Pause(time.monotonic() + 30))
    waiting = ask(second, 4)
    assert len(waiting.numbers) == 0
    assert waiting.ask_at - (time.monotonic() + second.step((), 0, asks=False).shift) == pytest.approx(30.0, abs=1.0)


def test_calls_of_the_day_end_it(make_desk: Desks) -> None:
    desk = make_desk("a", calls_per_day=4)
    assert len(ask(desk, 6).numbers) == 4
    end = ask(desk, 2).end
    assert end is not None
    assert "used up" in end.message
    with make_desk.ledger.begin() as connection:
        assert DayQuota(make_desk.ledger.account.id, calls_per_day=4, wall_clock=time.time).used(connection) == 4


def test_a_step_that_was_answered_into_the_void_is_asked_again_without_a_slot_too_many(
    ledger: Ledger, make_desk: Desks
) -> None:
    desk = make_desk("a")
    ask(desk, 4)
    desk._next_number = 0
    assert len(ask(desk, 10).numbers) == 6
    with ledger.begin() as connection:
        (rows,) = connection.exec_driver_sql("SELECT count(*) FROM slot").one()
    assert rows <= LIMIT.calls


async def test_slots_go_on_after_the_server_was_restarted(ledger: Ledger, cluster: Cluster) -> None:
    terms = Terms(limit=LIMIT, longest_s=36.0)
    async with SharedSlots(ledger, terms, notify=lambda _notice: None) as slots:
        first = await slots.take()
        cluster.stop("fast")
        second = asyncio.create_task(slots.take())
        await asyncio.to_thread(cluster.start)
        assert await second != first


class Moved:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def failing(times: float) -> Callable[[], str]:
    left = times

    def work() -> str:
        nonlocal left
        left -= 1
        if left >= 0:
            raise ConnectionLostError("The server of the ledger x does not answer: refused.")
        return "done"

    return work


def test_an_outage_is_waited_out_and_told_once() -> None:
    clock, told = Moved(), list[Notice]()
    outage = Outage(wait_s=300, clock=lambda: clock.now, sleep=clock.sleep)
    assert outage.ride_out(failing(40), notify=told.append) == "done"
    assert 60 < clock.now < 90
    assert [notice.text.partition(":")[0] for notice in told] == [
        "The server of the ledger x does not answer",
        "The ledger's server answers again",
    ]


def test_a_stale_connection_is_no_news() -> None:
    clock, told = Moved(), list[Notice]()
    outage = Outage(wait_s=300, clock=lambda: clock.now, sleep=clock.sleep)
    assert outage.ride_out(failing(1), notify=told.append) == "done"
    assert told == []


def test_an_outage_ends_the_wait_in_time() -> None:
    clock = Moved()
    outage = Outage(wait_s=300, clock=lambda: clock.now, sleep=clock.sleep)
    with pytest.raises(LedgerError, match="does not answer"):
        outage.ride_out(failing(10_000), notify=lambda _notice: None)
    assert 300 <= clock.now <= 303
    outage.wait_s = 0.0
    before = clock.now
    with pytest.raises(ConnectionLostError):
        outage.ride_out(failing(10_000), notify=lambda _notice: None)
    assert clock.now - before <= 1
