"""The desks and accounts of tests/run, used without the command."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "run"))

from collections.abc import Iterator

import pytest
from workbench import Account, Desk, serve_account


@pytest.fixture
def account() -> Iterator[Account]:
    with serve_account() as served:
        yield served


@pytest.fixture
def desk(tmp_path: Path, account: Account, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk whose folder is the current one; this process's environment names no account."""
    for name in ("LSQ_HOST", "LSQ_ACCESS_KEY", "LSQ_SECRET_KEY", "LSQ_LEDGER"):
        monkeypatch.delenv(name, raising=False)
    found = Desk(tmp_path / "desk", account)
    monkeypatch.chdir(found.folder)
    return found
