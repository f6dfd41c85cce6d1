"""The way from a config to the account that it names."""

from collections.abc import Callable, Mapping

from importer.config import Config
from importer.config.settings import Bulk
from importer.leadsquared.client import Client, Lane
from importer.leadsquared.route import find_route
from importer.ratelimit.adaptive import Limit
from importer.ratelimit.limiter import RateLimiter
from importer.ratelimit.paired import PairedSlots
from importer.ratelimit.slots import LocalSlots, Slots

__all__ = ["make_client"]


def make_client(
    config: Config,
    *,
    slots: Slots | None = None,
    bulk_slots: Slots | None = None,
    on_call: Callable[[float], object] = lambda _at_s: None,
    environ: Mapping[str, str],
) -> Client:
    """A client for the account that the config names; `on_call` is told the loop's time of each call.

    `slots` are those of the account's budget; without them its calls have a whole limit of their own. With `bulk_slots`
    it makes bulk calls, each of which takes a place among the others too. UsageError where
    the environment names a proxy or certificates that cannot be used.
    """
    account, limit = config.account, Limit(config.limits.calls, config.limits.per_seconds)
    slots = slots or LocalSlots(limit)
    return Client(
        base_url=account.base_url,
        access_key=account.access_key or "",
        secret_key=account.secret_key or "",
        auth=account.auth,
        timeout_s=config.timeout_s,
        limiter=RateLimiter(limit.calls, limit.per_seconds, slots=slots, most_in_flight=config.workers),
        connections=(1 if bulk_slots is None else 2) * config.workers + 2,
        on_call=on_call,
        route=find_route(account.base_url, proxy=config.proxy, environ=environ),
        bulk=None if bulk_slots is None else _bulk_lane(config.bulk, bulk_slots, slots, limit),
    )


def _bulk_lane(bulk: Bulk, bulk_slots: Slots, slots: Slots, limit: Limit) -> Lane:
    bulk_limit = Limit(bulk.calls, bulk.per_seconds)
    paired = PairedSlots(bulk_slots, slots, scarce_limit=bulk_limit, common_limit=limit)
    return Lane(RateLimiter(bulk.calls, bulk.per_seconds, slots=paired), bulk.timeout_s)
