"""`lsq-import prune`: what no promise needs any more, dropped from the ledger."""

from pathlib import Path

import click

from importer.app.configchoice import ledger_location
from importer.ledger.ledger import NOBODY, Ledger
from importer.ledger.maintenance import prune as prune_ledger

__all__ = ["prune"]


@click.command(short_help="Drop what no promise needs any more from the ledger.")
@click.option(
    "--older-than", "days", type=click.FloatRange(min=0), default=365.0, show_default=True, metavar="DAYS",
    help="Drop what has not changed for so many days.",
)  # fmt: skip
@click.option("-c", "--config", type=click.Path(path_type=Path), metavar="FILE", help="The configuration.")
def prune(*, days: float, config: Path | None) -> None:
    """Drop old duplicate, rejected and failed rows and old runs from the ledger, of all accounts.

    Their next import costs a call again, that is all. Created and unknown rows are never dropped.
    """
    with Ledger(ledger_location(config), identity=NOBODY, host=NOBODY) as ledger:
        pruned = prune_ledger(ledger, older_than_days=days)
    click.echo(f"{pruned.rows:,} rows and {pruned.runs:,} runs were dropped.")
