"""The page renders in a real browser: no errors, nothing wider than the window, light and dark."""

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
NARROW = 390

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


@pytest.mark.parametrize("width", [NARROW, 1200])
def test_nothing_is_wider_than_the_window(tmp_path: Path, page: Path, width: int) -> None:
    text = page.read_text("utf-8")
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    assert policy in text
    frame = tmp_path / "frame.html"  # a window of its own is never as narrow as a phone
    page.write_text(text.replace(policy, "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"))
    page.write_text(
        page.read_text("utf-8").replace(
            "</body>", "<script>parent.postMessage(document.documentElement.scrollWidth, '*')</script></body>"
        )
    )
    frame.write_text(
        "<!doctype html><p id=w></p><script>onmessage = (e) => { document.getElementById('w').textContent = "
        f"'width ' + e.data; }}</script><iframe src='{page.name}' width={width} height=900 style='border:0'></iframe>"
    )
    dom, console = browse(tmp_path, frame, "--dump-dom", "--virtual-time-budget=3000")
    assert console == []
    assert f"width {width}<" in dom


def test_light_and_dark_are_two_pictures(tmp_path: Path, page: Path) -> None:
    pictures = []
    for scheme in (0, 1):  # Blink's words for dark and light
        picture = tmp_path / f"{scheme}.png"
        browse(tmp_path, page, f"--blink-settings=preferredColorScheme={scheme}", f"--screenshot={picture}")
        pictures.append(picture.read_bytes())
    assert all(len(picture) > 5_000 for picture in pictures)
    assert pictures[0] != pictures[1]
