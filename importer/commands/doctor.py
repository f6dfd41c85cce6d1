"""`lsq-import doctor`: everything that an import needs, checked line by line."""

import asyncio
import sys
from pathlib import Path

import click

from importer.app.checkup import findings
from importer.commands.streams import echo
from importer.commands.wording import say

__all__ = ["doctor"]


@click.command(short_help="Check everything that an import needs.")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("-c", "--config", "path", type=click.Path(path_type=Path), metavar="FILE", help="The configuration.")
def doctor(*, file: Path | None, path: Path | None) -> None:
    """Check versions, configuration, keys, clock, ledger and folders, and FILE where it is given.

    Each line says `ok`, or what to do. The account is asked whose the keys are, and two more calls are made where
    `reference:` is set. No lead is touched, and no key is shown. Exit status 0 when all is well, 1 otherwise.
    """
    sys.exit(0 if asyncio.run(_print(file, path)) else 1)


async def _print(file: Path | None, path: Path | None) -> bool:
    """Print the findings as they come; whether all is well."""
    is_well = True
    async for finding in findings(file, path, say=say):
        is_well &= finding.is_well
        echo(str(finding))
    return is_well
