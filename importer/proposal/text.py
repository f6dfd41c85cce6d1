"""A proposal as the text of a config.yaml, commented for the person who checks it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from importer.proposal.proposal import Proposal, ProposedColumn

__all__ = ["Setting", "write_config"]

_PLAIN = re.compile(r"[A-Za-z][\w/()-]*(?: [\w/()-]+)*", re.ASCII)
_YAML_WORDS = frozenset({"yes", "no", "true", "false", "null", "on", "off", "y", "n"})


@dataclass(frozen=True, slots=True)
class Setting:
    """What beside the columns is known: `host` of the account, `region` (two letters) and `time_zone` where told."""

    file: str
    host: str = ""
    header_row: int = 1
    sheet: str | None = None
    region: str = ""
    time_zone: str = ""


def write_config(proposal: Proposal, setting: Setting) -> str:
    """The text of a config.yaml that holds the proposal; every doubtful match is in it as a comment."""
    return "\n".join(_lines(proposal, setting)) + "\n"


def _lines(proposal: Proposal, setting: Setting) -> Iterator[str]:
    yield f"# Proposed for {setting.file}. Check every line, and those behind a # above all; then try it:"
    yield f"#   lsq-import {setting.file} --dry-run"
    yield "# docs/config.md explains each key."
    if setting.host:
        yield f"account:\n  host: {setting.host}"
    yield "limits: {calls: 25, per_seconds: 5}"
    if setting.header_row != 1:
        yield f"header_row: {setting.header_row}"
    if setting.sheet is not None:
        yield f"sheet: {json.dumps(setting.sheet, ensure_ascii=False)}"
    yield ""
    yield "columns:"
    mapped = [one for one in proposal.columns if one.match is not None or one.is_full_name]
    for column in proposal.columns:
        yield from _column(column, setting)
    if not mapped:
        yield "  {}"
    for field in proposal.unfilled:
        yield f"  # The account demands {field.schema_name} ({field.display_name}), which no column seems to hold."
    yield ""
    if proposal.has_moments:
        zone = setting.time_zone or "UTC"
        yield f"timezone: {zone}  # where the times in the file are; LeadSquared stores UTC"
    yield "unmapped_columns: ignore"
    yield "unique: [EmailAddress, Phone]  # the fields that the account keeps unique"


def _column(column: ProposedColumn, setting: Setting) -> Iterator[str]:
    header = _quoted(column.header)
    if column.is_full_name:
        yield f"  {header}: {{split: [FirstName, LastName]}}"
    elif column.match is not None:
        yield f"  {header}: {_target(column, setting)}"
        if column.off_list:
            values = ", ".join(json.dumps(value, ensure_ascii=False) for value in column.off_list)
            yield f"  # {header}: not among the field's options: {values}; translate them with values: {{…}}"
    elif column.doubtful is not None:
        yield f"  # {header}: {column.doubtful.name}  # doubtful: {column.doubtful.score:.0f} of 100 alike"
    else:
        yield f"  # {header}:  # nothing like it among the account's fields"


def _target(column: ProposedColumn, setting: Setting) -> str:
    assert column.match is not None  # noqa: S101 - the caller looked
    name, field = column.match.name, column.match.field
    if field.data_type in {"Phone", "Mobile"}:
        region = f", region: {setting.region}" if setting.region else ""
        return f"{{field: {name}, type: phone{region}}}"
    if field.data_type == "Email":
        return f"{{field: {name}, type: email}}"
    if field.data_type == "DateTime":
        return f"{{field: {name}, type: datetime}}"
    if field.data_type == "Select" and field.options:
        return f"{{field: {name}, type: choice}}"
    return name


def _quoted(header: str) -> str:
    """A header as a YAML key: in quotes where YAML would take it for something else."""
    is_plain = _PLAIN.fullmatch(header) and header.casefold() not in _YAML_WORDS
    return header if is_plain else json.dumps(header, ensure_ascii=False)
