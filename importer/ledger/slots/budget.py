"""One of an account's budgets, as rows that all runs share: who holds which slot until when, and who wants more.

A slot that was given is written as held until a call that starts under it cannot arrive any more, however slow it is;
once its response is there, that is shortened to one window from then. So a process that dies frees its slots by time,
and there is nothing to clean up after it. Times are seconds of the `BudgetClock`; a new boot voids what an older one
wrote.

Runs that want slots at the same time share them: none holds more than its equal part while another wants it, and what
one leaves the others may have. A run that wants slots says so anew every `HEARTBEAT_S`, so that one which died wants
none.

Each budget has a name and a limit of its own; it never uses another's slots.

Every method works inside a transaction of the caller, who alone may write meanwhile.
"""

import math
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, func, select

from importer.errors import QuotaError
from importer.ledger.schema import BUDGET, CLAIMANT, SLOT
from importer.ledger.slots.dayquota import DayQuota
from importer.ledger.upsert import upsert
from importer.ratelimit.adaptive import AdaptiveLimit, Limit, fair_parts
from importer.ratelimit.budgets import CALLS

__all__ = ["HEARTBEAT_S", "Budget", "Granted", "Terms"]

HEARTBEAT_S = 0.4
"""How often a run that waits says so."""

WANTS_FOR_S = 3 * HEARTBEAT_S
"""How long a run that said so counts as waiting."""

FUTURE_S = 60.0
"""A slot that was given so much later than now was given by another clock: it is void."""

