"""The sandbox's door: which requests come in, how long each may take to arrive, and what becomes of a failure.

aiohttp's own server writes tracebacks to the terminal and waits for the rest of a request for as long as it takes.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from importer.sandbox.hosts import is_loopback, is_own_host

__all__ = ["Door", "is_call"]

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

_PREFIX = "/v2/"
_JSON = "application/json"
_LINGER_S = 1.0  # so long the rest of a request that is refused is read and dropped
_SILENT = logging.Logger("sandbox")  # noqa: LOG001 - it stands alone, so that no handler of the root shows it
_SILENT.addHandler(logging.NullHandler())


def is_call(request: web.BaseRequest) -> bool:
    """Whether a request is a call of the API; the case of a path does not matter (live)."""
    return request.raw_path[: len(_PREFIX)].lower() == _PREFIX


class Door(web.Server):
    """Hands each whole request to `handler`. `failures` counts the mistakes of the sandbox itself.

    A request that has not arrived within `timeout_s` is given up, from the first byte of its connection on. `host` is
    where the sandbox listens: only where that is this machine alone must a call name it in its Host header.
    """

    def __init__(self, handler: Handler, *, host: str, timeout_s: float) -> None:
        super().__init__(self._receive)
        self.timeout_s = timeout_s
        self.failures = 0
        self._handler = handler
        self._host = host
        self._is_private = is_loopback(host)

    def __call__(self) -> web.RequestHandler:
        """The protocol of one connection."""
        return _Connection(self, loop=asyncio.get_running_loop(), logger=_SILENT, access_log=None)

    async def _receive(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = request.protocol
        if isinstance(connection, _Connection):
            connection.begin()
        try:
            return await self._answer(request)
        except (web.HTTPException, ConnectionError):
            raise
        except Exception as error:  # noqa: BLE001 - a mistake of the sandbox's own: told to the client, not here
            self.failures += 1
            return _say(500, f"The sandbox itself failed: {type(error).__name__}.")
        finally:
            if isinstance(connection, _Connection):
                connection.end()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if is_call(request):
            if self._is_private and not is_own_host(request.headers.get("Host", ""), host=self._host):
                return _say(403, "The Host header is not this sandbox's.")
            if request.method == "POST" and request.content_type != _JSON:
                return _say(415, f"Content-Type must be {_JSON}.")
        try:
            async with asyncio.timeout(self.timeout_s):
                await request.read()
        except TimeoutError:
            response = _say(408, f"The request did not arrive whole within {self.timeout_s:g} s.")
            response.force_close()
            return response
        except web.RequestPayloadError:
            return _say(400, "The request broke off.")
        return await self._handler(request)


class _Connection(web.RequestHandler):
    """One connection; it is closed when no whole head of a request comes in time."""

    __slots__ = ("_busy", "_deadline", "_door")

    def __init__(
        self, door: Door, *, loop: asyncio.AbstractEventLoop, logger: logging.Logger, access_log: logging.Logger | None
    ) -> None:
        super().__init__(door, loop=loop, logger=logger, access_log=access_log, lingering_time=_LINGER_S)  # type: ignore[arg-type]
        self._door = door
        self._busy = False
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        self._wait()
        super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def begin(self) -> None:
        """The head of a request is here; its body is waited for by who reads it."""
        self._busy = True
        self._stop_waiting()

    def end(self) -> None:
        """The request is answered; the next one may take its time to begin."""
        self._busy = False

    def _wait(self) -> None:
        if not self._busy and self._deadline is None:
            self._deadline = asyncio.get_running_loop().call_later(self._door.timeout_s, self.force_close)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _say(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text + "\n")
