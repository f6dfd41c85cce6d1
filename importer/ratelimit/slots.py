"""Where a pace takes its slots from: the interface, and slots that one process has to itself.

Slots that all runs on an account share are in the ledger: `importer.ledger.slots.shared`.
"""

import asyncio
from collections import deque
from typing import Protocol

from importer.errors import WithdrawnError
from importer.ratelimit.adaptive import AdaptiveLimit, Limit

__all__ = ["LocalSlots", "Slots"]


class Slots(Protocol):
    """The places of the account's limit. A ticket stands for one that is held."""

    @property
    def per_seconds(self) -> float:
        """The window of the limit that is kept now, in seconds."""

    @property
    def is_far(self) -> bool:
        """Whether calls are written down before they wait for their slots: writing would take too long of these."""

    async def take(self) -> int:
        """Wait for a free slot and hold it; WithdrawnError when no call may go any more."""

    def is_fresh(self, ticket: int) -> bool:
        """Whether a call may still go under this ticket: not long after it was given."""

    def give_back(self, ticket: int) -> None:
        """Free a slot under which nothing was sent."""

    def settle(self, ticket: int, *, margin_s: float) -> None:
        """Hold a slot for one more window and a margin from now: its call has arrived, or was given up."""

    def pause(self, seconds: float) -> None:
        """Let no call go for so long."""

    def refused(self, advertised: Limit | None) -> None:
        """Learn from a refusal, which advertised the account's limit or did not."""

    def close(self) -> None:
        """Give no slot any more and withdraw at once those who wait."""


class LocalSlots:
    """Slots of one process, in memory. Its clock is the running event loop's, in seconds."""

    is_far = False

    def __init__(self, limit: Limit, *, share: float = 1.0) -> None:
        self._adaptive = AdaptiveLimit(limit)
        self._share = share
        self._held = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_closed = False

    @property
    def per_seconds(self) -> float:
        """The window of the limit that is kept now, in seconds."""
        return self._adaptive.limit.per_seconds

    async def take(self) -> int:
        """Wait for a free slot and hold it, first come, first served; WithdrawnError after `close`."""
        if self._is_closed:
            raise _withdrawn()
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._hand_out()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._free()  # it was given at the very moment of the cancellation
            raise
        return 0

    def is_fresh(self, ticket: int) -> bool:
        """Always: nobody frees these slots but their holder."""
        del ticket
        return True

    def give_back(self, ticket: int) -> None:
        """Free a slot under which nothing was sent."""
        del ticket
        self._free()

    def settle(self, ticket: int, *, margin_s: float) -> None:
        """Hold a slot for one more window and a margin from now."""
        del ticket
        asyncio.get_running_loop().call_later(self.per_seconds + margin_s, self._free)

    def pause(self, seconds: float) -> None:
        """Nothing: the limiter that has these slots to itself pauses."""

    def refused(self, advertised: Limit | None) -> None:
        """Learn from a refusal, which advertised the account's limit or did not."""
        now = asyncio.get_running_loop().time()
        self._adaptive = self._adaptive.refused(now, advertised=advertised, share=self._share)

    def close(self) -> None:
        """Give no slot any more and withdraw at once those who wait."""
        self._is_closed = True
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_exception(_withdrawn())

    def _free(self) -> None:
        self._held -= 1
        self._hand_out()

    def _hand_out(self) -> None:
        allowed = self._adaptive.calls(asyncio.get_running_loop().time(), share=self._share)
        while self._waiting and self._held < allowed:
            turn = self._waiting.popleft()
            if not turn.done():
                self._held += 1
                turn.set_result(None)


def _withdrawn() -> WithdrawnError:
    return WithdrawnError("the run ended before this call's turn")
