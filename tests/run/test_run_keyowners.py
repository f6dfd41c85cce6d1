"""Rows of one file with one unique value: the later one waits for the earlier one, and takes its place if need be."""

import asyncio
from collections.abc import Iterator

import pytest
from sending_cases import CREATED, prepared_row, reference

from importer.ledger.scratch import KeyOwner, RowState, Scratch
from importer.outcome import Outcome, Status
from importer.run.keyowners import KeyOwners


@pytest.fixture
def scratch() -> Iterator[Scratch]:
    with Scratch() as scratch:
        yield scratch


def keep(scratch: Scratch, place: int, outcome: Outcome) -> None:
    scratch.keep(RowState(place, reference(place), is_open=False, outcome=outcome))


@pytest.mark.parametrize(
    ("status", "is_sent"),
    [
        (Status.CREATED, False),
        (Status.DUPLICATE, False),
        (Status.UNKNOWN, False),
        (Status.REJECTED, True),
        (Status.FAILED, True),
        (Status.UNSENT, True),
        (Status.INVALID, True),
    ],
)
async def test_a_row_waits_for_the_owner_of_its_value_and_is_sent_where_that_one_does_not_keep_it(
    scratch: Scratch, status: Status, *, is_sent: bool
) -> None:
    first, second = prepared_row(0, "mail"), prepared_row(1, "phone", "mail")
    scratch.hold(first.keys[0], KeyOwner(0, 2))
    owners = KeyOwners(scratch)
    owners.enter(0)
    owners.enter(1)
    waiting = asyncio.create_task(owners.wait(second))
    await asyncio.sleep(0)
    assert not waiting.done()
    keep(scratch, 0, Outcome(status, lead_id="lead-1"))
    owners.leave(0)
    outcome = await asyncio.wait_for(waiting, 5)
    owned_by = [scratch.holder(key) for key in second.keys]
    if is_sent:
        assert outcome is None
        assert owned_by == [KeyOwner(1, 3)] * 2
    else:
        assert outcome is not None
        assert (outcome.status, outcome.error, outcome.lead_id) == (Status.DUPLICATE, "duplicate_in_file", "lead-1")
        assert owned_by == [None, KeyOwner(0, 2)]  # a row that is not sent owns none of its values


async def test_the_third_row_waits_for_the_second_that_took_the_firsts_place(scratch: Scratch) -> None:
    rows = [prepared_row(place, "mail") for place in range(3)]
    scratch.hold(rows[0].keys[0], KeyOwner(0, 2))
    keep(scratch, 0, Outcome(Status.REJECTED))
    owners = KeyOwners(scratch)
    owners.enter(1)
    owners.enter(2)
    assert await owners.wait(rows[1]) is None
    waiting = asyncio.create_task(owners.wait(rows[2]))
    await asyncio.sleep(0)
    assert not waiting.done()
    keep(scratch, 1, CREATED)
    owners.leave(1)
    outcome = await asyncio.wait_for(waiting, 5)
    assert outcome is not None
    assert (outcome.lead_id, outcome.message) == ("lead-1", "Row 3 has the same unique value.")


async def test_a_row_waits_for_no_later_one(scratch: Scratch) -> None:
    earlier, later = prepared_row(0, "mail"), prepared_row(1, "mail")
    scratch.hold(later.keys[0], KeyOwner(1, 3))
    owners = KeyOwners(scratch)
    owners.enter(0)
    owners.enter(1)
    assert await asyncio.wait_for(owners.wait(earlier), 5) is None
    assert scratch.holder(earlier.keys[0]) == KeyOwner(0, 2)
