"""Ten minutes without an accepted call end the run, and not a second less."""

import asyncio

import pytest
from moved_clock import run_on_moved_clock

from importer.errors import FatalError
from importer.ratelimit.watchdog import CREATE, Watchdog


def test_ten_minutes_without_an_accepted_call_are_too_much() -> None:
    async def run() -> None:
        watchdog = Watchdog()
        watchdog.failed(CREATE)
        await asyncio.sleep(599)
        watchdog.refused()
        await asyncio.sleep(1)
        with pytest.raises(FatalError, match="10 minutes"):
            watchdog.failed(CREATE)
        assert watchdog.refusals == 1

    run_on_moved_clock(run())


def test_the_spell_begins_with_the_first_failure_after_an_accepted_call() -> None:
    async def run() -> None:
        watchdog = Watchdog()
        for _ in range(5):
            watchdog.accepted(CREATE)
            await asyncio.sleep(3600)
            watchdog.failed(CREATE)
            await asyncio.sleep(599)
            watchdog.failed(CREATE)

    run_on_moved_clock(run())
