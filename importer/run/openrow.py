"""A row that the review left open, on its way through the sending."""

from typing import NamedTuple

from importer.ledger.records import KnownRow
from importer.ledger.scratch import RowState
from importer.run.preparedrow import PreparedRow

__all__ = ["OpenRow"]


class OpenRow(NamedTuple):
    """A row to be sent or found out about. `known` is what the ledger knew of it shortly before its turn."""

    prepared: PreparedRow
    state: RowState
    known: KnownRow | None
