"""The way from a config to the account that it names."""

from collections.abc import Callable, Mapping

from importer.config import Config
from importer.leadsquared.client import Client
from importer.leadsquared.route import find_route
from importer.ratelimit.limiter import RateLimiter
from importer.ratelimit.slots import Slots

__all__ = ["make_client"]


def make_client(
    config: Config,
    *,
    slots: Slots | None = None,
    on_call: Callable[[float], object] = lambda _at_s: None,
    environ: Mapping[str, str],
) -> Client:
    """A client for the account that the config names; `on_call` is told the loop's time of each call.

    `slots` are those of the account's budget; without them its calls have a whole limit of their own. UsageError where
    the environment names a proxy or certificates that cannot be used.
    """
    account = config.account
    return Client(
        base_url=account.base_url,
        access_key=account.access_key or "",
        secret_key=account.secret_key or "",
        auth=account.auth,
        timeout_s=config.timeout_s,
        limiter=RateLimiter(config.limits.calls, config.limits.per_seconds, slots=slots),
        connections=config.workers + 2,
        on_call=on_call,
        route=find_route(account.base_url, proxy=config.proxy, environ=environ),
    )
