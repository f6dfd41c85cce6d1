"""Which account a run goes to: a sandbox of its own or the one that config and environment name, and who it is."""

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from importer.config import Config, base_url_of
from importer.errors import CallError, FatalError, UsageError
from importer.fieldcache import FieldCache, Fields, default_cache_folder, learn_fields
from importer.leadsquared.answers import Reply, read_answer
from importer.leadsquared.client import Client
from importer.leadsquared.user import read_user
from importer.leadsquared.users import AccountUser
from importer.ledger.ledger import Ledger
from importer.usercache import learn_users

__all__ = ["Target", "find_target", "learn_account", "learn_target_fields", "learn_target_users"]

ASK_TIMEOUT_S = 10.0
UNAUTHORIZED = 401
NOBODY = "nobody"
"""The identity of a dry run that has no account: nothing is known, and any report line may be its own."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a run goes. `identity` names the account in the ledger; `is_throw_away`: its leads end with the run."""

    config: Config
    identity: str
    host: str
    is_throw_away: bool = False

    @property
    def is_nobody(self) -> bool:
        """Whether there is no account at all: a dry run without keys."""
        return self.identity == NOBODY


@asynccontextmanager
async def find_target(config: Config, *, is_sandbox: bool, is_dry_run: bool) -> AsyncIterator[Target]:
    """Find the account, starting a sandbox where one is wanted; UsageError where keys are missing for a real one."""
    if is_sandbox:
        from importer.sandbox import Sandbox, Settings

        limits = config.limits
        unique = (*config.unique, *([config.reference] if config.reference else ()))
        settings = Settings(port=0, calls=limits.calls, per_seconds=limits.per_seconds, unique=unique)
        async with Sandbox(settings, has_pages=False) as sandbox:
            account = replace(
                config.account,
                host=sandbox.url,
                base_url=base_url_of(sandbox.url),
                access_key=sandbox.access_key,
                secret_key=sandbox.secret_key,
            )
            identity = f"sandbox@{sandbox.instance_id}"
            yield Target(replace(config, account=account), identity, sandbox.url, is_throw_away=True)
        return
    account = config.account
    if is_dry_run and not (account.base_url and account.access_key and account.secret_key):
        yield Target(config, NOBODY, NOBODY, is_throw_away=True)
        return
    from importer.config import require_keys

    require_keys(config)
    host = urlsplit(account.base_url).netloc
    digest = hashlib.blake2b((account.access_key or "").encode(), digest_size=6).hexdigest()
    identity = account.name or f"{host}#{digest}"
    instance = await _sandbox_instance(account.base_url)
    at = f"@{instance}" if instance else ""
    yield Target(config, f"{identity}{at}", f"{host}{at}")


async def _sandbox_instance(base_url: str) -> str:
    """The instance id of a standing sandbox: other leads are another account. Empty for anything else.

    Only a sandbox is reached by plain http, since config refuses that for hosts other than loopback addresses.
    """
    if not base_url.startswith("http://"):
        return ""
    from importer.leadsquared.client import fetch_plain

    try:
        stats: Any = json.loads(await fetch_plain(base_url.removesuffix("/v2/") + "/__sandbox/stats"))
    except (CallError, ValueError):
        return ""
    return str(stats.get("instance", "")) if isinstance(stats, dict) else ""


async def learn_account(client: Client, ledger: Ledger, *, secrets: Sequence[str]) -> FatalError | None:
    """Ask once who an account is that the ledger has not met: its country code, and whether it is an old friend.

    Refused keys are returned as the error that ends the run, in which `secrets` (the keys) do not show; whatever else
    goes wrong with the question does not matter. UsageError when the same organisation is known under another key: its
    rows would be sent a second time.
    """
    if ledger.account.organisation is not None:
        return None
    try:
        reply: Reply | None = await asyncio.wait_for(client.user(), ASK_TIMEOUT_S)
    except (CallError, TimeoutError):
        reply = None
    if reply is not None and reply.status == UNAUTHORIZED:
        answer = read_answer(reply, values=secrets)
        return FatalError(f"LeadSquared refused the keys: {answer.message}", hint=answer.tip)
    user = read_user(reply) if reply is not None else None
    if user is None or user.organisation is None:
        logger.debug("UserByAccessKey.Get did not tell who the account is.")
        return None
    organisation = user.organisation
    same = [
        account
        for account in ledger.accounts_at(ledger.account.host)
        if account.organisation == organisation and account.id != ledger.account.id
    ]
    if same and organisation:
        known = same[0].identity
        ledger.drop_account()
        raise UsageError(
            f"These keys are new here, but they belong to {organisation}, which this ledger knows by other keys. "
            "Under the new ones it would not know what it has created.",
            hint=f'Add the line   name: "{known}"   below account: in config.yaml and run again.',
        )
    code = user.country_code
    ledger.describe_account(organisation=organisation, country_code=code if code.isdecimal() else None)
    return None


async def learn_target_fields(client: Client | None, target: Target, *, refresh: bool) -> Fields:
    """The account's fields, from the cache while they are fresh; an account that ends with the run is always asked."""
    cache = None if target.is_throw_away else FieldCache(default_cache_folder())
    return await learn_fields(client, cache, target.identity, now=time.time(), refresh=refresh)


async def learn_target_users(client: Client | None, target: Target, *, refresh: bool) -> Sequence[AccountUser] | None:
    """The account's users where the config names owners; None where it names none, or there is no account to ask."""
    if client is None or not target.config.has_owners:
        return None
    folder = None if target.is_throw_away else default_cache_folder()
    return await learn_users(client, folder, target.identity, now=time.time(), refresh=refresh)
