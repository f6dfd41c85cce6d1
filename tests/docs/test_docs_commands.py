"""Every command that the README and the docs show does what it is shown for, or is listed with why it is not run."""

import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from shown import PROGRAM, ROOT, blocks_of, pages, shown_commands

sys.path.append(str(ROOT / "tests" / "run"))

from workbench import Account, Desk, serve_account

from importer.commands.cli import COMMANDS

EXIT_OK, EXIT_SOME_NOT = 0, 1

COMMANDS_RUN = {
    # The samples hold five rows that are meant to fail.
    "lsq-import samples/leads.xlsx --sandbox": ("ready", EXIT_SOME_NOT),
    "lsq-import samples/leads.report.csv --sandbox": ("tried", EXIT_SOME_NOT),
    "lsq-import leads.xlsx --sandbox": ("ready", EXIT_SOME_NOT),
    "lsq-import leads.xlsx --dry-run": ("ready", EXIT_SOME_NOT),
    "lsq-import leads.xlsx --first 5": ("ready", EXIT_OK),
    "lsq-import leads.xlsx": ("ready", EXIT_SOME_NOT),
    "lsq-import leads.xlsx --bulk": ("ready", EXIT_SOME_NOT),
    "lsq-import leads.xlsx --single": ("ready", EXIT_SOME_NOT),
    "lsq-import FILE": ("ready", EXIT_SOME_NOT),
    "lsq-import leads.report.csv": ("imported", EXIT_SOME_NOT),
    "lsq-import leads.xlsx -c config.yaml --wait --until-quota --quiet --log-file lsq-import-leads.log": (
        "ready",
        EXIT_SOME_NOT,
    ),
    "lsq-import 'inbox/*.xlsx' --json | jq '.counts, .runs[].report'": ("ready", EXIT_SOME_NOT),
    "lsq-import --version": ("empty", EXIT_OK),
    "lsq-import COMMAND --help": ("empty", EXIT_OK),
    "lsq-import sandbox --help": ("empty", EXIT_OK),
    "lsq-import doctor": ("empty", EXIT_OK),
    "lsq-import doctor leads.xlsx": ("ready", EXIT_OK),
    "lsq-import map leads.xlsx -o config.yaml": ("empty", EXIT_OK),
    "lsq-import fields": ("empty", EXIT_OK),
    "lsq-import fields kyc": ("empty", EXIT_OK),
    "lsq-import fields --csv": ("empty", EXIT_OK),
    "lsq-import fields WORD": ("empty", EXIT_OK),
    "lsq-import schedule leads.xlsx --at 01:30": ("ready", EXIT_OK),
    "lsq-import schedule 'inbox/*.xlsx' --at 01:30 --for cron": ("ready", EXIT_OK),
    "lsq-import settle leads.report.csv --row 17 --exists 3f2a…": ("unknown", EXIT_OK),
    "lsq-import settle leads.report.csv --row 17 --missing": ("unknown", EXIT_OK),
    "lsq-import forget leads.report.csv --row 3": ("unknown", EXIT_OK),
    "lsq-import history": ("imported", EXIT_OK),
    "lsq-import history 1": ("imported", EXIT_OK),
    "lsq-import watch inbox --once": ("ready", EXIT_SOME_NOT),
    "lsq-import schedule --watch inbox": ("ready", EXIT_OK),
    "lsq-import config-schema": ("empty", EXIT_OK),
    "lsq-import leads.xlsx --existing update --dry-run": ("ready", EXIT_SOME_NOT),
    "lsq-import leads.xlsx --existing update --dry-run --look-up": ("ready", EXIT_SOME_NOT),
    "lsq-import leads.xlsx --existing update": ("ready", EXIT_SOME_NOT),
    "lsq-import leads.xlsx --rows 2-500,900": ("ready", EXIT_SOME_NOT),
    "lsq-import leads.report.csv --only-status failed,invalid": ("imported", EXIT_SOME_NOT),
    "lsq-import undo 1": ("imported", EXIT_OK),
    "lsq-import undo 1 --dry-run": ("imported", EXIT_OK),
    "lsq-import ledger rebuild leads.report.csv": ("unknown", EXIT_OK),
}
"""Each command, the scene that it is run in, and the exit status with which it ends there."""

COMMANDS_NOT_RUN = {
    "lsq-import undo 1 --delete": "asks at a terminal; tests/run/test_run_undo.py runs it with --yes",
    "lsq-import ledger copy ~/.local/state/lsq-import/ledger.sqlite3 postgresql://lsq@db.example.com/leads": (
        "needs a server; tests/ledger/test_ledger_copying.py runs it"
    ),
    "pip install 'lsq-import[postgresql]'": "installs; the tests stand in an environment that has it",
    "lsq-import ledger keys acme": "needs an account with two keys; tests/run/test_run_account.py runs it",
    "python3 -m venv .venv": "the tests stand in such an environment; .ci/run makes one",
    "pip install .": "installs; .ci/run installs a built wheel",
    "pip install -e '.[test]'": "installs; .ci/run does it",
    "lsq-import watch inbox": "goes on until it is stopped; tests/run/test_run_watch.py runs it",
    "some-export | lsq-import - --as csv": "another program's; tests/run/test_run_elsewhere.py reads standard input",
    "lsq-import 'https://files.example.com/leads.xlsx?token=…'": "asks a host; tests/run/test_run_elsewhere.py has one",
    'eval "$(_LSQ_IMPORT_COMPLETE=bash_source lsq-import)"': (
        "changes the shell that calls it; tests/commands/test_commands_completion.py asks what it asks"
    ),
    ". .venv/bin/activate": "changes the shell that calls it",
    "pip uninstall -y pandas numpy": "changes this installation; tests/run/test_run_lean.py imports without them",
    "pytest -n auto": "would run this test again",
    "lsq-import serve": "serves until it is stopped; tests/page/test_page_served.py runs it",
    "lsq-import sandbox": "serves until it is stopped; tests/sandbox/test_sandbox_command.py runs it",
    "systemctl daemon-reload": "changes the machine",
    "systemctl enable --now lsq-import-leads.timer": "changes the machine",
    "systemctl list-timers lsq-import-leads.timer": "asks the machine about a timer that is not there",
    "systemctl start lsq-import-leads.service": "changes the machine",
    "journalctl -u lsq-import-leads.service": "asks the machine about a service that is not there",
    'jq -r \'select(.event == "row" and .status == "rejected") | "\\(.row) \\(.error)"\' lsq-import-leads.log': (
        "another program's; the fields of the log are tested in tests/logs"
    ),
}
"""Each command that is shown and not run here, with the reason."""

