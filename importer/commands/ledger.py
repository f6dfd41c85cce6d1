"""`lsq-import ledger`: what is done to a ledger that was lost, moves, or does not know whose keys these are."""

import asyncio
from pathlib import Path

import click

from importer.app.accountledger import open_account
from importer.app.lostledger import source_of
from importer.app.rebuild import rebuild as rebuild_ledger
from importer.commands.streams import echo
from importer.errors import UsageError
from importer.ledger.copying import copy_ledger
from importer.ledger.ledger import Ledger
from importer.ledger.serverurl import shown

__all__ = ["ledger"]


@click.group(short_help="Rebuild a lost ledger, move it, or say whose keys these are.")
def ledger() -> None:
    """Look after the ledger, which keeps every lead from being created twice."""


@ledger.command()
@click.argument("reports", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="REPORT...")
@click.option("--source", metavar="NAME", help="The name of the file that was imported, where it lies elsewhere.")
@click.option("-c", "--config", type=click.Path(path_type=Path), metavar="FILE", help="The configuration.")
def rebuild(*, reports: tuple[Path, ...], source: str | None, config: Path | None) -> None:
    """Make the ledger know again what each REPORT says: which rows are created, and which are unknown.

    For a ledger that was lost or damaged. The source of a report, leads.xlsx of leads.report.csv, is then not sent a
    second time. Nothing is sent, and what the ledger knows already stays as it is.
    """
    if source is not None and len(reports) > 1:
        raise UsageError("--source names the file of one report.", hint="Call rebuild once for each report.")
    asyncio.run(_rebuild(reports, source, config))


async def _rebuild(reports: tuple[Path, ...], source: str | None, config: Path | None) -> None:
    async with open_account(config) as account:
        for report in reports:
            lost = source_of(report, account.config, named=source)
            name = lost.name
            if not account.ledger.locks.take_source(account.ledger.account.identity, name):
                raise UsageError(f"Another run is importing {name} right now.", hint="Wait until it has ended.")
            done = rebuild_ledger(report, account.config, account.ledger, account.target, source=name, file=lost.file)
            echo(f"{report}: {done.created:,} created and {done.unknown:,} unknown rows of {name} are known now.")
            if done.known:
                echo(f"{done.known:,} were known already.")
            if done.foreign:
                echo(f"{done.foreign:,} are another account's and were left out: look at host, keys and account.name.")


@ledger.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--keep", is_flag=True, help="Leave FROM in use: for a copy that is put away.")
def copy(*, source: str, target: str, keep: bool) -> None:
    """Copy a whole ledger, FROM a path or database URL, TO another that holds none yet.

    So a ledger moves from a file to a PostgreSQL server, where several machines may share it. FROM is not used any more
    then, and says so to whoever tries. Nothing is sent.
    """
    counts = copy_ledger(source, target, keep=keep)
    echo(f"{counts['lead_row']:,} rows and {counts['run']:,} runs are in {shown(target)} now.")
    if not keep:
        echo("Point ledger: in config.yaml or LSQ_LEDGER there, on every machine.")
        echo(f"{shown(source)} is not used any more.")


@ledger.command()
@click.argument("name", metavar="NAME")
@click.option("-c", "--config", type=click.Path(path_type=Path), metavar="FILE", help="The configuration.")
def keys(*, name: str, config: Path | None) -> None:
    """Say that the keys which are set now belong to the account that the ledger knows as NAME.

    Once is enough; imports say when it is needed. Look in LeadSquared whether its leads are there before you say so.
    """
    asyncio.run(_name_keys(name, config))
    echo(f"These keys are known as those of {name} from now on.")


async def _name_keys(name: str, config: Path | None) -> None:
    async with open_account(config) as account:
        target, location = account.target, account.ledger.location
        at = target.host.partition("@")[2]
        found = account.ledger.find_account(name) or account.ledger.find_account(f"{name}@{at}")
    if found is None:
        raise UsageError(f"The ledger knows no account {name}.", hint="lsq-import history --json tells their names.")
    with Ledger(location, identity=found.identity, host=found.host) as known:
        known.add_name(target.address)
