"""A lead for whose call there is no slot: known not sent, unless an earlier call may have created it."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from moved_clock import run_on_moved_clock
from scripted_client import CREATED, LOST, UNIQUE, ScriptedClient, lead_of, now

from importer.errors import ImporterError, QuotaError
from importer.leadsquared.delivery import Delivery, StopError
from importer.outcome import Status
from importer.ratelimit.limiter import RateLimiter, Slot
from importer.ratelimit.watchdog import Watchdog


class SpentPacer(RateLimiter):
    """Gives so many slots, and then an error."""

    def __init__(self, slots: int, error: ImporterError) -> None:
        super().__init__(100, 5)
        self.left = slots
        self.error = error

    @asynccontextmanager
    async def slot(self, **more: Any) -> AsyncIterator[Slot]:
        if not self.left:
            raise self.error
        self.left -= 1
        async with super().slot(**more) as slot:
            yield slot


@pytest.mark.parametrize(
    "error",
    [QuotaError("used up", hint="tomorrow"), ImporterError("the ledger is full", hint="make room")],
    ids=["quota", "ledger"],
)
@pytest.mark.parametrize(("slots", "status", "attempts"), [(0, Status.UNSENT, 0), (1, Status.UNKNOWN, 1)])
def test_without_a_slot_a_lead_is_unsent_and_one_in_doubt_stays_unknown(
    error: ImporterError, slots: int, status: Status, attempts: int
) -> None:
    client = ScriptedClient([LOST, CREATED], [], limiter=SpentPacer(slots, error))
    delivery = Delivery(
        client, unique=UNIQUE, country_code="91", watchdog=Watchdog(), wall_clock=now, draws=random.Random(1)
    )
    with pytest.raises(StopError) as stopped:
        run_on_moved_clock(delivery.deliver(lead_of()))
    assert (stopped.value.outcome.status, stopped.value.outcome.attempts) == (status, attempts)
    assert stopped.value.reason is error
    assert len(client.sent) == slots
