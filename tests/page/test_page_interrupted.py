"""A page that is killed midway in a run goes on after its next start, and nothing is sent twice."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from served import serve_page
from workbench import serve_account

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROWS = 24
BEFORE_THE_KILL = 8


def test_a_run_of_a_killed_page_is_shown_as_interrupted_and_goes_on_with_nothing_twice(
    tmp_path: Path, browser: "Browser"
) -> None:
    pytest.importorskip("nicegui")
    file = tmp_path / "leads.csv"
    rows = [f"Asha{number},asha{number}@example.com" for number in range(ROWS)]
    file.write_text("\n".join(["First Name,Email", *rows]), "utf-8")
    with serve_account() as account:
        with serve_page(tmp_path / "page", account.environ) as served, browser.new_page() as page:
            page.goto(served.address)
            page.locator("input[type=file]").set_input_files(file)
            page.get_by_role("button", name="Import", exact=True).click()
            until = time.monotonic() + 20
            while account.calls() < BEFORE_THE_KILL:
                assert time.monotonic() < until
                time.sleep(0.02)
            served.process.kill()
            served.process.wait()
        assert len(account.leads()) < ROWS
        with serve_page(tmp_path / "page", account.environ) as served, browser.new_page() as page:
            page.goto(served.address)
            page.get_by_text("Interrupted").wait_for()
            page.get_by_role("link", name="Go on").click()
            page.get_by_role("button", name="Import", exact=True).click()
            page.get_by_text(f"{ROWS} created").wait_for()
        assert len(account.leads()) == ROWS
