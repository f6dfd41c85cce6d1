"""Files from elsewhere: standard input and addresses, imported as if they lay here, without a word of secrets."""

import io
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from truth import find_lies
from workbench import Account, Desk, person

ROWS = [person(number) for number in range(1, 4)]
KEYLESS = [person(number, email=False, phone=False) for number in range(11, 14)]


@pytest.fixture
def content(desk: Desk) -> Iterator[bytes]:
    """The bytes of a list of leads that does not lie here."""
    path = desk.write([*ROWS, *KEYLESS], "away.csv")
    data = path.read_bytes()
    path.unlink()
    yield data
    left = [*desk.folder.parent.rglob("brought/*/*")]
    assert left == [], "no copy is left"


@pytest.fixture
def web(content: bytes) -> Iterator[str]:
    """The address of a server that has the list at /leads.csv, with a token, and nothing elsewhere."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status = {"/leads.csv?token=s3cr3t": 200, "/export?format=csv": 200, "/closed.csv?token=s3cr3t": 403}
            self.send_response(status.get(self.path, 503 if "busy" in self.path else 404))
            body = content if status.get(self.path) == 200 else b""
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_what_lies_at_an_address_is_imported_once_and_its_report_is_here(
    desk: Desk, account: Account, web: str
) -> None:
    run = desk.call(f"{web}/leads.csv?token=s3cr3t", "--json")
    assert (run.status, len(account.leads())) == (0, 6)
    assert find_lies([*ROWS, *KEYLESS], desk.report(), account.leads()) == []
    (told,) = json.loads(run.out)["runs"]
    assert told["file"] == told["source"] == f"{web}/leads.csv"
    assert told["report"] == str(desk.folder / "leads.report.csv")
    creates = account.stats()["creates"]
    again = desk.call(f"{web}/leads.csv?token=s3cr3t", "--log-file", "run.log", "-v")
    assert (again.status, account.stats()["creates"]) == (0, creates)
    everything = run.text + again.text + (desk.folder / "run.log").read_text("utf-8") + desk.call("history").text
    assert "s3cr3t" not in everything
    assert f"{web}/leads.csv" in everything


def test_an_address_without_an_ending_tells_its_kind_or_is_asked(desk: Desk, account: Account, web: str) -> None:
    assert desk.call(f"{web}/export?format=csv").status == 0
    assert (desk.folder / "export.report.csv").exists()
    run = desk.call(f"{web}/export")
    assert (run.status, "does not tell what it is" in run.err, "--as csv" in run.err) == (2, True, True)
    assert len(account.leads()) == 6


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/none.csv?token=s3cr3t", (2, "There is nothing at")),
        ("/closed.csv?token=s3cr3t", (2, "may not be read by you")),
        ("/busy.csv?token=s3cr3t", (3, "HTTP 503")),
        ("http://127.0.0.1:1/x.csv?token=s3cr3t", (3, "could not be read")),
        ("http://files.example.com/x.csv?token=s3cr3t", (2, "Use https://")),
        ("nosuch://user:s3cr3t@host/x.csv", (2, "nosuch://host/x.csv is no address that can be read")),
        ("https://[s3cr3t/x.csv", (2, "no URL")),
    ],
)
def test_what_cannot_be_had_is_told_without_its_secrets(
    desk: Desk, account: Account, web: str, path: str, told: tuple[int, str]
) -> None:
    status, why = told
    run = desk.call(path if "://" in path else web + path)
    assert (run.status, why in run.err) == (status, True), run.text
    assert "s3cr3t" not in run.text
    assert account.calls() == 0


def test_standard_input_is_read(desk: Desk, account: Account, content: bytes) -> None:
    command = [sys.executable, "-m", "importer", "-", "--as", "csv"]
    done = subprocess.run(  # noqa: S603 - our own command
        command, input=content, capture_output=True, cwd=desk.folder, env=desk.variables(), check=False
    )
    assert done.returncode == 0, done.stderr
    assert find_lies([*ROWS, *KEYLESS], desk.report("stdin.report.csv"), account.leads()) == []


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("-",), "does not tell what it is"),
        (("-", "--as", "pdf"), "no kind of file"),
        (("leads.csv", "--as", "csv"), "for standard input and addresses"),
        (("-", "leads.csv", "--as", "csv", "-r", "x.csv"), "several are imported"),
    ],
)
def test_what_standard_input_lacks_is_told(
    desk: Desk, account: Account, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], why: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Email\n")))
    desk.write(ROWS)
    run = desk.call(*args)
    assert (run.status, why in run.err, account.calls()) == (2, True, 0)


def test_what_a_killed_import_left_of_a_copy_is_removed(
    desk: Desk, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = desk.folder.parent / "xdg"
    desk.environ["XDG_STATE_HOME"] = str(state)
    left = state / "lsq-import" / "brought" / "old"
    left.mkdir(parents=True)
    (left / "leads.csv").write_bytes(content)
    monkeypatch.setattr("importer.app.bringing.LEFT_S", -1.0)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert desk.call("-", "--as", "csv").status == 0
    assert not Path(left).exists()
