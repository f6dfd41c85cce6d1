"""`lsq-import fields`: the account's fields, for whoever writes a mapping."""

import asyncio
import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from importer.app.accountledger import ask_account
from importer.app.configchoice import find_config
from importer.commands.streams import echo
from importer.commands.wording import say
from importer.lead.metadata import Field, FieldList
from importer.report.formulaescape import escape_formula

__all__ = ["fields"]

COLUMNS = ("schema_name", "display_name", "type", "mandatory", "max_length", "options")
MOST_OPTIONS = 8


@click.command(short_help="List the account's fields.")
@click.argument("word", required=False, default="")
@click.option("--sandbox", "is_sandbox", is_flag=True, help="List the sandbox's fields: no keys, no network.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON a field, for programs.")
@click.option("--csv", "as_csv", is_flag=True, help="CSV, for a spreadsheet.")
@click.option("--refresh-fields", "refresh", is_flag=True, help="Ask the account anew, not only every 12 hours.")
@click.option("-c", "--config", type=click.Path(path_type=Path), metavar="FILE", help="The configuration.")
def fields(*, word: str, is_sandbox: bool, as_json: bool, as_csv: bool, refresh: bool, config: Path | None) -> None:
    """List the account's fields, or those with WORD in one of their names.

    The first column is what config.yaml wants: the schema name, dotted for the sub-fields of a custom field set.
    """
    facts = asyncio.run(ask_account(find_config(config), is_sandbox=is_sandbox, refresh=refresh))
    click.echo(say(facts.note, facts.steps), err=True)
    found = [
        (name, field)
        for name, field in _all(facts.fields)
        if word.casefold() in f"{name} {field.display_name}".casefold()
    ]
    if not found:
        echo(f"No field has “{word}” in its name.", err=True)
    if as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(COLUMNS)
        for name, field in found:
            values = [*list(_values(name, field).values())[:-1], "; ".join(field.options)]
            writer.writerow([escape_formula(value) if isinstance(value, str) else value for value in values])
    elif as_json:
        for name, field in found:
            click.echo(json.dumps(_values(name, field), ensure_ascii=False))
    else:
        for name, field in found:
            click.echo(_line(name, field))


def _all(fields: FieldList) -> Iterator[tuple[str, Field]]:
    for field in fields:
        yield field.schema_name, field
        for part in field.sub_fields or ():
            yield f"{field.schema_name}.{part.schema_name}", part


def _values(name: str, field: Field) -> dict[str, object]:
    values = (name, field.display_name, field.data_type, field.is_mandatory, field.max_length, list(field.options))
    return dict(zip(COLUMNS, values, strict=True))


def _line(name: str, field: Field) -> str:
    what = [field.data_type]
    if field.is_mandatory:
        what.append("mandatory")
    if field.max_length is not None:
        what.append(f"at most {field.max_length} characters")
    line = f"{name:<34} {field.display_name:<30} {', '.join(what)}"
    if field.options:
        more = f", and {len(field.options) - MOST_OPTIONS} more" if len(field.options) > MOST_OPTIONS else ""
        line += f": {', '.join(field.options[:MOST_OPTIONS])}{more}"
    return line
