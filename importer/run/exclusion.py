"""Exclusion: rows that may be the same lead are never in flight together.

Two rows are alike where a unique field of theirs holds values that LeadSquared might take for the same. If both were in
flight, one of them might be refused for the lead of the other, before anybody knows that this lead is ours.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from importer.lead.lead import Lead
from importer.leadsquared.matching import plain

__all__ = ["Exclusion", "Likeness", "likenesses"]

Likeness = tuple[str, str]
"""A unique field, and the loose form of a value in it."""


def likenesses(lead: Lead) -> frozenset[Likeness]:
    """What a lead shares with any other that may be the same lead: its unique values.

    One without any shares all that it says: should the reply to it be lost, its lead is recognised by nothing else.
    """
    if not lead.keys and lead.reference is None:
        return frozenset([("", "\0".join(map(plain, lead.texts)))])
    return frozenset([(key.field, key.loose) for key in lead.keys])


class Exclusion:
    """Knows which likenesses are in flight in this run. Rows that share a call are in flight together."""

    def __init__(self) -> None:
        self._in_flight: dict[Likeness, asyncio.Event] = {}

    def enter(self, wanted: Collection[Likeness]) -> bool:
        """Hold all of these from now on; False, and nothing is held, where a row in flight has any of them."""
        if not self._in_flight.keys().isdisjoint(wanted):
            return False
        self._in_flight.update(dict.fromkeys(wanted, asyncio.Event()))
        return True

    def leave(self, wanted: Collection[Likeness]) -> None:
        """Let go of what was held together."""
        for left in {self._in_flight.pop(like) for like in wanted}:
            left.set()

    @asynccontextmanager
    async def alone(self, wanted: Collection[Likeness]) -> AsyncIterator[None]:
        """Wait until no row in flight has any of these, and hold all of them inside.

        They are taken at one stroke, so that rows which wait for each other cannot both wait for ever.
        """
        while not self.enter(wanted):
            await next(self._in_flight[like] for like in wanted if like in self._in_flight).wait()
        try:
            yield
        finally:
            self.leave(wanted)
