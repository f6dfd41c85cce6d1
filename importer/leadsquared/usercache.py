"""The users of the accounts, for owners: asked once, kept as the accounts' fields are.

A mapping that names owners cannot do without them: an address in place of a GUID would make leads that nobody owns.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from importer.errors import CallError, UsageError
from importer.lead.users import AccountUser, read_users
from importer.leadsquared.fieldcache import ASK_TIMEOUT_S, FRESH_S, OK, FieldCache

__all__ = ["learn_users"]


class Asker(Protocol):
    """What is needed of `importer.leadsquared.client.Client`."""

    async def users(self) -> Any:  # noqa: ANN401 - a Reply with status and body
        """Ask for the account's users."""
        ...


async def learn_users(
    client: Asker, folder: Path | None, account: str, *, now: float, refresh: bool = False
) -> Sequence[AccountUser]:
    """The account's users: from the cache in `folder` while they are fresh, else asked for.

    An old answer is better than none; UsageError where there is none. `now` is in seconds since 1970.
    """
    cache = None if folder is None else FieldCache(folder, kind="users")
    kept = cache.load_as(read_users, account) if cache is not None else None
    if kept is not None and now - kept[1] < FRESH_S and not refresh:
        return kept[0]
    body, reason = await _ask(client)
    if body is not None:
        if cache is not None:
            cache.save(account, body, asked_at=now)
        return read_users(body)
    if kept is not None:
        return kept[0]
    raise UsageError(
        f"{reason}, so owners (type: owner) cannot be found.",
        hint="Run again, or with the keys of a user who may read the users; or leave the owner out. Nothing was sent.",
    )


async def _ask(client: Asker) -> tuple[bytes | None, str]:
    """The answer, or why there is none that can be used."""
    try:
        reply = await asyncio.wait_for(client.users(), ASK_TIMEOUT_S)
    except (CallError, TimeoutError):
        return None, "The account did not tell its users in time"
    if reply.status != OK:
        return None, f"The account did not tell its users (HTTP {reply.status})"
    try:
        read_users(reply.body)
    except ValueError:
        return None, "The account did not tell its users in a form that is understood"
    return bytes(reply.body), ""
