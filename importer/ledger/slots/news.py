"""What a person is told of the account's budget, each thing once: a limit that was learnt, rivals, a wait."""

import logging
import math
from collections.abc import Callable

from importer.ledger.slots.budget import Granted
from importer.ratelimit.adaptive import AdaptiveLimit

__all__ = ["BudgetNews"]

logger = logging.getLogger(__name__)


class BudgetNews:
    """The news of one run. `is_live` tells whether a holder of slots still runs; `share` is config's."""

    def __init__(self, is_live: Callable[[str], bool], *, share: float) -> None:
        self._is_live = is_live
        self._share = share
        self._seen: set[str] = set()
        self._has_told_wait = False
        self._has_told_others = False

    def tell_limit(self, adaptive: AdaptiveLimit) -> None:
        """Say at the beginning that another limit than config's is kept, if that is so."""
        if adaptive.advertised is not None:
            logger.info(
                "LeadSquared has told an earlier run that the account's limit is %s, not %s as in config.yaml: "
                "that is kept.",
                adaptive.advertised,
                adaptive.configured,
            )

    def tell_change(self, before: AdaptiveLimit, after: AdaptiveLimit) -> None:
        """Say what was learnt from a refusal."""
        if after.advertised is not None and after.advertised != before.advertised:
            logger.warning(
                "LeadSquared says that the account's limit is %s, not %s: that is kept from now on, by later runs too. "
                "Write   limits: {calls: %d, per_seconds: %g}   into config.yaml, or other limits once they change.",
                after.advertised,
                before.limit,
                after.advertised.calls,
                after.advertised.per_seconds,
            )
        elif after != before:
            logger.log(
                logging.DEBUG if self._has_told_others else logging.INFO,
                "Others are using the account's limit too: at most %d of our calls per %g s for now, one more each "
                "minute without a refusal.",
                after.calls(after.changed_at, share=self._share),
                after.limit.per_seconds,
            )
            self._has_told_others = True

    def tell_wait(self, granted: Granted, now: float) -> None:
        """Say why calls wait, where the slots are those of a run that has ended."""
        new = [one for one in granted.foreign if one[0] not in self._seen]
        self._seen.update(holder for holder, _, _ in new)
        gone = [(many, until) for holder, many, until in new if not self._is_live(holder)]
        if gone and not self._has_told_wait:
            self._has_told_wait = True
            logger.info(
                "The first calls wait: %d calls of a run that has ended may still count against the account's limit, "
                "the last of them for %d s.",
                sum(many for many, _ in gone),
                math.ceil(max(until for _, until in gone) - now),
            )
