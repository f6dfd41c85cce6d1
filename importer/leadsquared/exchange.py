"""How an answer is read from its connection, and what a call that got none is sorted as. In words without a URL."""

import asyncio
import os

import aiohttp

from importer.errors import AmbiguousError, CallError, TransientError

__all__ = ["no_connection", "read_bounded", "sort_failure"]


async def read_bounded(response: aiohttp.ClientResponse, most_bytes: int) -> bytes | None:
    """The body, unpacked; None, and the connection is closed, where it is larger than that.

    aiohttp unpacks a piece at a time and waits until it is taken, so that no more than the next piece is held besides.
    """
    content = bytearray()
    async for piece in response.content.iter_any():
        content += piece
        if len(content) > most_bytes:
            response.close()
            return None
    return bytes(content)


def sort_failure(error: BaseException, *, is_connected: bool) -> CallError:
    """Before a connection was made nothing arrived (TransientError); after that it may have (AmbiguousError)."""
    return AmbiguousError(_lost_reply(error)) if is_connected else TransientError(no_connection(error))


def no_connection(error: BaseException) -> str:
    """Why no connection was made, in words without a URL."""
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"the proxy refused the way to the host: HTTP {error.status}"
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return "the proxy was not reached"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "the host's name was not found"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "the host's certificate is not trusted"
    if isinstance(error, aiohttp.ClientSSLError):
        return "the host does not speak HTTPS"
    if isinstance(error, asyncio.TimeoutError):
        return "no connection within the time allowed"
    number = error.errno if isinstance(error, OSError) else None
    return "no connection" if number is None or number <= 0 else f"no connection: {os.strerror(number)}"


def _lost_reply(error: BaseException) -> str:
    """How the reply was lost, in words without a URL."""
    if isinstance(error, asyncio.TimeoutError):
        return "no answer within the time allowed"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the answer broke off"
    return "the connection was closed before an answer"
