"""A config.yaml proposed for a spreadsheet and an account."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from importer.app.accountledger import AccountFacts, ask_account
from importer.app.blocking import Blocking
from importer.app.closingrows import ClosingRow, find_closing_rows
from importer.app.configchoice import find_config
from importer.app.reading import Reading, find_reading, notes_on, open_as_found, peek_checked, told_by
from importer.app.request import environ_of
from importer.config import Config
from importer.config.ledgerplace import place_ledger
from importer.errors import UsageError
from importer.lead.header import shown, tidy
from importer.lead.metadata import FieldList
from importer.lead.values.phone import is_region, region_of
from importer.proposal.configtext import Setting, write_config
from importer.proposal.country import find_country
from importer.proposal.proposal import Proposal, ProposedColumn, propose
from importer.proposal.reference import find_reference
from importer.sheet import Table

__all__ = ["Certainty", "FieldChoice", "MappedColumn", "MappingRequest", "ProposedMapping", "propose_mapping"]

SAMPLE_ROWS = 500
SHOWN_SAMPLES = 3


class Certainty(StrEnum):
    """How sure it is where a column goes."""

    SURE = "sure"
    DOUBTFUL = "doubtful"
    UNMAPPED = "unmapped"


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One column: the field it goes to, or may go to, by dotted schema name (empty: none), and what it is read as.

    `reason` says why it is doubtful or goes nowhere, where that is known. `filled` is the share of the first rows that
    have a value, `samples` are the first different ones.
    """

    header: str
    field: str
    certainty: Certainty
    reason: str
    type: str
    filled: float
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """A field that a column may go to: its dotted schema name, and the name that LeadSquared shows."""

    name: str
    display: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingRequest:
    """The spreadsheet at `file`, and what is known of how it is to be read; None is found out of the file or account.

    - `config`: a configuration that names the account; None for config.yaml in the current folder, or the environment.
    - `folder`: where the proposal is going to lie; None for the current folder.
    - `sandbox`: for the sandbox's fields: no keys, no network.
    - `region`: the country of phones without a code, two letters; `time_zone`: where the file's times are.
    - `refresh_fields`: ask the account for its fields anew, not only every 12 hours.
    - `chosen`: what a person has decided of columns: header → dotted schema name, empty for a column that goes nowhere.
    - `schema`: where an editor finds the JSON Schema of config.yaml, seen from the proposal; empty for nowhere.
    """

    file: Path
    config: Path | None = None
    folder: Path | None = None
    sandbox: bool = False
    sheet: str | None = None
    header_row: int | None = None
    region: str | None = None
    time_zone: str | None = None
    encoding: str | None = None
    refresh_fields: bool = False
    chosen: Mapping[str, str] = field(default_factory=dict)
    schema: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedMapping:
    """What was found: `text` is a config.yaml, empty where no header is like a field of the account.

    `sure`, `doubtful` and `unmapped` count columns; doubtful ones stand in the text as comments, with the reason.
    `headers` are those that were read, `notes` what a person should know of how the file was read. `columns` tell the
    same one by one, `fields` are all that a column may go to, `unfilled` the mandatory ones that no column fills.
    """

    text: str
    sure: int
    doubtful: int
    unmapped: int
    headers: tuple[str, ...]
    notes: tuple[str, ...]
    columns: tuple[MappedColumn, ...] = ()
    fields: tuple[FieldChoice, ...] = ()
    unfilled: tuple[FieldChoice, ...] = ()


async def propose_mapping(request: MappingRequest, *, environ: Mapping[str, str] | None = None) -> ProposedMapping:
    """Propose a config.yaml for a spreadsheet and the account; nothing is written.

    UsageError where the file cannot be read, or the account does not tell its fields.
    """
    environ = environ_of(environ)
    known = find_config(request.config, environ)
    named = known if request.config is not None else Config()  # a config that happens to lie here is about another file
    _check_place(request)
    told = told_by(named, sheet=request.sheet, header_row=request.header_row, encoding=request.encoding)
    blocking = Blocking()
    tops = await blocking.read(lambda: peek_checked(request.file, told), let_go=lambda _tops: None)  # needs no network
    facts = await ask_account(known, is_sandbox=request.sandbox, refresh=request.refresh_fields, environ=environ)
    table, reading = await blocking.read(
        lambda: open_as_found(request.file, told, find_reading(tops, told, facts.fields)),
        let_go=lambda opened: opened[0].close(),
    )
    with table:
        samples, closing = _samples(table), tuple(find_closing_rows(table))
    setting = _setting(request, known, facts, reading, is_ledger_named=bool(environ.get("LSQ_LEDGER")))
    country, header = ("", "") if request.region else find_country(samples, usual=setting.region)
    if country:
        setting = replace(setting, region=country)
    setting = replace(setting, skips=tuple(dict.fromkeys((row.header, row.text) for row in closing)))
    try:
        proposal = propose(table.header, samples, facts.fields, grouped=reading.grouped, chosen=request.chosen)
    except KeyError as error:
        raise UsageError(f"The account has no field {error.args[0]} that a column may go to.") from None
    return ProposedMapping(
        text=write_config(proposal, setting) if proposal.sure or proposal.doubtful else "",
        sure=proposal.sure,
        doubtful=proposal.doubtful,
        unmapped=proposal.unmapped,
        headers=tuple(column.header for column in proposal.columns),
        notes=(*notes_on(told, reading), *_notes_on_country(country, header), *_notes_on_closing(closing)),
        columns=tuple(_mapped(column, samples.get(column.header, ())) for column in proposal.columns),
        fields=tuple(_choices(proposal, facts.fields)),
        unfilled=tuple(FieldChoice(one.schema_name, one.display_name) for one in proposal.unfilled),
    )


