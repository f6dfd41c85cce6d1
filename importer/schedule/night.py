"""What is to be run every night, and when."""

import re
from dataclasses import dataclass
from pathlib import PurePath

__all__ = ["LEDGER_VARIABLE", "Night"]

LEDGER_VARIABLE = "LSQ_LEDGER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """One import a day, as `user`, whose ledger it is; all paths are absolute.

    `program` are the first words of the command. `environment` is the file with the keys, None where it is the `.env`
    that the program finds beside `config` by itself. `ledger` is the file that is in use now, None where it is a
    database. `on_failure` is the unit that systemd starts when it failed, empty where none is named.
    `is_watch`: not once a day, but all the time; `files` is then the one folder that is watched.
    """

    program: tuple[str, ...]
    files: tuple[str, ...]
    config: PurePath
    log: PurePath
    user: str
    hour: int
    minute: int
    environment: PurePath | None = None
    ledger: PurePath | None = None
    on_failure: str = ""
    is_watch: bool = False

    @property
    def setting(self) -> str:
        """The variable that names the ledger, `LSQ_LEDGER=…`; empty where nothing needs to."""
        return "" if self.ledger is None else f"{LEDGER_VARIABLE}={self.ledger}"

    @property
    def arguments(self) -> tuple[str, ...]:
        """The command in its words. It waits for a run by hand, leaves what the day does not allow to the next night,
        and says nothing but warnings and the summary.
        """
        if self.is_watch:
            return (*self.program, "watch", *self.files, "-c", str(self.config), "--quiet", "--log-file", str(self.log))
        options = ("-c", str(self.config), "--wait", "--until-quota", "--quiet", "--log-file", str(self.log))
        return (*self.program, *self.files, *options)

    @property
    def folder(self) -> PurePath:
        """Where it runs: the config's folder."""
        return self.config.parent

    @property
    def name(self) -> str:
        """A name for it that every scheduler takes."""
        stem = re.sub(r"[^A-Za-z0-9]+", "-", self.log.stem).strip("-")
        return stem if stem.startswith("lsq-import") else f"lsq-import-{stem}".rstrip("-")

    @property
    def time(self) -> str:
        """The time of day, `01:30`."""
        return f"{self.hour:02}:{self.minute:02}"
