"""The leads that the sandbox holds, with their unique values. Pure: the clock is a parameter."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from importer.sandbox.metadata import Metadata
from importer.sandbox.values import unique_key

__all__ = ["Lead", "Store"]

_LOOKED_UP = ("EmailAddress", "Phone", "Mobile")


@dataclass(frozen=True, slots=True)
class Lead:
    """One lead. `created_on` is what the account says (UTC), `created_at` the sandbox's own clock in seconds."""

    id: str
    created_on: str
    created_at: float
    attributes: Mapping[str, str]


class Store:
    """Leads in order of creation, found by id, e-mail, phone and every unique field."""

    def __init__(self, metadata: Metadata, *, unique: Sequence[str], ids: random.Random) -> None:
        self.leads: list[Lead] = []
        self.unique = tuple(unique)
        self._metadata = metadata
        self._ids = ids
        self._by_id: dict[str, Lead] = {}
        self._index = self._new_index()

    def find_taken(self, attributes: Mapping[str, str]) -> str | None:
        """The first unique field of which another lead already has this value."""
        for name in self.unique:
            value = attributes.get(name)
            if value and unique_key(self._metadata.fields[name], value) in self._index[name]:
                return name
        return None

    def add(self, attributes: Mapping[str, str], *, created_on: str, now: float) -> Lead:
        """Store a lead under a new id; whether its unique values are free is the caller's question."""
        lead = Lead(self._new_id(), created_on, now, attributes)
        self.leads.append(lead)
        self._by_id[lead.id] = lead
        self._enter(lead)
        return lead

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

    def change(self, metadata: Metadata, *, unique: Sequence[str]) -> None:
        """Go on with other fields or other unique ones; what is stored stays, doubles included."""
        self.unique = tuple(unique)
        self._metadata = metadata
        self._index = self._new_index()
        for lead in self.leads:
            self._enter(lead)

    def clear(self) -> None:
        """Forget every lead."""
        self.leads = []
        self._by_id = {}
        self._index = self._new_index()

    def _new_index(self) -> dict[str, dict[str, list[Lead]]]:
        names = dict.fromkeys((*self.unique, *_LOOKED_UP))
        return {name: {} for name in names if name in self._metadata.fields}

    def _enter(self, lead: Lead) -> None:
        for name, index in self._index.items():
            value = lead.attributes.get(name)
            if value:
                index.setdefault(unique_key(self._metadata.fields[name], value), []).append(lead)

    def _new_id(self) -> str:
        digits = f"{self._ids.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
