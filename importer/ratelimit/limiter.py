"""The account's limit: at most `calls` arrivals in any window of `per_seconds`, judged where the server counts.

Counting at the time of sending is not enough, since the server counts arrivals and the way there takes a varying
time. So a call takes one of `calls` slots, and its slot is free again `per_seconds` after the *response* arrived.
Proof: were `calls + 1` arrivals within one window, the call sent last would have been sent while the slots of the
other `calls` were still held, for each of those had its response after its arrival. The rule holds for a sliding
window and for a fixed one alike.

After a time-out there is no response: the slot is held `per_seconds` and a margin after giving up, for the request
may still be on its way. aiolimiter's leaky bucket stands before the slots; it alone would allow up to
`2 * calls - 1` calls in the first window and after every idle spell. Behind the slots it never waits: calls that keep
a sliding window keep the bucket too.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from aiolimiter import AsyncLimiter

from importer.errors import WithdrawnError
from importer.ratelimit.adaptive import LONGEST_ADVERTISED_S, Limit
from importer.ratelimit.record import UNRECORDED, CallRecord
from importer.ratelimit.slots import LocalSlots, Slots

__all__ = ["CLOCK_MARGIN_S", "LOST_MARGIN_S", "RateLimiter", "Slot"]

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


class RateLimiter:
    """Lets calls go so that the account's limit holds. Its clock is the running event loop's, in seconds.

    `slots` is where its slots come from: by default it has `calls` of its own. `most_in_flight` calls go at once; where
    slots are far away more of them than that may be written down and wait.
    """

    def __init__(
        self,
        calls: int,
        per_seconds: float,
        *,
        lost_margin_s: float = LOST_MARGIN_S,
        slots: Slots | None = None,
        most_in_flight: int | None = None,
    ) -> None:
        self._places = None if most_in_flight is None else asyncio.Semaphore(most_in_flight)
        self._slots: Slots = slots or LocalSlots(Limit(calls, per_seconds))
        self._lost_margin_s = lost_margin_s
        self._limiter = AsyncLimiter(calls, per_seconds)
        self._paused_until = float("-inf")
        self._halted_until = float("-inf")
        self._is_closed = False
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def slot(
        self, *, unless: Callable[[], bool] = lambda: False, record: CallRecord = UNRECORDED
    ) -> AsyncIterator[Slot]:
        """Wait for a free slot and hold it; inside, exactly one request may be sent.

        `record` is told when the slot is held. WithdrawnError when by then the limiter is closed, or `unless` holds.
        FatalError where the slots have an end, such as a day's quota.
        """
        ticket = await self._take(unless, record)
        slot = Slot()
        try:
            yield slot
        finally:
            self._slots.settle(ticket, margin_s=CLOCK_MARGIN_S if slot.is_answered else self._lost_margin_s)
            self._leave_place()

    def close(self) -> None:
        """Let no call go any more; those that wait are withdrawn at once, those under way are not touched."""
        self._is_closed = True
        self._changed.set()
        self._slots.close()

    def pause(self, seconds: float | None = None) -> None:
        """Let no call go for `seconds` from now, at least for one window: a wait was asked for."""
        held_s = max(self._slots.per_seconds, seconds or 0.0) + CLOCK_MARGIN_S
        self._paused_until = max(self._paused_until, asyncio.get_running_loop().time() + held_s)
        self._slots.pause(held_s)

    def halt(self, seconds: float) -> None:
        """Let no call go for `seconds` from now, unless `resume` comes first. Other runs on the account go on."""
        self._halted_until = asyncio.get_running_loop().time() + seconds

    def resume(self) -> None:
        """End a halt; a pause that was asked for is kept."""
        self._halted_until = float("-inf")
        if not self._is_closed:
            self._changed.set()
            self._changed.clear()

    def refused(self, limit: tuple[int, int] | None = None, *, seconds: float | None = None) -> None:
        """A call was refused because of the limit, which the refusal advertised or not: pause, and learn from it."""
        self._slots.refused(Limit(*limit) if limit else None)
        self.pause(max(seconds or 0.0, min(float(limit[1]), LONGEST_ADVERTISED_S) if limit else 0.0))

    async def rest(self, seconds: float) -> None:
        """Wait so long, or until the limiter is closed."""
        await self._wait_until(asyncio.get_running_loop().time() + seconds)

    async def _take(self, unless: Callable[[], bool], record: CallRecord) -> int:
        """A ticket under which a call may go right now, and which is on record."""
        has_token = False  # of the bucket: taken when a slot is there, and kept should that slot be given back
        may_go = is_recorded = False
        try:
            while True:
                if is_recorded and self._pause_left_s() > 0:
                    record.known_not_sent()
                    is_recorded = False
                await self._wait_out_pause()
                self._check_wanted(unless)
                if self._slots.is_far and not is_recorded:
                    await record.about_to_send()
                    is_recorded = True
                    self._check_wanted(unless)
                ticket = await self._take_ticket()
                try:
                    self._check_wanted(unless)
                    if self._is_ready(ticket) and not has_token:
                        await self._limiter.acquire()
                        has_token = True
                        self._check_wanted(unless)
                    if has_token and self._is_ready(ticket):
                        if not is_recorded:  # where a slow disk spoils the slot, the next one finds it done
                            await record.about_to_send()
                            is_recorded = True
                        may_go = self._is_ready(ticket)
                finally:
                    if not may_go:
                        self._slots.give_back(ticket)
                        self._leave_place()
                if may_go:
                    return ticket
        finally:
            if is_recorded and not may_go:
                record.known_not_sent()

    async def _take_ticket(self) -> int:
        """A slot, and a place among the calls that go at once."""
        if self._places is not None:
            await self._places.acquire()
        try:
            return await self._slots.take()
        except BaseException:
            self._leave_place()
            raise

    def _leave_place(self) -> None:
        if self._places is not None:
            self._places.release()

    def _is_ready(self, ticket: int) -> bool:
        return self._pause_left_s() <= 0 and self._slots.is_fresh(ticket)

    def _check_wanted(self, unless: Callable[[], bool]) -> None:
        if self._is_closed or unless():
            raise WithdrawnError("the run ended before this call's turn")

    def _pause_left_s(self) -> float:
        return max(self._paused_until, self._halted_until) - asyncio.get_running_loop().time()

    async def _wait_out_pause(self) -> None:
        while (left_s := self._pause_left_s()) > 0 and not self._is_closed:
            await self._wait_for_change(left_s)

    async def _wait_until(self, moment: float) -> None:
        while (left_s := moment - asyncio.get_running_loop().time()) > 0 and not self._is_closed:
            await self._wait_for_change(left_s)

    async def _wait_for_change(self, longest_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(longest_s):
                await self._changed.wait()
