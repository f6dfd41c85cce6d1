"""`lsq-import settle`: what a person found out about rows of which nobody knew whether they exist."""

import time
from pathlib import Path

import click

from importer.commands.account import open_account, report_rows
from importer.errors import UsageError
from importer.ledger.maintenance import settle_by_hand
from importer.ledger.records import Intent
from importer.shellwords import pasted_word

__all__ = ["settle"]


@click.command(short_help="Say whether unknown rows exist.")
@click.argument("report", type=click.Path(path_type=Path))
@click.option(
    "--row", "rows", type=int, multiple=True, required=True, metavar="N", help="The row's lsq_row; repeatable."
)
@click.option("--exists", "lead_id", metavar="LEAD_ID", help="It exists in LeadSquared, with this id.")
@click.option("--missing", is_flag=True, help="It does not exist: the next run sends it.")
@click.option("-c", "--config", type=click.Path(path_type=Path), metavar="FILE", help="The configuration.")
def settle(*, report: Path, rows: tuple[int, ...], lead_id: str | None, missing: bool, config: Path | None) -> None:
    """Say of unknown rows of REPORT whether their leads exist.

    Look for the lead in LeadSquared first. Nothing is sent now: import the report, or its source, again afterwards.
    """
    if (lead_id is None) != missing:
        raise UsageError("Say either --exists LEAD_ID or --missing.")
    if lead_id is not None and len(set(rows)) > 1:
        raise UsageError("One lead id settles one row.", hint="Call settle once for each row that exists.")
    with open_account(config) as account:
        for line in report_rows(report, rows, account):
            unseen = Intent(line.ref, line.cells, (), line.row.number, time.time())
            is_unknown = line.past.status == "unknown"
            settle_by_hand(account.ledger, line.ref, lead_id=lead_id, unseen=unseen if is_unknown else None)
            told = "it does not exist and is sent with the next run" if missing else f"it exists as {lead_id}"
            click.echo(f"Row {line.past.number}: {told}.")
    click.echo(f"Run again to have it in the report: lsq-import {pasted_word(str(report))}")
