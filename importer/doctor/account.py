"""The account: whether its host is reached, takes the keys, and what its clock says."""

import re
from collections.abc import Iterator, Mapping

from importer.config import Config
from importer.doctor.finding import Finding
from importer.doctor.reference import check_reference_field
from importer.errors import CallError, UsageError, WithdrawnError
from importer.leadsquared.answers import Kind, Reply, read_answer
from importer.leadsquared.client import Client
from importer.leadsquared.connection import make_client
from importer.leadsquared.route import find_route
from importer.leadsquared.user import read_user
from importer.ratelimit.slots import Slots

__all__ = ["check_account"]

MOST_SKEW_S = 60.0

_HOST = re.compile(r"\b(?:[a-z0-9-]{1,63}\.){1,4}leadsquared\.com\b", re.IGNORECASE)


async def check_account(config: Config, *, slots: Slots | None = None, environ: Mapping[str, str]) -> list[Finding]:
    """Ask the account who it is, with one call under the account's limit, and say what that tells.

    Two more calls where the config names a field for references.
    """
    host = config.account.host
    try:
        ready = make_client(config, slots=slots, environ=environ)
    except UsageError as error:
        return [Finding(f"way to the host: {error.message}", error.hint)]
    way = _way(config, environ)
    async with ready as client:
        try:
            reply = await client.user()
        except CallError as error:
            return [
                way,
                Finding(
                    f"host: {host} was not reached: {error}",
                    "Check the network, any proxy (HTTPS_PROXY, NO_PROXY, or proxy: in config.yaml), and account.host "
                    "in config.yaml or LSQ_HOST.",
                ),
            ]
        except WithdrawnError:
            return []
        findings = [way, Finding(f"host: {host} answers"), _clock(client), *_keys(reply, config)]
        if config.reference is not None and read_user(reply) is not None:
            findings.append(await check_reference_field(client, config.reference))
        return findings


def _way(config: Config, environ: Mapping[str, str]) -> Finding:
    """Whether calls go through a proxy, and who said so."""
    route = find_route(config.account.base_url, proxy=config.proxy, environ=environ)
    if route.proxy is not None:
        return Finding(f"way to the host: through the proxy {route.address} ({route.source})")
    return Finding(f"way to the host: no proxy{f' ({route.source})' if route.source else ''}")


def _clock(client: Client) -> Finding:
    skew_s = client.skew_s
    if skew_s is None:
        return Finding("clock: the host does not tell its time")
    what = f"clock: {abs(skew_s):.0f} s {'behind' if skew_s > 0 else 'ahead of'} the host's"
    if abs(skew_s) <= MOST_SKEW_S:
        return Finding(what)
    return Finding(what, "Set this machine's clock, by NTP best: times in reports and logs are its times.")


def _keys(reply: Reply, config: Config) -> Iterator[Finding]:
    user = read_user(reply)
    if user is not None:
        role = f" ({user.role})" if user.role else ""
        yield Finding(f"keys: taken, they are those of {user.organisation or 'an account'}{role}")
        yield Finding(f"the account's time zone: {user.time_zone or 'not told'}")
        code = user.country_code
        yield Finding(f"the account's country code: {f'+{code}' if code else 'not told'}")
        return
    answer = read_answer(reply, values=config.account.secrets)
    if answer.kind is Kind.RATE_LIMITED:
        yield Finding("keys: not checked, for the account's limit is used up right now", "Run the doctor again.")
        return
    named = _HOST.search(answer.message)
    if named and named[0].casefold() != config.account.host.casefold():
        yield Finding(
            f"keys: refused by {config.account.host}, which says that they belong to {named[0]}",
            f"Set LSQ_HOST={named[0]}, or account.host in config.yaml: keys work in their own region only.",
        )
        return
    tip = answer.tip if answer.kind is Kind.FATAL else "Look whether LeadSquared is up, and run the doctor again."
    yield Finding(f"keys: not taken: {answer.message or f'HTTP {reply.status}'}", tip)
