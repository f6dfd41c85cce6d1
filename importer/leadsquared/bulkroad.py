"""The bulk road: many leads by one Lead/Bulk/Create, sent until the account has had it, and read for what it proves."""

import random
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from importer.clocks import Moment, WallSeconds
from importer.errors import AmbiguousError, TransientError
from importer.lead.lead import Lead
from importer.leadsquared.answers import Answer, FoundLead, Kind, Reply
from importer.leadsquared.bulkanswers import BulkAnswer, read_bulk_answer
from importer.leadsquared.bulkdoubt import BulkDoubt
from importer.leadsquared.evidence import Verdict
from importer.leadsquared.lookup import WAITS_S, LookUp
from importer.leadsquared.matching import has_same_names, holds
from importer.leadsquared.newleads import NewLeads
from importer.leadsquared.questions import Questions
from importer.leadsquared.retries import Retries
from importer.leadsquared.tips import CONNECT_TIP, SERVER_TIP
from importer.leadsquared.transport import BulkTransport
from importer.ratelimit.limiter import RateLimiter
from importer.ratelimit.record import CallRecord
from importer.ratelimit.watchdog import BULK_CREATE, Watchdog
from importer.servertime import MomentClock

__all__ = ["BulkRoad", "BulkSent"]


@dataclass(frozen=True, slots=True)
class BulkSent:
    """What one call came to. `attempts` counts how often it went; not `is_reached`: no connection was made."""

    answer: BulkAnswer
    attempts: int
    is_reached: bool = True

    def in_doubt(self, why: Answer) -> "BulkSent":
        """The same, believed in nothing."""
        return replace(self, answer=BulkAnswer((why,) * len(self.answer.rows), why))


class BulkRoad:
    """Carries leads in bulk calls through a client that has a lane for them.

    `find_owned` tells which lead ids are known as created for rows of ours, `secrets` are texts (the keys) that no
    message may show, `draws` gives the jitter of waits, `wall_clock` tells seconds since 1970.
    """

    def __init__(
        self,
        client: BulkTransport,
        limiter: RateLimiter,
        *,
        unique: Sequence[str],
        country_code: str | None,
        watchdog: Watchdog,
        find_owned: Callable[[Sequence[str]], Collection[str]] = lambda _lead_ids: (),
        secrets: Sequence[str] = (),
        wall_clock: Callable[[], float] = time.time,
        draws: random.Random | None = None,
    ) -> None:
        self._client = client
        self._limiter = limiter
        self._clock = MomentClock(wall_clock=wall_clock, skew_s=lambda: client.skew_s)
        draws = draws or random.Random()  # noqa: S311 - jitter is no secret
        self._retries = Retries(draws, rest=limiter.rest)
        self._questions = Questions(client.limiter, watchdog, retries=Retries(draws, rest=client.limiter.rest))
        self._look_up = LookUp(client, self._questions, country_code=country_code, wall_clock=wall_clock)
        self._doubt = BulkDoubt(
            client,
            NewLeads(client, self._questions),
            unique=unique,
            country_code=country_code,
            find_owned=find_owned,
            rest=client.limiter.rest,
        )
        self._unique = unique
        self._country_code = country_code
        self._watchdog = watchdog
        self._secrets = secrets
        self._is_ending = False

    def now(self) -> Moment:
        """This moment, by the server's clock where that is known."""
        return self._clock.now()

    def stop(self) -> None:
        """Withdraw the calls that were not sent yet."""
        self._is_ending = True
        self._limiter.resume()

    def close(self) -> None:
        """Let no bulk call go any more."""
        self._is_ending = True
        self._limiter.close()

    async def send(self, leads: Sequence[Lead], *, record: CallRecord) -> BulkSent:
        """Send leads by one call, and again while it is known that none of them was stored.

        `record` is told before each call that may create them, and what it raises comes out here. WithdrawnError where
        the run ends before the call's turn, FatalError where the account has not taken a call for long.
        """
        body = b"[" + b",".join([lead.encode() for lead in leads]) + b"]"
        hidden = [(*lead.values(), *self._secrets) for lead in leads]
        attempts = 0

        async def attempt() -> Reply:
            nonlocal attempts
            attempts += 1
            try:
                return await self._client.create_leads(body, unless=lambda: self._is_ending, record=record)
            except TransientError:
                record.known_not_sent()
                self._watchdog.failed(BULK_CREATE)
                raise

        while True:
            try:
                reply = await self._retries.call(attempt, TransientError)
            except TransientError as error:
                message = f"LeadSquared could not be reached: {error}."
                whole = Answer(Kind.REJECTED, error="no_connection", message=message, tip=CONNECT_TIP)
                return BulkSent(BulkAnswer((whole,) * len(leads), whole), attempts, is_reached=False)
            except AmbiguousError as error:
                message = f"The lead was sent in a bulk call, but the outcome is not known: {error}."
                whole = Answer(Kind.AMBIGUOUS, error="lost_reply", message=message, tip=SERVER_TIP)
                self._watchdog.failed(BULK_CREATE)
                return BulkSent(BulkAnswer((whole,) * len(leads), whole), attempts)
            answer = read_bulk_answer(reply, hidden)
            if answer.whole is None:
                self._watchdog.accepted(BULK_CREATE)
                return BulkSent(answer, attempts)
            if answer.whole.kind is Kind.RATE_LIMITED:
                attempts -= 1  # such a refusal is no attempt
                record.known_not_sent()
                self._limiter.refused(answer.whole.limit, seconds=answer.whole.wait_s)
                self._watchdog.refused()
                continue
            if answer.whole.kind is Kind.AMBIGUOUS:
                if answer.whole.wait_s is not None:
                    self._limiter.pause(answer.whole.wait_s)
                self._watchdog.failed(BULK_CREATE)
            else:
                record.known_not_sent()
            return BulkSent(answer, attempts)

    async def settle(self, leads: Sequence[Lead], *, since: Moment) -> list[Verdict]:
        """What listings tell of leads that may be there: ours, ABSENT, or why nobody can tell.

        `since` is the intent of their call. WithdrawnError where no call may go any more.
        """
        return await self._doubt.settle(leads, since=lambda: self._clock.by_server(since))

    async def is_there(self, lead: Lead, lead_id: str) -> bool:
        """Whether the account shows a lead of this id, with what was sent: it may need a moment to be found (live)."""
        for wait_s in (0.0, *WAITS_S):
            await self._client.limiter.rest(wait_s)
            hidden = (*lead.values(), *self._secrets)
            found = await self._questions.ask(lambda: self._client.find_by_id(lead_id), hidden)
            if isinstance(found, Answer):
                return False
            if any(one.lead_id.casefold() == lead_id.casefold() and self._holds(one, lead) for one in found):
                return True
        return False

    def _holds(self, found: FoundLead, lead: Lead) -> bool:
        keys = (*lead.keys, *([lead.reference] if lead.reference else ()))
        if keys:
            return all(holds(found, key, country_code=self._country_code) for key in keys)
        return has_same_names(found, lead)

    async def find_taken(self, lead: Lead, answer: Answer) -> str:
        """The id of the lead that has a unique value of this one, as a duplicate's answer says; empty where untold."""
        named = [key for key in lead.keys if key.field in answer.fields] or lead.keys
        for key in named:
            fields = [one.field for one in lead.keys]
            hidden = (*lead.values(), *self._secrets)
            found = await self._look_up.find(key, fields=fields, sent_at=WallSeconds(0.0), hidden=hidden)
            if isinstance(found, tuple) and found:
                return found[0].lead_id
        return ""
