"""Refused rows are put right on the page, and are then created once; the file that was dropped stays as it was."""

from pathlib import Path
from typing import TYPE_CHECKING

from served import ServedPage
from workbench import Account

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_a_column_that_is_like_no_field_goes_where_a_person_says(
    served: ServedPage, account: Account, browser: "Browser", tmp_path: Path
) -> None:
    file = tmp_path / "odd headers.csv"
    file.write_text("Email,Wobble\nwobble@example.com,Pune", "utf-8")
    with browser.new_page() as page:
        page.set_default_timeout(8_000)
        page.goto(served.address)
        page.locator("input[type=file]").set_input_files(file)
        page.get_by_text("1 of 2 columns go to fields").wait_for()
        page.get_by_text("The columns, and where each goes").click()
        field = page.get_by_label("Field for Wobble")
        field.click()
        field.fill("mx_City")
        page.get_by_role("option", name="(mx_City)").click()
        page.get_by_text("2 of 2 columns go to fields").wait_for()
        page.get_by_role("button", name="Import", exact=True).click()
        page.get_by_text("1 created").wait_for()
        page.reload()
        page.get_by_text("2 of 2 columns go to fields").wait_for()
        page.screenshot(path=tmp_path / "mapping.png", full_page=True)
    leads = [lead["attributes"] for lead in account.leads()]
    assert [lead["mx_City"] for lead in leads if lead.get("EmailAddress") == "wobble@example.com"] == ["Pune"]


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
