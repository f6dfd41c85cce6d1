"""A LeadSquared whose every answer is written down beforehand, on a moved clock."""

import asyncio
import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from moved_clock import run_on_moved_clock

from importer.clocks import Moment
from importer.errors import AmbiguousError, CallError, TransientError
from importer.lead import FieldName, PayloadPlan
from importer.lead.lead import Lead
from importer.lead.uniquekeys import UniqueKey, unique_keys
from importer.leadsquared.answers import Reply
from importer.leadsquared.course import EarlierCalls
from importer.leadsquared.delivery import Delivery
from importer.outcome import Outcome, utc_text
from importer.ratelimit.limiter import RateLimiter
from importer.ratelimit.record import UNRECORDED, CallRecord
from importer.ratelimit.watchdog import Watchdog

__all__ = ["NOW", "Told", "deliver", "duplicate", "found", "lead_of", "mx", "with_reference"]

NOW = 1_790_000_000.0
"""When each delivery begins, in UTC seconds."""

SINCE = NOW - 1
OUR_ID, THEIR_ID = "0000aaaa-our", "0000bbbb-their"
CREATED = Reply(200, json.dumps({"Status": "Success", "Message": {"Id": OUR_ID}}).encode())
SERVER_ERROR = Reply(502, b"<html>Bad Gateway</html>")
RATE = Reply(429, b"")
LOST = AmbiguousError("no answer within the time allowed")
UNREACHABLE = TransientError("no connection: Connection refused")
NOBODY = Reply(200, b"[]")
ME: dict[str, Any] = {
    "FirstName": "Zoë",
    "LastName": "Smith",
    "EmailAddress": "zoe@example.com",
    "Phone": "+919845098450",
}
UNIQUE = ("EmailAddress", "Phone")
REFERENCE = "r00aa"

Told = Reply | CallError


def mx(kind: str, message: str = "No.", status: int = 500) -> Reply:
    body = {"Status": "Error", "ExceptionType": kind, "ExceptionMessage": message}
    return Reply(status, json.dumps(body).encode())


def duplicate(what: str = "Email") -> Reply:
    return mx("MXDuplicateEntryException", f"A Lead with same {what} already exists.")


def found(lead_id: str = OUR_ID, *, created_at: float = NOW, **changes: Any) -> Reply:
    """One lead that a look-up returns: ours, unless something is changed."""
    created_on = utc_text(created_at).replace("T", " ").replace("Z", ".000")
    lead = {"ProspectID": lead_id, "CreatedOn": created_on, **ME, "Phone": "+91-9845098450"} | changes
    return Reply(200, json.dumps([lead]).encode())


def lead_of(unique: tuple[str, ...] = UNIQUE, country_code: str | None = "91", **values: str) -> Lead:
    values = values or ME
    keys = unique_keys([(field, values.get(field, "")) for field in unique], country_code=country_code)
    return Lead(PayloadPlan([FieldName.parse(name) for name in values]), list(values.values()), keys)


def with_reference(lead: Lead) -> Lead:
    """The lead as it goes where the account has a field for the row's reference."""
    return lead._replace(reference=UniqueKey("mx_Import_Ref", REFERENCE, REFERENCE))


def now() -> float:
    return NOW + asyncio.get_running_loop().time()


class IntentAt:
    """The record of a lead whose first call is on record at a moment."""

    def __init__(self, moment: Moment) -> None:
        self.moment = moment

    async def about_to_send(self) -> Moment:
        return self.moment

    def known_not_sent(self) -> None:
        return


@dataclass
class ScriptedClient:
    """Tells the next of its answers to each call; the last one for ever."""

    creates: list[Told]
    finds: list[Told]
    skew_s: float | None = 0.0
    takes_s: float = 0.1
    limiter: RateLimiter = field(default_factory=lambda: RateLimiter(100, 5))
    sent: list[tuple[float, bytes]] = field(default_factory=list)
    looked_up: list[tuple[float, str]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def create_lead(
        self, body: bytes, *, unless: Callable[[], bool] = lambda: False, record: CallRecord = UNRECORDED
    ) -> Reply:
        return await self._answer(self.creates, self.sent, body, unless=unless, record=record)

    async def find_leads(self, field: str, value: str, *, columns: Sequence[str]) -> Reply:
        self.asked.append((field, value))
        assert {"ProspectID", "CreatedOn", "FirstName", "LastName", field} <= set(columns)
        return await self._answer(self.finds, self.looked_up, value)

    async def _answer(
        self,
        script: list[Told],
        log: list[tuple[float, Any]],
        what: object,
        *,
        unless: Callable[[], bool] = lambda: False,
        record: CallRecord = UNRECORDED,
    ) -> Reply:
        async with self.limiter.slot(unless=unless, record=record) as slot:
            log.append((asyncio.get_running_loop().time(), what))
            await asyncio.sleep(self.takes_s)
            told = script.pop(0) if len(script) > 1 else script[0]
            if isinstance(told, CallError):
                raise type(told)(told.message)
            slot.answered()
            return told


def deliver(
    creates: Iterable[Told],
    finds: Iterable[Told] = (NOBODY,),
    *,
    lead: Lead | None = None,
    since: float | Moment = SINCE,
    is_in_doubt: bool = False,
    carried_reference: bool = False,
    skew_s: float | None = 0.0,
    takes_s: float = 0.1,
    watchdog: Watchdog | None = None,
    **more: Any,
) -> tuple[Outcome, ScriptedClient]:
    """Deliver one lead; its outcome, and the client with what was asked of it."""
    client = ScriptedClient(list(creates), list(finds), skew_s=skew_s, takes_s=takes_s)
    settings: dict[str, Any] = {"unique": UNIQUE, "country_code": "91", "wall_clock": now, "draws": random.Random(1)}
    delivery = Delivery(client, watchdog=watchdog or Watchdog(), **settings | more)
    moment = since if isinstance(since, Moment) else Moment(since)
    earlier = EarlierCalls(since=moment, carried_reference=carried_reference) if is_in_doubt else None
    outcome = run_on_moved_clock(delivery.deliver(lead or lead_of(), earlier=earlier, record=IntentAt(moment)))
    return outcome, client
