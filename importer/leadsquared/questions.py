"""A question about leads, asked until there is an answer: it changes nothing, so a lost reply is no doubt."""

from collections.abc import Awaitable, Callable, Sequence

from importer.errors import CallError, FatalError
from importer.leadsquared.answers import Answer, FoundLead, Kind, Reply, read_leads
from importer.leadsquared.retries import Retries
from importer.leadsquared.tips import SERVER_TIP
from importer.ratelimit.limiter import RateLimiter
from importer.ratelimit.watchdog import LOOK_UP, Watchdog

__all__ = ["Questions"]


class Questions:
    """Asks LeadSquared for leads, and learns on the way what a refusal tells of the limit."""

    def __init__(self, limiter: RateLimiter, watchdog: Watchdog, *, retries: Retries) -> None:
        self._limiter = limiter
        self._watchdog = watchdog
        self._retries = retries

    async def ask(
        self, send: Callable[[], Awaitable[Reply]], hidden: Sequence[str] = ()
    ) -> tuple[FoundLead, ...] | Answer:
        """The leads that are told, or an Answer where LeadSquared refuses, or answers nothing however often asked.

        `send` makes the call, `hidden` is what no message may show. FatalError where the answer ends the run.
        """
        try:
            found: tuple[FoundLead, ...] | Answer = await self._retries.call(
                lambda: self._call(send, hidden), CallError, is_no_answer=_is_no_answer
            )
        except CallError as error:
            message = f"The look-up got no answer: {error}."
            return Answer(Kind.AMBIGUOUS, error="no_look_up", message=message, tip=SERVER_TIP)
        if isinstance(found, Answer) and found.kind is Kind.FATAL:
            raise FatalError(f"LeadSquared ended the run: {found.message}", hint=found.tip)
        return found

    async def _call(
        self, send: Callable[[], Awaitable[Reply]], hidden: Sequence[str]
    ) -> tuple[FoundLead, ...] | Answer:
        """One attempt; a refusal because of the limit does not count as one."""
        while True:
            try:
                reply = await send()
            except CallError:
                self._watchdog.failed(LOOK_UP)
                raise
            found = read_leads(reply, values=hidden)
            if not isinstance(found, Answer):
                self._watchdog.accepted(LOOK_UP)
                return found
            if found.kind is Kind.RATE_LIMITED:
                self._limiter.refused(found.limit, seconds=found.wait_s)
                self._watchdog.refused()
                continue
            if found.wait_s is not None:
                self._limiter.pause(found.wait_s)
            if found.kind is Kind.AMBIGUOUS:
                self._watchdog.failed(LOOK_UP)
            return found


def _is_no_answer(found: object) -> bool:
    return isinstance(found, Answer) and found.kind is Kind.AMBIGUOUS
