"""What a person is told of the account's budget, each thing once: a limit that was learnt, rivals, a wait."""

import math
from collections.abc import Callable

from importer.events import Level, Notice, Notify, log_notice
from importer.ledger.slots.budget import Granted
from importer.ratelimit.adaptive import AdaptiveLimit

__all__ = ["BudgetNews"]


class BudgetNews:
    """The news of one run. `is_live` tells whether a holder of slots still runs; `share` is config's."""

    def __init__(self, is_live: Callable[[str], bool], *, share: float, notify: Notify = log_notice) -> None:
        self._notify = notify
        self._is_live = is_live
        self._share = share
        self._seen: set[str] = set()
        self._has_told_wait = False
        self._has_told_others = False

    def tell_limit(self, adaptive: AdaptiveLimit) -> None:
        """Say at the beginning that another limit than config's is kept, if that is so."""
        if adaptive.advertised is not None:
            text = (
                f"LeadSquared has told an earlier run that the account's limit is {adaptive.advertised}, not "
                f"{adaptive.configured} as in config.yaml: that is kept."
            )
            self._notify(Notice(Level.INFO, text))

    def tell_change(self, before: AdaptiveLimit, after: AdaptiveLimit) -> None:
        """Say what was learnt from a refusal."""
        if after.advertised is not None and after.advertised != before.advertised:
            told = after.advertised
            limits = f"limits: {{calls: {told.calls}, per_seconds: {told.per_seconds:g}}}"
            text = (
                f"LeadSquared says that the account's limit is {told}, not {before.limit}: that is kept from now "
                f"on, by later runs too. Write   {limits}   into config.yaml, or other limits once they change."
            )
            self._notify(Notice(Level.WARNING, text))
        elif after != before:
            calls = after.calls(after.changed_at, share=self._share)
            text = (
                f"Others are using the account's limit too: at most {calls:d} of our calls per "
                f"{after.limit.per_seconds:g} s for now, one more each minute without a refusal."
            )
            self._notify(Notice(Level.DEBUG if self._has_told_others else Level.INFO, text))
            self._has_told_others = True

    def tell_wait(self, granted: Granted, now: float) -> None:
        """Say why calls wait, where the slots are those of a run that has ended."""
        new = [one for one in granted.foreign if one[0] not in self._seen]
        self._seen.update(holder for holder, _, _ in new)
        gone = [(many, until) for holder, many, until in new if not self._is_live(holder)]
        if gone and not self._has_told_wait:
            self._has_told_wait = True
            calls, wait_s = sum(many for many, _ in gone), math.ceil(max(until for _, until in gone) - now)
            text = (
                f"The first calls wait: {calls} calls of a run that has ended may still count against the account's "
                f"limit, the last of them for {wait_s} s."
            )
            self._notify(Notice(Level.INFO, text))
