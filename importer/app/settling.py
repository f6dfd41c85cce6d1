"""What a person found out about rows of which nobody knew whether they exist, written into the ledger."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from importer.app.accountledger import open_account, report_rows
from importer.app.request import environ_of
from importer.errors import UsageError
from importer.ledger.maintenance import settle_by_hand
from importer.ledger.records import Intent

__all__ = ["SettleRequest", "settle"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleRequest:
    """Unknown rows of a report, by their row numbers (`lsq_row`), and what is known of them now.

    `lead_id` is the lead that one row has become; None: their leads do not exist, so the next import sends them.
    `config` is None for config.yaml in the current folder.
    """

    report: Path
    rows: Sequence[int]
    lead_id: str | None = None
    config: Path | None = None


async def settle(request: SettleRequest, *, environ: Mapping[str, str] | None = None) -> tuple[int, ...]:
    """Say of unknown rows whether their leads exist, and give their row numbers. Nothing is sent.

    UsageError where a row is not unknown, or not one of this account's.
    """
    if request.lead_id is not None and len(set(request.rows)) > 1:
        raise UsageError("One lead id settles one row.", hint="Settle each row that exists by itself.")
    settled: list[int] = []
    async with open_account(request.config, environ_of(environ)) as account:
        for line in report_rows(request.report, request.rows, account):
            unseen = Intent(line.ref, line.cells, (), line.row.number, time.time())
            is_unknown = line.past.status == "unknown"
            settle_by_hand(account.ledger, line.ref, lead_id=request.lead_id, unseen=unseen if is_unknown else None)
            settled.append(line.row.number)
    return tuple(settled)
