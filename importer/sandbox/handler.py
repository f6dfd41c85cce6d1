"""One call from arrival to reply: latency, limit, keys, faults. The room where the sandbox's other parts meet."""

import asyncio
import random
import re
import socket
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from importer.sandbox.answers import (
    BAD_GATEWAY,
    GATEWAY_TIMEOUT,
    NO_SUCH_API,
    PLAIN_ERROR,
    Reply,
    answer_bad_keys,
    answer_over_limit,
)
from importer.sandbox.api import Api
from importer.sandbox.calls import BULK_CALLS, CALLS
from importer.sandbox.faults import Faults, Script, Scripted
from importer.sandbox.limit import Limit
from importer.sandbox.parts import ChooseRows, choose_rows, go_on
from importer.sandbox.settings import Settings
from importer.sandbox.stats import Stats

if TYPE_CHECKING:
    from aiohttp import web

__all__ = ["Traffic"]

_ROUTES_KEPT = 1024
_SLASHES = re.compile(r"/{2,}")
_POLL_S = 0.2
_OTHER = "other"  # any path that is no call
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER of 0 s: the client sees a reset, not an orderly end
_REPLIES: Mapping[str, Reply] = {"error_500": PLAIN_ERROR, "html_502": BAD_GATEWAY, "gateway_504": GATEWAY_TIMEOUT}


@dataclass(frozen=True, slots=True)
class _Route:
    """What a raw path and query ask for, remembered because most calls repeat it."""

    call: str
    query: Mapping[str, str]
    keys_in_query: bool


