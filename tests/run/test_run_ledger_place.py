"""One config, one ledger: whatever folder the command is run in, and whatever names the ledger."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from workbench import Account, Desk, person

ROWS = [person(number, email=False, phone=False) for number in range(1, 5)]


@pytest.fixture
def placed(desk: Desk) -> Desk:
    """A desk whose config.yaml names its ledger by a relative path."""
    desk.configure(ledger="state/mine.sqlite3")
    desk.environ["LSQ_LEDGER"] = ""
    desk.write(ROWS)
    return desk


def from_elsewhere(desk: Desk, *args: object) -> int:
    """Run the command in another folder, on the desk's own files, with a report elsewhere."""
    other = desk.folder / "other"
    other.mkdir(exist_ok=True)
    words = [desk.folder / "leads.csv", "-c", desk.folder / "config.yaml", "-r", other / "leads.report.csv", *args]
    command = [sys.executable, "-m", "importer", *map(str, words)]
    return subprocess.run(command, cwd=other, env=desk.variables(), capture_output=True, check=False).returncode  # noqa: S603


@pytest.mark.parametrize(
    ("variable", "ledger"),
    [("", "state/mine.sqlite3"), ("named.sqlite3", "named.sqlite3"), ("sqlite:///url.sqlite3", "url.sqlite3")],
)
def test_a_relative_ledger_is_taken_from_the_configs_folder(
    placed: Desk, account: Account, variable: str, ledger: str
) -> None:
    placed.environ["LSQ_LEDGER"] = variable
    assert placed.call("leads.csv").status == 0
    assert (placed.folder / ledger).is_file()
    assert from_elsewhere(placed) == 0
    assert account.stats()["creates"] == 4
    assert not list((placed.folder / "other").rglob("*.sqlite3"))


def test_a_ledger_where_it_was_taken_from_before_is_asked_about(placed: Desk, account: Account) -> None:
    other = placed.folder / "other" / "state"
    other.mkdir(parents=True)
    (other / "mine.sqlite3").touch()
    assert from_elsewhere(placed) == 2
    assert account.stats()["creates"] == 0
    assert not (placed.folder / "state").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="sh, and XDG folders")
@pytest.mark.parametrize("setting", ["LSQ_LEDGER", "XDG_STATE_HOME", "config"])
def test_the_scheduled_run_uses_the_ledger_that_is_in_use_now(desk: Desk, account: Account, setting: str) -> None:
    folder = desk.folder / "state of 100% $mine"
    desk.environ["LSQ_LEDGER"] = ""
    if setting == "config":
        desk.configure(ledger=str(folder / "ledger"))
    else:
        desk.environ[setting] = str(folder / "ledger")
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 0
    line = desk.call("schedule", "leads.csv", "--at", "01:30", "--for", "cron").out
    command = line.split(" * * * ", 1)[1].replace(r"\%", "%")
    bare = {**account.environ, "PATH": os.environ["PATH"], "HOME": str(desk.folder / "nowhere")}
    done = subprocess.run(["sh", "-c", command], env=bare, capture_output=True, check=False)  # noqa: S603, S607
    assert done.returncode == 0
    assert account.stats()["creates"] == 4
    assert not (desk.folder / "nowhere" / ".local" / "state").exists()
    assert "LSQ_LEDGER=" in shlex.split(command)[3]
    assert Path(shlex.split(command)[3].partition("=")[2]).exists()
