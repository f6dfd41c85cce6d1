"""`lsq-import undo`: take back what a run created."""

import asyncio
import sys
from pathlib import Path

import click
from tqdm import tqdm

from importer.app.undo import UndoRequest, UndoResult
from importer.app.undo import undo as undo_run
from importer.commands.streams import echo
from importer.commands.wording import say
from importer.errors import UsageError
from importer.exitstatus import ExitStatus
from importer.leadsquared.removal import Gone
from importer.ledger.records import PastRun
from importer.nextstep import Action, NextStep

__all__ = ["undo"]


@click.command(short_help="Take back what a run created.")
@click.argument("run", type=click.IntRange(min=1), metavar="RUN")
@click.option("--delete", is_flag=True, help="Delete the leads, one by one, and forget them; it cannot be taken back.")
@click.option("--dry-run", is_flag=True, help="Tell how many leads it would be, and do nothing.")
@click.option("--yes", is_flag=True, help="Answer the question before --delete with yes.")
@click.option("-c", "--config", type=click.Path(path_type=Path), metavar="FILE", help="The configuration.")
@click.pass_context
def undo(ctx: click.Context, *, run: int, delete: bool, dry_run: bool, yes: bool, config: Path | None) -> None:
    """Put the leads that RUN created into a static list of the account, from which an admin deletes them.

    RUN is its number in lsq-import history. Where the account allows it, --delete deletes them here, and their rows can
    be imported again. The same command goes on after an interruption.
    """
    request = UndoRequest(run=run, config=config, delete=delete, dry_run=dry_run)
    with tqdm(unit=" leads", disable=None, leave=False) as progress:

        def confirm(past: PastRun, leads: int) -> bool:
            is_sure = not delete or yes or _ask(past, leads)
            progress.reset(leads)
            return is_sure

        result = asyncio.run(undo_run(request, confirm=confirm, on_lead=lambda _removed: progress.update()))
    _tell(result, request)
    if result.error is not None:
        raise result.error
    ctx.exit(0 if dry_run or result.is_whole else ExitStatus.SOME_NOT)


def _ask(run: PastRun, leads: int) -> bool:
    if not sys.stdin.isatty():
        raise UsageError(
            "--delete asks whether the leads are to be deleted, and no terminal is there to answer.",
            hint="Add --yes if they are. Nothing was deleted.",
        )
    text = f"{leads:,} leads that were created from {run.file} will be deleted, with all that hangs on them. Go on?"
    try:
        return click.confirm(text, err=True)
    except click.Abort:
        return False


def _tell(result: UndoResult, request: UndoRequest) -> None:
    run, leads = result.run, result.leads
    if not leads:
        echo(f"Run {run.id} ({run.file}) has no created lead that the ledger still knows: nothing is to be done.")
        return
    if request.dry_run:
        what = "deleted" if request.delete else "put into a list"
        echo(f"{leads:,} leads that run {run.id} created from {run.file} would be {what}. Nothing was done.")
        return
    counts = ", ".join(f"{count:,} {what}" for what in Gone if (count := result.count(what)))
    echo(f"Of {leads:,} leads that run {run.id} created from {run.file}: {counts or 'none yet'}.")
    if result.list_name:
        echo(f'They are in the static list "{result.list_name}": an admin deletes them from there.')
        echo(say("", [NextStep(Action.FORGET_DELETED, str(run.id))]))
    if result.report is not None:
        echo(f"What was undone: {result.report}")
