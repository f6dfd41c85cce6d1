"""The texts for a nightly import: what a scheduler reads out of them is the very command, whatever is in a path."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from click.testing import CliRunner, Result

from importer.commands.cli import cli
from importer.errors import UsageError
from importer.schedule import Night, batch_file, crontab, service_unit, task_command, timer_unit

ODD = "/home/ops/100% $new 'leads' \"x\" & \\ ;"


def night(folder: str = "/home/ops/leads", *, environment: str | None = None, ledger: str | None = None) -> Night:
    path = PurePosixPath(folder)
    return Night(
        program=(f"{folder}/bin/lsq-import",),
        files=(f"{folder}/in box/*.xlsx",),
        config=path / "config.yaml",
        log=path / "lsq-import-inbox.log",
        user="ops",
        hour=1,
        minute=5,
        environment=None if environment is None else PurePosixPath(environment),
        ledger=None if ledger is None else PurePosixPath(ledger),
    )


def cron_reads(line: str) -> tuple[str, str]:
    """When and what: cron(8) takes the backslash from each \\% and ends the command at a bare %."""
    when, command = line.rstrip("\n").split(" * * * ", 1)
    assert "%" not in command.replace("\\%", "")
    return when, command.replace("\\%", "%")


@pytest.mark.skipif(sys.platform == "win32", reason="sh")
@pytest.mark.parametrize("name", ["leads", "100% $new 'leads' \"x\" & \\ ;"])
def test_cron_runs_the_command_as_it_is_in_the_configs_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    (folder / "bin").mkdir(parents=True)
    program = folder / "bin" / "lsq-import"
    program.write_text('#!/bin/sh\npwd\necho "$LSQ_SECRET_KEY"\nfor word; do echo "$word"; done\n', "utf-8")
    program.chmod(0o700)
    keys = folder / "keys of mine"
    keys.write_text("LSQ_SECRET_KEY='u$r+/=&%'\n", "utf-8")
    one = night(str(folder), environment=str(keys))
    when, command = cron_reads(crontab(one))
    assert when == "5 1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)  # noqa: S603, S607
    assert done.stdout.splitlines() == [str(folder), "u$r+/=&%", *one.arguments[1:]]


def systemd_reads(line: str) -> Sequence[str]:
    """The words of a command as systemd has them: quotes and escapes, then %%, and but for the first $$."""
    program, *arguments = (word.replace("%%", "%") for word in shlex.split(line))
    return [program, *(word.replace("$$", "$") for word in arguments)]


@pytest.mark.parametrize("folder", ["/home/ops/leads", ODD])
def test_systemd_reads_the_command_and_the_paths_as_they_are(folder: str) -> None:
    one = night(folder, ledger=f"{folder}/ledger")
    settings = dict(line.split("=", 1) for line in service_unit(one).splitlines() if "=" in line)
    assert tuple(systemd_reads(settings["ExecStart"])) == one.arguments
    assert settings["WorkingDirectory"].replace("%%", "%") == folder
    assert settings["EnvironmentFile"].replace("%%", "%") == f"-{folder}/.env"
    (variable,) = systemd_reads(settings["Environment"])
    assert variable == f"LSQ_LEDGER={folder}/ledger"
    assert settings["User"] == "ops"
    assert "OnCalendar=*-*-* 01:05:00" in timer_unit(one)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_itself_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    folder = tmp_path / "100% $new leads"
    (folder / "bin").mkdir(parents=True)
    shutil.copy("/bin/true", folder / "bin" / "lsq-import")
    units = []
    for ending, text in (("service", service_unit(night(str(folder)))), ("timer", timer_unit(night(str(folder))))):
        units.append(tmp_path / f"lsq-import-inbox.{ending}")
        units[-1].write_text(text.replace("User=ops", "User=root"), "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)  # noqa: S603, S607
    said = [line for line in done.stderr.splitlines() if "lsq-import" in line]
    assert (done.returncode, said) == (0, [])


def test_windows_gets_a_batch_file_with_percent_signs_twice_and_a_short_task() -> None:
    folder = PureWindowsPath("C:\\Lead lists 100%")
    one = Night(
        program=("C:\\Program Files\\venv\\Scripts\\lsq-import.exe",),
        files=(str(folder / "in" / "*.xlsx"),),
        config=folder / "config.yaml",
        log=folder / "lsq-import-inbox.log",
        user="ops",
        hour=1,
        minute=5,
        ledger=folder / "ledger",
    )
    lines = batch_file(one).split("\r\n")
    assert 'cd /d "C:\\Lead lists 100%%"' in lines
    assert lines[3] == 'set "LSQ_LEDGER=C:\\Lead lists 100%%\\ledger"'
    assert lines[4].startswith(
        '"C:\\Program Files\\venv\\Scripts\\lsq-import.exe" "C:\\Lead lists 100%%\\in\\*.xlsx" -c'
    )
    assert lines[-2:] == ["exit /b %ERRORLEVEL%", ""]
    task = task_command(one)
    assert task == (
        'schtasks /Create /TN "lsq-import-inbox" /SC DAILY /ST 01:05 '
        '/TR "\\"C:\\Lead lists 100%\\lsq-import-inbox.cmd\\""\n'
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LSQ_LEDGER")
    (tmp_path / "config.yaml").write_text(json.dumps({"columns": {"Email": "EmailAddress"}}), "utf-8")
    (tmp_path / ".env").write_text(
        "LSQ_HOST=x.leadsquared.com\nLSQ_ACCESS_KEY='u$r1'\nLSQ_SECRET_KEY='s3cr3t'\n", "utf-8"
    )
    (tmp_path / "leads.csv").touch()
    return tmp_path


def call(*args: str) -> Result:
    return CliRunner().invoke(cli, ["schedule", *args], prog_name="lsq-import")


def test_the_command_prints_absolute_paths_and_nothing_secret(folder: Path) -> None:
    run = call("leads.csv", "--at", "1:05", "--for", "cron")
    assert (run.exit_code, run.stderr) == (0, "")
    when, command = cron_reads(run.stdout)
    words = shlex.split(command)
    assert when == "5 1"
    assert words[:3] == ["cd", str(folder), "&&"]
    assert words[3].startswith("LSQ_LEDGER=/")
    assert Path(words[4]).is_absolute()
    assert str(folder / "leads.csv") in words
    assert words[words.index("--log-file") + 1] == str(folder / "lsq-import-leads.log")
    assert "--wait" in words
    assert "s3cr3t" not in run.output


@pytest.mark.usefixtures("folder")
def test_a_unit_to_start_after_a_failure_stands_in_the_service() -> None:
    told = call("leads.csv", "--at", "01:30", "--for", "systemd", "--on-failure", "tell-ops@%n.service").stdout
    assert "\nOnFailure=tell-ops@%n.service\n" in told
    assert "\nOnFailure=" not in call("leads.csv", "--at", "01:30", "--for", "systemd").stdout
    for bad in ("tell ops", "x.service\nExecStart=/bin/sh", "tell-ops"):
        assert "is no unit's name" in str(call("leads.csv", "--at", "01:30", "--on-failure", bad).exception)


def test_a_folder_that_is_watched_has_a_service_that_comes_back(folder: Path) -> None:
    (folder / "inbox").mkdir()
    text = call("inbox", "--watch").stdout
    assert f" watch {folder / 'inbox'} -c {folder / 'config.yaml'} --quiet --log-file " in text
    assert "Type=simple\nRestart=always\n" in text
    assert text.count("[Install]\nWantedBy=multi-user.target\n") == 1
    assert text.rstrip().endswith("enable --now lsq-import-inbox.service")
    assert "OnCalendar" not in text
    for bad in (("inbox", "--watch", "--at", "1:30"), ("inbox", "--watch", "--for", "cron"), ("none", "--watch")):
        assert isinstance(call(*bad).exception, UsageError)
    assert "--at" in str(call("leads.csv").exception)


def test_what_is_printed_without_a_choice_has_all_that_this_system_needs(folder: Path) -> None:
    run = call("in*/*.xlsx", "--at", "01:30", "--log-file", "logs/night.log")
    assert run.exit_code == 0
    wanted = ("schtasks",) if sys.platform == "win32" else ("crontab -e", "[Service]", "[Timer]", "systemctl")
    assert all(word in run.stdout for word in wanted)
    assert str(folder / "in*" / "*.xlsx") in run.stdout
    assert str(folder / "logs" / "night.log") in run.stdout


def test_what_would_fail_tonight_is_told_now(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".env").unlink()
    monkeypatch.setenv("LSQ_ACCESS_KEY", "u$r1")
    monkeypatch.setenv("LSQ_LEDGER", str(folder / "ledger"))
    run = call("gone.csv", "--at", "01:30")
    assert run.exit_code == 0
    assert "gone.csv does not exist yet" in run.stderr
    assert "LSQ_ACCESS_KEY and LSQ_SECRET_KEY" in run.stderr
    assert f"LSQ_LEDGER={folder / 'ledger'}" in run.stdout
    keys = folder / "keys"
    keys.write_text("LSQ_HOST=x.leadsquared.com\nLSQ_ACCESS_KEY=a\nLSQ_SECRET_KEY=b\nLSQ_LEDGER=/x\n", "utf-8")
    told = call("leads.csv", "--at", "01:30", "--env-file", "keys")
    assert told.exit_code == 0
    assert f"EnvironmentFile=-{keys}" in told.stdout
    assert "LSQ_LEDGER is another one in this shell" in told.stderr
    monkeypatch.delenv("LSQ_LEDGER")
    told = call("leads.csv", "--at", "01:30", "--env-file", "keys")
    assert (told.exit_code, told.stderr) == (0, "")
    assert "LSQ_LEDGER=/x" in told.stdout


@pytest.mark.usefixtures("folder")
def test_a_database_is_not_repeated_for_it_may_hold_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSQ_LEDGER", "postgresql+psycopg://me:hidden@db/ledger")
    run = call("leads.csv", "--at", "01:30")
    assert "hidden" not in run.output
    assert "LSQ_LEDGER is set in this shell" in run.stderr


@pytest.mark.parametrize(
    ("args", "wanted"),
    [(("--at", "25:00"), "no time of day"), (("--at", "noon"), "no time of day"), (("--at", "1:00", "-c", "x"), "x")],
)
def test_a_wrong_time_and_a_missing_config_are_mistakes(folder: Path, args: tuple[str, ...], wanted: str) -> None:
    run = call("leads.csv", *args)
    assert run.exit_code != 0
    assert wanted in str(run.exception)
    assert os.listdir(folder)  # noqa: PTH208 - nothing but names is wanted


@pytest.mark.parametrize("mark", list("&|<>^()@!,;=`'"))
def test_nothing_in_a_windows_path_ends_the_command_or_begins_another(mark: str) -> None:
    path = PureWindowsPath(f"C:\\leads{mark}calc.exe")
    one = Night(
        program=(str(path / "lsq-import.exe"),),
        files=(str(path / "a.csv"),),
        config=path / "config.yaml",
        log=path / "a.log",
        user="ops",
        hour=1,
        minute=5,
        ledger=path / "ledger",
    )
    for line in batch_file(one).splitlines():
        assert mark not in cmd_sees(line).removeprefix("@"), line
    bare = cmd_sees(task_command(one).strip())
    assert not set(bare.replace("^" + mark, "")) & set("&|<>^")


def cmd_sees(line: str) -> str:
    """What of a line cmd.exe looks at: what is outside of its quotes, which a backslash does not escape."""
    return "".join(part for nth, part in enumerate(line.split('"')) if nth % 2 == 0).replace(">nul", "")
