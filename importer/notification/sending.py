"""How a message goes out: to an https address as JSON, to every other service through Apprise.

Nothing here fails an import: what goes wrong is told. An address is a secret, since many hold a token: only its kind is
ever said.
"""

import asyncio
import importlib.util
import logging
import warnings
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import aiohttp

from importer.config.host import is_loopback
from importer.notification.message import Message

__all__ = ["find_problems", "send"]

MOST_TRIES = 2
TIMEOUT_S = 10.0
GOOD = range(200, 300)
EXTRA = "pip install 'lsq-import[notify]'"
PLAIN = {"https", "http"}


def find_problems(addresses: Sequence[str]) -> Iterator[str]:
    """What is wrong with addresses, as far as it shows without a message."""
    for address in addresses:
        kind = _kind(address)
        if kind == "http" and not is_loopback(_host(address)):
            yield "an address that begins with http:// is not used, for all on the way could read it: use https://"
        elif not kind or (kind in PLAIN and not _host(address)):
            yield "an address is no URL, such as https://hooks.example.com/… or mailto://…"
        elif kind not in PLAIN and importlib.util.find_spec("apprise") is None:
            yield f"{kind}:// needs Apprise: {EXTRA}"


async def send(addresses: Sequence[str], message: Message, line: bytes) -> list[str]:
    """Send a message to all addresses at once, a plain one the line of JSON instead; what went wrong, in words.

    Each may take 10 s, twice where nothing answered.
    """
    told = await asyncio.gather(*(_send(address, message, line) for address in addresses))
    return [why for why in told if why]


async def _send(address: str, message: Message, line: bytes) -> str:
    problem = next(find_problems([address]), "")
    if problem:
        return problem
    why = ""
    for _ in range(MOST_TRIES):
        try:
            async with asyncio.timeout(TIMEOUT_S):
                why = await (_post(address, line) if _kind(address) in PLAIN else _tell(address, message))
            return why and f"{_kind(address)}://… {why}"
        except TimeoutError:
            why = f"no answer within {TIMEOUT_S:g} s"
        except Exception as error:  # noqa: BLE001 - whatever a service's plugin raises, the import has ended well
            why = type(error).__name__
    return f"{_kind(address)}://… was not reached: {why}"


async def _post(address: str, line: bytes) -> str:
    async with (
        aiohttp.ClientSession(trust_env=True) as session,
        session.post(
            address, data=line, headers={"Content-Type": "application/json"}, allow_redirects=False
        ) as response,
    ):
        return "" if response.status in GOOD else f"answered HTTP {response.status}"


async def _tell(address: str, message: Message) -> str:
    logging.getLogger("apprise").disabled = True  # its words may hold the address
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they are for its developers
        import apprise

        service = apprise.Apprise()
        if not service.add(address):
            return "is no address that Apprise knows"
        kind = apprise.NotifyType.WARNING if message.is_failure else apprise.NotifyType.SUCCESS
        is_sent = await service.async_notify(title=message.title, body=message.text, notify_type=kind)
        return "" if is_sent else "did not take the message"


def _kind(address: str) -> str:
    try:
        return urlsplit(address).scheme.lower()
    except ValueError:
        return ""


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
