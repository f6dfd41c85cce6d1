"""The command serves the page, says what is missing, and leaves no trace of keys."""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from served import ServedPage
from workbench import Account

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
        page.get_by_text("No run yet").wait_for()
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
