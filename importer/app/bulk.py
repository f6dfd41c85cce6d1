"""The bulk road of one import: what is known of the account's answers, and how many of its calls are to spare."""

from importer.app.context import ImportContext
from importer.config import Config
from importer.events import Level, Notice, Observer
from importer.leadsquared.bulkroad import BulkRoad
from importer.leadsquared.client import Client
from importer.ledger.ledger import Ledger
from importer.ratelimit.watchdog import Watchdog
from importer.run.bulkdelivery import Form
from importer.run.bulksending import BulkPlan

__all__ = ["FORM", "find_form", "plan_bulk"]

FORM = "bulk answers"
"""Under which name the ledger remembers the form of an account's answers."""

AUTOMATIONS = (
    "Leads go in bulk calls: LeadSquared's own automations may not start for them (one account's did not). Where they "
    "must, send by the single route."
)


def find_form(ledger: Ledger) -> Form:
    """What is known of the form in which the account answers bulk calls.

    One that was answered in another form is tried again: the next run's canary costs a call, and accounts change.
    """
    return Form.KNOWN if ledger.recall(FORM) == Form.KNOWN else Form.UNTRIED


def plan_bulk(context: ImportContext, client: Client, watchdog: Watchdog, observer: Observer) -> BulkPlan | None:
    """How this import's rows share calls; None where its route is a call a row."""
    if client.bulk is None:
        return None
    config, ledger = context.config, context.ledger
    observer(Notice(Level.INFO, AUTOMATIONS))
    road = BulkRoad(
        client,
        client.bulk.limiter,
        unique=config.unique,
        country_code=ledger.account.country_code,
        watchdog=watchdog,
        find_owned=ledger.rows.find_owned,
        secrets=config.account.secrets,
    )
    return BulkPlan(
        road=road,
        rows=config.bulk.rows,
        form=find_form(ledger),
        remember=lambda form: ledger.remember(FORM, form),
        spare=_spare_calls(config),
        notify=observer,
    )


def _spare_calls(config: Config) -> int:
    """How many calls of the whole API a bulk call leaves over: none where the day's calls are counted."""
    if config.limits.calls_per_day is not None:
        return 0
    a_second = config.limits.calls * config.limits.share / config.limits.per_seconds
    bulk_a_second = config.bulk.calls / config.bulk.per_seconds
    return max(0, int(a_second / bulk_a_second) - 1)
