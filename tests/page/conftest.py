"""One page for all tests of the room."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.append(str(Path(__file__).parents[1] / "run"))

from served import ServedPage, serve_page
from workbench import Account, serve_account

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="session")
def account() -> Iterator[Account]:
    with serve_account() as account:
        yield account


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, account: Account) -> Iterator[ServedPage]:
    pytest.importorskip("nicegui")
    with serve_page(tmp_path_factory.mktemp("page"), account.environ) as page:
        yield page


@pytest.fixture
def browser() -> "Iterator[Browser]":
    """A browser for one test: while Playwright is there, its thread counts as one in which an event loop runs."""
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
