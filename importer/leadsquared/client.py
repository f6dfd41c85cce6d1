"""The only door to aiohttp's client: one call to the API in, one `Reply` out, each under a slot of the limit.

A call that got no reply is sorted by what is known of it. A connection that was never made means that nothing
arrived (`TransientError`); everything after that moment may have been carried out (`AmbiguousError`). The moment is
taken from aiohttp's own tracing, not guessed from the kind of exception.

aiohttp sends an idempotent request once more by itself when a reused connection turns out to be dead. That would be
a call outside a slot, so each request carries a guard that lets it go once.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace, TracebackType
from typing import Literal, Self
from urllib.parse import quote

import aiohttp
from aiohttp.client_middlewares import ClientHandlerType
from yarl import URL

from importer.errors import AmbiguousError, CallError, TransientError
from importer.leadsquared import endpoints
from importer.leadsquared.answers import Reply
from importer.leadsquared.exchange import no_connection, read_bounded, sort_failure
from importer.leadsquared.route import DIRECT, Route
from importer.ratelimit.limiter import RateLimiter
from importer.ratelimit.record import UNRECORDED, CallRecord
from importer.servertime import ServerTime
from importer.version import __version__

__all__ = ["Client", "Lane", "fetch_plain"]

CONNECT_TIMEOUT_S = 10.0

KEEPALIVE_S = 15.0
"""How long an idle connection is kept: through a pause of a window or two, but less than gateways do (60 s and more).

A call on a connection that the other side is just closing is a lost reply, and the doubt costs more than a handshake.
"""

MOST_FOUND = 25
"""How many leads a look-up tells: one, where the field is unique in the account."""

USER_AGENT = f"lsq-import/{__version__}"

MOST_BYTES = 1024 * 1024
"""The largest answer to a call about leads, unpacked. A look-up tells of 25 leads at most."""

MOST_LISTED_BYTES = 8 * 1024 * 1024
"""The largest list of the account's fields, users or new leads, unpacked. Real accounts have some 200 fields."""

FIRST_ALONE_S = 2.0
"""How long after the first call was sent the others wait for its reply at most."""

_OK = 200


class _SendOnce:
    """A client middleware that lets its request go to a connection once, whatever aiohttp would do by itself."""

    def __init__(self) -> None:
        self._is_sent = False

    async def __call__(self, request: aiohttp.ClientRequest, handler: ClientHandlerType) -> aiohttp.ClientResponse:
        if self._is_sent:
            raise aiohttp.ClientConnectionError("the connection was closed before an answer")
        self._is_sent = True
        return await handler(request)


@dataclass(frozen=True, slots=True)
class Lane:
    """Calls that share a limit, and how long one of them may take as a whole, in seconds."""

    limiter: RateLimiter
    timeout_s: float

    @property
    def timeout(self) -> aiohttp.ClientTimeout:
        """The same for aiohttp, which rounds time-outs above 5 s up to whole seconds where it has no threshold."""
        return aiohttp.ClientTimeout(
            total=self.timeout_s, sock_connect=min(CONNECT_TIMEOUT_S, self.timeout_s), ceil_threshold=float("inf")
        )


