"""Odd paths and odd environments, given to every command: a clear answer before the first call, never a defect."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from properties import ONE_FIXTURE
from workbench import PATIENCE_S, Account, Desk, Run, finish, person, serve_account

from importer import ImportRequest, import_file
from importer.app.fileselection import Stillness
from importer.commands.cli import COMMANDS
from importer.errors import UsageError
from importer.exitstatus import ExitStatus

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither pipes nor devices in folders")

LONG = "x" * 300
DEEP = "x/" * 3000
PATHS = {
    "here": ".",
    "nothing": "",
    "root": "/",
    "link_loop": "loop",
    "broken_link": "broken",
    "pipe": "pipe",
    "folder": "folder",
    "empty": "empty.csv",
    "zero": "/dev/zero",
    "full": "/dev/full",
    "name_of_240_bytes": "y" * 240 + ".csv",
    "name_of_300_bytes": LONG,
    "pattern_of_300_bytes": f"{LONG}*",
    "path_of_6000_bytes": DEEP,
    "line_break": "a\nb.csv",
    "escape": "a\x1b[2Jb.csv",
    "no_utf_8": os.fsdecode(b"\xff\xfe.csv"),
    "nobody": "~nobody/x",
    "nul": "a\0b",
    "missing_folder": "missing/x.csv",
    "below_a_file": "leads.csv/x",
    "dash": "-",
    "bracket": "[",
}
OF_CONFIGS = ("here", "pipe", "zero", "link_loop", "name_of_300_bytes", "path_of_6000_bytes", "escape", "nul")
"""Those that are given for a config, which every command reads alike."""
PLACES: dict[str, Sequence[str]] = {
    "import": ("?", "--dry-run"),
    "import_several": ("leads.csv", "?", "--dry-run"),
    "import_config": ("leads.csv", "-c", "?", "--dry-run"),
    "import_report": ("leads.csv", "-r", "?", "--dry-run"),
    "import_payloads": ("leads.csv", "--payloads", "?", "--dry-run"),
    "import_log": ("leads.csv", "--log-file", "?", "--dry-run"),
    "import_sheet": ("leads.csv", "--sheet", "?", "--dry-run"),
    "map": ("map", "?"),
    "map_output": ("map", "leads.csv", "-o", "?"),
    "map_config": ("map", "leads.csv", "-c", "?"),
    "map_encoding": ("map", "leads.csv", "--encoding", "?"),
    "map_region": ("map", "leads.csv", "--region", "?"),
    "map_timezone": ("map", "leads.csv", "--timezone", "?"),
    "fields": ("fields", "?"),
    "fields_config": ("fields", "-c", "?"),
    "schedule": ("schedule", "?", "--at", "01:30"),
    "schedule_config": ("schedule", "leads.csv", "--at", "01:30", "-c", "?"),
    "schedule_log": ("schedule", "leads.csv", "--at", "01:30", "--log-file", "?"),
    "schedule_keys": ("schedule", "leads.csv", "--at", "01:30", "--env-file", "?"),
    "schedule_time": ("schedule", "leads.csv", "--at", "?"),
    "schedule_watch": ("schedule", "--watch", "?"),
    "watch": ("watch", "?", "--once"),
    "watch_config": ("watch", "folder", "--once", "-c", "?"),
    "watch_log": ("watch", "folder", "--once", "--log-file", "?"),
    "doctor": ("doctor", "?"),
    "doctor_config": ("doctor", "-c", "?"),
    "settle": ("settle", "?", "--row", "2", "--missing"),
    "settle_lead": ("settle", "done.report.csv", "--row", "2", "--exists", "?"),
    "forget": ("forget", "?", "--row", "2"),
    "forget_lead": ("forget", "--lead", "?"),
    "forget_value": ("forget", "--value", "EmailAddress=?"),
    "history": ("history", "?"),
    "history_config": ("history", "-c", "?"),
    "ledger_rebuild": ("ledger", "rebuild", "?"),
    "ledger_rebuild_source": ("ledger", "rebuild", "done.report.csv", "--source", "?"),
    "ledger_keys": ("ledger", "keys", "?"),
    "prune": ("prune", "-c", "?"),
    "undo": ("undo", "1", "--dry-run", "-c", "?"),
    "sandbox": ("sandbox", "--port", "0", "--fields", "?"),
    "serve": ("serve", "--port", "0", "-c", "?"),
}
"""Where each command takes a path or a word; `?` stands for it."""

WITHOUT_ANY = {"config-schema"}
DOCUMENTED = set(ExitStatus) - {ExitStatus.DEFECT}


@pytest.fixture(scope="module")
def shared_account() -> Iterator[Account]:
    with serve_account() as account:
        yield account


@pytest.fixture
def odd_desk(tmp_path: Path, shared_account: Account, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk with things of all kinds in its folder."""
    usual = Stillness.__init__.__kwdefaults__
    assert usual is not None
    monkeypatch.setitem(usual, "watch_s", 0.0)
    shared_account._post("reset", {})
    desk = Desk(tmp_path / "desk", shared_account)
    for name in ("leads.csv", PATHS["line_break"], PATHS["escape"], PATHS["name_of_240_bytes"]):
        desk.write([person(2)], name=name)
    (desk.folder / "loop").symlink_to("loop")
    (desk.folder / "broken").symlink_to("nowhere.csv")
    (desk.folder / "folder").mkdir()
    (desk.folder / "empty.csv").touch()
    os.mkfifo(desk.folder / "pipe")
    return desk


