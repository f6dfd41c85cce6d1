"""Each line of the doctor says that something is well, or what to do; no line shows a key."""

import json
import os
import time
from pathlib import Path
from typing import Any, Self

import pytest
from click.testing import CliRunner

from importer.commands.cli import cli
from importer.config import Config
from importer.config.settings import Account
from importer.doctor import Finding, check_account, check_ledger, check_machine
from importer.doctor import account as account_room
from importer.doctor import machine as machine_room
from importer.errors import TransientError
from importer.leadsquared.answers import Reply
from importer.sandbox import Sandbox, Settings

ACCESS_KEY, SECRET_KEY = "u$r0123456789abcdef0123456789abcdef", "s+3/c=r&t%41_#"
CONFIG = Config(account=Account(host="api.leadsquared.com", access_key=ACCESS_KEY, secret_key=SECRET_KEY))
USER = {"OrgDisplayName": "Acme", "Role": "Admin", "TimeZone": "Asia/Kolkata", "DefaultCountryCode": "91"}


class Client:
    """Answers UserByAccessKey.Get with one reply."""

    def __init__(self, reply: Reply | Exception, skew_s: float | None = 0.0) -> None:
        self.skew_s = skew_s
        self._reply = reply

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        return None

    async def user(self) -> Reply:
        if isinstance(self._reply, Exception):
            raise self._reply
        return self._reply


async def ask(monkeypatch: pytest.MonkeyPatch, client: Client) -> list[Finding]:
    monkeypatch.setattr(account_room, "make_client", lambda _config, **_more: client)
    return await check_account(CONFIG, environ=os.environ)


def refusal(status: int, message: str, kind: str = "MXInvalidAccessDetailsException") -> Reply:
    body = {"Status": "Error", "ExceptionType": kind, "ExceptionMessage": message}
    return Reply(status, json.dumps(body).encode())


async def test_an_account_that_takes_the_keys_is_named_with_its_zone_and_code(monkeypatch: pytest.MonkeyPatch) -> None:
    findings = await ask(monkeypatch, Client(Reply(200, json.dumps(USER).encode())))
    assert all(finding.is_well for finding in findings)
    told = "\n".join(map(str, findings))
    assert all(word in told for word in ("Acme", "Admin", "Asia/Kolkata", "+91"))


@pytest.mark.parametrize(
    ("reply", "what", "remedy"),
    [
        (refusal(401, "Invalid Access Details provided."), "Invalid Access", "LSQ_ACCESS_KEY"),
        (
            refusal(401, "Please use https://api-in21.leadsquared.com for this account"),
            "belong to api-in21.leadsquared.com",
            "LSQ_HOST=api-in21.leadsquared.com",
        ),
        (Reply(404, b"<html>Not Found</html>"), "HTTP 404", "account.host"),
        (Reply(502, b"<html>Bad Gateway</html>"), "HTTP 502", "Look whether LeadSquared is up"),
        (Reply(429, b"API calls exceeded the limit of 20 in 5 second(s)"), "limit", "again"),
        (Reply(200, b"[]"), "not taken", "LeadSquared is up"),
        (TransientError("the host's name was not found"), "not reached: the host's name", "LSQ_HOST"),
        (refusal(401, f"no: {ACCESS_KEY} {SECRET_KEY}"), "not taken", "LSQ_ACCESS_KEY"),
    ],
    ids=["wrong keys", "wrong region", "no such API", "gateway", "limit", "nobody", "no host", "keys repeated"],
)
async def test_what_is_wrong_with_the_account_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, reply: Reply | Exception, what: str, remedy: str
) -> None:
    findings = await ask(monkeypatch, Client(reply))
    (bad,) = [finding for finding in findings if not finding.is_well]
    assert what in bad.what
    assert remedy in bad.remedy
    assert ACCESS_KEY not in str(findings)
    assert SECRET_KEY not in str(findings)


@pytest.mark.parametrize(
    ("skew_s", "is_well"), [(0.4, True), (-59.0, True), (61.0, False), (-3600.0, False), (None, True)]
)
async def test_a_clock_that_is_off_by_more_than_a_minute_is_to_be_set(
    monkeypatch: pytest.MonkeyPatch, skew_s: float | None, *, is_well: bool
) -> None:
    findings = await ask(monkeypatch, Client(Reply(200, json.dumps(USER).encode()), skew_s))
    (clock,) = [finding for finding in findings if finding.what.startswith("clock")]
    assert clock.is_well is is_well


