"""Group commits: a lone row waits for nobody, a crowd shares, and whoever waits gets an answer."""

import asyncio
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from ledger_cases import CREATED, begin_run, claim, digest, intent, open_ledger, settle
from sqlalchemy import event

from importer.clocks import WallSeconds
from importer.ledger.database import LedgerError
from importer.ledger.ledger import Ledger
from importer.ledger.records import Settled, State
from importer.ledger.writer import MOST_IN_ONE_COMMIT, LedgerWriter


class Disk:
    """Counts the commits of a ledger, and can hold one back or break it."""

    def __init__(self, ledger: Ledger) -> None:
        self.commits = 0
        self.is_free = threading.Event()
        self.is_free.set()
        self.is_reached = threading.Event()
        self.error: BaseException | None = None
        event.listen(ledger._engine, "commit", self._commit)

    def _commit(self, _connection: Any) -> None:
        self.is_reached.set()
        assert self.is_free.wait(20)
        if self.error is not None:
            raise self.error
        self.commits += 1

    @contextmanager
    def held(self) -> Iterator[None]:
        self.is_reached.clear()
        self.is_free.clear()
        try:
            yield
        finally:
            self.is_free.set()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.sqlite3") as ledger:
        begin_run(ledger)
        yield ledger


@pytest.fixture
def disk(ledger: Ledger) -> Disk:
    return Disk(ledger)


async def reached(disk: Disk) -> None:
    assert await asyncio.to_thread(disk.is_reached.wait, 20)


async def test_a_lone_row_is_on_disk_when_its_turn_ends(ledger: Ledger, disk: Disk) -> None:
    async with LedgerWriter(ledger) as writer:
        assert await writer.claim([intent("a", "mail")]) == [None]
        assert disk.commits == 1
        assert ledger.rows.find_rows([digest("a")])[digest("a")].state is State.INTENT
        await writer.settle([Settled(digest("a"), CREATED, WallSeconds(1.0))])
        assert disk.commits == 2
        assert ledger.rows.find_rows([digest("a")])[digest("a")].state is State.CREATED


async def test_what_gathers_while_the_disk_is_busy_shares_one_commit(ledger: Ledger, disk: Disk) -> None:
    async with LedgerWriter(ledger) as writer:
        with disk.held():
            first = asyncio.create_task(writer.claim([intent("first")]))
            await reached(disk)
            crowd = [asyncio.create_task(writer.claim([intent(f"row {number}")])) for number in range(50)]
            await asyncio.sleep(0)
        assert await asyncio.gather(first, *crowd) == [[None]] * 51
    assert disk.commits == 2


async def test_a_crowd_beyond_the_bound_takes_a_few_commits_and_all_are_answered(ledger: Ledger, disk: Disk) -> None:
    count = 2 * MOST_IN_ONE_COMMIT + 1
    async with LedgerWriter(ledger) as writer:
        with disk.held():
            first = asyncio.create_task(writer.claim([intent("first")]))
            await reached(disk)
            crowd = [asyncio.create_task(writer.claim([intent(f"row {number}")])) for number in range(count)]
            await asyncio.sleep(0)
        assert await asyncio.gather(first, *crowd) == [[None]] * (count + 1)
    assert disk.commits == 4


@pytest.mark.parametrize(("batches", "commits"), [(4, 1), (5, 2)])
async def test_the_rows_of_one_call_are_not_split_over_two_commits(
    ledger: Ledger, disk: Disk, batches: int, commits: int
) -> None:
    size = MOST_IN_ONE_COMMIT // 4 + 1  # the bound falls into the fourth batch, which goes with the first three
    wanted = [[intent(f"row {number} of {batch}") for number in range(size)] for batch in range(batches)]
    async with LedgerWriter(ledger) as writer:
        with disk.held():
            first = asyncio.create_task(writer.claim([intent("first")]))
            await reached(disk)
            crowd = [asyncio.create_task(writer.claim(batch)) for batch in wanted]
            await asyncio.sleep(0)
        assert await asyncio.gather(first, *crowd) == [[None], *[[None] * size] * batches]
    assert disk.commits == 1 + commits


