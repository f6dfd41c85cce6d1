"""Exclusion: rows that may be the same lead are never in flight together.

Two rows are alike where a unique field of theirs holds values that LeadSquared might take for the same. If both were in
flight, one of them might be refused for the lead of the other, before anybody knows that this lead is ours.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager

from importer.lead.uniquekeys import UniqueKey

__all__ = ["Exclusion", "Likeness", "likenesses"]

Likeness = tuple[str, str]
"""A unique field, and the loose form of a value in it."""


def likenesses(keys: Iterable[UniqueKey]) -> frozenset[Likeness]:
    """What a lead with these unique values shares with any other that may be the same lead."""
    return frozenset([(key.field, key.loose) for key in keys])


class Exclusion:
    """Knows which likenesses are in flight in this run. Several rows that share a call enter together."""

    def __init__(self) -> None:
        self._in_flight: dict[Likeness, asyncio.Event] = {}

    def is_free(self, wanted: Collection[Likeness]) -> bool:
        """Whether no row in flight has any of these."""
        return self._in_flight.keys().isdisjoint(wanted)

    @asynccontextmanager
    async def alone(self, wanted: Collection[Likeness]) -> AsyncIterator[None]:
        """Wait until no row in flight has any of these, and hold all of them inside.

        They are taken at one stroke, so that rows which wait for each other cannot both wait for ever.
        """
        while (busy := next((self._in_flight[like] for like in wanted if like in self._in_flight), None)) is not None:
            await busy.wait()
        left = asyncio.Event()
        self._in_flight.update(dict.fromkeys(wanted, left))
        try:
            yield
        finally:
            for like in wanted:
                del self._in_flight[like]
            left.set()
