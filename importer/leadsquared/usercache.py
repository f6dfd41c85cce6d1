"""The users of the accounts, for owners: asked once, kept as the accounts' fields are.

A mapping that names owners cannot do without them: an address in place of a GUID would make leads that nobody owns.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from importer.errors import UsageError
from importer.lead.users import AccountUser, read_users
from importer.leadsquared.fieldcache import FRESH_S, FieldCache, ask

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
    answer = await ask(client.users, read_users, "users")
    if not isinstance(answer, str):
        body, users = answer
        if cache is not None:
            cache.save(account, body, asked_at=now)
        return users
    if kept is not None:
        return kept[0]
    raise UsageError(
        f"{answer}, so owners (type: owner) cannot be found.",
        hint="Run again, or with the keys of a user who may read the users; or leave the owner out. Nothing was sent.",
    )