def import_before(desk: Desk) -> None:
    """Leave a report of an earlier import at the desk."""
    desk.write([person(1)], name="done.csv")
    assert desk.call("done.csv").status == 0


def find_fault(run: Run) -> str:
    """What a run did that none may do; empty where it did nothing of it."""
    if run.status not in DOCUMENTED:
        return f"status {run.status}"
    if "Traceback" in run.text or "defect" in run.text:
        return "a defect"
    if "\x1b" in run.text:
        return "an escape for the terminal"
    if run.status == ExitStatus.USAGE and not ("rror: " in run.err and len(run.err) > len("error: .")):
        return "no reason"
    return ""


@pytest.mark.parametrize("place", PLACES)
def test_no_path_and_no_word_makes_a_defect_of_a_command(place: str, odd_desk: Desk) -> None:
    is_about_a_report = "done.report.csv" in PLACES[place]
    if is_about_a_report:
        import_before(odd_desk)
    paths = {name: PATHS[name] for name in OF_CONFIGS} if PLACES[place][-2:] == ("-c", "?") else PATHS
    for name, path in paths.items():
        if place == "watch" and name in {"here", "nothing"}:
            continue  # a folder like any other, whose files are imported
        run = odd_desk.call(*(word.replace("?", path) for word in PLACES[place]))
        assert not find_fault(run), (name, run)
    assert odd_desk.account is not None
    assert odd_desk.account.stats()["creates"] == is_about_a_report


WORDS = st.one_of(
    st.text(max_size=30),
    st.binary(max_size=20).map(os.fsdecode),
    st.text(alphabet="./~*?[]{}%$-\\:\n\t\x1b \"'a1", max_size=12),
)
READING = sorted({"import", "map", "map_config", "fields", "schedule", "doctor", "settle", "ledger_keys", "history"})
"""Where a word makes no file."""


@settings(ONE_FIXTURE, max_examples=60)
@given(place=st.sampled_from(READING), word=WORDS)
def test_no_word_that_anybody_draws_makes_a_defect_of_a_command(odd_desk: Desk, place: str, word: str) -> None:
    run = odd_desk.call(*(one.replace("?", word) for one in PLACES[place]))
    assert not find_fault(run), run


def test_a_program_of_ones_own_is_told_too(odd_desk: Desk) -> None:
    for name in ("nul", "name_of_300_bytes", "pipe", "root"):
        request = ImportRequest(file=Path(PATHS[name]), config=odd_desk.folder / "config.yaml", dry_run=True)
        with pytest.raises(UsageError):
            asyncio.run(import_file(request, environ=odd_desk.environ))


