"""The units for systemd: a service that imports once, and the timer that starts it."""

from pathlib import PurePath

from importer.schedule.night import Night

__all__ = ["service_unit", "timer_unit"]

STOP_S = 180
"""How long a stop may take: the rows in flight are finished, with their look-ups."""

WATCHING = f"Type=simple\nRestart=always\nRestartSec=60\nSuccessExitStatus=143\nTimeoutStopSec={STOP_S}"


def service_unit(night: Night) -> str:
    """The `.service` file. Status 1, rows that were not created, counts as a failure: `systemctl` shows it."""
    environment = night.environment or night.config.parent / ".env"
    program, *arguments = night.arguments
    ledger = f"\nEnvironment={_word(night.setting, dollar='$')}" if night.setting else ""
    how = WATCHING if night.is_watch else f"Type=oneshot\nTimeoutStopSec={STOP_S}"
    install = "\n[Install]\nWantedBy=multi-user.target\n" if night.is_watch else ""
    told = f"OnFailure={night.on_failure}" if night.on_failure else "# OnFailure= names a unit that tells somebody."
    return f"""\
[Unit]
Description=Import leads into LeadSquared
{told}
Wants=network-online.target
After=network-online.target

[Service]
{how}
User={night.user}
WorkingDirectory={_path(night.folder)}
# The keys. $ is an ordinary character in that file; the - lets it be missing.
EnvironmentFile=-{_path(environment)}{ledger}
ExecStart={" ".join([_word(program, dollar="$"), *map(_word, arguments)])}
{install}"""


def timer_unit(night: Night) -> str:
    """The `.timer` file. A night in which the machine was off is made up for when it is on again."""
    return f"""\
[Unit]
Description=Import leads into LeadSquared every night

[Timer]
OnCalendar=*-*-* {night.time}:00
Persistent=true

[Install]
WantedBy=timers.target
"""


def _word(word: str, *, dollar: str = "$$") -> str:
    """A word of a command: in it % begins a specifier, $ a variable and a backslash an escape, in quotes too.

    Only in the first, the program's path, $ is an ordinary character and `$$` two of them.
    """
    text = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", dollar)
    return text if text == word and word and not set(word) & set(" \t;'") else f'"{text}"'


def _path(path: PurePath) -> str:
    """A path that is the whole value of a setting: blanks are part of it, and quotes would be too."""
    return str(path).replace("%", "%%")
