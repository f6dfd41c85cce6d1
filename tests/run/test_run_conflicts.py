"""What becomes of a row in whose way another one stands."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from moved_clock import run_on_moved_clock
from sending_cases import known_row, open_row, reference

from importer.ledger.records import KnownRow, State
from importer.outcome import Outcome, Status
from importer.run.conflicts import FOREIGN_POLL_S, Conflicts

OTHER = reference(9)
ALIVE, GONE = "alive", "gone"


class ScriptedLedger:
    """Tells of one row; `ends_after_s` its run settles it, as `then`, or is gone."""

    def __init__(self, row: KnownRow, *, ends_after_s: float = 0.0, then: KnownRow | None = None) -> None:
        self.row = row
        self.then = then
        self.ends_after_s = ends_after_s
        self.rows = SimpleNamespace(find_rows=lambda _refs: {self.row.ref: self.now()})
        self.locks = SimpleNamespace(is_live=lambda token: token == ALIVE and not (self.has_ended() and not self.then))

    def has_ended(self) -> bool:
        return asyncio.get_running_loop().time() >= self.ends_after_s

    def now(self) -> KnownRow:
        return self.then if self.then is not None and self.has_ended() else self.row


def settle(
    ledger: Any, *, keys: tuple[str, ...] = ("mail",), is_stopping: bool = False
) -> tuple[Outcome | KnownRow | None, float]:
    async def main() -> tuple[Outcome | KnownRow | None, float]:
        conflicts = Conflicts(ledger, is_stopping=lambda: is_stopping)
        way = await conflicts.settle(open_row(0, *keys), ledger.row)
        return way, asyncio.get_running_loop().time()

    return run_on_moved_clock(main())


def test_a_value_that_is_created_makes_the_row_a_duplicate_of_it() -> None:
    way, _ = settle(ScriptedLedger(known_row(OTHER, State.CREATED, run_token=ALIVE, lead_id="lead-9")))
    assert isinstance(way, Outcome)
    assert (way.status, way.lead_id) == (Status.DUPLICATE, "lead-9")


@pytest.mark.parametrize("state", [State.FAILED, State.CREATED])
def test_a_row_in_flight_elsewhere_is_waited_for(state: State) -> None:
    then = known_row(OTHER, state, run_token=ALIVE)
    way, took_s = settle(ScriptedLedger(known_row(OTHER, State.INTENT, run_token=ALIVE), ends_after_s=60, then=then))
    assert way == then
    assert 60 <= took_s <= 60 + 2 * FOREIGN_POLL_S


def test_a_run_that_is_gone_is_not_waited_for() -> None:
    row = known_row(OTHER, State.INTENT, run_token=GONE)
    way, took_s = settle(ScriptedLedger(row))
    assert way == row
    assert took_s < FOREIGN_POLL_S


def test_a_run_that_dies_meanwhile_is_waited_for_no_longer() -> None:
    row = known_row(OTHER, State.INTENT, run_token=ALIVE)
    way, took_s = settle(ScriptedLedger(row, ends_after_s=30))
    assert way == row
    assert took_s <= 30 + 2 * FOREIGN_POLL_S


def test_what_a_run_settled_just_before_it_was_gone_counts() -> None:
    created = known_row(OTHER, State.CREATED, run_token=GONE, lead_id="lead-9")
    way, _ = settle(ScriptedLedger(known_row(OTHER, State.INTENT, run_token=GONE), then=created))
    assert isinstance(way, Outcome)
    assert way.lead_id == "lead-9"


def test_a_row_whose_own_past_is_in_its_way_is_found_out_about_where_that_can_be() -> None:
    mail = open_row(0, "mail").prepared.keys
    findable = replace(known_row(reference(0), State.INTENT, run_token=GONE), keys=mail)
    assert settle(ScriptedLedger(findable))[0] == findable
    way, _ = settle(ScriptedLedger(known_row(reference(0), State.INTENT, run_token=GONE)), keys=())
    assert isinstance(way, Outcome)
    assert way.status is Status.UNKNOWN


def test_a_run_that_is_stopping_waits_for_nobody() -> None:
    row = known_row(OTHER, State.INTENT, run_token=ALIVE)
    way, took_s = settle(ScriptedLedger(row, ends_after_s=60), is_stopping=True)
    assert way is None
    assert took_s < FOREIGN_POLL_S