PLACEHOLDERS = {"FILE": "leads.xlsx", "COMMAND": "map", "WORD": "kyc"}

UNKNOWN_ROW = 17
FEW_COLUMNS = {"First Name": "FirstName", "Email": "EmailAddress"}


@pytest.fixture(scope="module")
def shared_account() -> Iterator[Account]:
    with serve_account() as account:
        yield account


def in_empty_folder(desk: Desk) -> None:
    """A spreadsheet and keys, and no configuration yet."""
    shutil.copy(ROOT / "samples" / "leads.xlsx", desk.folder)
    (desk.folder / "config.yaml").unlink()


def in_ready_folder(desk: Desk) -> None:
    """A spreadsheet with the sample mapping, the samples, and an inbox. The limit is lifted, for the tests' time."""
    config = (ROOT / "config.yaml").read_text("utf-8")
    lifted = config.replace("limits: {calls: 25,", "limits: {calls: 10000,")
    assert lifted != config
    for folder in (desk.folder, desk.folder / "samples", desk.folder / "inbox"):
        folder.mkdir(exist_ok=True)
        shutil.copy(ROOT / "samples" / "leads.xlsx", folder)
    (desk.folder / "config.yaml").write_text(lifted, "utf-8")


def after_an_import(desk: Desk) -> None:
    in_ready_folder(desk)
    assert desk.call("leads.xlsx", "-q").status == EXIT_SOME_NOT


def after_a_try(desk: Desk) -> None:
    in_ready_folder(desk)
    assert desk.call("samples/leads.xlsx", "--sandbox", "-q").status == EXIT_SOME_NOT


def after_an_import_with_an_unknown_row(desk: Desk) -> None:
    """Row 3 was created; row 17 has no unique value, and its answer was lost."""
    assert desk.account is not None
    desk.configure(columns=FEW_COLUMNS)
    blank = [("", "")] * (UNKNOWN_ROW - 4)
    desk.write([("", ""), ("Asha", "asha@example.com"), *blank, ("Ravi", "")], header=tuple(FEW_COLUMNS))
    desk.account.change(drop_after=1.0)
    assert desk.call("leads.csv", "-q").status == EXIT_SOME_NOT
    desk.account.change(drop_after=0.0)
    text = (desk.folder / "leads.report.csv").read_text("utf-8-sig")
    assert re.search(r"^Asha,.*,3,created,", text, re.MULTILINE)
    assert re.search(rf"^Ravi,,{UNKNOWN_ROW},unknown,", text, re.MULTILINE)


SCENES: dict[str, Callable[[Desk], None]] = {
    "empty": in_empty_folder,
    "ready": in_ready_folder,
    "imported": after_an_import,
    "tried": after_a_try,
    "unknown": after_an_import_with_an_unknown_row,
}


@pytest.mark.usefixtures("quick_look_ups")
@pytest.mark.parametrize(("command", "scene", "status"), [(key, *value) for key, value in COMMANDS_RUN.items()])
def test_a_command_that_is_shown_ends_as_it_is_meant_to(
    tmp_path: Path, shared_account: Account, command: str, scene: str, status: int
) -> None:
    desk = Desk(tmp_path / "desk", shared_account)
    shared_account._post("reset", {})
    SCENES[scene](desk)
    program, *arguments = shlex.split(command.partition(" | ")[0])
    assert program == PROGRAM
    run = desk.call(*(PLACEHOLDERS.get(word, word) for word in arguments))
    assert (run.status, "Traceback" in run.text) == (status, False), run.text


@pytest.fixture
def quick_look_ups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look-ups wait for a new lead's lag 0.14 s in all, not 7 s."""
    monkeypatch.setattr("importer.leadsquared.lookup.WAITS_S", (0.02, 0.04, 0.08))


def test_every_command_that_is_shown_is_run_or_listed_with_a_reason_and_none_is_listed_that_is_not_shown() -> None:
    shown, known = shown_commands(), {*COMMANDS_RUN, *COMMANDS_NOT_RUN}
    assert {command: page for command, page in shown.items() if command not in known} == {}
    assert known - set(shown) == set()


def test_no_command_hides_in_a_block_that_is_not_marked_as_shell() -> None:
    for page in pages():
        for block in blocks_of(page):
            is_help = block.lines[:1] and block.lines[0].startswith("Usage:")
            if block.language != "sh" and not is_help:
                # What an output tells to run next is compared with the output itself.
                lines = [line for before, line in pairwise(("", *block.lines)) if not before.startswith("Next, ")]
                assert not [line for line in lines if line.lstrip(" $").startswith(f"{PROGRAM} ")], page.name


def test_a_command_that_is_mentioned_in_a_sentence_exists() -> None:
    for page in pages():
        for name in re.findall(rf"`{PROGRAM} ([a-z]+)`", page.read_text("utf-8")):
            assert name in COMMANDS, page.name
