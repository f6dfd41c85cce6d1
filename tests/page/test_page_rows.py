"""Refused rows are put right on the page, and are then created once; the file that was dropped stays as it was."""

from pathlib import Path
from typing import TYPE_CHECKING

from served import ServedPage
from workbench import Account

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_a_row_that_the_check_refuses_is_put_right_in_the_grid_and_created(
    served: ServedPage, account: Account, browser: "Browser", tmp_path: Path
) -> None:
    file = tmp_path / "visitors.csv"
    rows = [f"Visitor{number},visitor{number}@example.com" for number in range(2)]
    text = "\n".join(["First Name,Email", *rows, "Uma,no address"])
    file.write_text(text, "utf-8")
    before = {lead["id"] for lead in account.leads()}
    with browser.new_page() as page:
        page.set_default_timeout(8_000)
        page.goto(served.address)
        page.locator("input[type=file]").set_input_files(file)
        page.get_by_role("button", name="Check", exact=True).click()
        page.get_by_text("2 ready, 1 invalid").wait_for()
        page.get_by_text("Put 1 row right").wait_for()
        cell = page.get_by_role("gridcell", name="no address")
        assert "cell-bad" in (cell.get_attribute("class") or "")
        cell.dblclick()
        page.keyboard.press("Control+A")
        page.keyboard.type("uma@example.com")
        page.keyboard.press("Enter")
        page.get_by_text("Row 4 is changed in the report").wait_for()
        page.get_by_role("button", name="Check", exact=True).click()
        page.get_by_text("3 ready").wait_for()
        page.get_by_role("button", name="Import", exact=True).click()
        page.get_by_text("3 created").wait_for()
        page.get_by_role("button", name="Import", exact=True).click()
        page.get_by_text("3 created").wait_for()
    emails = [lead["attributes"]["EmailAddress"] for lead in account.leads() if lead["id"] not in before]
    assert sorted(emails) == ["uma@example.com", "visitor0@example.com", "visitor1@example.com"]
    (kept,) = (path for path in (served.state / "page").rglob("visitors.csv"))
    assert kept.read_text("utf-8") == text
