"""What the sandbox offers beside the API: the page, what it holds and saw, and switches for tests.

These calls need no keys and are not counted. Since a browser may be made to send requests here by any page that it
shows, the Host must be this machine's or an address (against DNS rebinding), and a POST must be JSON and must not come
from another origin.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import urlsplit

from aiohttp import web

from importer.sandbox.hosts import is_own_host

if TYPE_CHECKING:
    from importer.sandbox.stats import Arrival
    from importer.sandbox.store import Lead

__all__ = ["Control", "Controlled", "tell_arrival", "tell_lead"]

PREFIX = "/__sandbox/"
_CHUNK = 500
_PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

_T = TypeVar("_T")
_Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Controlled(Protocol):
    """What is controlled: the sandbox, from the inside."""

    @property
    def instance_id(self) -> str:
        """The id of this set of leads."""

    def stats(self) -> dict[str, Any]:
        """The counts."""

    def lead_list(self) -> "list[Lead]":
        """All leads, oldest first."""

    def lists(self) -> list[dict[str, Any]]:
        """All lists with the ids of their leads."""

    def arrival_list(self) -> "list[Arrival]":
        """The latest arrivals, oldest first."""

    def change(self, **switches: Any) -> None:  # noqa: ANN401 - JSON from outside, checked inside
        """Change switches; ValueError when one is wrong."""

    def script(self, answers: Any) -> None:  # noqa: ANN401 - JSON from outside, checked inside
        """Order answers; ValueError when one is wrong."""

    def reset(self) -> None:
        """Forget everything."""


class Control:
    """Answers everything that is not under /v2/."""

    def __init__(self, sandbox: Controlled, *, host: str) -> None:
        self._sandbox = sandbox
        self._host = host
        self._page = files("importer.sandbox").joinpath("page.html").read_bytes()
        self._routes: Mapping[str, tuple[str, _Handler]] = {
            "/": ("GET", self._show_page),
            "/favicon.ico": ("GET", self._show_nothing),
            PREFIX + "leads": ("GET", self._tell_leads),
            PREFIX + "lists": ("GET", self._tell_lists),
            PREFIX + "arrivals": ("GET", self._tell_arrivals),
            PREFIX + "stats": ("GET", self._tell_stats),
            PREFIX + "settings": ("POST", self._change),
            PREFIX + "script": ("POST", self._script),
            PREFIX + "reset": ("POST", self._reset),
        }

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request of the page, a person or a test."""
        verb, handler = self._routes.get(urlsplit(request.raw_path).path, ("", None))
        if handler is None:
            return _say(404, "There is no such page. The API is under /v2/, the sandbox's own calls under /__sandbox/.")
        if request.method != verb:
            return _say(405, f"This takes {verb}.", {"Allow": verb})
        if not is_own_host(request.headers.get("Host", ""), host=self._host):
            return _say(403, "The Host header is not this sandbox's.")
        if verb == "POST":
            if request.headers.get("Origin", own := f"http://{request.headers['Host']}") != own:
                return _say(403, "The request comes from another origin.")
            if request.content_type != "application/json":
                return _say(415, "Content-Type must be application/json.")
        try:
            return await handler(request)
        except ValueError as error:
            return _say(400, str(error))

    async def _show_page(self, request: web.BaseRequest) -> web.StreamResponse:
        del request
        return web.Response(body=self._page, content_type="text/html", charset="utf-8", headers=_PAGE_HEADERS)

    async def _show_nothing(self, request: web.BaseRequest) -> web.StreamResponse:
        del request
        return web.Response(status=204)

    async def _tell_stats(self, request: web.BaseRequest) -> web.StreamResponse:
        del request
        return _tell(self._sandbox.stats())

    async def _tell_lists(self, request: web.BaseRequest) -> web.StreamResponse:
        del request
        return _tell({"lists": self._sandbox.lists()})

    async def _tell_leads(self, request: web.BaseRequest) -> web.StreamResponse:
        leads = self._sandbox.lead_list()
        return await self._stream(request, "leads", map(tell_lead, _latest(request, leads)), len(leads))

    async def _tell_arrivals(self, request: web.BaseRequest) -> web.StreamResponse:
        arrivals = self._sandbox.arrival_list()
        return await self._stream(request, "arrivals", map(tell_arrival, _latest(request, arrivals)), len(arrivals))

    async def _stream(
        self, request: web.BaseRequest, name: str, items: Iterator[dict[str, Any]], total: int
    ) -> web.StreamResponse:
        """`{"instance":…,"total":…,NAME:[…]}`, in pieces, so that 100,000 leads hold up no other call."""
        response = web.StreamResponse(headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})
        response.content_type = "application/json"
        await response.prepare(request)
        head = json.dumps({"instance": self._sandbox.instance_id, "total": total})[:-1]
        await response.write(f'{head}, "{name}": ['.encode())
        async for piece in _join(items):
            await response.write(piece)
        await response.write(b"\n]}\n")
        await response.write_eof()
        return response

    async def _change(self, request: web.BaseRequest) -> web.StreamResponse:
        switches = await _read_json(request)
        if not isinstance(switches, dict):
            raise ValueError("an object of switches is expected")  # noqa: TRY004 - JSON from outside
        self._sandbox.change(**switches)
        return _tell(self._sandbox.stats())

    async def _script(self, request: web.BaseRequest) -> web.StreamResponse:
        self._sandbox.script(await _read_json(request))
        return _tell(self._sandbox.stats())

    async def _reset(self, request: web.BaseRequest) -> web.StreamResponse:
        del request
        self._sandbox.reset()
        return _tell(self._sandbox.stats())


def tell_lead(lead: "Lead") -> dict[str, Any]:
    """A lead as `/__sandbox/leads` tells it, its values as they are stored."""
    return {"id": lead.id, "created_on": lead.created_on, "attributes": dict(lead.attributes)}


def tell_arrival(arrival: "Arrival") -> dict[str, Any]:
    """A call as `/__sandbox/arrivals` tells it; `body` is there when bodies are kept."""
    entry = {"at_s": round(arrival.at_s, 6), "call": arrival.call, "answer": arrival.answer}
    return entry if arrival.body is None else {**entry, "body": arrival.body}


def _latest(request: web.BaseRequest, items: list[_T]) -> list[_T]:
    """The last `?limit=` of them, all without it."""
    text = request.query.get("limit")
    if text is None:
        return items
    if not text.isdecimal():
        raise ValueError("limit is a whole number, 0 or more")
    return items[-int(text) :] if int(text) else []


async def _join(items: Iterable[dict[str, Any]]) -> AsyncIterator[bytes]:
    """The items as JSON, a few hundred at a time, one a line. Escaped to ASCII: any text survives that."""
    piece: list[str] = []
    before = "\n"
    for item in items:
        piece.append(before + json.dumps(item))
        before = ",\n"
        if len(piece) >= _CHUNK:
            yield "".join(piece).encode()
            piece = []
    if piece:
        yield "".join(piece).encode()


async def _read_json(request: web.BaseRequest) -> Any:  # noqa: ANN401 - whatever JSON can say
    try:
        return json.loads(await request.read())
    except (ValueError, RecursionError):
        raise ValueError("the body is no JSON") from None


def _tell(value: Mapping[str, Any]) -> web.Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=json.dumps(value).encode(), content_type="application/json", headers=headers)


def _say(status: int, text: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=text + "\n", headers=headers)
