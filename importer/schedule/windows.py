"""The texts for Windows' Task Scheduler: a batch file, since a task's own command may have 261 characters only."""

from pathlib import PurePath

from importer.schedule.night import Night
from importer.shellwords import cmd_word

__all__ = ["batch_file", "batch_path", "task_command"]


def batch_path(night: Night) -> PurePath:
    """Where the batch file belongs: beside the config."""
    return night.folder / f"{night.name}.cmd"


def batch_file(night: Night) -> str:
    """The batch file's text. A % that is no variable's must stand twice there."""
    command = " ".join(map(cmd_word, night.arguments))
    ledger = (f'set "{night.setting}"',) if night.setting else ()
    lines = ("@echo off", "chcp 65001 >nul", f'cd /d "{night.folder}"', *ledger, command, "exit /b %ERRORLEVEL%")
    return "\r\n".join(line if line.startswith("exit") else line.replace("%", "%%") for line in lines) + "\r\n"


def task_command(night: Night) -> str:
    r"""The command that makes the task; inside its quotes a quote is written `\"`.

    For cmd.exe itself that quote ends the quoted part, so what is special in the path stands behind a ^.
    """
    path = "".join(f"^{mark}" if mark in "&|<>^" else mark for mark in str(batch_path(night)))
    return f'schtasks /Create /TN "{night.name}" /SC DAILY /ST {night.time} /TR "\\"{path}\\""\n'
