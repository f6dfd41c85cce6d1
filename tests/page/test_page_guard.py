"""Nobody but our own page, opened by who has the address, reads or does anything."""

import re
from urllib.parse import urlsplit

import httpx
import pytest
from served import ServedPage
from starlette.responses import PlainTextResponse

from importer.page.guard import Guard

SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
PASSWORD = "a long enough password"
NAME = "https://leads.example"


def test_the_printed_address_gives_a_strict_cookie_that_opens_the_page(served: ServedPage) -> None:
    parts = urlsplit(served.address)
    entered = served.ask(f"/?{parts.query}", {})
    cookie = entered.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert parts.query.removeprefix("token=") not in cookie + entered.body
    shown = served.ask("/", {"Cookie": cookie.partition(";")[0]})
    assert shown.status == 200
    assert "Import into LeadSquared" in shown.body


@pytest.mark.parametrize("path", ["/", "/?token=wrong", "/?token=", "/_nicegui/x", "/openapi.json"])
def test_without_the_address_nothing_is_told(served: ServedPage, path: str) -> None:
    answer = served.ask(path, {})
    assert answer.status == 401
    assert "set-cookie" not in answer.headers
    assert "LeadSquared" not in answer.body


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1.evil.example:{port}", "localhost:1", ""])
def test_another_name_for_this_address_reads_nothing(served: ServedPage, host: str) -> None:
    host = host.format(port=urlsplit(served.address).port)
    for path in ("/", f"/?{urlsplit(served.address).query}"):
        answer = served.ask(path, {"Host": host, "Cookie": served.sign_in()})
        assert answer.status in {400, 421}
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", None])
def test_a_post_from_another_page_is_refused_although_the_browser_has_the_cookie(
    served: ServedPage, origin: str | None
) -> None:
    said = {"Cookie": served.sign_in()} | ({} if origin is None else {"Origin": origin})
    assert served.ask("/_nicegui/client/x/upload/1", said, method="POST", body=b"x").status == 403


def test_a_post_from_our_own_page_goes_on(served: ServedPage) -> None:
    said = {"Cookie": served.sign_in(), "Origin": served.origin}
    assert served.ask("/nowhere", said, method="POST", body=b"x").status in {404, 405}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_page_frames_and_fetches_nothing(served: ServedPage, site: str) -> None:
    said = {"Cookie": served.sign_in(), "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"}
    assert served.ask("/", said).status == 403
    framed = {**said, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
    assert served.ask("/", framed).status == 403


def test_a_websocket_needs_our_origin_and_the_cookie(served: ServedPage) -> None:
    cookie = {"Cookie": served.sign_in()}
    ours, other = {"Origin": served.origin}, {"Origin": "http://evil.example"}
    assert served.ask(SOCKET, {**UPGRADE, **cookie, **ours}).status == 101
    for said in ({**cookie, **other}, cookie, ours, {**cookie, **ours, "Host": "evil.example"}):
        assert served.ask(SOCKET, {**UPGRADE, **said}).status in {400, 403}


def test_nothing_is_loaded_from_elsewhere(served: ServedPage) -> None:
    shown = served.ask("/", {"Cookie": served.sign_in()})
    policy = shown.headers["content-security-policy"]
    assert not re.search(r"https?:|\*", policy)
    assert {"frame-ancestors 'none'", "base-uri 'none'", "connect-src 'self'"} <= set(policy.split("; "))
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", shown.body)


def test_an_upload_beyond_the_limit_is_refused_before_it_is_read(served: ServedPage) -> None:
    said = {"Cookie": served.sign_in(), "Origin": served.origin, "Content-Length": str(101 << 20)}
    assert served.ask("/", said, method="POST").status == 413


async def test_the_password_opens_the_page_and_a_wrong_one_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importer.page.guard.PAUSE_S", 0.0)
    guard = Guard(
        PlainTextResponse("inside"),
        hosts=["leads.example"],
        scheme="https",
        token="",
        password=PASSWORD,
        upload_bytes=1000,
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=guard), base_url=NAME) as client:
        assert (await client.get("/?token=")).status_code == 401
        for wrong in ("", "wrong", "x" * 5000):
            answer = await client.post("/login", data={"password": wrong}, headers={"Origin": NAME})
            assert answer.status_code in {401, 413}
            assert "set-cookie" not in answer.headers
        elsewhere = await client.post("/login", data={"password": PASSWORD}, headers={"Origin": "https://evil.example"})
        assert elsewhere.status_code == 403
        entered = await client.post("/login", data={"password": PASSWORD}, headers={"Origin": NAME})
        assert "Secure" in entered.headers["set-cookie"]
        assert (await client.get("/")).text == "inside"
