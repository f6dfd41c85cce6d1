"""What the commands share: the ledger of the account that config and environment name, and the rows of a report."""

import asyncio
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from importer.config import Config, load_config
from importer.errors import UsageError
from importer.ledger.digests import Digests, account_tag
from importer.ledger.ledger import Ledger
from importer.ledger.reference import read_reference
from importer.report import PastLine, recognise
from importer.run.account import Target, find_target
from importer.run.job import DEFAULT_CONFIG, ledger_location
from importer.sheet import Row, open_table

__all__ = ["AccountLedger", "ReportRow", "open_account", "report_rows"]


@dataclass(frozen=True, slots=True)
class AccountLedger:
    """A ledger opened for one account, and the config that named it."""

    ledger: Ledger
    target: Target
    config: Config


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A line of a report that belongs to this account: its row, what was written on it, and its reference."""

    row: Row
    past: PastLine
    ref: bytes
    cells: bytes


@contextmanager
def open_account(config_path: Path | None) -> Iterator[AccountLedger]:
    """Open the ledger of the account that config and environment name; UsageError where there is none."""
    config = load_config(config_path or DEFAULT_CONFIG, environ=os.environ)

    async def find() -> Target:
        async with find_target(config, is_sandbox=False, is_dry_run=False) as target:
            return target

    target = asyncio.run(find())
    with Ledger(ledger_location(config_path), identity=target.identity, host=target.host) as ledger:
        yield AccountLedger(ledger, target, config)


def report_rows(report: Path, numbers: Collection[int], account: AccountLedger) -> list[ReportRow]:
    """The lines of a report with these numbers (`lsq_row`); UsageError where one is missing or another account's."""
    with open_table(report) as table:
        shape = recognise(table.header)
        if shape is None:
            raise UsageError(
                f"{report} is no report: it has no columns lsq_row and lsq_status.", hint="Name a report of lsq-import."
            )
        ledger, identity = account.ledger, account.target.identity
        digests = Digests(ledger.secret, account=identity, source="", header=shape.header)
        tag = account_tag(identity)
        found: list[ReportRow] = []
        for line in table.rows():
            past = shape.past(line)
            if past.number not in numbers:
                continue
            reference = read_reference(past.ref)
            if reference is None or reference[0] != tag:
                raise UsageError(
                    f"{report}, row {past.number}: its reference (lsq_ref) is "
                    f"{'missing' if reference is None else 'another account’s'}.",
                    hint="Look whether host, keys and account.name are those of the run that wrote the report.",
                )
            row = shape.row(line)
            found.append(ReportRow(row, past, reference[1], digests.of_cells(row.cells)))
    missing = sorted(set(numbers) - {one.past.number for one in found})
    if missing:
        raise UsageError(
            f"{report} has no row {', '.join(map(str, missing))}.", hint="Give the numbers of the column lsq_row."
        )
    return found
