"""The leads that the sandbox holds, with their unique values, and its lists. Pure: the clocks are parameters."""

import random
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from importer.sandbox.metadata import Metadata
from importer.sandbox.values import unique_key

__all__ = ["Lead", "StaticList", "Store", "UniqueKey"]

UniqueKey = tuple[str, str]
"""A unique field's name, and what its value is compared by."""

_LOOKED_UP = ("EmailAddress", "Phone", "Mobile")


@dataclass(frozen=True, slots=True)
class Lead:
    """One lead. `created_on` is what the account says (UTC), `created_at` the sandbox's own clock in seconds.

    `active_at` is that clock at the last change, `modified_at` the moment of it (UTC seconds, with their hidden
    fraction). `auto_id` counts the leads of the account.
    """

    id: str
    auto_id: int
    created_on: str
    created_at: float
    active_at: float
    modified_at: float
    attributes: Mapping[str, str]


@dataclass(slots=True)
class StaticList:
    """A list that leads are put into by hand or by a call; each is in it once."""

    id: str
    name: str
    description: str
    lead_ids: dict[str, None] = field(default_factory=dict)


class Store:
    """Leads in order of creation, found by id, e-mail, either phone and every unique field; lists by id."""

    def __init__(self, metadata: Metadata, *, unique: Sequence[str], ids: random.Random) -> None:
        self.leads: list[Lead] = []
        self.lists: dict[str, StaticList] = {}
        self.unique = tuple(unique)
        self._metadata = metadata
        self._ids = ids
        self._count = 0
        self._by_id: dict[str, Lead] = {}
        self._index = self._new_index()

    def unique_keys(self, attributes: Mapping[str, str]) -> Iterator[UniqueKey]:
        """What has to be a lead's alone of these values."""
        for name in self.unique:
            if value := attributes.get(name):
                yield name, unique_key(self._metadata.fields[name], value)

    def find_taken(
        self, attributes: Mapping[str, str], *, besides: Collection[str] = (), barred: Collection[UniqueKey] = ()
    ) -> str | None:
        """The first unique field whose value is `barred`, or a lead's already that is not `besides` (their ids)."""
        for name, key in self.unique_keys(attributes):
            if (name, key) in barred or any(one.id not in besides for one in self._index[name].get(key, ())):
                return name
        return None

    def add(self, attributes: Mapping[str, str], *, created_on: str, now: float, modified_at: float = 0.0) -> Lead:
        """Store a lead under a new id; whether its unique values are free is the caller's question."""
        self._count += 1
        lead = Lead(self.new_id(), self._count, created_on, now, now, modified_at, attributes)
        self.leads.append(lead)
        self._by_id[lead.id] = lead
        self._enter(lead)
        return lead

    def change_lead(self, lead: Lead, attributes: Mapping[str, str], *, now: float, modified_at: float) -> Lead:
        """Give a lead other values; whether its unique values are free is the caller's question."""
        changed = replace(lead, attributes=attributes, active_at=now, modified_at=modified_at)
        self._leave(lead)
        self.leads[self._position(lead)] = changed
        self._by_id[lead.id] = changed
        self._enter(changed)
        return changed

    def remove(self, lead: Lead) -> None:
        """Forget a lead, in every list too."""
        self._leave(lead)
        del self.leads[self._position(lead)]
        del self._by_id[lead.id]
        for one in self.lists.values():
            one.lead_ids.pop(lead.id, None)

    def get(self, lead_id: str) -> Lead | None:
        """The lead of this id; ids are compared without case."""
        return self._by_id.get(lead_id.strip().lower())

    def find(self, name: str, value: str) -> Iterable[Lead]:
        """The leads whose field has this stored value, as uniqueness compares it."""
        if name not in self._index:
            return ()
        return self._index[name].get(unique_key(self._metadata.fields[name], value), ())

    def knows(self, name: str) -> bool:
        """Whether leads can be found by this field."""
        return name in self._index

    def add_list(self, name: str, description: str) -> StaticList:
        """A new empty list."""
        one = StaticList(self.new_id(), name, description)
        self.lists[one.id] = one
        return one

    def change(self, metadata: Metadata, *, unique: Sequence[str]) -> None:
        """Go on with other fields or other unique ones; what is stored stays, doubles included."""
        self.unique = tuple(unique)
        self._metadata = metadata
        self._index = self._new_index()
        for lead in self.leads:
            self._enter(lead)

    def new_id(self) -> str:
        """A new GUID."""
        digits = f"{self._ids.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def _position(self, lead: Lead) -> int:
        return bisect_left(self.leads, lead.auto_id, key=lambda one: one.auto_id)

    def _new_index(self) -> dict[str, dict[str, list[Lead]]]:
        names = dict.fromkeys((*self.unique, *_LOOKED_UP))
        return {name: {} for name in names if name in self._metadata.fields}

    def _enter(self, lead: Lead) -> None:
        for name, index in self._index.items():
            value = lead.attributes.get(name)
            if value:
                index.setdefault(unique_key(self._metadata.fields[name], value), []).append(lead)

    def _leave(self, lead: Lead) -> None:
        for name, index in self._index.items():
            value = lead.attributes.get(name)
            if value:
                index[unique_key(self._metadata.fields[name], value)].remove(lead)