async def test_each_gets_its_own_conflict(ledger: Ledger) -> None:
    for number in range(0, 20, 2):
        claim(ledger, intent(f"old {number}", f"key {number}"))
        settle(ledger, f"old {number}", CREATED)
    async with LedgerWriter(ledger) as writer:
        wanted = [intent(f"new {number}", f"key {number}") for number in range(20)]
        crowds = [wanted[:1], wanted[1:3], wanted[3:13], wanted[13:]]
        conflicts = await asyncio.gather(*map(writer.claim, crowds))
    assert [len(answers) for answers in conflicts] == [len(crowd) for crowd in crowds]
    for number, conflict in enumerate(itertools.chain.from_iterable(conflicts)):
        assert (None if conflict is None else conflict.ref) == (None if number % 2 else digest(f"old {number}"))


async def test_outcomes_and_intents_of_one_crowd_are_both_written(ledger: Ledger, disk: Disk) -> None:
    claim(ledger, intent("a"))
    async with LedgerWriter(ledger) as writer:
        with disk.held():
            first = asyncio.create_task(writer.claim([intent("first")]))
            await reached(disk)
            both: list[asyncio.Future[Any]] = [
                writer.settle([Settled(digest("a"), CREATED, WallSeconds(1.0))]),
                asyncio.create_task(writer.claim([intent("b")])),
            ]
            await asyncio.sleep(0)
        assert await asyncio.gather(first, *both) == [[None], None, [None]]
    found = ledger.rows.find_rows([digest("a"), digest("b")])
    assert [found[digest(name)].state for name in "ab"] == [State.CREATED, State.INTENT]


@pytest.mark.parametrize("error", [RuntimeError("defect"), MemoryError(), OSError(28, "No space left on device")])
async def test_a_commit_that_fails_is_told_to_everyone_who_waits_and_writing_can_go_on(
    ledger: Ledger, disk: Disk, error: Exception
) -> None:
    disk.error = error
    async with LedgerWriter(ledger) as writer:
        with disk.held():
            crowd = [asyncio.create_task(writer.claim([intent(f"row {number}")])) for number in range(5)]
            await reached(disk)
        answers = await asyncio.gather(*crowd, return_exceptions=True)
        assert [type(answer) for answer in answers] == [LedgerError] * 5
        assert len({id(answer) for answer in answers}) == 5  # each its own: a traceback grows on one that is shared
        assert ledger.rows.find_rows([digest("row 0")]) == {}
        disk.error = None
        assert await writer.claim([intent("row 0")]) == [None]


async def test_a_waiter_that_is_cancelled_does_not_hold_up_the_others_and_its_row_is_written(
    ledger: Ledger, disk: Disk
) -> None:
    async with LedgerWriter(ledger) as writer:
        with disk.held():
            gone = asyncio.create_task(writer.claim([intent("gone")]))
            await reached(disk)
            stays = asyncio.create_task(writer.claim([intent("stays")]))
            gone.cancel()
            with suppress(asyncio.CancelledError):
                await gone
        assert await stays == [None]
    assert set(ledger.rows.find_rows([digest("gone"), digest("stays")])) == {digest("gone"), digest("stays")}


async def test_closing_writes_what_is_still_waiting(ledger: Ledger) -> None:
    async with LedgerWriter(ledger) as writer:
        tasks = [asyncio.create_task(writer.claim([intent(f"row {number}")])) for number in range(30)]
        await asyncio.sleep(0)
    assert await asyncio.gather(*tasks) == [[None]] * 30
    assert len(ledger.rows.find_rows([digest(f"row {number}") for number in range(30)])) == 30


async def test_after_closing_nothing_is_taken_and_nobody_is_left_waiting(ledger: Ledger) -> None:
    async with LedgerWriter(ledger) as writer:
        pass
    with pytest.raises(LedgerError, match="closed"):
        await asyncio.wait_for(writer.claim([intent("late")]), 5)
