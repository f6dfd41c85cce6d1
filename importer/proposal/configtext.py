"""A proposal as the text of a config.yaml, commented for the person who checks it.

Whatever comes from the spreadsheet or the account is put on one line, without what YAML does not take, before it
stands in a comment, and into quotes before it stands anywhere else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from importer.config import Limits
from importer.config.yamltext import in_quotes, yaml_word
from importer.proposal.finish import Entry
from importer.proposal.proposal import Proposal, ProposedColumn
from importer.shellwords import pasted_word

__all__ = ["Setting", "write_config"]

USUAL_LIMITS = Limits()
NOTHING_LIKE_IT = "nothing like it among the account's fields"


@dataclass(frozen=True, slots=True)
class Setting:
    """What beside the columns is known: of the file how it is read, of the account what it or another config tells.

    `region` is two letters; it, `time_zone` and `reference` (a field) and `proxy` are empty where nobody told them.
    `ledger` is None where the usual one serves. `schema` is the JSON Schema's file, for editors; empty for none.
    `skips` are headers, each with a cell's text that leaves a row out.
    """

    file: str
    schema: str = ""
    host: str = ""
    is_host_trusted: bool = False
    auth: str = "query"
    account_name: str | None = None
    limits: Limits = USUAL_LIMITS
    ledger: str | None = None
    unique: Sequence[str] = ("EmailAddress", "Phone", "Mobile")
    reference: str = ""
    proxy: str = ""
    header_row: int = 1
    header_rows: int = 1
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    region: str = ""
    time_zone: str = ""
    skips: Sequence[tuple[str, str]] = ()


def write_config(proposal: Proposal, setting: Setting) -> str:
    """The text of a config.yaml that holds the proposal; every doubtful match is in it as a comment."""
    return "\n".join(_lines(proposal, setting)) + "\n"


def _lines(proposal: Proposal, setting: Setting) -> Iterator[str]:
    yield from _reading(setting)
    yield ""
    yield "columns:"
    lines = [line for column in proposal.columns for line in _column(column, setting)]
    yield from lines
    if all(line.lstrip().startswith("#") for line in lines):
        yield "  {}"
    for header in proposal.repeated:
        yield f"  # {yaml_word(header)} is not mapped (it stands more than once in the header: rename it to map it)"
    for field in proposal.unfilled:
        name = _on_one_line(f"{field.schema_name} ({field.display_name})")
        yield f"  # The account demands {name}, which no column seems to hold."
    yield ""
    entries = [column.entry or column.doubtful for column in proposal.columns]
    if any(entry is not None and entry.needs_zone for entry in entries):
        if setting.time_zone:
            yield f"timezone: {setting.time_zone}  # where the times in the file are; LeadSquared stores UTC"
        else:
            yield "# timezone: Asia/Kolkata  # where the times in the file are: the account does not tell"
    if setting.skips:
        yield "skip_rows:  # no leads, as it seems"
        yield from (f"  - {{column: {yaml_word(header)}, is: {in_quotes(text)}}}" for header, text in setting.skips)
    yield "unmapped_columns: ignore"
    yield f"unique: [{', '.join(setting.unique)}]  # the fields that the account keeps unique"
    if setting.reference:
        yield f"reference: {setting.reference}  # gets each row's lsq_ref, if it is unique too: docs/exactly-once.md"


def _reading(setting: Setting) -> Iterator[str]:
    """The lines above the columns: the account, and how the file is read."""
    if setting.schema:
        yield f"# yaml-language-server: $schema={setting.schema}"
    yield f"# Proposed for {_on_one_line(setting.file)}. Check every line, and those behind a # above all; then try it:"
    yield f"#   lsq-import {pasted_word(setting.file)} --dry-run"
    yield "# docs/config.md explains each key."
    if setting.host:
        yield "account:"
        yield f"  host: {setting.host}"
        if setting.is_host_trusted:
            yield "  trusted_host: true"
        if setting.auth != "query":
            yield f"  auth: {setting.auth}"
        if setting.account_name is not None:
            yield f"  name: {in_quotes(setting.account_name)}"
    if setting.proxy:
        yield f"proxy: {in_quotes(setting.proxy)}"
    yield f"limits: {{{', '.join(_limits(setting.limits))}}}"
    if setting.ledger is not None and "://" in setting.ledger:
        yield "# ledger: the database that your other config names; not repeated here, since it may hold a password"
    elif setting.ledger is not None:
        yield f"ledger: {in_quotes(setting.ledger)}"
    yield from _place(setting)


def _place(setting: Setting) -> Iterator[str]:
    """Where in the file the leads stand, and how a text file is read."""
    if setting.header_row != 1:
        yield f"header_row: {setting.header_row}"
    if setting.header_rows != 1:
        yield f"header_rows: {setting.header_rows}"
    for key, value in (("sheet", setting.sheet), ("encoding", setting.encoding), ("delimiter", setting.delimiter)):
        if value is not None:
            yield f"{key}: {in_quotes(value)}"


def _limits(limits: Limits) -> Iterator[str]:
    yield f"calls: {limits.calls}"
    yield f"per_seconds: {limits.per_seconds:g}"
    if limits.share != 1:
        yield f"share: {limits.share:g}"
    if limits.calls_per_day is not None:
        yield f"calls_per_day: {limits.calls_per_day}"


def _column(column: ProposedColumn, setting: Setting) -> Iterator[str]:
    header = yaml_word(column.header)
    if column.entry is not None:
        yield from _sure(column.entry, header, setting)
        if column.instead is not None:
            yield f"  # {header}: {_written(column.instead, setting)}  # instead, if it is to stay in one piece"
    elif column.doubtful is not None:
        yield f"  # {header}: {_written(column.doubtful, setting)}  # doubtful: {_on_one_line(column.reason)}"
        yield from _notes(column.doubtful, header, setting)
    else:
        yield f"  # {header} is not mapped ({_on_one_line(column.reason or NOTHING_LIKE_IT)})"


def _sure(entry: Entry, header: str, setting: Setting) -> Iterator[str]:
    """The line of a sure match, and what a person should know of it."""
    line = f"{header}: {_written(entry, setting)}"
    if entry.needs_zone and entry.can_shift and not setting.time_zone:
        yield f"  # {line}  # first say timezone: below, or its times would be taken for another place's"
    else:
        yield f"  {line}"
    yield from _notes(entry, header, setting)


def _notes(entry: Entry, header: str, setting: Setting) -> Iterator[str]:
    if entry.needs_region and not setting.region:
        yield f"  # {header}: numbers without +country code are refused until a country is named, such as region: IN"
    for note in entry.notes:
        yield f"  # {header}: {note}"
    if entry.off_list:
        values = ", ".join(in_quotes(value) for value in entry.off_list)
        yield f"  # {header}: not among the field's options: {values}; translate them with values: {{…}}"


def _written(entry: Entry, setting: Setting) -> str:
    """What stands behind the header: a schema name alone, or all that is to be said of the column."""
    if len(entry.fields) > 1:
        return f"{{split: [{', '.join(entry.fields)}]}}"
    parts = [f"field: {entry.fields[0]}", *_said(entry, setting)]
    return f"{{{', '.join(parts)}}}" if len(parts) > 1 else entry.fields[0]


def _said(entry: Entry, setting: Setting) -> Iterator[str]:
    if entry.type:
        yield f"type: {entry.type}"
    if entry.needs_region and setting.region:
        yield f"region: {setting.region}"
    for key in ("format", "thousands", "decimal"):
        if value := getattr(entry, key):
            yield f"{key}: {in_quotes(value)}"
    if entry.timezone:
        yield f"timezone: {entry.timezone}"
    elif entry.needs_zone and not entry.can_shift and not setting.time_zone:
        yield "timezone: UTC"
    if entry.values:
        pairs = (f"{yaml_word(cell)}: {yaml_word(value)}" for cell, value in entry.values.items())
        yield f"values: {{{', '.join(pairs)}}}"


def _on_one_line(text: str) -> str:
    """A text for a comment."""
    return "".join(mark for mark in " ".join(text.split()) if mark.isprintable())
