"""What delivering leads needs of a client: its calls, the pace, and how far the server's clock is from ours."""

from collections.abc import Callable, Sequence
from typing import Protocol

from importer.leadsquared.answers import Reply
from importer.ratelimit.limiter import RateLimiter
from importer.ratelimit.record import UNRECORDED, CallRecord

__all__ = ["BulkTransport", "Transport"]


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


class BulkTransport(Transport, Protocol):
    """Carries the calls of the bulk road as well."""

    async def create_leads(
        self, body: bytes, *, unless: Callable[[], bool] = ..., record: CallRecord = UNRECORDED
    ) -> Reply:
        """Send one Lead/Bulk/Create, under a slot of the bulk limit; as `create_lead`."""

    async def list_leads(self, since: str, *, operator: str, columns: Sequence[str], page: int, size: int) -> Reply:
        """Ask for a page of the leads that were created since a moment (UTC)."""

    async def user(self) -> Reply:
        """Ask whose keys these are."""

    async def find_by_id(self, lead_id: str) -> Reply:
        """Ask for the lead with this id."""
