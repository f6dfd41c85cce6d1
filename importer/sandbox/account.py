"""One account as its calls see it: its switches, fields, leads and clock, and how it tells a lead."""

import datetime as dt
import random
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from importer.sandbox.metadata import Metadata
from importer.sandbox.settings import Settings
from importer.sandbox.store import Lead, Store
from importer.sandbox.users import SELF, tell_as_owner

__all__ = ["Account", "say_time"]


class Account:
    """One account. `settings`, `metadata` and `host` (as `host:port`) may be changed at any time.

    `draws` decides the order of leads that a listing leaves open, `bulk_draws` what of a bulk call's reply is missing.
    """

    def __init__(
        self,
        settings: Settings,
        metadata: Metadata,
        store: Store,
        *,
        wall_clock: Callable[[], float],
        draws: random.Random,
        bulk_draws: random.Random,
    ) -> None:
        self.settings = settings
        self.metadata = metadata
        self.store = store
        self.host = ""
        self.draws = draws
        self.bulk_draws = bulk_draws
        self.wall_clock = wall_clock
        self._second = (-1, "")

    def say_now(self) -> str:
        """CreatedOn: UTC, whole seconds, read back with `.000`."""
        second = int(self.wall_clock())
        if second != self._second[0]:
            self._second = (second, say_time(second))
        return self._second[1]

    def visible(self, leads: Iterable[Lead], now: float) -> list[Lead]:
        """Those that are found by now: none that is younger than the lag (live for phone, so for all)."""
        oldest = now - self.settings.lag_s
        return [lead for lead in leads if lead.created_at <= oldest]

    def tell(self, lead: Lead) -> dict[str, Any]:
        """A lead as a look-up reads it: every field of the account, its default or null where nothing was sent."""
        values = {**dict.fromkeys(self.metadata.fields), **self.metadata.defaults, **self._owner(lead)}
        return {**values, **lead.attributes, **self._system(lead)}

    def tell_field(self, lead: Lead, name: str) -> str | None:
        """One field of a lead, as `tell` tells it."""
        if name in lead.attributes:
            return lead.attributes[name]
        value: str | None = {**self.metadata.defaults, **self._owner(lead), **self._system(lead)}.get(name)
        return value

    def _owner(self, lead: Lead) -> dict[str, str]:
        owner_id = lead.attributes.get("OwnerId", SELF.id)
        return {"OwnerId": owner_id, **tell_as_owner(owner_id)}

    def _system(self, lead: Lead) -> Mapping[str, str]:
        return {
            "ProspectID": lead.id,
            "ProspectAutoId": str(lead.auto_id),
            "CreatedOn": lead.created_on,
            "ModifiedOn": say_time(int(lead.modified_at)),
            "CreatedBy": SELF.id,
            "ModifiedBy": SELF.id,
        }


def say_time(second: int) -> str:
    """A moment as a lead tells it: UTC, whole seconds, with `.000`."""
    return f"{dt.datetime.fromtimestamp(second, dt.UTC):%Y-%m-%d %H:%M:%S}.000"
