"""Finding a lead that may exist: look-ups by its unique values, patient with the lag of a new lead."""

from collections.abc import Awaitable, Callable, Sequence

from importer.errors import CallError, FatalError
from importer.lead.keys import UniqueKey
from importer.lead.lead import Lead
from importer.leadsquared.answers import Answer, FoundLead, Kind, Reply, read_leads
from importer.leadsquared.retries import Retries
from importer.leadsquared.tips import SERVER_TIP
from importer.leadsquared.transport import Transport
from importer.leadsquared.watch import LOOK_UP, Watch

__all__ = ["LOOK_UP_FIELDS", "LookUp"]

LOOK_UP_FIELDS = ("EmailAddress", "Phone")
"""The unique fields that the API can look a lead up by."""

WAITS_S = (1.0, 2.0, 4.0)
"""Before each try: a new lead is findable only after a small lag (reported from live accounts)."""

SURELY_FINDABLE_S = 60.0
"""A lead that was sent this long ago is found at the first try or never."""


class LookUp:
    """Asks LeadSquared for leads by a unique value of one of ours. `wall_clock` gives seconds since 1970."""

    def __init__(self, client: Transport, watch: Watch, *, retries: Retries, wall_clock: Callable[[], float]) -> None:
        self._client = client
        self._watch = watch
        self._retries = retries
        self._wall_clock = wall_clock

    def key_of(self, lead: Lead, fields: Sequence[str] = LOOK_UP_FIELDS) -> UniqueKey | None:
        """The unique value of a lead to look it up by, None where the API offers no look-up for any."""
        usable = [key for key in lead.keys if key.field in LOOK_UP_FIELDS]
        return next((key for key in usable if key.field in fields), usable[0] if usable else None)

    async def find(
        self, key: UniqueKey, *, sent_at: float, hidden: Sequence[str] = ()
    ) -> tuple[FoundLead, ...] | Answer:
        """The leads with this unique value: none only after several tries, if it may have been sent just now.

        `sent_at` is the latest moment at which it may have been (UTC seconds), `hidden` what no message may show. An
        Answer where LeadSquared does not say: the look-up was refused, or got no answer however often. FatalError
        where the answer ends the run.
        """
        waits = (0.0,) if self._wall_clock() - sent_at > SURELY_FINDABLE_S else WAITS_S
        found: tuple[FoundLead, ...] | Answer = ()
        for wait_s in waits:
            await self._client.pacer.rest(wait_s)
            found = await self._ask(key, hidden)
            if found:
                break
        return found

    async def _ask(self, key: UniqueKey, hidden: Sequence[str]) -> tuple[FoundLead, ...] | Answer:
        """Ask until there is an answer; a look-up changes nothing, so a lost reply is no doubt."""
        call = self._client.find_by_email if key.field == "EmailAddress" else self._client.find_by_phone
        try:
            found: tuple[FoundLead, ...] | Answer = await self._retries.call(
                lambda: self._call(call, key.value, hidden), CallError, is_no_answer=_is_no_answer
            )
        except CallError as error:
            message = f"The look-up got no answer: {error}."
            return Answer(Kind.AMBIGUOUS, error="no_look_up", message=message, tip=SERVER_TIP)
        if isinstance(found, Answer) and found.kind is Kind.FATAL:
            raise FatalError(f"LeadSquared ended the run: {found.message}", hint=found.tip)
        return found

    async def _call(
        self, call: Callable[[str], Awaitable[Reply]], value: str, hidden: Sequence[str]
    ) -> tuple[FoundLead, ...] | Answer:
        """One attempt; a refusal because of the limit does not count as one."""
        while True:
            try:
                reply = await call(value)
            except CallError:
                self._watch.failed(LOOK_UP)
                raise
            found = read_leads(reply, values=hidden)
            if not isinstance(found, Answer):
                self._watch.accepted(LOOK_UP)
                return found
            if found.kind is Kind.RATE_LIMITED:
                self._client.pacer.refused(found.limit, seconds=found.wait_s)
                self._watch.refused()
                continue
            if found.wait_s is not None:
                self._client.pacer.pause(found.wait_s)
            if found.kind is Kind.AMBIGUOUS:
                self._watch.failed(LOOK_UP)
            return found


def _is_no_answer(found: object) -> bool:
    return isinstance(found, Answer) and found.kind is Kind.AMBIGUOUS
