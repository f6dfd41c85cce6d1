"""The machines of one ledger file: one at a time, whatever their clocks say."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from ledger_cases import open_ledger

from importer.errors import UsageError
from importer.ledger.failure import LedgerError
from importer.ledger.ledger import Ledger
from importer.ledger.machines import LIVES_S, Machines, machine_name
from importer.ledger.slots.budget import FUTURE_S, Budget, Terms
from importer.ratelimit.adaptive import Limit

NOON = 1_790_000_000.0


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.sqlite3") as ledger:
        yield ledger


def enter(ledger: Ledger, name: str, boot: str, at: float = NOON) -> Machines:
    machines = Machines(ledger.where, boot=boot, name=name, wall_clock=lambda: at)
    with ledger.begin() as connection:
        machines.enter(connection)
    return machines


@pytest.mark.parametrize(
    ("name", "boot", "after_s", "may"),
    [
        ("b", "2", 10, False),
        ("b", "2", -90, False),  # its clock is behind
        ("b", "2", LIVES_S + 1, True),
        ("b", "1", 10, True),  # containers of one machine
        ("a", "2", 10, True),  # started anew
        ("b", "", 10, False),  # a system that tells no boot
        ("a", "", 10, True),
    ],
)
def test_another_machine_may_come_when_the_first_was_not_there_for_long(
    ledger: Ledger, name: str, boot: str, after_s: float, *, may: bool
) -> None:
    enter(ledger, "a", "1")
    if may:
        enter(ledger, name, boot, NOON + after_s)
        return
    with pytest.raises(UsageError, match="another machine") as refused:
        enter(ledger, name, boot, NOON + after_s)
    assert "PostgreSQL" in refused.value.hint


def test_one_that_left_stands_in_nobodys_way(ledger: Ledger) -> None:
    machines = enter(ledger, "a", "1")
    with ledger.begin() as connection:
        machines.leave(connection)
    enter(ledger, "b", "2")


def test_whoever_meets_another_machine_or_boot_on_the_way_stops(ledger: Ledger) -> None:
    first = enter(ledger, "a", "1")
    with ledger.begin() as connection:
        first.stay(connection, is_other_boot=False)
    with pytest.raises(LedgerError, match="another machine"), ledger.begin() as connection:
        first.stay(connection, is_other_boot=True)
    enter(ledger, "b", "2", NOON + LIVES_S + 1)
    first._wall_clock = lambda: NOON + LIVES_S + 2
    with pytest.raises(LedgerError, match="another machine"), ledger.begin() as connection:
        first.stay(connection, is_other_boot=False)


def test_slots_that_another_clock_gave_in_the_future_are_void(ledger: Ledger) -> None:
    terms = Terms(limit=Limit(2, 5), longest_s=30.0)
    ahead, behind = (Budget(ledger.account.id, holder=holder, terms=terms) for holder in ("ahead", "behind"))
    with ledger.begin() as connection:
        ahead.open(connection, 0.0, boot="boot")
        behind.open(connection, 0.0, boot="boot")
        assert len(ahead.grant(connection, 10 * FUTURE_S, 2).numbers) == 2
        assert len(behind.grant(connection, 1.0, 2).numbers) == 2
        assert len(behind.grant(connection, 2.0, 1).numbers) == 0
        assert not behind.is_other_boot
        ahead.open(connection, 0.0, boot="another")
        behind.grant(connection, 3.0, 0)
    assert behind.is_other_boot


def test_this_machine_has_a_name() -> None:
    assert machine_name() == machine_name()
    assert "/" in machine_name()
