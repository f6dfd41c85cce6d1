"""The page renders in a real browser: no errors, nothing wider than the window, light and dark."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from html_report_makings import RUN, paced, write

from importer.outcome import Outcome, Status

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
)
MARKUP = "<script>console.error('ran')</script><b>&amp;"
WIDEST_NAME = "x" * 120
NARROW = 360

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


def browse(tmp_path: Path, page: Path, *options: str) -> tuple[str, list[str]]:
    """What the browser prints of the page, and the lines of its console."""
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    command = [str(CHROMIUM), *FLAGS, profile, *options, page.as_uri()]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603 - the browser
    return ended.stdout, [line for line in ended.stderr.splitlines() if ":CONSOLE" in line]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page with everything on it, hostile texts and a very long name."""
    path = tmp_path / "p.html"
    bad = Outcome(Status.REJECTED, error="E" * 100, message=MARKUP, tip=MARKUP)
    rows = [(2, Outcome(Status.CREATED)), (3, bad), (4, replace(bad, message=f"{MARKUP} {WIDEST_NAME}"))]
    run = replace(RUN, file=f"{WIDEST_NAME}.xlsx", report=f"{WIDEST_NAME}.report.csv", folder=f"/{WIDEST_NAME}")
    write(
        path, rows, invocation=run, timeline=paced(6000, refusals=3), failure=f"{MARKUP}\n{WIDEST_NAME}", exit_status=3
    )
    return path


def test_the_page_renders_without_an_error_and_its_markup_stays_text(tmp_path: Path, page: Path) -> None:
    dom, console = browse(tmp_path, page, "--dump-dom")
    assert console == []
    assert "&lt;script&gt;console.error('ran')&lt;/script&gt;&lt;b&gt;&amp;amp;" in dom
    assert dom.count("<article>") == 1
    assert '<rect class="mean"' in dom


def test_the_browser_would_have_told_of_an_error(tmp_path: Path, page: Path) -> None:
    page.write_text(page.read_text("utf-8").replace("</body>", "<script>1</script><img src=x.png></body>"), "utf-8")
    _, console = browse(tmp_path, page, "--dump-dom")
    assert any("script" in line for line in console), "the page's own policy forbids scripts"
    assert any("x.png" in line or "img" in line for line in console), "and images"


def ask(tmp_path: Path, page: Path, width: int, question: str) -> str:
    """What a script finds on the page in a window so wide."""
    text = page.read_text("utf-8")
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    assert policy in text
    frame = tmp_path / "frame.html"  # a window of its own is never as narrow as a phone
    script = f"<script>parent.postMessage({question}, '*')</script></body>"
    asking = text.replace(policy, f"{policy}; script-src 'unsafe-inline'").replace("</body>", script)
    page.with_name("asking.html").write_text(asking, "utf-8")
    frame.write_text(
        "<!doctype html><p id=w></p><script>onmessage = (e) => { document.getElementById('w').textContent = "
        f"'answer ' + e.data; }}</script><iframe src='asking.html' width={width} height=900 style='border:0'></iframe>"
    )
    dom, console = browse(tmp_path, frame, "--dump-dom", "--virtual-time-budget=3000")
    assert console == []
    found = re.search(r"answer ([^<]*)<", dom)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("width", [NARROW, 1200])
def test_nothing_is_wider_than_the_window(tmp_path: Path, page: Path, width: int) -> None:
    assert ask(tmp_path, page, width, "document.documentElement.scrollWidth") == str(width)


@pytest.mark.parametrize("width", [NARROW, 420, 700])
def test_no_line_ends_inside_an_option(tmp_path: Path, width: int) -> None:
    path = tmp_path / "p.html"
    tip = "Look for it in LeadSquared and run with --trust-lead-ids or --trust-references, then say what you found."
    rows = [(row, Outcome(Status.UNKNOWN, error="lost_reply", message="Lost.", tip=tip)) for row in (2, 3)]
    run = replace(RUN, file="a lead list of May.xlsx", sheet="May 2026", config="lsq-import.yaml")
    write(path, rows, invocation=run, unknown_rows=(2, 3))
    broken = "[...document.querySelectorAll('.whole')].filter(e => e.getClientRects().length != 1).length"
    assert int(ask(tmp_path, path, width, "document.querySelectorAll('.whole').length")) > 20
    assert ask(tmp_path, path, width, broken) == "0"
    path.write_text(path.read_text("utf-8").replace(".whole {", ".other {"), "utf-8")
    if width == NARROW:
        assert ask(tmp_path, path, width, broken) != "0", "they would be broken otherwise"


def test_light_and_dark_are_two_pictures(tmp_path: Path, page: Path) -> None:
    pictures = []
    for scheme in (0, 1):  # Blink's words for dark and light
        picture = tmp_path / f"{scheme}.png"
        browse(tmp_path, page, f"--blink-settings=preferredColorScheme={scheme}", f"--screenshot={picture}")
        pictures.append(picture.read_bytes())
    assert all(len(picture) > 5_000 for picture in pictures)
    assert pictures[0] != pictures[1]
