"""`lsq-import map`: a config.yaml proposed for a spreadsheet and an account."""

import asyncio
import os
from pathlib import Path

import click

from importer.app.configchoice import DEFAULT_CONFIG
from importer.app.mapping import MappingRequest, propose_mapping
from importer.app.reading import MOST_SHOWN
from importer.commands.configschema import is_own, schema_text
from importer.commands.streams import echo, write_in_utf8
from importer.config.jsonschema import SCHEMA_FILE
from importer.errors import UsageError
from importer.lead.header import shown
from importer.shellwords import pasted_word
from importer.wholefile import WholeFile

__all__ = ["map_columns"]

OWNER_ONLY = 0o600
"""A proposal quotes values of the file."""


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

    A match that is not sure stands in it as a comment, with the reason. A file is never written over; beside it comes
    config.schema.json, with which an editor completes keys. Where nothing is found, no file is written, and the exit
    status is 1.
    """
    if output is not None and os.path.lexists(output):
        raise _taken(output)
    schema = None if output is None else output.parent / SCHEMA_FILE
    if schema is not None and not is_own(schema):
        schema = None
    request = MappingRequest(
        file=file,
        config=config,
        folder=None if output is None else output.parent,
        sandbox=is_sandbox,
        sheet=sheet,
        header_row=header_row,
        region=region,
        time_zone=time_zone,
        encoding=encoding,
        refresh_fields=refresh,
        schema="" if schema is None else schema.name,
    )
    proposed = asyncio.run(propose_mapping(request))
    for note in proposed.notes:
        echo(note, err=True)
    counts = f"{proposed.sure} sure, {proposed.doubtful} doubtful, {proposed.unmapped} not mapped"
    if not proposed.text:
        names = ", ".join(map(shown, proposed.headers[:MOST_SHOWN]))
        click.echo(f"{counts}: no header is like a field of the account, so no config is written.", err=True)
        click.echo(f"  The headers read are: {names or 'none'}.", err=True)
        click.echo("  If they stand in another row or sheet, name it with --header-row or --sheet.", err=True)
        raise click.exceptions.Exit(1)
    if output is None:
        write_in_utf8(proposed.text)
    else:
        _write_new(output, proposed.text)
        if schema is not None:
            with WholeFile(schema, failure=_not_written) as whole:
                whole.file.write(schema_text().encode())
    click.echo(f"{counts}; next: {_next(file, output, is_sandbox=is_sandbox)}", err=True)


def _write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet, whole or not at all; UsageError where that cannot be."""

    def refuse_taken() -> None:
        if os.path.lexists(path):
            raise _taken(path)

    with WholeFile(path, failure=_not_written, mode=OWNER_ONLY, make_way=refuse_taken) as whole:
        whole.file.write(text.encode())


def _not_written(path: Path, why: str) -> UsageError:
    return UsageError(f"{path} cannot be written: {why}.", hint="Name another file with -o.")


def _taken(path: Path) -> UsageError:
    return UsageError(f"{path} is there already.", hint="Name another file with -o, or move this one away.")


def _next(file: Path, output: Path | None, *, is_sandbox: bool) -> str:
    """The command that goes on."""
    words = pasted_word(str(file))
    sandbox = " --sandbox" if is_sandbox else ""
    if output is None:
        return f"lsq-import map {words}{sandbox} -o {DEFAULT_CONFIG}"
    config = "" if output == DEFAULT_CONFIG else f" -c {pasted_word(str(output))}"
    return f"lsq-import {words}{config}{sandbox} --dry-run"
