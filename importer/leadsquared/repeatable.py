"""A call that may be made twice: it changes something, but the second time changes nothing more."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from importer.errors import CallError, FatalError
from importer.leadsquared.answers import Answer, Kind, Reply, read_answer
from importer.leadsquared.retries import Retries
from importer.leadsquared.tips import SERVER_TIP
from importer.ratelimit.limiter import RateLimiter

__all__ = ["Repeatable", "read_json"]

_OK = 200


class Repeatable:
    """Makes such calls at the account's pace. `secrets` are texts that no message may show."""

    def __init__(self, limiter: RateLimiter, retries: Retries, *, secrets: Sequence[str]) -> None:
        self._limiter = limiter
        self._retries = retries
        self._secrets = secrets

    async def call(
        self, send: Callable[[], Awaitable[Reply]], *, hidden: Sequence[str] = (), is_repeated: bool = True
    ) -> dict[str, Any] | Answer:
        """The envelope of a success, else an Answer: an ambiguous one only where it was repeated in vain, or was not to
        be repeated here. FatalError where it ends everything. `hidden` is what no message may show.
        """

        async def attempt() -> dict[str, Any] | Answer:
            while True:
                reply = await send()
                content = read_json(reply)
                if reply.status == _OK and isinstance(content, dict) and content.get("Status") == "Success":
                    return content
                answer = read_answer(reply, values=(*self._secrets, *hidden))
                if answer.kind is not Kind.RATE_LIMITED:
                    return answer
                self._limiter.refused(answer.limit, seconds=answer.wait_s)

        try:
            if is_repeated:
                answer = await self._retries.call(attempt, CallError, is_no_answer=_is_no_answer)
            else:
                answer = await attempt()
        except CallError as error:
            return Answer(Kind.AMBIGUOUS, error="lost_reply", message=f"No answer: {error}.", tip=SERVER_TIP)
        if isinstance(answer, Answer) and answer.kind is Kind.FATAL:
            raise FatalError(f"LeadSquared ended the run: {answer.message}", hint=answer.tip)
        return answer


def _is_no_answer(answer: object) -> bool:
    return isinstance(answer, Answer) and answer.kind is Kind.AMBIGUOUS


def read_json(reply: Reply) -> object:
    """What a reply says as JSON; None where it is none."""
    try:
        return json.loads(reply.body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
