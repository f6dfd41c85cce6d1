"""Slots for calls that count in two limits: each holds a place in both, from before it goes until both are free again.

LeadSquared's bulk calls have a small limit of their own, and whether they count in that of all calls too is not known
(no page says): so they do.
"""

from itertools import count

from importer.ratelimit.adaptive import Limit
from importer.ratelimit.slots import Slots

__all__ = ["PairedSlots"]


class PairedSlots:
    """The slots of a small limit, `scarce`, each with one of the limit of all calls, `common`.

    A refusal is learnt by the one that it speaks of: `scarce_limit` and `common_limit` are what config says of them.
    """

    def __init__(self, scarce: Slots, common: Slots, *, scarce_limit: Limit, common_limit: Limit) -> None:
        self._scarce = scarce
        self._common = common
        self._scarce_rate = _rate(scarce_limit)
        self._common_rate = _rate(common_limit)
        self._numbers = count()
        self._tickets: dict[int, tuple[int, int]] = {}

    @property
    def per_seconds(self) -> float:
        """The window of the small limit, in seconds."""
        return self._scarce.per_seconds

    @property
    def is_far(self) -> bool:
        """Whether calls are written down before they wait."""
        return self._scarce.is_far

    async def take(self) -> int:
        """Wait for a slot of each and hold both; what one of them raises, after the other is given back."""
        scarce = await self._scarce.take()
        try:
            common = await self._common.take()
        except BaseException:
            self._scarce.give_back(scarce)
            raise
        while True:  # while one was waited for, the other may have become too old for a call to start under it
            if not self._scarce.is_fresh(scarce):
                self._scarce.give_back(scarce)
                try:
                    scarce = await self._scarce.take()
                except BaseException:
                    self._common.give_back(common)
                    raise
            elif not self._common.is_fresh(common):
                self._common.give_back(common)
                try:
                    common = await self._common.take()
                except BaseException:
                    self._scarce.give_back(scarce)
                    raise
            else:
                ticket = next(self._numbers)
                self._tickets[ticket] = (scarce, common)
                return ticket

    def is_fresh(self, ticket: int) -> bool:
        """Whether a call may still start under both slots."""
        scarce, common = self._tickets[ticket]
        return self._scarce.is_fresh(scarce) and self._common.is_fresh(common)

    def give_back(self, ticket: int) -> None:
        """Free both: nothing was sent."""
        scarce, common = self._tickets.pop(ticket)
        self._scarce.give_back(scarce)
        self._common.give_back(common)

    def settle(self, ticket: int, *, margin_s: float) -> None:
        """Hold each for one more window of its limit, and a margin."""
        scarce, common = self._tickets.pop(ticket)
        self._scarce.settle(scarce, margin_s=margin_s)
        self._common.settle(common, margin_s=margin_s)

    def pause(self, seconds: float) -> None:
        """Let no call of either limit go for so long."""
        self._scarce.pause(seconds)
        self._common.pause(seconds)

    def refused(self, advertised: Limit | None) -> None:
        """Learn from a refusal. One that advertises no limit, or too small a one for all calls, speaks of the small
        limit; one that is too large for that, of the other; what may be either is learnt by both.
        """
        rate = 0.0 if advertised is None or advertised.per_seconds <= 0 else _rate(advertised)
        is_common = rate > self._scarce_rate
        if rate < self._common_rate or not is_common:
            self._scarce.refused(advertised)
        if is_common:
            self._common.refused(advertised)

    def close(self) -> None:
        """Give no slot any more and withdraw at once those who wait."""
        self._scarce.close()
        self._common.close()


def _rate(limit: Limit) -> float:
    return limit.calls / limit.per_seconds
