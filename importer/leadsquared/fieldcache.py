"""What is known of the accounts' fields: asked once, kept in the user's cache folder, and told with its age.

Nothing here can fail a run. Where the account cannot be asked, or may not be, and no earlier answer is kept, the
checks that need its fields are left out, and that is said.

By hand: a JSON file for each account; diskcache would bring a database and pickles for two answers.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from importer.errors import CallError, QuotaError
from importer.lead.metadata import FieldList, read_fields
from importer.nextstep import Action, NextStep
from importer.wholefile import WholeFile

__all__ = ["ASK_TIMEOUT_S", "FRESH_S", "FieldCache", "Fields", "ask", "default_cache_folder", "learn_fields"]

ASK_TIMEOUT_S = 5.0
FRESH_S = 12 * 3600.0  # a nightly run asks each night, the second run of a morning does not
VERSION = 1
OK = 200
T = TypeVar("T")
MINUTE_S, HOUR_S, DAY_S = 60.0, 3600.0, 86_400.0


class Asker(Protocol):
    """What is needed of `importer.leadsquared.client.Client`."""

    async def fields(self) -> Any:  # noqa: ANN401 - a Reply with status and body
        """Ask for the account's lead fields."""
        ...


@dataclass(frozen=True, slots=True)
class Fields:
    """What is known of an account's fields: None where nothing is. `note` says it to the user, with its age."""

    fields: FieldList | None
    note: str
    steps: tuple[NextStep, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldCache:
    """The last answer of each account, one JSON file apiece, its owner's alone. `kind` says what was asked for."""

    folder: Path
    kind: str = "fields"

    def load(self, account: str) -> tuple[FieldList, float] | None:
        """An account's fields and when they were asked for (seconds since 1970); None where nothing usable is kept."""
        return self.load_as(read_fields, account)

    def load_as(self, read: Callable[[bytes], T], account: str) -> tuple[T, float] | None:
        """An account's answer as `read` makes it of its bytes, and when it was asked for."""
        try:
            kept: Any = json.loads(self._path(account).read_bytes())
            if kept["version"] != VERSION:
                return None
            return read(json.dumps(kept[self.kind]).encode()), float(kept["asked_at"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def save(self, account: str, body: bytes, *, asked_at: float) -> None:
        """Keep an account's answer; a folder that cannot be written to does not matter."""
        text = json.dumps({"version": VERSION, "asked_at": asked_at, self.kind: json.loads(body.decode("utf-8-sig"))})
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with WholeFile(self._path(account), failure=lambda _path, why: OSError(why), mode=0o600) as whole:
                whole.file.write(text.encode())

    def _path(self, account: str) -> Path:
        digest = hashlib.blake2b(account.encode(), digest_size=12).hexdigest()
        return self.folder / f"{self.kind}-{digest}.json"


def default_cache_folder() -> Path:
    """Where answers are kept: the user's cache folder."""
    from platformdirs import user_cache_path

    return user_cache_path("lsq-import", appauthor=False)


async def learn_fields(
    client: Asker | None, cache: FieldCache | None, account: str, *, now: float, refresh: bool = False
) -> Fields:
    """The account's fields: from the cache while they are fresh, else asked for, once and for 5 s at most.

    `client` is None without a network or keys, `cache` for an account that ends with the run. `refresh` asks in any
    case. An old answer is better than none. `now` is in seconds since 1970.
    """
    kept = cache.load(account) if cache is not None else None
    age_s = max(0.0, now - kept[1]) if kept else 0.0
    if kept and (client is None or (age_s < FRESH_S and not refresh)):
        note = f"Checked against the account's fields as of {_shown(age_s)}."
        return Fields(kept[0], note, (NextStep(Action.REFRESH_FIELDS),))
    if client is None:
        return Fields(None, "The account's fields are not known here: names, options and lengths are not checked.")
    try:
        answer = await ask(client.fields, read_fields, "fields")
    except QuotaError:
        answer = "The day's calls are used up, so the account was not asked for its fields"
    if isinstance(answer, str):
        if kept:
            return Fields(kept[0], f"{answer}; checked against its fields as of {_shown(age_s)}.")
        return Fields(None, f"{answer}: names, options and lengths are not checked.")
    body, fields = answer
    if cache is not None:
        cache.save(account, body, asked_at=now)
    return Fields(fields, f"Checked against the account's {len(fields)} fields.")


async def ask(call: Callable[[], Awaitable[Any]], read: Callable[[bytes], T], what: str) -> tuple[bytes, T] | str:
    """What an account tells, as it came and as `read` makes it of its bytes; or why there is nothing to be used.

    `call` answers a Reply, with status and body, and is waited for 5 s at most.
    """
    try:
        reply = await asyncio.wait_for(call(), ASK_TIMEOUT_S)
    except (CallError, TimeoutError):
        return f"The account did not tell its {what} in time"
    if reply.status != OK:
        return f"The account did not tell its {what} (HTTP {reply.status})"
    try:
        return bytes(reply.body), read(reply.body)
    except ValueError:
        return f"The account did not tell its {what} in a form that is understood"


def _shown(age_s: float) -> str:
    for unit_s, unit in ((DAY_S, "day"), (HOUR_S, "hour"), (MINUTE_S, "minute")):
        if age_s >= unit_s:
            count = int(age_s // unit_s)
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now"