CLEAN_EVERY_S = 2.0
OLD_CLAIM_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What one run's config says of a budget: its name in the ledger, and its limit.

    `longest_s` is how long after a slot was given its call may still arrive. `counts_in_day`: a slot stands for one of
    the day's calls; it does not where the same call holds a slot of another budget that does.
    """

    limit: Limit
    longest_s: float
    share: float = 1.0
    calls_per_day: int | None = None
    counts_in_day: bool = True
    budget: str = CALLS


@dataclass(frozen=True, slots=True)
class Granted:
    """What came of a wish for slots: `numbers` of those that were given.

    Where some were not: `ask_at` is when a slot that is held now is free, and `has_rivals` says that others may free
    theirs earlier or stop wanting. `foreign` are the slots of others: (holder, how many, until when). `end` is set
    where there will be none for long: the day's calls are used up.
    """

    numbers: range
    ask_at: float
    has_rivals: bool
    foreign: tuple[tuple[str, int, float], ...] = ()
    end: QuotaError | None = None


# Made once: they are asked a few times for every call.
_HELD = (
    select(SLOT.c.holder, func.count(), func.min(SLOT.c.free_at), func.max(SLOT.c.free_at))
    .where(
        SLOT.c.account_id == bindparam("account"),
        SLOT.c.budget == bindparam("budget"),
        SLOT.c.free_at > bindparam("now"),
        SLOT.c.granted_at < bindparam("future"),
    )
    .group_by(SLOT.c.holder)
)
_OTHERS = select(CLAIMANT.c.holder, CLAIMANT.c.wanted, CLAIMANT.c.granted_at).where(
    CLAIMANT.c.account_id == bindparam("account"),
    CLAIMANT.c.budget == bindparam("budget"),
    CLAIMANT.c.holder != bindparam("me"),
    CLAIMANT.c.wanted > 0,
    CLAIMANT.c.seen_at > bindparam("since"),
)
_STATE = select(BUDGET).where(BUDGET.c.account_id == bindparam("account"), BUDGET.c.name == bindparam("budget"))


class Budget:
    """One run's view of one budget of an account. `holder` is the run's token; `wall_clock` counts from 1970.

    `adaptive` is what was last learnt, `quota` counts the day's calls, `terms` and `holder` are those it was made of.
    `is_other_boot`: somebody of another boot has opened the budget since this run did, and voided its slots.
    """

    def __init__(
        self, account_id: int, *, holder: str, terms: Terms, wall_clock: Callable[[], float] = time.time
    ) -> None:
        self.adaptive = AdaptiveLimit(terms.limit)
        self.quota = DayQuota(account_id, calls_per_day=terms.calls_per_day, wall_clock=wall_clock)
        self._key = {"account": account_id, "budget": terms.budget}
        self._row = {"account_id": account_id, "budget": terms.budget, "holder": holder}
        self.holder = holder
        self.terms = terms
        self._next_number = 0
        self._granted_at = 0.0
        self._claimed: tuple[int, float] = (0, -math.inf)
        self._cleaned_at = -math.inf
        self._boot: str | None = None
        self.is_other_boot = False

    def open(self, connection: Connection, now: float, *, boot: str) -> None:
        """Begin: void what another boot left, and what was learnt under other limits in config."""
        state = connection.execute(_STATE, self._key).first()
        found = None if state is None else state.boot
        ahead = select(SLOT.c.number).where(*self._is_ours(SLOT), SLOT.c.granted_at > now + 1)
        is_other_boot = found != boot or (not boot and connection.execute(ahead).first() is not None)
        if is_other_boot:
            for table in (SLOT, CLAIMANT):
                connection.execute(delete(table).where(*self._is_ours(table)))
        self.adaptive, paused_until = self._read_state(connection)
        if is_other_boot:
            self.adaptive = AdaptiveLimit(self.terms.limit, self.adaptive.advertised)
        self._write_state(connection, self.adaptive, 0.0 if is_other_boot else paused_until, boot=boot)
        self._boot = boot
        self.quota.clean(connection)

    def grant(self, connection: Connection, now: float, wanted: int) -> Granted:
        """Hold as many of `wanted` slots as may be."""
        self.adaptive, paused_until = self._read_state(connection)
        self._clean(connection, now)
        others = self._others(connection, now)
        left_today = self.quota.left(connection)
        held = self._held(connection, now)
        count = 0
        if paused_until <= now:
            count = min(wanted, self._room(now, wanted, held, others), left_today)
        numbers = range(self._next_number, self._next_number + count)
        if count:
            self._next_number += count
            free_at = now + self.terms.longest_s + self.adaptive.limit.per_seconds
            upsert(connection, SLOT, [self._slot(number, now, free_at) for number in numbers])
            self._count(connection, count)
        self._claim(connection, now, wanted - count, is_granted=count > 0)
        next_free = min((first for _, first, _ in held.values()), default=math.inf)
        foreign = tuple((holder, many, last) for holder, (many, _, last) in held.items() if holder != self.holder)
        return Granted(
            numbers,
            ask_at=paused_until if paused_until > now else next_free,
            has_rivals=bool(others) or bool(foreign),
            foreign=foreign,
            end=self.quota.end(connection) if wanted > count and count == left_today else None,
        )

    def hold(self, connection: Connection, holds: Sequence[tuple[int, float, float]]) -> None:
        """Hold slots for one window from a moment, and a margin: each hold is (number, from, margin)."""
        per_seconds = self._read_state(connection)[0].limit.per_seconds
        rows = [self._slot(number, at, at + per_seconds + margin_s) for number, at, margin_s in holds]
        upsert(connection, SLOT, rows)

    def free(self, connection: Connection, numbers: Collection[int]) -> None:
        """Free slots under which nothing was sent; they do not count as calls."""
        connection.execute(
            delete(SLOT).where(*self._is_mine(SLOT), SLOT.c.number == bindparam("its_number")),
            [{"its_number": number} for number in numbers],
        )
        self._count(connection, -len(numbers))

    def pause(self, connection: Connection, until: float) -> None:
        """Give no run a slot until then."""
        adaptive, paused_until = self._read_state(connection)
        if until > paused_until:
            self._write_state(connection, adaptive, until)

    def refuse(
        self, connection: Connection, now: float, advertised: Limit | None
    ) -> tuple[AdaptiveLimit, AdaptiveLimit]:
        """Learn from a refusal; the adaptive limit before and after."""
        before, paused_until = self._read_state(connection)
        after = before.refused(now, advertised=advertised, share=self.terms.share)
        if after != before:
            self._write_state(connection, after, paused_until)
        self.adaptive = after
        return before, after

    def leave(self, connection: Connection) -> None:
        """Want no more slots. Those that are held stay so until their time has come."""
        connection.execute(delete(CLAIMANT).where(*self._is_mine(CLAIMANT)))

    def _count(self, connection: Connection, calls: int) -> None:
        if self.terms.counts_in_day:
            self.quota.count(connection, calls)

    def _room(
        self, now: float, wanted: int, held: dict[str, tuple[int, float, float]], others: dict[str, tuple[int, float]]
    ) -> int:
        """How many slots are free and within this run's part; those who waited longest get what cannot be divided."""
        allowed = self.adaptive.calls(now, share=self.terms.share)
        mine = held.get(self.holder, (0, 0.0, 0.0))[0]
        free = allowed - sum(many for many, _, _ in held.values())
        if free <= 0 or not others:
            return max(0, free)
        granted_at = {holder: at for holder, (_, at) in others.items()} | {self.holder: self._granted_at}
        order = sorted(held.keys() | granted_at, key=lambda holder: (granted_at.get(holder, now), holder))
        wants = {holder: many for holder, (many, _) in others.items()} | {self.holder: wanted}
        demands = [held.get(holder, (0,))[0] + wants.get(holder, 0) for holder in order]
        return max(0, min(free, fair_parts(allowed, demands)[order.index(self.holder)] - mine))

    def _held(self, connection: Connection, now: float) -> dict[str, tuple[int, float, float]]:
        """Each holder's slots: how many, and when the first and the last of them is free."""
        found = connection.execute(_HELD, self._key | {"now": now, "future": now + FUTURE_S})
        return {holder: (many, first, last) for holder, many, first, last in found}

    def _others(self, connection: Connection, now: float) -> dict[str, tuple[int, float]]:
        """The other runs that want slots: how many, and when they last got some."""
        asked = self._key | {"me": self.holder, "since": now - WANTS_FOR_S}
        return {holder: (wanted, granted_at) for holder, wanted, granted_at in connection.execute(_OTHERS, asked)}

    def _claim(self, connection: Connection, now: float, wanted: int, *, is_granted: bool) -> None:
        """Say how many slots this run still waits for, if that is news."""
        if is_granted:
            self._granted_at = now
        said, seen_at = self._claimed
        if wanted == said and (not wanted or now - seen_at < HEARTBEAT_S):
            return
        self._claimed = (wanted, now)
        row = self._row | {"wanted": wanted, "seen_at": now, "granted_at": self._granted_at}
        upsert(connection, CLAIMANT, [row])

    def _clean(self, connection: Connection, now: float) -> None:
        if now - self._cleaned_at < CLEAN_EVERY_S:
            return
        self._cleaned_at = now
        for table, is_over in ((SLOT, SLOT.c.free_at <= now), (CLAIMANT, CLAIMANT.c.seen_at < now - OLD_CLAIM_S)):
            connection.execute(delete(table).where(*self._is_ours(table), is_over))

    def _read_state(self, connection: Connection) -> tuple[AdaptiveLimit, float]:
        """The adaptive limit as all runs have learnt it, if they had the same config, and until when all pause."""
        row = connection.execute(_STATE, self._key).first()
        fresh = AdaptiveLimit(self.terms.limit)
        if row is None:
            return fresh, 0.0
        self.is_other_boot = bool(self._boot and row.boot) and row.boot != self._boot
        if Limit(row.configured_calls, row.configured_per_seconds) != self.terms.limit:
            return fresh, row.paused_until
        advertised = Limit(row.advertised_calls, row.advertised_per_seconds) if row.advertised_calls else None
        refused_at = -math.inf if row.refused_at is None else row.refused_at
        return replace(
            fresh, advertised=advertised, backed_off=row.backed_off, changed_at=row.changed_at, refused_at=refused_at
        ), row.paused_until

    def _write_state(
        self, connection: Connection, adaptive: AdaptiveLimit, paused_until: float, *, boot: str | None = None
    ) -> None:
        """Write what all runs have learnt; without a `boot` it stays the same."""
        advertised = adaptive.advertised
        row: dict[str, Any] = {
            "account_id": self._key["account"],
            "name": self._key["budget"],
            "boot": boot or "",
            "configured_calls": adaptive.configured.calls,
            "configured_per_seconds": adaptive.configured.per_seconds,
            "advertised_calls": advertised.calls if advertised else None,
            "advertised_per_seconds": advertised.per_seconds if advertised else None,
            "backed_off": adaptive.backed_off,
            "changed_at": adaptive.changed_at,
            "refused_at": None if math.isinf(adaptive.refused_at) else adaptive.refused_at,
            "paused_until": paused_until,
        }
        upsert(connection, BUDGET, [row], kept=("boot",) if boot is None else ())

    def _slot(self, number: int, granted_at: float, free_at: float) -> dict[str, Any]:
        return self._row | {"number": number, "granted_at": granted_at, "free_at": free_at}

    def _is_ours(self, table: Table) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        """Which rows are those of this budget, whoever holds them."""
        return table.c.account_id == self._key["account"], table.c.budget == self._key["budget"]

    def _is_mine(self, table: Table) -> tuple[ColumnElement[bool], ...]:
        """Which rows are those of this run."""
        return *self._is_ours(table), table.c.holder == self.holder
