"""`lsq-import schedule`: ready texts for an import every night."""

import getpass
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from unicodedata import category

import click

from importer.app.configchoice import DEFAULT_CONFIG, location_of
from importer.commands.streams import echo
from importer.config import load_config, require_keys
from importer.config.environment import read_environment
from importer.errors import UsageError
from importer.schedule import Night, batch_file, crontab, service_unit, task_command, timer_unit
from importer.schedule.night import LEDGER_VARIABLE
from importer.schedule.windows import batch_path

__all__ = ["schedule"]

PROGRAM = "lsq-import"
KINDS = ("cron", "systemd", "windows")
UNIT_NAME = re.compile(r"[\w:.\\@%-]+\.(service|target|path|timer)", re.ASCII)
UNITS = "/etc/systemd/system"
START = "# then: systemctl daemon-reload && systemctl enable --now {}\n"
TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@click.command(short_help="Print ready texts for an import every night.")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="FILE...")
@click.option("--at", "time", metavar="HH:MM", help="When, by this machine's clock.")
@click.option("--watch", "is_watch", is_flag=True, help="Watch the folder FILE all the time instead (systemd).")
@click.option("-c", "--config", type=click.Path(path_type=Path), metavar="FILE", help="The configuration.")
@click.option(
    "--log-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where the log goes.  [default: lsq-import-FILE.log beside the configuration]",
)
@click.option(
    "--env-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The file with the keys.  [default: .env beside the configuration]",
)
@click.option("--on-failure", metavar="UNIT", default="", help="A systemd unit to start when a night's import failed.")
@click.option(
    "--for", "kinds", type=click.Choice(KINDS), multiple=True, help="Print these only, ready to be redirected."
)
def schedule(
    *,
    files: tuple[Path, ...],
    time: str | None,
    is_watch: bool,
    config: Path | None,
    log_file: Path | None,
    env_file: Path | None,
    on_failure: str,
    kinds: tuple[str, ...],
) -> None:
    """Print what cron, systemd or Windows' Task Scheduler need to import FILE every night, or to watch a folder.

    FILE may be a pattern in quotes, such as 'inbox/*.xlsx'. Nothing is installed: you read it and put it in place.
    """
    if is_watch:
        _check_watch(files, time, kinds)
    elif time is None:
        raise UsageError("Missing option '--at'.", hint="Give hours and minutes: --at 01:30")
    found = TIME.fullmatch((time or "00:00").strip())
    if found is None:
        raise UsageError(f"{time} is no time of day.", hint="Give hours and minutes: --at 01:30")
    path = (config or DEFAULT_CONFIG).absolute()
    stem = re.sub(r"[^\w.-]+", "-", files[0].stem).strip("-.")
    keys = (env_file or path.parent / ".env").absolute()
    given = {name: setting.value for name, setting in read_environment({}, keys).settings.items()}
    ledger = _ledger(path, given)
    night = Night(
        program=_program(),
        files=tuple(os.path.abspath(file) for file in files),  # noqa: PTH100 - takes `..` out, which absolute() does not
        config=path,
        log=(log_file or path.parent / (f"{PROGRAM}-{stem}.log" if stem else f"{PROGRAM}.log")).absolute(),
        user=getpass.getuser(),
        hour=int(found[1]),
        minute=int(found[2]),
        environment=None if env_file is None else keys,
        ledger=ledger,
        on_failure=on_failure,
        is_watch=is_watch,
    )
    if on_failure and not UNIT_NAME.fullmatch(on_failure):
        raise UsageError(f"{on_failure!r} is no unit's name.", hint="Name one such as tell-ops@%n.service.")
    if any(category(mark) == "Cc" for word in (*night.arguments, str(env_file), night.setting) for mark in word):
        raise UsageError("A path has a line break or a control character in its name.", hint="Rename it.")
    for line in _doubts(night, files, keys, given):
        echo(f"warning: {line}", err=True)
    if is_watch:
        click.echo(_service(night))
        return
    usual = ("windows",) if sys.platform == "win32" else ("cron", "systemd")
    texts = [text for kind in kinds or usual for text in _texts(kind, night, is_bare=bool(kinds))]
    click.echo("\n\n".join(texts))


