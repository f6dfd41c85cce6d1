"""Who writes down that a call goes. It is told when the slot is held, right before the call: what waits is no doubt."""

from typing import Protocol

from importer.clocks import Moment

__all__ = ["UNRECORDED", "CallRecord"]


class CallRecord(Protocol):
    """The record of one lead's calls that may create it."""

    async def about_to_send(self) -> Moment | None:
        """Write down that the call goes now; the moment of the first call that may have created the lead.

        Whatever it raises, the call does not go.
        """

    def known_not_sent(self) -> None:
        """Write down that no call has created the lead: the last one did not go, or was refused unread."""


class _Unrecorded:
    async def about_to_send(self) -> Moment | None:
        return None

    def known_not_sent(self) -> None:
        return None


UNRECORDED: CallRecord = _Unrecorded()
"""For calls that change nothing."""
