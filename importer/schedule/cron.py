"""The crontab line."""

import shlex

from importer.schedule.night import LEDGER_VARIABLE, Night

__all__ = ["crontab"]


def crontab(night: Night) -> str:
    """The line for `crontab -e`. To cron a % is a line's end, quoted or not, unless a backslash stands before it."""
    command = shlex.join(night.arguments)
    if night.ledger is not None:
        command = f"{LEDGER_VARIABLE}={shlex.quote(str(night.ledger))} {command}"
    words = [f"cd {shlex.quote(str(night.folder))}", command]
    if night.environment is not None:
        words.insert(1, f"set -a && . {shlex.quote(str(night.environment))} && set +a")
    command = " && ".join(words).replace("%", r"\%")
    return f"{night.minute} {night.hour} * * * {command}\n"
