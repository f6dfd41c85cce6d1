"""`lsq-import doctor`: everything that an import needs, checked line by line."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from importer.app.account import Destination
from importer.app.budget import open_slots
from importer.app.context import DEFAULT_CONFIG, ledger_location
from importer.app.identity import identify_account
from importer.commands.account import find_config, settled_destination
from importer.config import Config, require_keys
from importer.doctor import Finding, check_account, check_file, check_keys_file, check_ledger, check_machine
from importer.errors import ConfigError, ImporterError, UsageError
from importer.leadsquared.connection import make_client

__all__ = ["doctor"]


@click.command(short_help="Check everything that an import needs.")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("-c", "--config", "path", type=click.Path(path_type=Path), metavar="FILE", help="The configuration.")
def doctor(*, file: Path | None, path: Path | None) -> None:
    """Check versions, configuration, keys, clock, ledger and folders, and FILE where it is given.

    Each line says `ok`, or what to do. The account is asked whose the keys are, and two more calls are made where
    `reference:` is set. No lead is touched, and no key is shown. Exit status 0 when all is well, 1 otherwise.
    """
    is_well = True
    for finding in _findings(file, path):
        is_well &= finding.is_well
        click.echo(str(finding))
    sys.exit(0 if is_well else 1)


def _findings(file: Path | None, path: Path | None) -> Iterator[Finding]:
    yield from check_machine()
    try:
        config = find_config(path)
    except UsageError as error:
        problems = error.problems if isinstance(error, ConfigError) else (error.message,)
        yield from (Finding(f"config: {problem}", error.hint or "Mend this line.") for problem in problems)
        return
    yield _config(config, path)
    yield from check_keys_file(Path() if config.path is None else config.path.parent)
    target = None
    try:
        require_keys(config)
        yield Finding("keys: LSQ_ACCESS_KEY and LSQ_SECRET_KEY are set")
        target = asyncio.run(settled_destination(config))
    except ImporterError as error:
        yield Finding(f"keys: {error.message}", error.hint)
    location = ledger_location(path)
    ledger = list(check_ledger(location, target))
    yield from ledger
    if target is not None:
        is_there = "://" in str(location) or Path(location).expanduser().exists()
        can_share = is_there and all(finding.is_well for finding in ledger)
        yield from asyncio.run(_ask(config, target, location if can_share else None))
    if file is not None:
        yield from check_file(file, config)


def _config(config: Config, path: Path | None) -> Finding:
    if config.path is None:
        return Finding("config: none here, only the account is checked; lsq-import map FILE proposes one")
    limits = config.limits
    name = path or DEFAULT_CONFIG
    return Finding(
        f"config: {name}: {len(config.columns)} columns, {limits.calls} calls per {limits.per_seconds:g} s, "
        f"{config.workers} at once"
    )


async def _ask(config: Config, target: Destination, location: str | Path | None) -> Sequence[Finding]:
    """Ask the account, within the limit that all runs share where there is a ledger."""
    if location is None:
        return await check_account(config)
    told: list[Finding] = []
    try:
        with target.open_ledger(location) as ledger:
            async with open_slots(ledger, config) as slots:
                told = await check_account(config, slots=slots)
                async with make_client(config, slots=slots) as client:
                    await identify_account(client, ledger, target, is_dry_run=True)
                return told
    except ImporterError as error:
        return [*told, Finding(f"account: {error.message}" if told else f"ledger: {error.message}", error.hint)]
