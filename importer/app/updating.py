"""The end of an import that brings leads up to date which exist: `existing: fill` and `existing: update`."""

import asyncio
import itertools
from collections import Counter
from dataclasses import replace

from importer.app.context import ImportContext
from importer.app.sending import Sent, run_until_stopped, watch_account
from importer.app.stop import Watch
from importer.errors import QuotaError
from importer.events import Level, Notice, Notify, Observer
from importer.lead.lead import Lead
from importer.leadsquared.client import Client
from importer.leadsquared.updates import Filling, Updates
from importer.nextstep import Action, NextStep
from importer.outcome import Status
from importer.ratelimit.watchdog import Watchdog
from importer.run.review import Reviewed
from importer.run.updating import ExistingLeads

__all__ = ["bring_up_to_date", "foresee_updates"]

FORESEEN_AT_ONCE = 400
_EXISTING = "Rows whose leads exist are written to them (existing: {})."
_ASK = (NextStep(Action.LOOK_UP),)


async def bring_up_to_date(
    context: ImportContext, client: Client, sent: Sent, observer: Observer, watch: Watch
) -> Sent:
    """Write what rows say to the leads that they are about; what the whole sending came to. Nothing is done where it
    ended early.
    """
    config = context.config
    if config.existing == "report" or sent.failure is not None or watch.stop.is_requested:
        return sent
    watchdog = watch_account(context, client, observer).calls
    updates = _make_updates(context, client, config.existing, watchdog)
    leads = ExistingLeads(
        input_file=context.input_file,
        maker=context.maker,
        ledger=context.ledger,
        scratch=context.scratch,
        updates=updates,
        workers=config.workers,
    )

    def leave() -> None:
        leads.leave()
        client.limiter.close()

    await run_until_stopped(asyncio.create_task(leads.run()), leave, context, watch)
    failure = leads.failure
    if context.options.until_quota and isinstance(failure, QuotaError):
        observer(Notice(Level.INFO, str(failure)))
        failure = None
    return replace(sent, calls=client.calls, refusals=sent.refusals + watchdog.refusals, failure=failure)


async def foresee_updates(context: ImportContext, reviewed: Reviewed, notify: Notify) -> str:
    """What a dry run says of leads that exist; empty where nothing would be written to them.

    Where it may look up, it asks for every row with a unique value; else it says what that would cost.
    """
    config = context.config
    if config.existing == "report":
        return ""
    ready = reviewed.counts[Status.READY]
    if context.asker is None:
        calls = f"up to {2 * ready:,} calls" if ready else "no call"
        notify(Notice(Level.INFO, f"{_EXISTING.format(config.existing)} To find out which takes {calls}.", _ASK))
        return ""
    updates = _make_updates(context, context.asker, config.existing, Watchdog())
    counts = Counter[Status]()
    limit = asyncio.Semaphore(config.workers)

    async def foresee(lead: Lead) -> None:
        async with limit:
            counts[await updates.foresee(lead)] += 1

    rows = (context.maker.make(*row) for row in context.input_file.rows())
    leads = (prepared.lead for prepared in rows if not prepared.problems and prepared.lead.keys)
    while batch := list(itertools.islice(leads, FORESEEN_AT_ONCE)):
        async with asyncio.TaskGroup() as group:
            for lead in batch:
                group.create_task(foresee(lead))
    said = {
        Status.READY: "are in no lead yet",
        Status.UPDATED: "would update a lead",
        Status.UNCHANGED: "would leave their lead unchanged",
        Status.NOT_UPDATED: "could not be looked up, or belong to several leads",
    }
    told = "; ".join(f"{counts[status]:,} {what}" for status, what in said.items() if counts[status])
    return f"Of the rows with a unique value ({config.existing}): {told or 'none'}."


def _make_updates(context: ImportContext, client: Client, filling: Filling, watchdog: Watchdog) -> Updates:
    config = context.config
    return Updates(
        client,
        filling=filling,
        count=len(context.input_file.mapping.columns),
        kept=() if config.update_unique else config.unique,
        country_code=context.ledger.account.country_code,
        watchdog=watchdog,
        secrets=config.account.secrets,
    )
