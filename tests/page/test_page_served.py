"""The command serves the page, says what is missing, and leaves no trace of keys."""

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from served import ServedPage
from workbench import Account

from importer.page.uploads import Uploads

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HIDDEN = """
import sys
for name in ("nicegui", "fastapi", "starlette", "uvicorn"):
    sys.modules[name] = None
sys.argv = ["lsq-import", "serve"]
from importer.commands.cli import main
main()
"""


def run(folder: Path, text: str) -> "subprocess.CompletedProcess[str]":
    # Ourselves.
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", text], cwd=folder, capture_output=True, text=True, check=False
    )


def test_without_the_extra_the_command_says_how_to_install_it(tmp_path: Path) -> None:
    ended = run(tmp_path, HIDDEN)
    assert ended.returncode == 2
    assert "pip install 'lsq-import[page]'" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_command_line_does_not_import_the_page(tmp_path: Path) -> None:
    text = "import sys, importer, importer.commands.cli; print({'importer.page', 'nicegui'} & set(sys.modules))"
    assert run(tmp_path, text).stdout.strip() == "set()"


def test_the_first_screen_shows_runs_and_whether_all_is_well(
    served: ServedPage, account: Account, browser: "Browser"
) -> None:
    asked: list[str] = []
    said: list[str] = []
    with browser.new_page() as page:
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.goto(served.address)
        page.get_by_role("heading", name="Runs").wait_for()
        page.get_by_text("to LeadSquared in the last 24 hours").wait_for()
        page.get_by_role("button", name="Check keys, account and folders").click()
        page.get_by_text("keys: LSQ_ACCESS_KEY and LSQ_SECRET_KEY are set").wait_for()
        shown = page.content()
        assert page.url == f"{served.origin}/", "the token does not stay in the address"
        assert page.evaluate("document.cookie") == ""
    assert [url for url in asked if not url.startswith((served.origin, "data:", "blob:"))] == []
    assert said == []
    for key in (account.sandbox.access_key, account.sandbox.secret_key):
        assert key not in shown


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_what_is_received_lies_in_a_folder_of_this_user_alone(served: ServedPage) -> None:
    assert (served.state / "page").stat().st_mode & 0o777 == 0o700


def test_a_dropped_file_is_checked_and_imported_once(
    served: ServedPage, account: Account, browser: "Browser", tmp_path: Path
) -> None:
    before = account.leads()
    file = tmp_path / "fair leads.csv"
    rows = [f"Asha{number},asha{number}@example.com" for number in range(3)]
    file.write_text("\n".join(["First Name,Email", *rows, "Ravi,no address"]), "utf-8")
    with browser.new_page() as page:
        page.set_default_timeout(8_000)
        page.goto(served.address)
        page.locator("input[type=file]").set_input_files(file)
        page.get_by_text("columns go to fields of the account").wait_for()
        page.get_by_role("button", name="Check", exact=True).click()
        page.get_by_text("3 ready, 1 invalid").wait_for()
        assert account.leads() == before
        page.get_by_role("button", name="Import", exact=True).click()
        page.get_by_text("3 created, 1 invalid").wait_for()
        page.reload()
        page.get_by_text("3 created, 1 invalid").wait_for()
        page.get_by_role("button", name="Import", exact=True).click()
        page.get_by_text("3 created, 1 invalid").wait_for()
        with page.expect_download() as download:
            page.get_by_role("button", name="Download the report").click()
        assert "asha1@example.com" in download.value.path().read_text("utf-8")
        assert "fair" not in page.url
        page.screenshot(path=tmp_path / "file.png")
    assert len(account.leads()) == len(before) + 3
    if sys.platform != "win32":
        assert {path.stat().st_mode & 0o077 for path in (served.state / "page").rglob("*")} == {0}


def test_old_uploads_are_removed_and_a_name_leads_nowhere_else(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads", keep_days=7)
    kept = uploads.add("../../etc/leads.csv")
    assert kept.file.parent == tmp_path / "uploads" / kept.id / "file"
    old = uploads.add("a.report.csv")
    assert uploads.find(old.id) == old
    os.utime(old.folder.parent, (0, 0))
    assert uploads.remove_old() == 1
    assert uploads.find(old.id) is None
    assert [one.id for one in uploads.list()] == [kept.id]
    assert uploads.find("..") is None
