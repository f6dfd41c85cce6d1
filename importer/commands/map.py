"""`lsq-import map`: a config.yaml proposed for a spreadsheet and an account."""

import asyncio
import itertools
import os
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from importer.commands.account import AccountFacts, ask_account, find_config
from importer.commands.reading import MOST_SHOWN, Reading, check_file, find_reading, notes_on, open_as_found, told_by
from importer.config import Config
from importer.config.ledgerplace import place_ledger
from importer.errors import UsageError
from importer.lead.header import shown, tidy
from importer.lead.metadata import FieldList
from importer.lead.values.phone import is_region, region_of
from importer.proposal.configtext import Setting, write_config
from importer.proposal.proposal import Proposal, propose
from importer.proposal.reference import find_reference
from importer.sheet import Table
from importer.shellwords import pasted_word
from importer.wholefile import WholeFile

__all__ = ["map_columns"]

SAMPLE_ROWS = 500
DEFAULT_CONFIG = "config.yaml"


@click.command(short_help="Propose a config.yaml for a file.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to write it.  [default: the screen]"
)
@click.option("--sandbox", "is_sandbox", is_flag=True, help="For the sandbox's fields: no keys, no network.")
@click.option("--sheet", metavar="NAME", help="The worksheet.  [default: the visible one that looks most like leads]")
@click.option(
    "--header-row", type=click.IntRange(1, 1_048_576), metavar="N", help="The row of the headers.  [default: found]"
)
@click.option("--region", metavar="XX", help="The country of phones without a code.  [default: the account's]")
@click.option("--timezone", "time_zone", metavar="ZONE", help="Where the file's times are.  [default: the account's]")
@click.option("--encoding", metavar="NAME", help="The encoding of a text file that is not UTF-8.")
@click.option("--refresh-fields", "refresh", is_flag=True, help="Ask the account anew, not only every 12 hours.")
@click.option(
    "-c", "--config", type=click.Path(path_type=Path), metavar="FILE", help="A configuration that names the account."
)
def map_columns(
    *,
    file: Path,
    output: Path | None,
    is_sandbox: bool,
    sheet: str | None,
    header_row: int | None,
    region: str | None,
    time_zone: str | None,
    encoding: str | None,
    refresh: bool,
    config: Path | None,
) -> None:
    """Propose a config.yaml for FILE and the account: which column goes to which field.

    A match that is not sure stands in it as a comment, with the reason. A file is never written over. Where nothing
    is found, none is written, and the exit status is 1.
    """
    if output is not None and os.path.lexists(output):
        raise _taken(output)
    known = find_config(config)
    named = known if config is not None else Config()  # a config that happens to lie here is about another file
    _check_place(region, time_zone)
    told = told_by(named, sheet=sheet, header_row=header_row, encoding=encoding)
    check_file(file, told)  # needs no network
    facts = asyncio.run(ask_account(known, is_sandbox=is_sandbox, refresh=refresh))
    table, reading = open_as_found(file, told, find_reading(file, told, facts.fields))
    with table:
        setting = _setting(file, known, facts, reading, output=output, region=region, time_zone=time_zone)
        proposal = _propose(table, facts.fields, reading)
    for note in notes_on(told, reading):
        click.echo(note, err=True)
    counts = f"{proposal.sure} sure, {proposal.doubtful} doubtful, {proposal.unmapped} not mapped"
    if not proposal.sure and not proposal.doubtful:
        names = ", ".join(shown(column.header) for column in proposal.columns[:MOST_SHOWN])
        click.echo(f"{counts}: no header is like a field of the account, so no config is written.", err=True)
        click.echo(f"  The headers read are: {names or 'none'}.", err=True)
        click.echo("  If they stand in another row or sheet, name it with --header-row or --sheet.", err=True)
        raise click.exceptions.Exit(1)
    text = write_config(proposal, setting)
    if output is None:
        click.echo(text, nl=False)
    else:
        _write_new(output, text)
    click.echo(f"{counts}; next: {_next(file, output, is_sandbox=is_sandbox)}", err=True)


def _write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet, whole or not at all; UsageError where that cannot be."""

    def refuse_taken() -> None:
        if os.path.lexists(path):
            raise _taken(path)

    def failure(_path: Path, why: str) -> UsageError:
        return UsageError(f"{path} cannot be written: {why}.", hint="Name another file with -o.")

    with WholeFile(path, failure=failure, make_way=refuse_taken) as whole:
        whole.file.write(text.encode())


def _taken(path: Path) -> UsageError:
    return UsageError(f"{path} is there already.", hint="Name another file with -o, or move this one away.")


def _check_place(region: str | None, time_zone: str | None) -> None:
    """UsageError for a country or a time zone that a config could not hold."""
    if region is not None and not is_region(region.upper()):
        raise UsageError(f"--region: {region} is no country.", hint="Give its two letters, such as IN.")
    if time_zone is not None and not _zone(time_zone):
        raise UsageError(f"--timezone: {time_zone} is no time zone.", hint="Give its name, such as Asia/Kolkata.")


def _setting(
    file: Path,
    known: Config,
    facts: AccountFacts,
    reading: Reading,
    *,
    output: Path | None,
    region: str | None,
    time_zone: str | None,
) -> Setting:
    return Setting(
        file=str(file),
        host=facts.host,
        is_host_trusted=known.account.trusted_host,
        auth=known.account.auth,
        account_name=known.account.name,
        limits=known.limits,
        ledger=None if os.environ.get("LSQ_LEDGER") else _ledger(known, output),  # the variable wins in the import too
        unique=known.unique,
        proxy=known.proxy or "",
        reference=known.reference or find_reference(facts.fields),
        header_row=reading.header_row or 1,
        header_rows=reading.header_rows,
        sheet=reading.sheet,
        encoding=reading.encoding,
        delimiter=reading.delimiter,
        region=(region or region_of(facts.country_code)).upper(),
        time_zone=_zone(time_zone or facts.time_zone),
    )


def _ledger(known: Config, output: Path | None) -> str | None:
    """The ledger that a config names, as it is written there: in full where the proposal goes to another folder."""
    folder = Path() if output is None else output.parent
    if known.ledger is None or known.path is None or known.path.parent.absolute() == folder.absolute():
        return known.ledger
    return place_ledger(known.ledger, known.path.parent)


def _propose(table: Table, fields: FieldList, reading: Reading) -> Proposal:
    names = [tidy(name) for name in table.header]
    samples: dict[str, list[str]] = {name: [] for name in names}
    for row in itertools.islice(table.rows(), SAMPLE_ROWS):
        for name, cell in zip(names, row.cells, strict=True):
            samples[name].append(cell)
    return propose(table.header, samples, fields, grouped=reading.grouped)


def _next(file: Path, output: Path | None, *, is_sandbox: bool) -> str:
    """The command that goes on."""
    words = pasted_word(str(file))
    sandbox = " --sandbox" if is_sandbox else ""
    if output is None:
        return f"lsq-import map {words}{sandbox} -o {DEFAULT_CONFIG}"
    config = "" if output == Path(DEFAULT_CONFIG) else f" -c {pasted_word(str(output))}"
    return f"lsq-import {words}{config}{sandbox} --dry-run"


def _zone(name: str) -> str:
    """A time zone's name if it is one that a config may hold."""
    try:
        return ZoneInfo(name).key if name else ""
    except (ZoneInfoNotFoundError, ValueError, OSError):  # `Asia` is a folder
        return ""
