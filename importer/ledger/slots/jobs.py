"""What the event loop tells the thread that owns the budget; times are seconds of the budget's clock."""

import asyncio
from dataclasses import dataclass

from importer.ratelimit.adaptive import Limit

__all__ = ["Free", "Hold", "Job", "Pause", "Refusal", "Want"]


@dataclass(frozen=True, slots=True)
class Want:
    """Somebody waits for a slot."""

    turn: "asyncio.Future[int]"


@dataclass(frozen=True, slots=True)
class Hold:
    """A slot is held from a moment on for one window, and a margin: its call arrived, or was given up."""

    number: int
    at: float
    margin_s: float


@dataclass(frozen=True, slots=True)
class Free:
    """A slot was not used."""

    number: int


@dataclass(frozen=True, slots=True)
class Pause:
    """No run may send until then."""

    until: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call was refused because of the limit, which the refusal advertised or not."""

    advertised: Limit | None


Job = Want | Hold | Free | Pause | Refusal