def test_every_command_is_given_odd_paths() -> None:
    tried = {words[0] for words in PLACES.values()}
    assert set(COMMANDS) - WITHOUT_ANY <= tried


@pytest.mark.parametrize("name", ["here", "pipe", "zero", "full", "link_loop", "nothing"])
def test_a_config_that_is_no_file_is_refused_at_once(odd_desk: Desk, name: str) -> None:
    run = odd_desk.call("leads.csv", "-c", PATHS[name])
    assert run.status == ExitStatus.USAGE
    assert "no" in run.err
    assert "Name another config file." in run.err


ENVIRONMENTS = {
    "ledger_at_the_root": {"LSQ_LEDGER": "/"},
    "ledger_in_a_link_loop": {"LSQ_LEDGER": "loop"},
    "ledger_at_a_pipe": {"LSQ_LEDGER": "pipe"},
    "ledger_on_a_full_device": {"LSQ_LEDGER": "/dev/full"},
    "ledger_of_nobody": {"LSQ_LEDGER": "~nobody/x"},
    "ledger_of_300_bytes": {"LSQ_LEDGER": LONG},
    "ledger_that_is_no_text": {"LSQ_LEDGER": os.fsdecode(b"\xff")},
    "cache_on_a_device": {"XDG_CACHE_HOME": "/dev/full"},
    "cache_in_a_file": {"XDG_CACHE_HOME": "empty.csv"},
    "home_is_a_file": {"HOME": "empty.csv", "LSQ_LEDGER": "", "XDG_STATE_HOME": "", "XDG_CACHE_HOME": ""},
    "home_is_a_device": {"HOME": "/dev/full", "LSQ_LEDGER": "", "XDG_STATE_HOME": "", "XDG_CACHE_HOME": ""},
    "host_is_a_path": {"LSQ_HOST": "/"},
    "host_with_an_escape": {"LSQ_HOST": "a\x1b[2J"},
    "nobody_to_tell": {"LSQ_NOTIFY": "/dev/full http:// x"},
    "no_certificates": {"SSL_CERT_FILE": "pipe"},
    "no_such_time": {"TZ": "/dev/full"},
}
ONE_OF_EACH = (
    ("leads.csv",),
    ("map", "leads.csv"),
    ("fields",),
    ("config-schema",),
    ("schedule", "leads.csv", "--at", "01:30"),
    ("watch", "folder", "--once"),
    ("doctor",),
    ("settle", "done.report.csv", "--row", "2", "--missing"),
    ("forget", "--lead", "x"),
    ("history",),
    ("ledger", "rebuild", "done.report.csv"),
    ("ledger", "keys", "x"),
    ("prune",),
    ("undo", "1", "--dry-run"),
)


WHAT_ASKS = (("leads.csv",), ("map", "leads.csv"), ("fields",), ("doctor",), ("history",))
"""What reads all that is set, with a call to the account and without one."""


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_environment_makes_a_defect_of_a_command(environment: str, odd_desk: Desk) -> None:
    assert odd_desk.account is not None
    import_before(odd_desk)
    odd_desk.environ = ENVIRONMENTS[environment]
    for command in ONE_OF_EACH if "LSQ_LEDGER" in odd_desk.environ else WHAT_ASKS:
        before = odd_desk.account.stats()["creates"]
        run = odd_desk.call(*command)
        assert not find_fault(run), (command, run)
        assert run.status in {0, 1} or odd_desk.account.stats()["creates"] == before


@pytest.mark.parametrize("kind", ["folder", "loop", "pipe", "/dev/zero", "/dev/full", "broken"])
def test_no_file_of_keys_makes_a_defect_of_a_command(kind: str, odd_desk: Desk) -> None:
    (odd_desk.folder / ".env").symlink_to(kind)
    for command in WHAT_ASKS:
        run = odd_desk.call(*command)
        assert not find_fault(run), (command, run)


