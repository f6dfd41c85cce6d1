"""Who may speak to the page: in front of everything that is served, for requests and websockets alike.

A page elsewhere in the same browser can send requests here (cross-site posts), or give its own name our address (DNS
rebinding). So the Host must be ours, whoever changes something or opens a websocket must come from our own page
(Origin), and everybody must show the cookie, which the browser sends from our own page only (SameSite=Strict). The
cookie is given for the token in the printed address, or for the password.
"""

import asyncio
import hmac
import secrets
from collections.abc import Collection
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["POLICY", "Guard"]

POLICY = (
    "default-src 'self'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'; "  # NiceGUI's own start is inline and evaluated
    "style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; "
    "font-src 'self' data:; "
    "connect-src 'self'; "
    "worker-src 'self' blob:; "
    "object-src 'none'; "
    "base-uri 'none'; "
    "form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
SAFE = frozenset({"GET", "HEAD"})
OURS = frozenset({"", "same-origin", "none"})
LONGEST_FORM = 4096
PAUSE_S = 1.0
"""How long a wrong password or token takes, so that nobody can try many."""

_ENTER = """<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/">
<title>lsq-import</title><p><a href="/">Go on</a></p></html>"""
_LOGIN = """<!doctype html><html lang="en"><meta charset="utf-8"><title>lsq-import</title>
<meta name="viewport" content="width=device-width"><style>:root{color-scheme:light dark;font:16px system-ui}
body{max-width:22rem;margin:15vh auto;padding:0 1rem}input,button{font:inherit;padding:.5rem;width:100%;
box-sizing:border-box;margin:.25rem 0}</style><h1>lsq-import</h1><form method="post" action="/login">
<label>Password <input type="password" name="password" autocomplete="current-password" autofocus required></label>
<button>Sign in</button></form></html>"""
_CLOSED = "Open the page by the address that lsq-import serve has printed.\n"


class Guard:
    """An application in front of `app` that lets only our own page through. `hosts` are the Hosts that are ours."""

    def __init__(
        self, app: ASGIApp, *, hosts: Collection[str], scheme: str, token: str, password: str, upload_bytes: int
    ) -> None:
        self._app = app
        self._hosts = {host.lower() for host in hosts}
        self._origins = {f"{scheme}://{host}" for host in self._hosts}
        self._is_secure = scheme == "https"
        self._token = token
        self._password = password
        self._upload_bytes = upload_bytes
        self._session = secrets.token_urlsafe(32)
        self._cookie = f"lsq-import-{secrets.token_hex(4)}"  # a cookie of one port is sent to the others of a host
        self._turn = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request or a websocket through, or answer it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        answer = self._refusal(scope, headers) or await self._entrance(scope, receive, headers)
        if answer is None:
            await self._app(scope, self._bounded(receive, scope), _guarded(send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await answer(scope, receive, _guarded(send))

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> Response | None:
        """The answer to who speaks from elsewhere."""
        names = [name for name, _ in scope["headers"]]
        if names.count(b"host") != 1 or headers["host"].lower() not in self._hosts:
            return PlainTextResponse("This name is not the page's.\n", 421)
        origin = headers.get("origin", "").lower()
        is_change = scope["type"] == "websocket" or scope["method"] not in SAFE
        if (is_change or origin) and origin not in self._origins:
            return PlainTextResponse("This comes from another page.\n", 403)
        is_visit = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        if headers.get("sec-fetch-site", "") not in OURS and (is_change or not is_visit):
            return PlainTextResponse("This comes from another page.\n", 403)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._upload_bytes:
            return PlainTextResponse("The upload is too large.\n", 413)
        return None

    async def _entrance(self, scope: Scope, receive: Receive, headers: dict[str, str]) -> Response | None:
        """None for who has the cookie; else the cookie for the token or the password, or the closed door."""
        if scope["type"] == "http" and scope["path"] == "/" and scope["query_string"].startswith(b"token="):
            given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
            return await self._enter(given, self._token)
        if self._has_cookie(headers.get("cookie", "")):
            return None
        if self._password and scope["type"] == "http":
            if scope["path"] == "/login" and scope["method"] == "POST":
                body = await _form(Request(scope, receive))
                return await self._enter(parse_qs(body).get("password", [""])[0], self._password)
            return HTMLResponse(_LOGIN, 401)
        return PlainTextResponse(_CLOSED, 401)

    async def _enter(self, given: str, wanted: str) -> Response:
        """The cookie for who knows the secret; nobody else is told anything soon."""
        if not wanted or not hmac.compare_digest(given.encode(), wanted.encode()):
            async with self._turn:
                await asyncio.sleep(PAUSE_S)
            return HTMLResponse(_LOGIN, 401) if self._password else PlainTextResponse(_CLOSED, 401)
        # A page, not a redirect: where the address was followed from another site, the browser keeps a strict cookie
        # back from a redirect.
        answer = HTMLResponse(_ENTER)
        answer.set_cookie(
            self._cookie, self._session, httponly=True, samesite="strict", secure=self._is_secure, path="/"
        )
        return answer

    def _has_cookie(self, text: str) -> bool:
        pairs = (part.strip().partition("=") for part in text.split(";"))
        return any(
            name == self._cookie and hmac.compare_digest(value.encode(), self._session.encode())
            for name, _, value in pairs
        )

    def _bounded(self, receive: Receive, scope: Scope) -> Receive:
        """`receive` that ends a request which grows beyond the limit without having said its length."""
        if scope["type"] != "http":
            return receive
        left = self._upload_bytes

        async def bounded() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            return message if left >= 0 else {"type": "http.disconnect"}

        return bounded


def _guarded(send: Send) -> Send:
    """`send` with the headers that every answer has."""

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name.lower() for name, _ in message["headers"]}
            added = {**HEADERS, "cache-control": "no-store"}
            extra = [(name.encode(), value.encode()) for name, value in added.items() if name.encode() not in given]
            message = {**message, "headers": [*message["headers"], *extra]}
        await send(message)

    return guarded


async def _form(request: Request) -> str:
    """The body of a small form; empty where it is larger."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_FORM:
            return ""
    return body.decode("utf-8", "replace")
