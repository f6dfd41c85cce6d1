"""The account's limit: at most `calls` arrivals in any window of `per_seconds`, judged where the server counts.

Counting at the time of sending is not enough, since the server counts arrivals and the way there takes a varying
time. So a call takes one of `calls` slots, and its slot is free again `per_seconds` after the *response* arrived.
Proof: were `calls + 1` arrivals within one window, the call sent last would have been sent while the slots of the
other `calls` were still held, for each of those had its response after its arrival. The rule holds for a sliding
window and for a fixed one alike.

After a time-out there is no response: the slot is held `per_seconds` and a margin after giving up, for the request
may still be on its way. aiolimiter's leaky bucket stands before the slots; it alone would allow up to
`2 * calls - 1` calls in the first window and after every idle spell.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiolimiter import AsyncLimiter

from importer.errors import WithdrawnError

__all__ = ["CLOCK_MARGIN_S", "LOST_MARGIN_S", "Pacer", "Slot"]

CLOCK_MARGIN_S = 0.01
"""Added to every held slot: the server's clock and ours tick apart, and a timer may fire early."""

LOST_MARGIN_S = 5.0
"""Added after a lost reply: how much longer than our patience a request may be on its way."""


class Slot:
    """One call's place in the window; `answered` says that its response has arrived."""

    __slots__ = ("is_answered",)

    def __init__(self) -> None:
        self.is_answered = False

    def answered(self) -> None:
        """Say that the response is here (its first byte is enough: the call has arrived)."""
        self.is_answered = True


class Pacer:
    """Lets calls go so that the account's limit holds. Its clock is the running event loop's, in seconds."""

    def __init__(self, calls: int, per_seconds: float, *, lost_margin_s: float = LOST_MARGIN_S) -> None:
        self.calls = calls
        self.per_seconds = per_seconds
        self._lost_margin_s = lost_margin_s
        self._limiter = AsyncLimiter(calls, per_seconds)
        self._free = asyncio.Semaphore(calls)
        self._paused_until = float("-inf")
        self._is_closed = False

    @asynccontextmanager
    async def slot(self, *, unless: Callable[[], bool] = lambda: False) -> AsyncIterator[Slot]:
        """Wait for a free slot and hold it; inside, exactly one request may be sent.

        WithdrawnError when by then the pacer is closed, or `unless` holds.
        """
        await self._free.acquire()
        slot = Slot()
        is_sent = False
        try:
            self._check_wanted(unless)
            await self._limiter.acquire()
            await self._wait_out_pause()
            self._check_wanted(unless)
            is_sent = True
            yield slot
        finally:
            self._release(slot, is_sent=is_sent)

    def close(self) -> None:
        """Let no call go any more; those that wait are withdrawn at once, those under way are not touched."""
        self._is_closed = True
        self._paused_until = float("-inf")
        # One waiter is woken; it passes the slot on as it leaves, and so wakes the next.
        self._free.release()

    def pause(self, seconds: float | None = None) -> None:
        """Let no call go for `seconds` from now, at least for one window: a call was refused, or a wait asked for."""
        until = asyncio.get_running_loop().time() + max(self.per_seconds, seconds or 0.0)
        self._paused_until = max(self._paused_until, until + CLOCK_MARGIN_S)

    def _check_wanted(self, unless: Callable[[], bool]) -> None:
        if self._is_closed or unless():
            raise WithdrawnError("the run ended before this call's turn")

    async def _wait_out_pause(self) -> None:
        loop = asyncio.get_running_loop()
        while (wait_s := self._paused_until - loop.time()) > 0:  # noqa: ASYNC110 - a pause may be prolonged meanwhile
            await asyncio.sleep(wait_s)

    def _release(self, slot: Slot, *, is_sent: bool) -> None:
        if not is_sent:
            self._free.release()
            return
        held_s = self.per_seconds + (CLOCK_MARGIN_S if slot.is_answered else self._lost_margin_s)
        asyncio.get_running_loop().call_later(held_s, self._free.release)
