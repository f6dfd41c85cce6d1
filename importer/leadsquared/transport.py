"""What delivering a lead needs of a client: two calls, the pace, and how far the server's clock is from ours."""

from collections.abc import Callable, Sequence
from typing import Protocol

from importer.leadsquared.answers import Reply
from importer.ratelimit.limiter import RateLimiter
from importer.ratelimit.record import UNRECORDED, CallRecord

__all__ = ["Transport"]


class Transport(Protocol):
    """Carries calls to the API, each under a slot of the limit; TransientError or AmbiguousError where none answers.

    `importer.leadsquared.client.Client` is the one that goes over the network.
    """

    limiter: RateLimiter

    @property
    def skew_s(self) -> float | None:
        """The server's clock minus ours, None before the first reply."""

    async def create_lead(
        self, body: bytes, *, unless: Callable[[], bool] = ..., record: CallRecord = UNRECORDED
    ) -> Reply:
        """Send one Lead.Create; WithdrawnError, and nothing is sent, when `unless` holds as its turn comes.

        `record` is told right before it goes.
        """

    async def find_leads(self, field: str, value: str, *, columns: Sequence[str]) -> Reply:
        """Ask for the leads with this value in this field."""
