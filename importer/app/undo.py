"""Undo: the leads that one run created are put into a list of the account, or deleted there and forgotten here."""

import csv
import io
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from importer.app.accountledger import AccountLedger, open_account
from importer.app.budget import open_slots
from importer.app.context import BusyError
from importer.app.request import environ_of
from importer.errors import FatalError, ImporterError, UsageError
from importer.leadsquared.connection import make_client
from importer.leadsquared.removal import MOST_LISTED_AT_ONCE, Gone, Removal, Removed
from importer.ledger.maintenance import forget
from importer.ledger.records import KnownRow, PastRun
from importer.nextstep import Action, NextStep
from importer.outcome import State
from importer.report import ReportError
from importer.wholefile import WholeFile

__all__ = ["UndoRequest", "UndoResult", "undo"]

FORGOTTEN_AT_ONCE = 25
MOST_NAMED = 60
NOT_ALLOWED = (
    "LeadSquared's support enables deletion for an account. Leads that are put into a list can be deleted by an admin."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoRequest:
    """The run that is to be undone, by its number in `history`. `config` is None for config.yaml in this folder.

    `delete`: the leads are deleted, not only listed. `dry_run`: nothing is called, and nothing written.
    """

    run: int
    config: Path | None = None
    delete: bool = False
    dry_run: bool = False


@dataclass(slots=True)
class UndoResult:
    """What became of the run's leads so far. `list_name` is empty where no list was made, `report` None where nothing
    was done. `error` ended it early; the same request goes on.
    """

    run: PastRun
    leads: int
    removed: list[Removed] = field(default_factory=list)
    list_name: str = ""
    report: Path | None = None
    error: ImporterError | None = None

    def count(self, what: Gone) -> int:
        """How many leads came to this."""
        return sum(one.what is what for one in self.removed)

    @property
    def is_whole(self) -> bool:
        """Whether no lead of the run is left as it was."""
        return self.error is None and len(self.removed) == self.leads and not self.count(Gone.KEPT)


async def undo(
    request: UndoRequest,
    *,
    confirm: Callable[[PastRun, int], bool] = lambda _run, _leads: True,
    on_lead: Callable[[Removed], object] = lambda _removed: None,
    environ: Mapping[str, str] | None = None,
) -> UndoResult:
    """Undo a run. `confirm` is asked with the run and the number of its leads before anything is deleted or listed.

    Each lead is told to `on_lead`. UsageError where there is no such import of this account, or nobody confirms;
    BusyError where it, or another run of its source, is alive. It may be interrupted anywhere and asked for again.
    """
    async with open_account(request.config, environ) as account:
        run = _find_run(account, request.run)
        rows = [row for row in account.ledger.rows.of_run(run.id) if row.state is State.CREATED and row.lead_id]
        result = UndoResult(run, len(rows))
        if request.dry_run or not rows:
            return result
        if not confirm(run, len(rows)):
            raise UsageError("Not confirmed: nothing was done.")
        if not account.ledger.locks.take_source(account.ledger.account.identity, run.source):
            raise BusyError(f"Another run is importing {run.source} right now.", hint="Wait until it has ended.")
        try:
            async with aclosing(_remove(request, account, result, rows, environ)) as removing:
                async for removed in removing:
                    result.removed.append(removed)
                    on_lead(removed)
        except FatalError as error:
            result.error = error
        finally:
            if result.removed:
                result.report = _write(run, rows, result.removed)
        return result


def _find_run(account: AccountLedger, number: int) -> PastRun:
    run = account.ledger.runs.find(number)
    steps = (NextStep(Action.LIST_RUNS),)
    if run is None or run.mode != "import":
        raise UsageError(f"The ledger knows no import of number {number}.", steps=steps)
    if run.identity != account.ledger.account.identity:
        raise UsageError(f"Run {number} was an import into another account, {run.identity}.", steps=steps)
    if run.ended_at is None and account.ledger.locks.is_live(run.token):
        raise BusyError(f"Run {number} is still importing {run.source}.", hint="Stop it, or wait until it has ended.")
    return run


async def _remove(
    request: UndoRequest,
    account: AccountLedger,
    result: UndoResult,
    rows: Sequence[KnownRow],
    environ: Mapping[str, str] | None,
) -> AsyncGenerator[Removed, None]:
    """Remove the leads and tell each as it is done."""
    config = account.target.config
    lead_ids = [row.lead_id for row in rows]
    async with AsyncExitStack() as stack:
        slots = await stack.enter_async_context(open_slots(account.ledger, config))
        client = await stack.enter_async_context(make_client(config, slots=slots, environ=environ_of(environ)))
        removal = Removal(client, secrets=config.account.secrets)
        if request.delete:
            removing = _delete(removal, account, result.run, lead_ids)
        else:
            result.list_name = _list_name(result.run)
            removing = _list(removal, result, lead_ids)
        async with aclosing(removing):
            async for removed in removing:
                yield removed


async def _list(removal: Removal, result: UndoResult, lead_ids: Sequence[str]) -> AsyncGenerator[Removed, None]:
    about = f"Leads that lsq-import created from {result.run.file}"
    list_id = await removal.make_list(result.list_name, about)
    for start in range(0, len(lead_ids), MOST_LISTED_AT_ONCE):
        for removed in await removal.fill_list(list_id, lead_ids[start : start + MOST_LISTED_AT_ONCE]):
            yield removed


async def _delete(
    removal: Removal, account: AccountLedger, run: PastRun, lead_ids: Sequence[str]
) -> AsyncGenerator[Removed, None]:
    """Delete leads, and let the ledger forget those that are gone, some at a time: it is read whole for that."""
    gone: list[str] = []
    try:
        for number, lead_id in enumerate(lead_ids):
            removed = await removal.delete(lead_id)
            yield removed
            if removed.what is not Gone.KEPT:
                gone.append(lead_id)
            elif not number:
                why = f"LeadSquared does not delete leads here: {removed.message}"
                raise FatalError(why, hint=NOT_ALLOWED, steps=(NextStep(Action.FORGET_DELETED, str(run.id)),))
            if len(gone) >= FORGOTTEN_AT_ONCE:
                forget(account.ledger, lead_ids=gone)
                gone.clear()
    finally:
        forget(account.ledger, lead_ids=gone)


def _list_name(run: PastRun) -> str:
    """The same each time, so that an undo that goes on finds its list."""
    began = datetime.fromtimestamp(run.started_at).astimezone().strftime("%Y-%m-%d %H:%M")
    return f"lsq-import {Path(run.file).name[:MOST_NAMED]} {began} run {run.id}"


def _write(run: PastRun, rows: Sequence[KnownRow], removed: Sequence[Removed]) -> Path:
    """Write what was undone beside the run's report, or here where its folder is gone."""
    numbers = {row.lead_id: row.row_number for row in rows}
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(["lsq_row", "lead_id", "what", "message"])
    table.writerows([numbers[one.lead_id], one.lead_id, one.what, one.message] for one in removed)
    folder = Path(run.report).parent
    folder = folder if folder.is_dir() else Path()
    stamp = time.strftime("%Y-%m-%d-%H%M%S")
    path = folder / f"{Path(run.file).stem[:MOST_NAMED]}.undo-{run.id}-{stamp}.csv"
    with WholeFile(path, failure=ReportError, mode=0o600) as part:
        part.file.write(text.getvalue().encode("utf-8-sig"))
    return path
