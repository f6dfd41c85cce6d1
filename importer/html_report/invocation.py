"""The command of a run, and the commands that may follow it, ready to be pasted into a shell. Pure."""

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from importer.shellwords import cmd_word

__all__ = ["Invocation", "import_command", "quoted", "report_command", "settle_commands"]

PROGRAM = "lsq-import"
LEAD_ID = "LEAD_ID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """The command of this run, as far as the next one repeats it. Paths as the user gave them, relative to `folder`.

    `is_report_named`: the report's path was given with `-r`.
    """

    file: str
    report: str
    folder: str
    is_report_named: bool = False
    config: str | None = None
    sheet: str | None = None
    first: int | None = None
    rows: str | None = None
    route: str | None = None
    existing: str | None = None
    is_dry_run: bool = False
    is_sandbox: bool = False
    is_until_quota: bool = False


def import_command(invocation: Invocation) -> str:
    """The command that imports an invocation's file."""
    arguments = [PROGRAM, _no_option(invocation.file), *_config(invocation)]
    if invocation.sheet is not None:
        arguments += ["--sheet", invocation.sheet]
    if invocation.is_report_named:
        arguments += ["-r", invocation.report]
    if invocation.rows is not None:
        arguments += ["--rows", invocation.rows]
    if invocation.first is not None:
        arguments += ["--first", str(invocation.first)]
    return quoted([*arguments, *_kind(invocation)])


def report_command(invocation: Invocation) -> str:
    """The command that imports an invocation's report, which is written in place."""
    return quoted([PROGRAM, _no_option(invocation.report), *_config(invocation), *_kind(invocation)])


def settle_commands(invocation: Invocation, row: int) -> tuple[str, str]:
    """What a person says of an unknown row of the report: that its lead is there, or that it is not."""
    settle = [PROGRAM, "settle", _no_option(invocation.report), "--row", str(row)]
    config = _config(invocation)
    return quoted([*settle, "--exists", LEAD_ID, *config]), quoted([*settle, "--missing", *config])


def quoted(arguments: Sequence[str], *, platform: str = sys.platform) -> str:
    """The arguments as one line for the platform's shell."""
    return " ".join(map(cmd_word, arguments)) if platform == "win32" else shlex.join(arguments)


def _config(invocation: Invocation) -> Sequence[str]:
    return () if invocation.config is None else ("-c", invocation.config)


def _kind(invocation: Invocation) -> Sequence[str]:
    given = {
        f"--{invocation.route}": invocation.route is not None,
        f"--existing={invocation.existing}": invocation.existing is not None,
        "--dry-run": invocation.is_dry_run,
        "--sandbox": invocation.is_sandbox,
        "--until-quota": invocation.is_until_quota,
    }
    return [option for option, is_given in given.items() if is_given]


def _no_option(path: str) -> str:
    """The path, so that a name with a dash in front is not taken for an option."""
    return f"./{path}" if path.startswith("-") else path
