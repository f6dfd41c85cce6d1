"""Finding a lead that may exist: look-ups by its unique values, patient with the lag of a new lead."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from importer.errors import CallError, FatalError
from importer.lead.keys import UniqueKey
from importer.lead.lead import Lead
from importer.leadsquared.answers import Answer, FoundLead, Kind, Reply, read_leads
from importer.leadsquared.client import Client
from importer.leadsquared.watch import Watch

__all__ = ["LOOK_UP_FIELDS", "MOST_RETRIES", "LookUp"]

MOST_RETRIES = 5
LOOK_UP_FIELDS = ("EmailAddress", "Phone")
"""The unique fields that the API can look a lead up by."""

WAITS_S = (1.0, 2.0, 4.0)
"""Before each try: a new lead is findable only after a small lag (reported from live accounts)."""

SURELY_FINDABLE_S = 60.0
"""A lead that was sent this long ago is found at the first try or never."""

retry_calls = AsyncRetrying(
    stop=stop_after_attempt(1 + MOST_RETRIES),
    wait=wait_exponential_jitter(initial=0.5, max=20, jitter=0.5),
    reraise=True,
)
"""How a call that got no answer is tried again; copy with the exceptions to retry on."""


class LookUp:
    """Asks LeadSquared for leads by the unique values of one of ours."""

    def __init__(self, client: Client, watch: Watch) -> None:
        self._client = client
        self._watch = watch

    def key_of(self, lead: Lead, fields: Sequence[str] = LOOK_UP_FIELDS) -> UniqueKey | None:
        """The unique value of a lead to look it up by, None where the API offers no look-up for any."""
        usable = [key for key in lead.keys if key.field in LOOK_UP_FIELDS]
        return next((key for key in usable if key.field in fields), usable[0] if usable else None)

    async def find(self, key: UniqueKey, *, since: float) -> tuple[FoundLead, ...] | Answer:
        """The leads with this unique value: none only after several tries, if it was sent (`since`) just now.

        An Answer where LeadSquared does not say: the look-up was refused, or got no answer however often.
        """
        waits = (0.0,) if time.time() - since > SURELY_FINDABLE_S else WAITS_S
        found: tuple[FoundLead, ...] | Answer = ()
        for wait_s in waits:
            await asyncio.sleep(wait_s)
            found = await self._ask(key)
            if found:
                break
        return found

    async def _ask(self, key: UniqueKey) -> tuple[FoundLead, ...] | Answer:
        call = self._client.find_by_email if key.field == "EmailAddress" else self._client.find_by_phone
        try:
            found = await self._repeat(lambda: call(key.value))
        except CallError as error:
            return Answer(Kind.AMBIGUOUS, error="no_look_up", message=f"The look-up got no answer: {error}.")
        if isinstance(found, Answer) and found.kind is Kind.FATAL:
            raise FatalError(f"LeadSquared ended the run: {found.message}", hint=found.tip)
        return found

    async def _repeat(self, call: Callable[[], Awaitable[Reply]]) -> tuple[FoundLead, ...] | Answer:
        """Ask until there is an answer; a look-up changes nothing, so a lost reply is no doubt."""
        unanswered = 0
        while True:
            found = read_leads(await self._connect(call))
            if not isinstance(found, Answer):
                self._watch.accepted()
                return found
            if found.kind is Kind.RATE_LIMITED:
                self._watch.refused()
                self._client.pacer.pause(found.retry_after_s)
            elif found.kind is Kind.AMBIGUOUS and unanswered < MOST_RETRIES:
                unanswered += 1
                self._watch.failed()
                await asyncio.sleep(min(2.0**unanswered, 20.0))
            else:
                return found

    async def _connect(self, call: Callable[[], Awaitable[Reply]]) -> Reply:
        async for attempt in retry_calls.copy(retry=retry_if_exception_type(CallError)):
            with attempt:
                try:
                    return await call()
                except CallError:
                    self._watch.failed()
                    raise
        raise AssertionError("tenacity ends by returning or raising")  # pragma: no cover