def _program() -> tuple[str, ...]:
    """The words that start this very program, as absolute paths: a scheduler has no PATH worth the name."""
    own = Path(sys.argv[0])
    if own.stem == PROGRAM and own.is_file():
        return (str(own.absolute()),)
    beside = shutil.which(PROGRAM, path=str(Path(sys.executable).parent))
    return (str(Path(beside).absolute()),) if beside else (sys.executable, "-m", "importer")


def _ledger(config: Path, given: Mapping[str, str]) -> Path | None:
    """The ledger file that is in use now, whatever says so: a scheduler has neither this shell's variables nor its XDG
    folders. None for a database: its URL may hold a password. ConfigError where the config is wrong.
    """
    outside = {LEDGER_VARIABLE: os.environ[LEDGER_VARIABLE]} if os.environ.get(LEDGER_VARIABLE) else {}
    location = str(location_of(load_config(config, environ={**given, **outside})))
    return None if "://" in location else Path(location).expanduser().absolute()


def _doubts(night: Night, files: tuple[Path, ...], keys: Path, given: Mapping[str, str]) -> Iterator[str]:
    """What would make tonight's run fail, as far as it shows now."""
    config = load_config(Path(night.config), environ=given)
    try:
        require_keys(config)
    except UsageError as error:
        yield f"{error.message} The scheduler does not have this shell's variables: write them into {keys}."
    here, there = os.environ.get(LEDGER_VARIABLE), given.get(LEDGER_VARIABLE)
    if here and night.ledger is None and not there:
        yield f"LSQ_LEDGER is set in this shell, which the scheduler does not know: write it into {keys}."
    elif here and there and here != there:
        yield f"LSQ_LEDGER is another one in this shell than in {keys}, which systemd heeds: make them the same."
    for file in files:
        if not set(str(file)) & set("*?[") and not os.path.exists(file):  # noqa: PTH110 - Path's fails on a long name
            yield f"{file} does not exist yet."


def _texts(kind: str, night: Night, *, is_bare: bool) -> Iterator[str]:
    if kind == "cron":
        yield _titled("crontab -e: add this line", crontab(night), is_bare=is_bare)
    elif kind == "systemd":
        yield _titled(f"{UNITS}/{night.name}.service", service_unit(night))
        yield _titled(f"{UNITS}/{night.name}.timer", timer_unit(night) + START.format(f"{night.name}.timer"))
    else:
        yield _titled(f"{batch_path(night)}: a file with these lines", batch_file(night).replace("\r\n", "\n"))
        yield _titled("then, in a command prompt", task_command(night))


def _check_watch(files: tuple[Path, ...], time: str | None, kinds: tuple[str, ...]) -> None:
    """UsageError where what is asked for cannot be watched."""
    if time is not None:
        raise UsageError("--watch and --at contradict each other.", hint="Keep one.")
    if set(kinds) - {"systemd"}:
        raise UsageError(
            "--watch prints a service for systemd alone.", hint="Elsewhere, start lsq-import watch at boot."
        )
    if len(files) != 1 or not os.path.isdir(files[0]):  # noqa: PTH112 - Path's fails on a name that is too long
        raise UsageError("--watch takes one folder that is there.", hint="Such as: lsq-import schedule --watch inbox")


def _service(night: Night) -> str:
    unit = f"{night.name}.service"
    return _titled(f"{UNITS}/{unit}", service_unit(night) + START.format(unit))


def _titled(title: str, text: str, *, is_bare: bool = False) -> str:
    return text.rstrip("\n") if is_bare else f"# {title}\n{text}".rstrip("\n")
