"""A lead that exists, brought up to what a row says: read, compared field by field, and only what differs is written.

An update may be made twice, so a lost reply is no doubt that lasts: the lead is read again and compared.
"""

import random
import re
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, Protocol
from unicodedata import normalize

from importer.clocks import WallSeconds
from importer.lead.lead import Lead
from importer.leadsquared import endpoints
from importer.leadsquared.answers import Answer, FoundLead, Kind, Reply
from importer.leadsquared.lookup import LookUp
from importer.leadsquared.matching import EMPTY, plain
from importer.leadsquared.questions import Questions
from importer.leadsquared.repeatable import Repeatable
from importer.leadsquared.retries import MOST_RETRIES, Retries
from importer.leadsquared.tips import SERVER_TIP
from importer.leadsquared.transport import Transport
from importer.outcome import Outcome, Status, utc_text
from importer.ratelimit.watchdog import Watchdog

__all__ = ["Filling", "UpdateTransport", "Updates"]

Filling = Literal["fill", "update"]

NOT_FOUND = "lead_not_found"
LONG_AGO = WallSeconds(0.0)
MOST_NAMED = 20
_PHONE = re.compile(r"\+[0-9-]{5,25}", re.ASCII)
_TIP = "Correct the cell, or change the lead in LeadSquared; the next import of the row tries again."


class UpdateTransport(Transport, Protocol):
    """What bringing leads up to date needs of a client."""

    async def find_by_id(self, lead_id: str) -> Reply:
        """Ask for the lead with this id."""

    async def send(
        self, method: str, path: str, query: Mapping[str, str] | None = None, *, data: bytes | None = None
    ) -> Reply:
        """Make a call that may be made twice."""


