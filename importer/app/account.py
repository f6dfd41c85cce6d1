"""Which account a run goes to: a sandbox of its own or the one that config and environment name, and who it is."""

import hashlib
import json
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from importer.config import Config, base_url_of
from importer.errors import CallError, SettingsError
from importer.lead.users import AccountUser
from importer.leadsquared.client import Client
from importer.leadsquared.fieldcache import FieldCache, Fields, default_cache_folder, learn_fields
from importer.leadsquared.usercache import learn_users
from importer.ledger.ledger import NOBODY, Ledger
from importer.ledger.serverurl import is_server_address

__all__ = ["Destination", "find_destination", "learn_destination_fields", "learn_target_users"]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a run goes. `identity` names the account in the ledger; `is_throw_away`: its leads end with the run.

    `address` is the host with the digest of the access key: what is known of an account that nobody gave a name.
    """

    config: Config
    identity: str
    host: str
    is_throw_away: bool = False
    address: str = ""

    @property
    def has_name(self) -> bool:
        """Whether somebody gave the account a name."""
        return self.identity != self.address

    def open_ledger(self, location: str | Path) -> Ledger:
        """Open the account's part of a ledger. UsageError for one on a server where the account has no name: keys
        differ from machine to machine, and only a name says that they are one account's.
        """
        if is_server_address(location) and not (self.has_name or self.is_throw_away):
            raise SettingsError(
                "A ledger on a server needs to know which account it is for: account.name is missing.",
                hint="Give the account a name in config.yaml, the same on every machine: account: {name: acme}",
            )
        return Ledger(
            location,
            identity=self.identity,
            host=self.host,
            address=self.address,
            wait_s=self.config.ledger_wait_s,
        )

    @property
    def is_nobody(self) -> bool:
        """Whether there is no account at all: a dry run without keys."""
        return self.identity == NOBODY


_INSTANCE = re.compile(r"[0-9a-f]{1,64}")


@asynccontextmanager
async def find_destination(config: Config, *, is_sandbox: bool, is_dry_run: bool) -> AsyncIterator[Destination]:
    """Find the account, starting a sandbox where one is wanted; UsageError where keys are missing for a real one."""
    if is_sandbox:
        from importer.sandbox import Sandbox, Settings

        limits = config.limits
        unique = (*config.unique, *([config.reference] if config.reference else ()))
        settings = Settings(
            port=0,
            calls=limits.calls,
            per_seconds=limits.per_seconds,
            bulk_calls=config.bulk.calls,
            bulk_per_seconds=config.bulk.per_seconds,
            unique=unique,
        )
        async with Sandbox(settings, has_pages=False) as sandbox:
            account = replace(
                config.account,
                host=sandbox.url,
                base_url=base_url_of(sandbox.url),
                access_key=sandbox.access_key,
                secret_key=sandbox.secret_key,
            )
            identity = f"sandbox@{sandbox.instance_id}"
            yield Destination(
                replace(config, account=account), identity, sandbox.url, is_throw_away=True, address=identity
            )
        return
    account = config.account
    if is_dry_run and not (account.base_url and account.access_key and account.secret_key):
        yield Destination(config, NOBODY, NOBODY, is_throw_away=True)
        return
    from importer.config import require_keys

    require_keys(config)
    host = _host_of(account.base_url)
    digest = hashlib.blake2b((account.access_key or "").encode(), digest_size=6).hexdigest()
    instance = await _sandbox_instance(account.base_url)
    at = f"@{instance}" if instance else ""
    address = f"{host}#{digest}{at}"
    # A sandbox's leads end with it: whatever its name, its next instance is another account. A name that the ledger
    # gave, in a hint, has the instance already.
    name = account.name and f"{account.name.removesuffix(at)}{at}"
    yield Destination(config, name or address, f"{host}{at}", address=address)


def _host_of(base_url: str) -> str:
    """The host with its port, unless that is the one that goes without saying."""
    parts = urlsplit(base_url)
    return parts.netloc.removesuffix(":443") if parts.scheme == "https" else parts.netloc


async def _sandbox_instance(base_url: str) -> str:
    """The instance id of a standing sandbox: other leads are another account. Empty for anything else.

    Only a sandbox is reached by plain http, since config refuses that for hosts other than loopback addresses.
    """
    if not base_url.startswith("http://"):
        return ""
    from importer.leadsquared.client import fetch_plain

    try:
        stats: Any = json.loads(await fetch_plain(base_url.removesuffix("/v2/") + "/__sandbox/stats"))
    except (CallError, ValueError, RecursionError):
        return ""
    instance = stats.get("instance") if isinstance(stats, dict) else ""
    return instance if isinstance(instance, str) and _INSTANCE.fullmatch(instance) else ""


async def learn_destination_fields(client: Client | None, target: Destination, *, refresh: bool) -> Fields:
    """The account's fields, from the cache while they are fresh; an account that ends with the run is always asked."""
    cache = None if target.is_throw_away else FieldCache(default_cache_folder())
    return await learn_fields(client, cache, target.address, now=time.time(), refresh=refresh)


async def learn_target_users(
    client: Client | None, target: Destination, *, refresh: bool
) -> Sequence[AccountUser] | None:
    """The account's users where the config names owners; None where it names none, or there is no account to ask."""
    if client is None or not target.config.has_owners:
        return None
    folder = None if target.is_throw_away else default_cache_folder()
    return await learn_users(client, folder, target.address, now=time.time(), refresh=refresh)