def shell(desk: Desk, redirection: str, *args: str, **environ: str) -> Run:
    """The command as a process of its own whose streams a shell has set up."""
    words = ["bash", "-c", f'{redirection}; exec "$@"', "x", sys.executable, "-m", "importer", *args]
    with patch.dict(desk.environ, environ):
        variables = desk.variables()
    process = subprocess.Popen(  # noqa: S603 - our own command
        words,
        cwd=desk.folder,
        env={name: text for name, text in variables.items() if text != "-"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    return finish(process)


def test_closed_streams_keep_nobody_from_importing_and_nothing_is_written_into_the_ledger_instead(
    odd_desk: Desk,
) -> None:
    assert shell(odd_desk, "exec 0<&- 1>&- 2>&-", "leads.csv").status == 0
    assert (odd_desk.folder / "leads.report.csv").is_file()
    assert odd_desk.ledger.read_bytes().startswith(b"SQLite format 3")
    assert shell(odd_desk, "exec 2>&-", "missing.csv").status == ExitStatus.USAGE


def test_a_full_disk_under_standard_output_is_told_and_the_report_is_whole(odd_desk: Desk) -> None:
    run = shell(odd_desk, "exec >/dev/full", "leads.csv")
    assert run.status == 0
    assert "Standard output cannot be written: no space left on device. The report tells all." in run.err
    assert (odd_desk.folder / "leads.report.csv").is_file()


@pytest.mark.parametrize("command", [("fields",), ("leads.csv", "--json")])
def test_a_full_disk_under_what_a_program_would_read_has_a_status_of_its_own(
    odd_desk: Desk, command: tuple[str, ...]
) -> None:
    run = shell(odd_desk, "exec >/dev/full", *command)
    assert run.status == ExitStatus.NO_REPORT
    assert "Standard output cannot be written: no space left on device." in run.err


def test_a_terminal_of_another_encoding_shows_what_it_can(odd_desk: Desk) -> None:
    odd_desk.write([("आशा", "Łukasz →", "a@example.com", "+91-9845010001", "Pune", "")], name="लीड.csv")
    run = shell(odd_desk, "true", "लीड.csv", "--dry-run", PYTHONIOENCODING="cp1252")
    assert run.status == 0
    assert "1  ready to be sent" in run.out


def test_a_config_is_written_in_utf_8_whatever_encoding_standard_output_has(odd_desk: Desk) -> None:
    odd_desk.write([("आशा", "a@example.com")], name="hindi.csv", header=("पहला नाम", "ईमेल"))
    run = shell(odd_desk, "true", "map", "hindi.csv", PYTHONIOENCODING="cp1252")
    assert run.status == 0
    assert '"ईमेल": {field: EmailAddress' in run.out


def test_without_a_home_the_command_goes_on_or_says_what_is_missing(odd_desk: Desk) -> None:
    gone = dict.fromkeys(("HOME", "USER", "LOGNAME"), "-")
    assert not find_fault(shell(odd_desk, "true", "leads.csv", "--dry-run", **gone))


def test_a_folder_that_is_gone_is_said(odd_desk: Desk) -> None:
    run = shell(odd_desk, "mkdir gone; cd gone; rmdir ../gone", "leads.csv")
    assert run.status == ExitStatus.USAGE
    assert run.err.startswith("error: The current folder cannot be used: no such file or directory.")


def test_a_log_on_a_full_disk_is_refused_before_the_first_call(odd_desk: Desk) -> None:
    run = odd_desk.call("leads.csv", "--log-file", "/dev/full")
    assert run.status == ExitStatus.USAGE
    assert run.err.startswith("error: The log file /dev/full cannot be written: No space left on device.")
    assert odd_desk.account is not None
    assert odd_desk.account.stats()["creates"] == 0


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_said_before_the_first_call(odd_desk: Desk) -> None:
    odd_desk.folder.chmod(0o500)
    try:
        run = odd_desk.call("leads.csv")
    finally:
        odd_desk.folder.chmod(0o700)
    assert run.status == ExitStatus.USAGE
    assert "The report cannot be written into" in run.err


def test_a_sandbox_s_fields_on_a_device_are_refused(odd_desk: Desk) -> None:
    process = odd_desk.start("sandbox", "--port", "0", "--fields", "pipe")
    out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (ExitStatus.USAGE, "")
    assert "pipe is a folder, a pipe or a device" in err
