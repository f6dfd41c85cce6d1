"""`lsq-import forget`: leads that were deleted in LeadSquared since, taken out of the ledger."""

import asyncio
from pathlib import Path

import click

from importer.app.accountledger import AccountLedger, open_account, report_rows
from importer.commands.streams import echo
from importer.errors import UsageError
from importer.lead.uniquekeys import unique_keys
from importer.ledger.digestkinds import KeyDigest
from importer.ledger.digests import Digests
from importer.ledger.maintenance import Forgotten
from importer.ledger.maintenance import forget as forget_leads

__all__ = ["forget"]


@click.command(short_help="Forget leads that were deleted in LeadSquared.")
@click.argument("report", type=click.Path(path_type=Path), required=False)
@click.option(
    "--row", "rows", type=int, multiple=True, metavar="N", help="A row of REPORT, by its lsq_row; repeatable."
)
@click.option("--lead", "lead_ids", multiple=True, metavar="ID", help="A lead's id; repeatable.")
@click.option(
    "--value",
    "values",
    multiple=True,
    metavar="FIELD=VALUE",
    help="A unique value: EmailAddress=a@example.com; repeatable.",
)
@click.option("-c", "--config", type=click.Path(path_type=Path), metavar="FILE", help="The configuration.")
def forget(
    *,
    report: Path | None,
    rows: tuple[int, ...],
    lead_ids: tuple[str, ...],
    values: tuple[str, ...],
    config: Path | None,
) -> None:
    """Take leads that were deleted in LeadSquared out of the ledger, so that their rows are sent again.

    Nothing is sent now, and nothing changes in LeadSquared.
    """
    if not (rows or lead_ids or values):
        raise UsageError("Nothing was named.", hint="Name leads by REPORT --row N, by --lead ID or by --value.")
    if bool(rows) != (report is not None):
        raise UsageError("REPORT and --row belong together.")

    async def forget_them() -> Forgotten:
        async with open_account(config) as account:
            refs = [line.ref for line in report_rows(report, rows, account)] if report is not None else []
            return forget_leads(account.ledger, refs=refs, lead_ids=lead_ids, keys=_keys(values, account))

    forgotten = asyncio.run(forget_them())
    echo(f"{forgotten.created} created rows are forgotten: they are sent again when their file is imported.")
    if forgotten.duplicates:
        echo(f"{forgotten.duplicates} rows that were duplicates of them are tried again, too.")
    if forgotten.unresolved:
        echo(f"{forgotten.unresolved} unknown rows were left as they are: settle those (lsq-import settle).")


def _keys(values: tuple[str, ...], account: AccountLedger) -> list[KeyDigest]:
    digests = Digests(account.ledger.secret, account=account.ledger.account.identity, source="", header=())
    keys: list[KeyDigest] = []
    for text in values:
        field, equals, value = text.partition("=")
        field, value = field.strip(), value.strip()
        if not equals or not value or field not in account.config.unique:
            raise UsageError(
                "--value takes FIELD=VALUE, FIELD being one of " + ", ".join(account.config.unique) + ".",
                hint="These are the fields under unique: in config.yaml.",
            )
        found = unique_keys([(field, value)], country_code=account.ledger.account.country_code)
        keys += [digests.of_key(key.field, form) for key in found for form in key.forms]
    return keys
