"""Desks and accounts that are put away after the test."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from workbench import Account, Desk, Open, serve_account


@pytest.fixture
def open_account() -> Iterator[Open]:
    """Serves accounts with these settings until the test ends."""
    with ExitStack() as stack:

        def serve(**switches: Any) -> Account:
            return stack.enter_context(serve_account(**switches))

        yield serve


@pytest.fixture
def account(open_account: Open) -> Account:
    return open_account()


@pytest.fixture
def desk(tmp_path: Path, account: Account) -> Desk:
    return Desk(tmp_path / "desk", account)


@pytest.fixture
def quick_look_ups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look-ups that wait for a new lead's lag 0.14 s in all, not 7 s; for runs in this process."""
    monkeypatch.setattr("importer.leadsquared.lookup.WAITS_S", (0.02, 0.04, 0.08))
