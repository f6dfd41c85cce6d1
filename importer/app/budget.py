"""The account's budget as one run sees it: its slots, and whether the day's calls suffice."""

from importer.config import Config
from importer.errors import UsageError
from importer.events import Notify, log_notice
from importer.ledger.ledger import Ledger
from importer.ledger.slots.budget import Terms
from importer.ledger.slots.shared import START_SLACK_S, SharedSlots
from importer.nextstep import Action, NextStep
from importer.ratelimit.adaptive import Limit
from importer.ratelimit.budgets import BULK, CALLS
from importer.ratelimit.limiter import LOST_MARGIN_S

__all__ = ["check_quota", "open_bulk_slots", "open_slots"]


def open_slots(ledger: Ledger, config: Config, *, notify: Notify = log_notice) -> SharedSlots:
    """The slots that all runs on the ledger's account share, to be entered with `async with`.

    `notify` is called in a thread of theirs.
    """
    limits = config.limits
    timeout_s = max(config.timeout_s, config.bulk.timeout_s) if config.route == "bulk" else config.timeout_s
    return SharedSlots(
        ledger,
        Terms(
            budget=CALLS,
            limit=Limit(limits.calls, limits.per_seconds),
            longest_s=START_SLACK_S + timeout_s + LOST_MARGIN_S,
            share=limits.share,
            calls_per_day=limits.calls_per_day,
        ),
        notify=notify,
    )


def open_bulk_slots(ledger: Ledger, config: Config, *, notify: Notify = log_notice) -> SharedSlots:
    """The slots of the account's bulk calls, likewise. Their calls count in the day as calls of the whole API."""
    bulk = config.bulk
    return SharedSlots(
        ledger,
        Terms(
            budget=BULK,
            limit=Limit(bulk.calls, bulk.per_seconds),
            longest_s=START_SLACK_S + bulk.timeout_s + LOST_MARGIN_S,
            share=config.limits.share,
            counts_in_day=False,
        ),
        notify=notify,
    )


def check_quota(needed: int, *, used: int, calls_per_day: int | None) -> None:
    """UsageError when the calls that are left today do not suffice for so many."""
    if calls_per_day is None or needed <= (left := max(0, calls_per_day - used)):
        return
    raise UsageError(
        f"This file needs {needed:,} {'call' if needed == 1 else 'calls'}, {left:,} are left today: "
        f"limits.calls_per_day is {calls_per_day:,}, and {used:,} were made in the last 24 hours.",
        steps=[NextStep(Action.SEND_UNTIL_QUOTA)],
    )
