"""Sandboxes on free ports, stopped after the test."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from sandbox_account import Account, Clock, Open, PassTime

from importer.sandbox import Sandbox, Settings


@pytest.fixture
async def open_account() -> AsyncIterator[Open]:
    """Starts a sandbox with these settings (seed 7, no limit unless said) and gives a client of it."""
    opened: list[Account] = []

    async def start(clock: Clock | None = None, wall_clock: Clock | None = None, **switches: Any) -> Account:
        settings = Settings(**{"port": 0, "seed": 7, "calls": None} | switches)
        clocks = {name: one for name, one in (("clock", clock), ("wall_clock", wall_clock)) if one is not None}
        sandbox = Sandbox(settings, **clocks)
        await sandbox.start()
        account = Account(sandbox, aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)))
        opened.append(account)
        return account

    yield start
    for account in opened:
        await account.session.close()
        await account.sandbox.stop()


@pytest.fixture
async def account(open_account: Open) -> Account:
    return await open_account()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def pass_time(monkeypatch: pytest.MonkeyPatch) -> PassTime:
    """Lets so many seconds pass at once for whatever waits in this loop, the sandbox included."""
    loop = asyncio.get_running_loop()
    own_time, passed_s = loop.time, 0.0

    def jump(seconds: float) -> None:
        nonlocal passed_s
        passed_s += seconds

    monkeypatch.setattr(loop, "time", lambda: own_time() + passed_s)
    return jump
