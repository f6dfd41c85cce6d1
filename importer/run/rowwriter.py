"""What sending needs of the ledger's writing side."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Protocol

from importer.ledger.records import Intent, KnownRow, Settled

__all__ = ["RowWriter"]


class RowWriter(Protocol):
    """Brings rows' words to the disk; LedgerError where it cannot. `importer.ledger.writer.LedgerWriter` is one."""

    @property
    def renews(self) -> bool:
        """Whether a call that is made once more is claimed once more."""

    def claim(self, intents: Sequence[Intent]) -> Awaitable[list[KnownRow | None]]:
        """Put intents on disk in one transaction; for each the row that stands in its way, else None."""

    def settle(self, entries: Sequence[Settled]) -> "asyncio.Future[None]":
        """Put what became of rows on disk in one transaction. It is on its way at once."""
