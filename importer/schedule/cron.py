"""The crontab line."""

import shlex

from importer.schedule.night import Night

__all__ = ["crontab"]


def crontab(night: Night) -> str:
    """The line for `crontab -e`. To cron a % is a line's end, quoted or not, unless a backslash stands before it."""
    words = [f"cd {shlex.quote(str(night.folder))}", shlex.join(night.arguments)]
    if night.environment is not None:
        words.insert(1, f"set -a && . {shlex.quote(str(night.environment))} && set +a")
    command = " && ".join(words).replace("%", r"\%")
    return f"{night.minute} {night.hour} * * * {command}\n"
