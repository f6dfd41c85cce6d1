"""The ledger of the account that config and environment name, and the rows of a report that are in it."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from importer.app.account import Destination, find_destination, learn_destination_fields
from importer.app.budget import open_slots
from importer.app.configchoice import DEFAULT_CONFIG, location_of
from importer.app.lostledger import account_tags
from importer.app.request import environ_of
from importer.config import Config, load_config
from importer.errors import CallError, UsageError
from importer.lead.metadata import FieldList
from importer.leadsquared.connection import make_client
from importer.leadsquared.user import read_user
from importer.ledger.digestkinds import CellsDigest, RowRef
from importer.ledger.digests import Digests
from importer.ledger.ledger import Ledger
from importer.ledger.reference import read_reference
from importer.ledger.slots.shared import SharedSlots
from importer.nextstep import NextStep
from importer.report import PastLine, recognise
from importer.sheet import Row, open_table

__all__ = [
    "AccountFacts",
    "AccountLedger",
    "ReportRow",
    "ask_account",
    "open_account",
    "report_rows",
    "settled_destination",
]


@dataclass(frozen=True, slots=True)
class AccountLedger:
    """A ledger opened for one account, and the config that named it."""

    ledger: Ledger
    target: Destination
    config: Config


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A line of a report that belongs to this account: its row, what was written on it, and its reference."""

    row: Row
    past: PastLine
    ref: RowRef
    cells: CellsDigest


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What an account tells of itself: its fields, its time zone, and the code of its country; empty where unknown.

    `note` says how old the fields are, `steps` what may be done about it.
    """

    fields: FieldList
    note: str
    steps: tuple[NextStep, ...]
    host: str
    time_zone: str
    country_code: str


async def ask_account(
    config: Config, *, is_sandbox: bool, refresh: bool, environ: Mapping[str, str] | None = None
) -> AccountFacts:
    """Ask an account for its fields and who it is; UsageError where it does not tell its fields.

    The calls are of the budget that all runs on the account share.
    """
    async with AsyncExitStack() as stack:
        target = await stack.enter_async_context(find_destination(config, is_sandbox=is_sandbox, is_dry_run=False))
        slots: SharedSlots | None = None
        if not target.is_throw_away:
            ledger = stack.enter_context(target.open_ledger(location_of(config)))
            slots = await stack.enter_async_context(open_slots(ledger, config))
        client = await stack.enter_async_context(make_client(target.config, slots=slots, environ=environ_of(environ)))
        known = await learn_destination_fields(client, target, refresh=refresh)
        if known.fields is None:
            raise UsageError(known.note, hint="Look with the keys of a user who may read the lead fields.")
        user = None
        with suppress(CallError):
            user = read_user(await client.user())
        return AccountFacts(
            fields=known.fields,
            note=known.note,
            steps=known.steps,
            host="" if is_sandbox else config.account.host,
            time_zone=user.time_zone if user else "",
            country_code=user.country_code if user else "",
        )


async def settled_destination(config: Config) -> Destination:
    """The real account that a config names; UsageError where keys are missing."""
    async with find_destination(config, is_sandbox=False, is_dry_run=False) as target:
        return target


@asynccontextmanager
async def open_account(
    config_path: Path | None, environ: Mapping[str, str] | None = None
) -> AsyncIterator[AccountLedger]:
    """Open the ledger of the account that config and environment name; UsageError where there is none."""
    config = load_config(config_path or DEFAULT_CONFIG, environ=environ_of(environ))
    target = await settled_destination(config)
    with target.open_ledger(location_of(config)) as ledger:
        yield AccountLedger(ledger, target, config)


def report_rows(report: Path, numbers: Collection[int], account: AccountLedger) -> list[ReportRow]:
    """The lines of a report with these numbers (`lsq_row`); UsageError where one is missing or another account's."""
    with open_table(report) as table:
        shape = recognise(table.header)
        if shape is None:
            raise UsageError(
                f"{report} is no report: it has no columns lsq_row and lsq_status.", hint="Name a report of lsq-import."
            )
        ledger, identity = account.ledger, account.ledger.account.identity
        digests = Digests(ledger.secret, account=identity, source="", header=shape.header)
        tags = account_tags(ledger, account.target)
        found: list[ReportRow] = []
        for line in table.rows():
            past = shape.past(line)
            if past.number not in numbers:
                continue
            reference = read_reference(past.ref)
            if reference is None or reference[0] not in tags:
                raise UsageError(
                    f"{report}, row {past.number}: its reference (lsq_ref) is "
                    f"{'missing' if reference is None else 'another account’s'}.",
                    hint="Look whether host, keys and account.name are those of the run that wrote the report.",
                )
            row, ref = shape.row(line), reference[1]
            known = ledger.rows.find_rows([ref]).get(ref)  # it may go by another reference since
            found.append(ReportRow(row, past, ref if known is None else known.ref, digests.of_cells(row.cells)))
    missing = sorted(set(numbers) - {one.past.number for one in found})
    if missing:
        raise UsageError(
            f"{report} has no row {', '.join(map(str, missing))}.", hint="Give the numbers of the column lsq_row."
        )
    return found
