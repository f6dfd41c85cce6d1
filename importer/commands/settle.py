"""`lsq-import settle`: what a person found out about rows of which nobody knew whether they exist."""

import asyncio
from pathlib import Path

import click

from importer.app.settling import SettleRequest
from importer.app.settling import settle as settle_rows
from importer.commands.streams import echo
from importer.errors import UsageError
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
    told = "it does not exist and is sent with the next run" if missing else f"it exists as {lead_id}"
    for number in asyncio.run(settle_rows(SettleRequest(report=report, rows=rows, lead_id=lead_id, config=config))):
        echo(f"Row {number}: {told}.")
    echo(f"Run again to have it in the report: lsq-import {pasted_word(str(report))}")
