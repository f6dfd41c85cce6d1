"""Three clocks, whose seconds are never mixed: LeadSquared's, this machine's, and one that nobody sets."""

from typing import NamedTuple, NewType

__all__ = ["Moment", "ServerSeconds", "SteadySeconds", "WallSeconds"]

ServerSeconds = NewType("ServerSeconds", float)
"""UTC seconds since 1970 by LeadSquared's clock."""

WallSeconds = NewType("WallSeconds", float)
"""UTC seconds since 1970 by this machine's clock: it may be wrong, and somebody may set it."""

SteadySeconds = NewType("SteadySeconds", float)
"""Seconds since some moment by a clock that nobody sets: the event loop's, or the one since the machine's start."""


class Moment(NamedTuple):
    """A moment in seconds since 1970: by the server's clock where `skew_s` is there, else by this machine's.

    `skew_s` is the server's clock minus this machine's at that moment, None where the server's was not known.
    """

    at: float
    skew_s: float | None = None

    def by_server(self, skew_s: float | None) -> ServerSeconds:
        """The moment by the server's clock; `skew_s` is the present skew, for a moment that has none of its own."""
        return ServerSeconds(self.at if self.skew_s is not None else self.at + (skew_s or 0.0))

    def by_machine(self) -> WallSeconds:
        """The moment as this machine's clock showed it."""
        return WallSeconds(self.at - (self.skew_s or 0.0))
