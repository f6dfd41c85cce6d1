"""How many slots of the account's limit are ours: one small rule, learnt from refusals. Pure: the clock is a parameter.

- Config names the limit and our `share` of it.
- A refusal that advertises a limit which ours would break is believed at once: that limit holds from then on.
- A refusal although the limit is kept means that somebody else uses it: our slots shrink by a tenth (at least by
  one) for each window with a refusal, and grow back one a minute. One slot always stays.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

__all__ = ["GROW_EVERY_S", "LONGEST_ADVERTISED_S", "AdaptiveLimit", "Limit", "fair_parts"]

GROW_EVERY_S = 60.0

LONGEST_ADVERTISED_S = 600.0
"""A limit with a longer window is not the one that we pace by: a refusal that advertises it says nothing about ours."""

_ROUNDING = 1e-9  # 0.29 * 100 is a hair less than 29


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `calls` calls within any `per_seconds` seconds."""

    calls: int
    per_seconds: float

    def is_kept_by(self, other: "Limit") -> bool:
        """Whether whoever keeps `other` keeps this limit too, wherever its windows begin."""
        return other.calls * math.ceil(self.per_seconds / other.per_seconds) <= self.calls

    def __str__(self) -> str:
        return f"{self.calls} per {self.per_seconds:g} s"


@dataclass(frozen=True, slots=True)
class AdaptiveLimit:
    """What of the account's limit may be used. Times are seconds of a clock that does not step.

    `configured` is config's limit, and `advertised` the one that a refusal named, if it was to be believed.
    `backed_off` slots are left to others as of `changed_at`; `refused_at` is when the last window with a refusal began.
    """

    configured: Limit
    advertised: Limit | None = None
    backed_off: int = 0
    changed_at: float = 0.0
    refused_at: float = -math.inf

    @property
    def limit(self) -> Limit:
        """The account's limit as far as it is known."""
        return self.advertised or self.configured

    def calls(self, now: float, *, share: float = 1.0) -> int:
        """How many slots may be held at once: never none."""
        return max(1, self._own(share) - self._grown(now).backed_off)

    def refused(self, now: float, *, advertised: Limit | None = None, share: float = 1.0) -> "AdaptiveLimit":
        """The adaptive limit after a refusal that advertised this limit, if it advertised one."""
        if advertised is not None and _may_be_ours(advertised) and not advertised.is_kept_by(self.limit):
            known = self.advertised
            if known is not None:  # two limits hold side by side, or the limit was lowered: this keeps both
                advertised = Limit(min(advertised.calls, known.calls), max(advertised.per_seconds, known.per_seconds))
            return AdaptiveLimit(self.configured, advertised, changed_at=now, refused_at=now)
        if self.refused_at <= now < self.refused_at + self.limit.per_seconds:
            return self
        grown = self._grown(now)
        calls = grown.calls(now, share=share)
        backed_off = self._own(share) - max(1, calls - max(1, math.ceil(calls / 10)))
        return replace(grown, backed_off=backed_off, changed_at=now, refused_at=now)

    def _own(self, share: float) -> int:
        return max(1, math.floor(self.limit.calls * share + _ROUNDING))

    def _grown(self, now: float) -> "AdaptiveLimit":
        """The same with what has grown back since. Changes that lie ahead are those of another clock: long ago."""
        grown = self.backed_off if now < self.changed_at else int((now - self.changed_at) // GROW_EVERY_S)
        if self.backed_off <= 0 or grown <= 0:
            return self
        return replace(
            self,
            backed_off=max(0, self.backed_off - grown),
            changed_at=min(now, self.changed_at + grown * GROW_EVERY_S),
        )


def _may_be_ours(advertised: Limit) -> bool:
    """Whether a limit that a refusal named can be the one that we pace by."""
    return advertised.calls > 0 and 0 < advertised.per_seconds <= LONGEST_ADVERTISED_S


def fair_parts(total: int, demands: Sequence[int]) -> list[int]:
    """Divide `total` among demands: none gets more than it demands, and what one leaves the others share equally.

    What cannot be divided goes to the first of them, one each.
    """
    parts = [0] * len(demands)
    while total > 0 and (unmet := [index for index, demand in enumerate(demands) if parts[index] < demand]):
        each = max(1, total // len(unmet))
        for index in unmet[:total]:
            part = min(each, demands[index] - parts[index])
            parts[index] += part
            total -= part
    return parts
