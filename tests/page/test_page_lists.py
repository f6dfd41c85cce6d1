"""Five lists as people have them go from the drop to leads on the page alone: no YAML, no shell."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from first_lists import LISTS, ROWS, check_leads
from served import serve_page
from workbench import serve_account

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.parametrize("name", LISTS)
def test_a_list_goes_from_the_drop_to_leads(name: str, tmp_path: Path, browser: "Browser") -> None:
    pytest.importorskip("nicegui")
    file = LISTS[name](tmp_path)
    with serve_account() as account, serve_page(tmp_path / "page", account.environ) as served:
        with browser.new_page() as page:
            page.set_default_timeout(10_000)
            page.goto(served.address)
            page.locator("input[type=file]").set_input_files(file)
            page.get_by_text("columns go to fields").or_(page.get_by_role("button", name="Read it as")).wait_for()
            if page.get_by_role("button", name="Read it as").count():
                page.get_by_role("button", name="Read it as").click()
            page.get_by_text("columns go to fields").wait_for()
            takes = page.get_by_role("button", name="Take ")
            for left in range(takes.count(), 0, -1):
                takes.first.click()
                page.wait_for_function(
                    "left => [...document.querySelectorAll('button')].filter("
                    "one => one.textContent.includes('Take it') && one.offsetParent).length < left",
                    arg=left,
                )
            page.get_by_text("0 are doubtful").wait_for()
            page.get_by_role("button", name="Check", exact=True).click()
            page.get_by_text(f"{ROWS} ready").wait_for()
            assert account.leads() == []
            page.get_by_role("button", name="Import", exact=True).click()
            page.get_by_text(f"{ROWS} created").wait_for()
        leads = [lead["attributes"] for lead in account.leads()]
    check_leads(name, leads)