def _mapped(column: ProposedColumn, values: Sequence[str]) -> MappedColumn:
    entry = column.entry or column.doubtful
    certainty = Certainty.SURE if column.entry else Certainty.DOUBTFUL if column.doubtful else Certainty.UNMAPPED
    filled = [text for text in values if text.strip()]
    return MappedColumn(
        header=column.header,
        field=", ".join(entry.fields) if entry else "",
        certainty=certainty,
        reason=column.reason,
        type=entry.type if entry else "",
        filled=len(filled) / len(values) if values else 0.0,
        samples=tuple(dict.fromkeys(filled))[:SHOWN_SAMPLES],
    )


def _choices(proposal: Proposal, fields: FieldList) -> Iterator[FieldChoice]:
    """Every field that a column may go to; those of a custom field set under their parent's name."""
    for name, one in proposal.fields:
        parent = fields.get(name.partition(".")[0]) if "." in name else None
        display = one.display_name or one.schema_name
        if parent is not None:
            display = f"{parent.display_name or parent.schema_name} › {display}"
        yield FieldChoice(name, display)


def _check_place(request: MappingRequest) -> None:
    """UsageError for a country or a time zone that a config could not hold."""
    if request.region is not None and not is_region(request.region.upper()):
        raise UsageError(f"region: {request.region} is no country.", hint="Give its two letters, such as IN.")
    if request.time_zone is not None and not _zone(request.time_zone):
        raise UsageError(f"timezone: {request.time_zone} is no time zone.", hint="Give its name, such as Asia/Kolkata.")


def _setting(
    request: MappingRequest, known: Config, facts: AccountFacts, reading: Reading, *, is_ledger_named: bool
) -> Setting:
    return Setting(
        file=str(request.file),
        schema=request.schema,
        host=facts.host,
        is_host_trusted=known.account.trusted_host,
        auth=known.account.auth,
        account_name=known.account.name,
        limits=known.limits,
        ledger=None if is_ledger_named else _ledger(known, request.folder),  # the variable wins in the import too
        unique=known.unique,
        proxy=known.proxy or "",
        reference=known.reference or find_reference(facts.fields),
        header_row=reading.header_row or 1,
        header_rows=reading.header_rows,
        sheet=reading.sheet,
        encoding=reading.encoding,
        delimiter=reading.delimiter,
        region=(request.region or region_of(facts.country_code)).upper(),
        time_zone=_zone(request.time_zone or facts.time_zone),
    )


def _ledger(known: Config, folder: Path | None) -> str | None:
    """The ledger that a config names, as it is written there: in full where the proposal goes to another folder."""
    place = Path() if folder is None else folder
    if known.ledger is None or known.path is None or known.path.parent.absolute() == place.absolute():
        return known.ledger
    return place_ledger(known.ledger, known.path.parent)


def _notes_on_country(country: str, header: str) -> Iterator[str]:
    if country:
        yield f"Phone numbers without a country code are read as {country}'s: the column {shown(header)} says so."


def _notes_on_closing(rows: Sequence[ClosingRow]) -> Iterator[str]:
    for row in rows:
        yield f"Row {row.number} seems to be a total or a closing line and no lead: skip_rows leaves it out."


def _samples(table: Table) -> dict[str, list[str]]:
    """Some cells of each column, row by row."""
    names = [tidy(name) for name in table.header]
    samples: dict[str, list[str]] = {name: [] for name in names}
    for row in itertools.islice(table.rows(), SAMPLE_ROWS):
        for name, cell in zip(names, row.cells, strict=True):
            samples[name].append(cell)
    return samples


def _zone(name: str) -> str:
    """A time zone's name if it is one that a config may hold."""
    try:
        return ZoneInfo(name).key if name else ""
    except (ZoneInfoNotFoundError, ValueError, OSError):  # `Asia` is a folder
        return ""