class Updates:
    """Brings leads up to date through a client.

    `filling` is `update`, or `fill` where only empty fields are written. `count` is how many of a lead's fields come
    from cells: constants, which stand behind them, are for new leads. `kept` are fields that are never written: the
    unique ones, unless the config says otherwise.
    """

    def __init__(
        self,
        client: UpdateTransport,
        *,
        filling: Filling,
        count: int,
        kept: Collection[str],
        country_code: str | None,
        watchdog: Watchdog,
        secrets: Sequence[str],
        draws: random.Random | None = None,
    ) -> None:
        retries = Retries(draws or random.Random(), rest=client.limiter.rest)  # noqa: S311 - jitter is no secret
        self._client = client
        self._filling = filling
        self._count = count
        self._kept = frozenset(kept)
        self._secrets = secrets
        self._questions = Questions(client.limiter, watchdog, retries=retries)
        self._look_up = LookUp(client, self._questions, country_code=country_code, wall_clock=time.time)
        self._repeatable = Repeatable(client.limiter, retries, secrets=secrets)

    async def foresee(self, lead: Lead) -> Status:
        """What would become of a row that has unique values: READY where no lead has them. Nothing is written."""
        found = await self.find(lead)
        if isinstance(found, Outcome):
            return Status.READY if found.error == NOT_FOUND else Status.NOT_UPDATED
        told = await self._questions.ask(lambda: self._client.find_by_id(found), self._hidden(lead))
        if isinstance(told, Answer) or not told:
            return Status.NOT_UPDATED
        return Status.UPDATED if self._differing(lead, told[0]) else Status.UNCHANGED

    async def find(self, lead: Lead) -> str | Outcome:
        """The id of the one lead that holds a unique value of this one; an outcome where there is no such one."""
        ids: dict[str, None] = {}
        for key in lead.keys:
            fields = [one.field for one in lead.keys]
            found = await self._look_up.find(key, fields=fields, sent_at=LONG_AGO, hidden=self._hidden(lead))
            if isinstance(found, Answer):
                return _not_updated("", found.error, f"The lead was not found: {found.message}", found.tip)
            ids |= dict.fromkeys(one.lead_id for one in found)
        if len(ids) == 1:
            return next(iter(ids))
        if ids:
            return _not_updated("", "several_leads", f"Its unique values belong to {len(ids)} leads.", _TIP)
        return _not_updated("", NOT_FOUND, "No look-up finds the lead that has its unique value.", SERVER_TIP)

    async def bring_up(self, lead: Lead, lead_id: str) -> Outcome:
        """Write to a lead what differs, and tell what became of it. FatalError where the account ends the run."""
        written: list[str] = []
        answer = Answer(Kind.AMBIGUOUS, error="lost_reply", message="No answer.", tip=SERVER_TIP)
        for attempts in range(MOST_RETRIES + 1):
            found = await self._questions.ask(lambda: self._client.find_by_id(lead_id), self._hidden(lead))
            if isinstance(found, Answer):
                return _not_updated(lead_id, found.error, f"The lead could not be read: {found.message}", found.tip)
            there = next((one for one in found if one.lead_id.casefold() == lead_id.casefold()), None)
            if there is None:
                text = "The lead is not in the account any more."
                return _not_updated(lead_id, "lead_gone", text, "Forget the lead if it was deleted since.")
            places = self._differing(lead, there)
            if not places:
                return _done(lead_id, written, attempts)
            written = [str(lead.payload_plan.fields[place]) for place in places]
            made = await self._write(lead, lead_id, places)
            if not isinstance(made, Answer):
                return _done(lead_id, written, attempts + 1)
            answer = made
            if answer.kind is not Kind.AMBIGUOUS:
                break
        message = f"Not updated ({_named(written)}): {answer.message}"
        return _not_updated(lead_id, answer.error, message, answer.tip or _TIP)

    async def _write(self, lead: Lead, lead_id: str, places: Collection[int]) -> dict[str, Any] | Answer:
        texts = [text if place in places else "" for place, text in enumerate(lead.texts)]
        body, query = Lead(lead.payload_plan, texts, ()).encode(), {"leadId": lead_id}
        return await self._repeatable.call(
            lambda: self._client.send("POST", endpoints.UPDATE_LEAD, query, data=body),
            hidden=self._hidden(lead),
            is_repeated=False,
        )

    def _differing(self, lead: Lead, there: FoundLead) -> list[int]:
        """The places of the texts that are to be written."""
        places: list[int] = []
        for place, (name, text) in enumerate(zip(lead.payload_plan.fields, lead.texts, strict=True)):
            if place >= self._count or not text or name.parent in self._kept:
                continue
            told = there.attributes.get(name.parent)
            is_empty = told in {None, "", EMPTY} if not isinstance(told, dict | list) else not told
            # How a custom field set is read back is not known, so it cannot be compared.
            is_same = name.sub is None and _is_same(told, text)
            if not is_same and (is_empty or self._filling == "update"):
                places.append(place)
        return places

    def _hidden(self, lead: Lead) -> tuple[str, ...]:
        return (*lead.values(), *self._secrets)


def _is_same(told: object, text: str) -> bool:
    """Whether a field holds a text already, as the account writes it: numbers, times, truth values and phones."""
    theirs, ours = (" ".join(normalize("NFC", str("" if one is None else one)).split()) for one in (told, text))
    if theirs == ours:
        return True
    if _PHONE.fullmatch(ours):
        return "".join(filter(str.isdecimal, theirs)) == "".join(filter(str.isdecimal, ours))
    # `plain` takes cases for equal, which a correction may be about.
    return theirs.casefold() != ours.casefold() and plain(theirs) == plain(ours)


def _named(fields: Sequence[str]) -> str:
    more = len(fields) - MOST_NAMED
    return ", ".join([*fields[:MOST_NAMED], *([f"and {more} more"] if more > 0 else [])])


def _done(lead_id: str, written: Sequence[str], attempts: int) -> Outcome:
    status = Status.UPDATED if written else Status.UNCHANGED
    message = f"Written: {_named(written)}." if written else "The lead needed nothing of this row."
    return Outcome(status, lead_id=lead_id, message=message, attempts=attempts, time=utc_text(time.time()))


def _not_updated(lead_id: str, error: str, message: str, tip: str) -> Outcome:
    return Outcome(
        Status.NOT_UPDATED, lead_id=lead_id, error=error, message=message, tip=tip, time=utc_text(time.time())
    )
