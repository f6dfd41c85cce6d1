"""`notify:` and LSQ_NOTIFY from outside: who is told how a command ended, when, and that nothing of a lead is."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from workbench import Account, Desk, person

ROWS = [person(number) for number in range(1, 4)]
BAD = ("Ravi", "Rao", "no address", "", "City 9", "")


@dataclass
class Listener:
    """A server that is told things; `status` is what it answers."""

    url: str = ""
    status: int = 200
    told: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listener.told.append(json.loads(body))
            self.send_response(listener.status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        listener.url = f"http://127.0.0.1:{server.server_port}/hook?token=s3cr3t"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield listener
        server.shutdown()
        thread.join()


@pytest.fixture
def told_desk(desk: Desk, listener: Listener) -> Desk:
    desk.environ["LSQ_NOTIFY"] = listener.url
    return desk


@pytest.mark.parametrize(
    ("when", "nights"), [("never", [0, 0, 0]), ("failure", [0, 1, 1]), ("change", [0, 1, 2]), ("always", [1, 2, 3])]
)
def test_somebody_is_told_when_the_config_says_so(
    told_desk: Desk, listener: Listener, when: str, nights: list[int]
) -> None:
    told_desk.configure(notify=when)
    for rows, wanted in zip(([ROWS[0]], [*ROWS, BAD], ROWS), nights, strict=True):
        told_desk.write(rows)
        told_desk.call("leads.csv")
        assert len(listener.told) == wanted


def test_a_plain_address_gets_the_line_of_json(told_desk: Desk, listener: Listener) -> None:
    told_desk.write([*ROWS, BAD])
    run = told_desk.call("leads.csv", "--json")
    (told,) = listener.told
    assert told == json.loads(run.out)
    assert told["runs"][0]["problems"] == {"bad_email": 1}
    assert "no address" not in json.dumps(told)


def test_every_other_address_gets_a_message_by_apprise(told_desk: Desk, listener: Listener) -> None:
    told_desk.environ["LSQ_NOTIFY"] = listener.url.replace("http://", "json://")
    told_desk.write([*ROWS, BAD])
    assert told_desk.call("leads.csv").status == 1
    (told,) = listener.told
    assert told["title"] == "lsq-import: leads.csv: 1 of 4 rows are not created"
    assert "3 created, 1 invalid" in told["message"]
    assert "most often: bad_email (1 rows)" in told["message"]
    assert str(told_desk.folder / "leads.report.csv") in told["message"]
    assert told["type"] == "warning"
    assert not {"Ravi", "no address", "City 9"} & set(told["message"].split())


def test_an_import_that_never_began_is_told_too(told_desk: Desk, listener: Listener, account: Account) -> None:
    told_desk.write(ROWS)
    (told_desk.folder / "config.yaml").write_text("colums: {}\n")
    assert told_desk.call("leads.csv").status == 2
    told_desk.call("none.csv")
    assert [one["exit_status"] for one in listener.told] == [2, 2]
    assert account.calls() == 0


def test_a_dry_run_and_a_sandbox_are_nobodys_business(told_desk: Desk, listener: Listener) -> None:
    told_desk.configure(notify="always")
    told_desk.write([BAD])
    told_desk.call("leads.csv", "--dry-run")
    told_desk.call("leads.csv", "--sandbox")
    assert listener.told == []


@pytest.mark.parametrize(
    ("address", "status", "why"),
    [
        ("", 500, "http://… answered HTTP 500"),
        ("", 302, "http://… answered HTTP 302"),
        ("http://127.0.0.1:1/s3cr3t", 200, "http://… was not reached"),
        ("http://hooks.example.com/s3cr3t", 200, "use https://"),
        ("s3cr3t", 200, "an address is no URL"),
        ("nosuchservice://s3cr3t", 200, "nosuchservice://… is no address that Apprise knows"),
        ("json://127.0.0.1:1/s3cr3t", 200, "json://… did not take the message"),
    ],
)
def test_what_goes_wrong_is_a_warning_without_the_address(
    told_desk: Desk, listener: Listener, address: str, status: int, why: str
) -> None:
    listener.status = status
    told_desk.environ["LSQ_NOTIFY"] = address or listener.url
    told_desk.configure(notify="always")
    told_desk.write(ROWS)
    run = told_desk.call("leads.csv")
    assert run.status == 0
    assert "Nobody was told" in run.err
    assert why in run.err
    assert "s3cr3t" not in run.text


def test_the_doctor_says_whether_somebody_can_be_told(told_desk: Desk) -> None:
    told_desk.write(ROWS)
    (told_desk.folder / ".env").write_text(f"LSQ_NOTIFY='{told_desk.environ.pop('LSQ_NOTIFY')} http://example.com/x'\n")
    run = told_desk.call("doctor")
    assert "notify: 1 address is told, notify: failure" in run.out
    assert "use https://" in run.out
    assert "s3cr3t" not in run.text
