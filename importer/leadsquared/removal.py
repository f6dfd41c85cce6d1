"""Leads taken out of an account again: put into a static list for an admin to delete, or deleted one by one.

Both may be done twice: leads that are in a list are not added again (vendor's page), and a lead that is gone is told by
a look-up. So a lost reply is no doubt that lasts.
"""

import json
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from importer.errors import CallError, FatalError
from importer.leadsquared import endpoints
from importer.leadsquared.answers import Answer, Kind, Reply
from importer.leadsquared.lookup import WAITS_S
from importer.leadsquared.questions import Questions
from importer.leadsquared.repeatable import Repeatable, read_json
from importer.leadsquared.retries import Retries
from importer.ratelimit.limiter import RateLimiter
from importer.ratelimit.watchdog import Watchdog

__all__ = ["MOST_LISTED_AT_ONCE", "Gone", "Removal", "RemovalTransport", "Removed"]

MOST_LISTED_AT_ONCE = 25
"""How many leads one AddLeadsToStaticList takes."""


class RemovalTransport(Protocol):
    """What removing leads needs of a client."""

    limiter: RateLimiter

    async def send(
        self, method: str, path: str, query: Mapping[str, str] | None = None, *, data: bytes | None = None
    ) -> Reply:
        """Make a call that may be made twice."""

    async def find_by_id(self, lead_id: str) -> Reply:
        """Ask for the lead with this id."""


class Gone(StrEnum):
    """What became of a lead that was to go."""

    LISTED = "listed"
    DELETED = "deleted"
    ABSENT = "not there"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Removed:
    """One lead, and why it is still there where it is."""

    lead_id: str
    what: Gone
    message: str = ""


class Removal:
    """Removes leads through a client, at the account's pace. `secrets` are texts that no message may show."""

    def __init__(self, client: RemovalTransport, *, secrets: Sequence[str], draws: random.Random | None = None) -> None:
        self._client = client
        self._secrets = secrets
        draws = draws or random.Random()  # noqa: S311 - jitter is no secret
        self._retries = Retries(draws, rest=client.limiter.rest)
        self._repeatable = Repeatable(client.limiter, self._retries, secrets=secrets)
        self._questions = Questions(client.limiter, Watchdog(), retries=self._retries)

    async def make_list(self, name: str, description: str) -> str:
        """The id of the static list of this name, which is made where there is none. FatalError without one."""
        body = json.dumps({"Name": name, "Description": description}, ensure_ascii=False).encode()
        for _ in range(2):  # whether a call whose reply was lost made it is seen by its name
            known = await self._find_list(name)
            if known:
                return known
            answer = await self._repeatable.call(
                lambda: self._client.send("POST", endpoints.CREATE_LIST, data=body), is_repeated=False
            )
            if isinstance(answer, Answer):
                if answer.kind is Kind.AMBIGUOUS:
                    continue
                raise FatalError(f"LeadSquared made no list: {answer.message}", hint=answer.tip)
            message = answer.get("Message")
            list_id = message.get("Id") if isinstance(message, dict) else None
            if isinstance(list_id, str) and list_id:
                return list_id
        raise FatalError("LeadSquared does not tell the list that it was to make.", hint="Run the same command again.")

    async def fill_list(self, list_id: str, lead_ids: Sequence[str]) -> list[Removed]:
        """Put at most 25 leads into a list. One that is not there would have all refused; so it is found out which."""
        body = json.dumps({"listId": list_id, "leadIds": list(lead_ids)}).encode()
        answer = await self._repeatable.call(lambda: self._client.send("POST", endpoints.FILL_LIST, data=body))
        if not isinstance(answer, Answer):
            return [Removed(lead_id, Gone.LISTED) for lead_id in lead_ids]
        if len(lead_ids) > 1 and answer.kind is Kind.REJECTED:
            return [removed for lead_id in lead_ids for removed in await self.fill_list(list_id, [lead_id])]
        if len(lead_ids) == 1 and await self._is_there(lead_ids[0]) is False:
            return [Removed(lead_ids[0], Gone.ABSENT)]
        return [Removed(lead_id, Gone.KEPT, answer.message) for lead_id in lead_ids]

    async def delete(self, lead_id: str) -> Removed:
        """Delete a lead, which cannot be taken back (vendor's page), and look whether it is gone.

        What leaves it open whether the lead was deleted is asked again only while a look-up still finds the lead.
        """

        async def attempt() -> tuple[Removed, bool]:
            answer = await self._repeatable.call(
                lambda: self._client.send("GET", endpoints.DELETE_LEAD, query), is_repeated=False
            )
            removed = await self._look(lead_id, answer)
            is_open = isinstance(answer, Answer) and answer.kind is Kind.AMBIGUOUS
            return removed, is_open and removed.what is Gone.KEPT

        query = {"leadId": lead_id}
        removed, _ = await self._retries.call(attempt, CallError, is_no_answer=_is_open)
        return removed

    async def _look(self, lead_id: str, answer: dict[str, Any] | Answer) -> Removed:
        """What became of a lead after this answer to its deletion."""
        is_there = await self._is_there(lead_id)
        if is_there is False:
            return Removed(lead_id, Gone.ABSENT if isinstance(answer, Answer) else Gone.DELETED)
        if isinstance(answer, Answer):
            return Removed(lead_id, Gone.KEPT, answer.message)
        why = "a look-up still finds it" if is_there else "whether it is gone could not be looked up"
        return Removed(lead_id, Gone.KEPT, f"LeadSquared says that it was deleted, but {why}.")

    async def _is_there(self, lead_id: str) -> bool | None:
        """Whether the account shows the lead; None where it does not say. A change shows after a small lag (live)."""
        for wait_s in (0.0, *WAITS_S):
            await self._client.limiter.rest(wait_s)
            found = await self._questions.ask(lambda: self._client.find_by_id(lead_id), self._secrets)
            if isinstance(found, Answer):
                return None
            if not any(one.lead_id.casefold() == lead_id.casefold() for one in found):
                return False
        return True

    async def _find_list(self, name: str) -> str:
        """The id of a list by its name; empty where none is told. How lists are told is known from clients alone."""
        reply = await self._reply(lambda: self._client.send("GET", endpoints.LISTS))
        entries = None if reply is None else read_json(reply)
        if not isinstance(entries, list):
            return ""
        found = [one.get("ID") for one in entries if isinstance(one, dict) and one.get("Name") == name]
        return str(found[0]) if len(found) == 1 and found[0] else ""

    async def _reply(self, send: Callable[[], Awaitable[Reply]]) -> Reply | None:
        """The reply to a question; None where there is none."""
        try:
            return await self._retries.call(send, CallError)
        except CallError:
            return None


def _is_open(result: object) -> bool:
    """Whether a deletion is to be tried again."""
    return isinstance(result, tuple) and bool(result[1])