class Traffic:
    """Answers the calls under /v2/. Whatever is there counts in the limit, wrong paths and bad keys too (invented)."""

    def __init__(
        self,
        settings: Settings,
        api: Api,
        *,
        seed: int,
        clock: Callable[[], float],
    ) -> None:
        self.api = api
        self.stats = Stats(per_seconds=settings.per_seconds)
        self._limit = Limit(calls=settings.calls, per_seconds=settings.per_seconds, window=settings.window)
        self._bulk_limit = Limit(
            calls=settings.bulk_calls, per_seconds=settings.bulk_per_seconds, window=settings.window
        )
        self.script = Script()
        # One source of random numbers for each purpose: a changed latency does not move the faults.
        self._latency = random.Random(f"{seed} latency")  # noqa: S311 - no secrets
        self._refusals = random.Random(f"{seed} refusals")  # noqa: S311 - no secrets
        self._parts = random.Random(f"{seed} parts")  # noqa: S311 - no secrets
        self._faults = Faults(settings, random.Random(f"{seed} faults"))  # noqa: S311 - no secrets
        self._clock = clock
        self.started_at = clock()
        self._closing = asyncio.Event()
        self._routes: dict[str, _Route] = {}
        self._settings = settings

    def change(self, settings: Settings) -> None:
        """Go on with other settings; what the limit has counted stays counted."""
        self._settings = settings
        self._limit.calls, self._limit.per_seconds = settings.calls, settings.per_seconds
        self._limit.window = settings.window
        self._bulk_limit.calls, self._bulk_limit.per_seconds = settings.bulk_calls, settings.bulk_per_seconds
        self._bulk_limit.window = settings.window
        self.stats.peak.per_seconds = settings.per_seconds
        self._faults.change(settings)
        self._routes.clear()

    def open(self) -> None:
        """Be ready for calls."""
        self._closing.clear()

    def close(self) -> None:
        """Let go of the calls whose reply never comes."""
        self._closing.set()

    async def handle(self, request: "web.BaseRequest") -> "web.StreamResponse":
        """Answer one call, or do to it what its fault says.

        A request that was sent arrives and is worked on even if its client is gone by then: that is how a killed
        importer leaves leads of which it knows nothing.
        """
        stats = self.stats
        stats.in_flight += 1
        landed = False
        try:
            body = await request.read()
            up_s, down_s = self._draw_latency()
            if up_s:
                await asyncio.sleep(up_s)
            reply, fault, delay_s = self._decide(request, body)
            if fault in ("hang_before", "hang_after"):
                stats.in_flight -= 1
                landed = True
                await self._hang(request)
            elif down_s or delay_s:
                await asyncio.sleep(down_s + delay_s)
            return await self._deliver(request, reply, fault)
        finally:
            if not landed:
                stats.in_flight -= 1

    def _decide(self, request: "web.BaseRequest", body: bytes) -> tuple[Reply, str | None, float]:
        """The moment of arrival: reply, fault and extra delay. Nothing here waits, so calls are judged one by one."""
        now = self._clock()
        settings, stats = self._settings, self.stats
        route = self._find_route(request.raw_path)
        kept = body if settings.log_bodies else None
        arrival = stats.arrive(route.call, now=now, started=self.started_at, body=kept)
        if not self._limit.admit(now):
            arrival.answer = "refused"
            return self._refuse(self._draw_refusal()), None, 0.0
        if route.call in BULK_CALLS and not self._bulk_limit.admit(now):
            arrival.answer = "refused"
            return self._refuse(self._draw_refusal(), is_bulk=True), None, 0.0
        scripted = self.script.take(route.call)
        fault = self._faults.strike(route.call) if scripted is None else scripted.fault
        if fault in (None, "none"):
            fault = None
        elif fault.startswith("refuse_"):
            arrival.answer = "refused"
            return self._refuse(int(fault.removeprefix("refuse_"))), None, _delay_s(scripted)
        else:
            stats.faults[fault] += 1
        if fault is not None and fault.endswith("_before"):
            arrival.answer = fault
            return _REPLIES.get(fault.removesuffix("_before"), PLAIN_ERROR), fault, _delay_s(scripted)
        reply = None
        if scripted is None or scripted.status is None or scripted.store:
            reply = self._work(request, route, body, now, scripted=scripted, fault=fault)
        if scripted is not None and scripted.status is not None:
            reply = _scripted_reply(scripted, scripted.status)
            stats.faults["scripted"] += 1
        if reply is None:  # pragma: no cover - one of the two branches above has set it
            reply = PLAIN_ERROR
        arrival.answer = fault or reply.kind
        if fault is not None:
            reply = _REPLIES.get(fault.removesuffix("_after"), reply)
        return reply, fault, _delay_s(scripted)

    def _work(
        self,
        request: "web.BaseRequest",
        route: _Route,
        body: bytes,
        now: float,
        *,
        scripted: Scripted | None,
        fault: str | None,
    ) -> Reply:
        """The account's own answer. What is left of a bulk call by then is done later or never."""
        settings = self._settings
        most = None if scripted is None else scripted.rows
        odds = 0.0 if fault is None else settings.bulk_partial
        choose = partial(choose_rows, most=most, odds=odds, draws=self._parts)
        reply = self._answer(request, route, body, now, choose=choose)
        self.stats.answers[reply.kind] += 1
        if reply.rest and settings.bulk_late_s:
            go_on(reply.rest, within_s=settings.bulk_late_s, clock=self._clock, stats=self.stats)
        return reply

    def _answer(
        self, request: "web.BaseRequest", route: _Route, body: bytes, now: float, *, choose: ChooseRows
    ) -> Reply:
        settings = self._settings
        if route.call == _OTHER:
            return NO_SUCH_API
        if not route.keys_in_query:
            headers = request.headers
            given = (headers.get("x-LSQ-AccessKey"), headers.get("x-LSQ-SecretKey"))
            if given != (settings.access_key, settings.secret_key):
                return answer_bad_keys()
        return self.api.answer(route.call, request.method, query=route.query, body=body, now=now, choose=choose)

    def _find_route(self, raw_path: str) -> _Route:
        route = self._routes.get(raw_path)
        if route is None:
            parts = urlsplit(raw_path)
            # A client exists that writes two slashes where one is meant, so an account bears it (client).
            call, _ = CALLS.get(_SLASHES.sub("/", parts.path.lower()), (_OTHER, ""))
            query = {name.lower(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
            settings = self._settings
            given = (query.get("accesskey"), query.get("secretkey"))
            route = _Route(call, query, given == (settings.access_key, settings.secret_key))
            if len(self._routes) >= _ROUTES_KEPT:
                self._routes.clear()
            self._routes[raw_path] = route
        return route

    def _draw_latency(self) -> tuple[float, float]:
        """Seconds on the way up and on the way down."""
        low, high = self._settings.latency_ms
        if not high:
            return 0.0, 0.0
        total_s = self._latency.uniform(low, high) / 1000
        up_s = total_s * self._latency.random()
        return up_s, total_s - up_s

    def _draw_refusal(self) -> int:
        refusal = self._settings.refusal
        return self._refusals.choice((429, 403, 200)) if refusal == "mixed" else refusal

    def _refuse(self, status: int, *, is_bulk: bool = False) -> Reply:
        """A rate refusal; of a bulk call it is an object where an array is expected (client)."""
        self.stats.refusals += 1
        settings = self._settings
        calls, per_seconds = settings.calls or 25, settings.per_seconds
        if is_bulk:
            calls, per_seconds = settings.bulk_calls or calls, settings.bulk_per_seconds
        return answer_over_limit(status=status, calls=calls, per_seconds=per_seconds)

    async def _hang(self, request: "web.BaseRequest") -> None:
        """Wait until the client leaves or the sandbox stops."""
        while request.transport is not None and not self._closing.is_set():
            try:
                await asyncio.wait_for(self._closing.wait(), _POLL_S)
            except TimeoutError:
                continue

    async def _deliver(self, request: "web.BaseRequest", reply: Reply, fault: str | None) -> "web.StreamResponse":
        from aiohttp import web

        response = web.Response(
            status=reply.status, body=reply.body, content_type=reply.content_type, headers=reply.headers or None
        )
        if fault is None:
            return response
        if fault == "cut_after":
            half = web.StreamResponse(status=reply.status)
            half.content_type = reply.content_type
            half.content_length = len(reply.body)
            with suppress(ConnectionResetError):  # the client is gone already
                await half.prepare(request)
                await half.write(reply.body[: len(reply.body) // 2])
            if request.transport is not None:
                request.transport.close()
            return half
        if fault.startswith(("drop_", "hang_")):
            _reset(request.transport)
        return response


def _reset(transport: asyncio.Transport | None) -> None:
    if transport is None:
        return
    bare: socket.socket | None = transport.get_extra_info("socket")
    if bare is not None:
        bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()


def _delay_s(scripted: Scripted | None) -> float:
    return 0.0 if scripted is None else scripted.delay_ms / 1000


def _scripted_reply(scripted: Scripted, status: int) -> Reply:
    return Reply(status, scripted.body.encode(), "scripted", scripted.content_type, scripted.headers)
