"""How many calls of the account's day are used, and what limit it keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import time

from importer.app.accountledger import settled_destination
from importer.app.configchoice import find_config, location_of
from importer.app.request import environ_of
from importer.ledger.slots.dayquota import DayQuota

__all__ = ["Usage", "usage"]


@dataclass(frozen=True, slots=True)
class Usage:
    """`calls` were made in the last 24 hours, to the minute, by all runs that share the ledger; `calls_per_day` is what
    config allows, None for no bound of its own.
    """

    calls: int
    calls_per_day: int | None

    @property
    def left(self) -> int | None:
        """How many may still be made now; None where config sets no bound."""
        return None if self.calls_per_day is None else max(0, self.calls_per_day - self.calls)


async def usage(config: Path | None = None, *, environ: Mapping[str, str] | None = None) -> Usage:
    """What is used of the day of the account that config and environment name; UsageError where keys are missing."""
    known = find_config(config, environ_of(environ))
    target = await settled_destination(known)
    allowed = known.limits.calls_per_day
    with target.open_ledger(location_of(known)) as ledger, ledger.begin() as connection:
        used = DayQuota(ledger.account.id, calls_per_day=allowed, wall_clock=time).used(connection)
    return Usage(used, allowed)