def test_this_machine_is_well() -> None:
    assert [str(finding) for finding in check_machine() if not finding.is_well] == []


def test_a_library_that_is_missing_or_too_old_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        machine_room, "requires", lambda _name: ["aiohttp>=99.1", "no-such-thing>=1", 'x>=1; extra == "t"']
    )
    found = machine_room._libraries()
    assert not found.is_well
    assert "older than 99.1" in found.what
    assert "no-such-thing is missing" in found.what
    assert "x is missing" not in found.what


def test_a_temporary_folder_without_room_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_room, "LEAST_ROOM", 1 << 60)
    assert "TMPDIR" in machine_room._temporary_room().remedy


def test_a_ledger_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "state" / "ledger.sqlite3"
    (finding,) = check_ledger(path, None)
    assert finding.is_well
    assert not path.parent.exists()


def test_a_ledger_that_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    path.write_text("not a database at all, but long enough to look at" * 100, "utf-8")
    (finding,) = check_ledger(path, None)
    assert not finding.is_well
    file = tmp_path / "file"
    file.touch()
    (finding,) = check_ledger(file / "ledger.sqlite3", None)
    assert "cannot be made" in finding.what


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leads.csv").write_text("Email,Remark\r\na@example.com,x\r\n", "utf-8")
    configure(tmp_path)
    return tmp_path


def configure(folder: Path, **changes: Any) -> None:
    config = {"columns": {"Email": "EmailAddress"}} | changes
    (folder / "config.yaml").write_text(json.dumps(config), "utf-8")


def call(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["doctor", *args], prog_name="lsq-import", catch_exceptions=False)
    return result.exit_code, result.output


def test_without_keys_all_else_is_checked_and_the_status_is_1(folder: Path) -> None:
    status, told = call("leads.csv")
    assert status == 1
    assert [line for line in told.splitlines() if line.startswith("MEND")] == [
        "MEND  keys: A real account needs LSQ_HOST and LSQ_ACCESS_KEY and LSQ_SECRET_KEY, which are not set."
    ]
    assert "leads.csv: 1 data rows; the mapping fits" in told
    assert "Remark" in told
    assert not (folder / "leads.report.csv").exists()


def test_each_mistake_of_the_config_has_its_line(folder: Path) -> None:
    configure(folder, workers=0, nonsense=1)
    status, told = call()
    assert status == 1
    assert told.count("MEND  config: ") == 2


@pytest.mark.parametrize(
    ("args", "wanted"), [(("gone.csv",), "gone.csv"), (("other.csv",), "Email")], ids=["no file", "other header"]
)
def test_a_file_that_cannot_be_imported_is_told(folder: Path, args: tuple[str, ...], wanted: str) -> None:
    (folder / "other.csv").write_text("Mail\r\na@example.com\r\n", "utf-8")
    _, told = call(*args)
    assert wanted in told[told.index("MEND  file") :]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Any:
    import asyncio
    import threading

    sandbox = Sandbox(Settings(port=0, access_key=ACCESS_KEY, secret_key=SECRET_KEY))
    loop, started, stopping = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with sandbox:
            started.set()
            await stopping.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    started.wait(30)
    monkeypatch.setenv("LSQ_HOST", sandbox.url)
    monkeypatch.setenv("LSQ_ACCESS_KEY", ACCESS_KEY)
    monkeypatch.setenv("LSQ_SECRET_KEY", SECRET_KEY)
    yield sandbox
    loop.call_soon_threadsafe(stopping.set)
    thread.join()
    loop.close()


@pytest.mark.usefixtures("folder", "account")
def test_with_everything_in_place_all_lines_are_ok_and_nothing_secret_shows() -> None:
    status, told = call("leads.csv")
    assert status == 0, told
    assert "keys: taken" in told
    assert ACCESS_KEY not in told
    assert SECRET_KEY not in told


@pytest.mark.usefixtures("folder", "account")
def test_an_account_that_was_imported_into_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    del monkeypatch
    assert "new to this ledger" not in call()[1]  # there is no ledger yet
    result = CliRunner().invoke(cli, ["import", "leads.csv", "-q"], prog_name="lsq-import")
    assert result.exit_code == 0
    began = time.monotonic()
    status, told = call()
    assert status == 0, told
    assert "account: known to this ledger" in told
    assert time.monotonic() - began < 30