class Client:
    """Calls the API of one account; an async context manager.

    `base_url` ends in `/v2/`. `auth` is `query`, the form that the Lead.Create page shows, or `headers`, which the
    vendor recommends since they stay out of access logs. `calls` counts the requests made. `timeout_s` is for the whole
    call, from the connection to the last byte. `wall_clock` gives seconds since 1970, `steady_clock` those of a clock
    that nobody sets. `on_call` is told the event loop's time of each call. `route` is the way to the account.

    `bulk` is the lane of bulk calls, None where none are made.

    The first call goes alone, for its reply tells the server's time to all that follow.
    """

    def __init__(
        self,
        *,
        base_url: str,
        access_key: str,
        secret_key: str,
        auth: Literal["query", "headers"],
        timeout_s: float,
        limiter: RateLimiter,
        connections: int,
        wall_clock: Callable[[], float] = time.time,
        steady_clock: Callable[[], float] | None = None,
        on_call: Callable[[float], object] = lambda _at_s: None,
        route: Route = DIRECT,
        bulk: Lane | None = None,
    ) -> None:
        self.limiter = limiter
        self.bulk = bulk
        self.calls = 0
        self._server_time = ServerTime(wall_clock=wall_clock, steady_clock=steady_clock)
        self._first: asyncio.Event | None = None
        self._base_url = base_url
        self._keys = {"accessKey": access_key, "secretKey": secret_key}
        self._auth = auth
        # Not the session's own headers: aiohttp sends those to a proxy too, in clear.
        self._key_headers = {"x-LSQ-AccessKey": access_key, "x-LSQ-SecretKey": secret_key} if auth == "headers" else {}
        self._on_call = on_call
        self._route = route
        self._lane = Lane(limiter, timeout_s)
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        tracing = aiohttp.TraceConfig()
        tracing.on_connection_create_end.append(_note_connection)
        tracing.on_connection_reuseconn.append(_note_connection)
        headers = {"Accept": "application/json", "User-Agent": USER_AGENT}
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._connections, keepalive_timeout=KEEPALIVE_S, ssl=self._route.certificates or True
            ),
            trace_configs=[tracing],
            headers=headers,
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    @property
    def skew_s(self) -> float | None:
        """The server's clock minus ours, as far as Date headers tell (whole seconds), None before the first reply."""
        return self._server_time.skew_s

    def halt(self, seconds: float) -> None:
        """Let no call go for so long, as `RateLimiter.halt` does."""
        self.limiter.halt(seconds)
        if self.bulk is not None:
            self.bulk.limiter.halt(seconds)

    async def create_lead(
        self, body: bytes, *, unless: Callable[[], bool] = lambda: False, record: CallRecord = UNRECORDED
    ) -> Reply:
        """Send one Lead.Create; `body` is the JSON array of attributes in UTF-8.

        WithdrawnError, and nothing is sent, when `unless` holds as its turn comes; then `record` is told.
        """
        return await self._call("POST", endpoints.CREATE_LEAD, data=body, unless=unless, record=record)

    async def create_leads(
        self, body: bytes, *, unless: Callable[[], bool] = lambda: False, record: CallRecord = UNRECORDED
    ) -> Reply:
        """Send one Lead/Bulk/Create; `body` is the JSON array of what Lead.Create takes for each lead, in UTF-8.

        It goes in the lane of bulk calls. WithdrawnError as in `create_lead`.
        """
        return await self._call(
            "POST", endpoints.CREATE_LEADS, data=body, unless=unless, record=record, lane=self.bulk or self._lane
        )

    async def list_leads(self, since: str, *, operator: str, columns: Sequence[str], page: int, size: int) -> Reply:
        """Ask for a page (from 1) of the leads whose CreatedOn is so (`>=`) to a moment, UTC `YYYY-MM-DD HH:MM:SS`.

        They are sorted by their ids, so that none is told twice or never where pages are asked for one by one (live).
        """
        query = {
            "Parameter": {"LookupName": "CreatedOn", "LookupValue": since, "SqlOperator": operator},
            "Columns": {"Include_CSV": ",".join(columns)},
            "Sorting": {"ColumnName": "ProspectID", "Direction": "1"},
            "Paging": {"PageIndex": page, "PageSize": size},
        }
        return await self._call(
            "POST",
            endpoints.FIND_LEADS,
            data=json.dumps(query, ensure_ascii=False).encode(),
            most_bytes=MOST_LISTED_BYTES,
        )

    async def find_leads(self, field: str, value: str, *, columns: Sequence[str]) -> Reply:
        """Ask for the leads with this value in this field (schema name), and of each for these columns.

        The body has the form of the vendor's page: one of another form is passed over in silence, and the answer is
        any leads at all (live).
        """
        query = {
            "Parameter": {"LookupName": field, "LookupValue": value, "SqlOperator": "="},
            "Columns": {"Include_CSV": ",".join(columns)},
            "Sorting": {"ColumnName": "CreatedOn", "Direction": "1"},
            "Paging": {"PageIndex": 1, "PageSize": MOST_FOUND},
        }
        return await self._call("POST", endpoints.FIND_LEADS, data=json.dumps(query, ensure_ascii=False).encode())

    async def find_by_id(self, lead_id: str) -> Reply:
        """Ask for the lead with this id."""
        return await self._call("GET", endpoints.LEADS_BY_ID, {"id": lead_id})

    async def fields(self) -> Reply:
        """Ask for the account's lead fields, options included."""
        return await self._call("GET", endpoints.FIELDS, most_bytes=MOST_LISTED_BYTES)

    async def users(self) -> Reply:
        """Ask for the account's users, inactive ones included."""
        return await self._call("GET", endpoints.USERS, most_bytes=MOST_LISTED_BYTES)

    async def user(self) -> Reply:
        """Ask whose keys these are: checks them without touching a lead."""
        return await self._call("GET", endpoints.USER_BY_ACCESS_KEY)

    async def send(
        self, method: str, path: str, query: Mapping[str, str] | None = None, *, data: bytes | None = None
    ) -> Reply:
        """Make a call that has no method of its own here; `data` is JSON in UTF-8."""
        return await self._call(method, path, query, data=data, most_bytes=MOST_LISTED_BYTES)

    async def _call(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        data: bytes | None = None,
        unless: Callable[[], bool] = lambda: False,
        record: CallRecord = UNRECORDED,
        most_bytes: int = MOST_BYTES,
        lane: Lane | None = None,
    ) -> Reply:
        call = partial(
            self._call_now,
            method,
            path,
            query,
            data=data,
            unless=unless,
            record=record,
            most_bytes=most_bytes,
            lane=lane or self._lane,
        )
        if self._first is not None:
            await self._first.wait()
            return await call()
        self._first = asyncio.Event()
        try:
            return await call()
        finally:
            self._first.set()

    async def _call_now(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        *,
        data: bytes | None,
        unless: Callable[[], bool],
        record: CallRecord,
        most_bytes: int,
        lane: Lane,
    ) -> Reply:
        assert self._session is not None, "the client is used inside `async with`"  # noqa: S101 - our own misuse
        # `$ + / = & %` in a key must be percent-encoded; yarl leaves some of them as they are unless told that the
        # URL is encoded already.
        pairs = {**(self._keys if self._auth == "query" else {}), **(query or {})}
        encoded = "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs.items())
        url = URL(f"{self._base_url}{path}{'?' + encoded if encoded else ''}", encoded=True)
        call = SimpleNamespace(is_connected=False)
        headers = dict(self._key_headers)
        if data is not None:
            headers["Content-Type"] = "application/json"
        async with lane.limiter.slot(unless=unless, record=record) as slot:
            self.calls += 1
            if self._first is not None and not self._first.is_set():
                asyncio.get_running_loop().call_later(FIRST_ALONE_S, self._first.set)
            self._on_call(asyncio.get_running_loop().time())
            try:
                async with self._session.request(
                    method,
                    url,
                    data=data,
                    headers=headers,
                    timeout=lane.timeout,
                    allow_redirects=False,
                    proxy=self._route.proxy,
                    middlewares=(_SendOnce(),),
                    trace_request_ctx=call,
                ) as response:
                    slot.answered()
                    self._server_time.note(response.headers.get("Date"))
                    content = await read_bounded(response, most_bytes)
                    if content is None:
                        failure: CallError = AmbiguousError(f"the answer is larger than {most_bytes:,} bytes")
                    else:
                        return Reply(response.status, content, response.headers.get("Retry-After"))
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                failure = sort_failure(error, is_connected=call.is_connected)
        # Not inside the `except`: the original's text may hold the URL, and with it the keys, so no exception of ours
        # may carry it along as its context.
        raise failure


async def _note_connection(
    _session: aiohttp.ClientSession,
    context: SimpleNamespace,
    _params: aiohttp.TraceConnectionCreateEndParams | aiohttp.TraceConnectionReuseconnParams,
) -> None:
    context.trace_request_ctx.is_connected = True


async def fetch_plain(url: str) -> bytes:
    """The body behind a URL that is no call to an account (a sandbox's own pages); TransientError without one."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CONNECT_TIMEOUT_S)) as session,
            session.get(url, allow_redirects=False, headers={"User-Agent": USER_AGENT}) as response,
        ):
            return (await read_bounded(response, MOST_BYTES) or b"") if response.status == _OK else b""
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        failure = TransientError(no_connection(error))
    raise failure
