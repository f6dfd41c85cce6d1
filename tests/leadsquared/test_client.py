"""The only door to the network: what is sent, how a missing answer is sorted, and that nothing goes twice."""

import asyncio
import json
import re
import socket
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import pytest
from raw_server import OK_BODY, Conversation, Handler, answer, serve_raw

from importer import __version__
from importer.errors import AmbiguousError, CallError, TransientError
from importer.leadsquared.answers import Kind, read_answer
from importer.leadsquared.client import Client, fetch_plain
from importer.ratelimit.limiter import RateLimiter, Slot
from importer.sandbox import Sandbox, Settings

ACCESS_KEY = "u$r5a11+/=&% d0b0"
SECRET_KEY = "s4nd+b0x/k3y=with&odd%25signs#?$;é"
LEAD = '[{"Attribute":"LastName","Value":"Zoë"}]'.encode()


class WatchedPacer(RateLimiter):
    """Remembers the slots that were taken."""

    def __init__(self) -> None:
        super().__init__(1000, 1.0)
        self.slots: list[Slot] = []

    @asynccontextmanager
    async def slot(self, **more: Any) -> AsyncIterator[Slot]:
        async with super().slot(**more) as slot:
            self.slots.append(slot)
            yield slot


def client_of(base_url: str, *, auth: Literal["query", "headers"] = "query", **changes: Any) -> Client:
    settings: dict[str, Any] = {
        "base_url": base_url,
        "access_key": ACCESS_KEY,
        "secret_key": SECRET_KEY,
        "auth": auth,
        "timeout_s": 10.0,
        "limiter": WatchedPacer(),
        "connections": 10,
    }
    return Client(**settings | changes)


def slots_of(client: Client) -> list[Slot]:
    assert isinstance(client.limiter, WatchedPacer)
    return client.limiter.slots


async def call(client: Client, verb: str) -> Any:
    return await (client.create_lead(LEAD) if verb == "POST" else client.user())


async def say_yes(talk: Conversation) -> None:
    await talk.say(answer())


@pytest.mark.parametrize("auth", ["query", "headers"])
async def test_odd_keys_arrive_as_they_are_in_both_forms(auth: Literal["query", "headers"]) -> None:
    settings = Settings(port=0, access_key=ACCESS_KEY, secret_key="s4nd+b0x/k3y=with&odd%25signs#?$;")
    async with (
        Sandbox(settings) as sandbox,
        client_of(f"{sandbox.url}/v2/", auth=auth, secret_key=settings.secret_key) as client,
    ):
        assert read_answer(await client.create_lead(LEAD)).kind is Kind.CREATED
        for reply in (
            await client.user(),
            await client.fields(),
            await client.find_leads("Phone", "+91-9845098450", columns=["ProspectID"]),
        ):
            assert reply.status == 200
        assert sandbox.leads()[0]["attributes"]["LastName"] == "Zoë"


@pytest.mark.parametrize("auth", ["query", "headers"])
async def test_keys_stand_in_the_url_or_in_the_headers_but_never_in_both(auth: Literal["query", "headers"]) -> None:
    async with serve_raw(say_yes) as server, client_of(server.base_url, auth=auth, secret_key="k3y%&") as client:
        await client.create_lead(LEAD)
        await client.find_leads("mx_Señal", "+91-98 45&é", columns=["ProspectID", "CreatedOn"])
        await client.users()
    post, search, users = server.requests
    in_query = "accessKey=u%24r5a11%2B%2F%3D%26%25%20d0b0&secretKey=k3y%25%26" if auth == "query" else ""
    assert post.line.split()[1] == "/v2/LeadManagement.svc/Lead.Create" + (in_query and f"?{in_query}")
    assert (post.headers.get("x-LSQ-AccessKey"), post.headers.get("x-LSQ-SecretKey")) == (
        (None, None) if in_query else (ACCESS_KEY, "k3y%&")
    )
    assert (post.body, post.headers["Content-Type"]) == (LEAD, "application/json")
    assert search.line.split()[:2] == ["POST", f"/v2/LeadManagement.svc/Leads.Get{in_query and f'?{in_query}'}"]
    assert json.loads(search.body) == {
        "Parameter": {"LookupName": "mx_Señal", "LookupValue": "+91-98 45&é", "SqlOperator": "="},
        "Columns": {"Include_CSV": "ProspectID,CreatedOn"},
        "Sorting": {"ColumnName": "CreatedOn", "Direction": "1"},
        "Paging": {"PageIndex": 1, "PageSize": 25},
    }
    assert users.line.split()[1].startswith("/v2/UserManagement.svc/Users.Get")


async def test_every_call_says_who_calls() -> None:
    async with serve_raw(say_yes) as server, client_of(server.base_url) as client:
        await client.create_lead(LEAD)
        await client.fields()
        await fetch_plain(f"{server.base_url}stats")
    assert [request.headers["User-Agent"] for request in server.requests] == [f"lsq-import/{__version__}"] * 3


async def test_one_connection_serves_call_after_call() -> None:
    async with serve_raw(say_yes) as server, client_of(server.base_url) as client:
        for _ in range(20):
            assert (await client.create_lead(LEAD)).body == OK_BODY
    assert (server.connections, len(server.requests), client.calls, len(slots_of(client))) == (1, 20, 20, 20)


async def test_as_many_connections_as_workers() -> None:
    waiting = asyncio.Semaphore(0)
    go = asyncio.Event()

    async def wait(talk: Conversation) -> None:
        waiting.release()
        await go.wait()
        await talk.say(answer())

    async with serve_raw(wait) as server, client_of(server.base_url, connections=10) as client:
        calls = [asyncio.create_task(client.create_lead(LEAD)) for _ in range(10)]
        for _ in range(10):
            await waiting.acquire()
        go.set()
        await asyncio.gather(*calls)
    assert server.connections == 10


def free_port() -> int:
    with socket.socket() as bare:
        bare.bind(("127.0.0.1", 0))
        return int(bare.getsockname()[1])


def assert_tells_nothing(error: CallError) -> None:
    """No key, no URL: not in the text, not in anything that hangs on the exception."""
    assert error.__cause__ is None
    assert error.__context__ is None
    shown = f"{error!r}{error}{error.args}" + "".join(traceback.format_exception_only(error))
    for piece in ("u$r", "5a11", "s4nd", "k3y", "http", "accessKey", "svc", "127.0.0.1"):
        assert piece not in shown


@pytest.mark.parametrize("verb", ["POST", "GET"])
async def test_a_refused_port_means_that_nothing_arrived(verb: str) -> None:
    async with client_of(f"http://127.0.0.1:{free_port()}/v2/") as client:
        with pytest.raises(TransientError, match=r"^no connection: Connection refused$") as caught:
            await call(client, verb)
    assert_tells_nothing(caught.value)
    assert (client.calls, len(slots_of(client))) == (1, 1)


async def test_an_unknown_host_means_that_nothing_arrived(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_none(*_args: object, **_more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", find_none)
    async with client_of("https://api.example.invalid/v2/") as client:
        with pytest.raises(TransientError, match="name was not found") as caught:
            await client.create_lead(LEAD)
    assert_tells_nothing(caught.value)


async def test_a_handshake_that_never_ends_means_that_nothing_arrived() -> None:
    async def stay_silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)

    writers: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(stay_silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with client_of(f"https://127.0.0.1:{port}/v2/", timeout_s=0.2) as client:
        with pytest.raises(TransientError, match="within the time allowed") as caught:
            await client.create_lead(LEAD)
    assert_tells_nothing(caught.value)
    for writer in writers:
        writer.close()
    server.close()


async def test_a_host_without_https_means_that_nothing_arrived() -> None:
    async def speak_plainly(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak_plainly, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with client_of(f"https://127.0.0.1:{port}/v2/") as client:
        with pytest.raises(TransientError, match="does not speak HTTPS") as caught:
            await client.create_lead(LEAD)
    assert_tells_nothing(caught.value)
    server.close()


async def close(talk: Conversation) -> None:
    talk.close()


async def reset(talk: Conversation) -> None:
    talk.reset()


async def half_a_head(talk: Conversation) -> None:
    await talk.say(b"HTTP/1.1 200 OK\r\nContent-Le")
    talk.close()


async def half_a_body(talk: Conversation) -> None:
    await talk.say(answer()[:-20])
    talk.close()


async def stall(talk: Conversation) -> None:
    await talk.never_answer()


async def stall_in_the_body(talk: Conversation) -> None:
    await talk.say(answer()[:-20])
    await talk.never_answer()


async def speak_no_http(talk: Conversation) -> None:
    await talk.say(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
    talk.close()


@pytest.mark.parametrize("verb", ["POST", "GET"])
@pytest.mark.parametrize(
    ("handle", "message", "is_answered"),
    [
        (close, "closed before an answer", False),
        (reset, "closed before an answer", False),
        (half_a_head, "closed before an answer", False),
        (speak_no_http, "closed before an answer", False),
        (half_a_body, "the answer broke off", True),
        (stall, "no answer within the time allowed", False),
        (stall_in_the_body, "no answer within the time allowed", True),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_a_lost_answer_may_have_been_carried_out_and_is_never_asked_for_again(
    *, verb: str, handle: Handler, message: str, is_answered: bool
) -> None:
    timeout_s = 0.2 if "time allowed" in message else 10.0
    async with serve_raw(handle) as server, client_of(server.base_url, timeout_s=timeout_s) as client:
        with pytest.raises(AmbiguousError, match=message) as caught:
            await call(client, verb)
        assert len(server.requests) == 1
    assert_tells_nothing(caught.value)
    # Only a slot whose answer began is freed after one window; the others are held longer.
    assert [slot.is_answered for slot in slots_of(client)] == [is_answered]


@pytest.mark.parametrize("verb", ["POST", "GET"])
@pytest.mark.parametrize("leave", [close, reset], ids=["closed", "reset"])
async def test_nothing_is_sent_again_by_itself_on_a_connection_that_turns_out_to_be_dead(
    verb: str, leave: Handler
) -> None:
    """aiohttp alone sends a GET a second time here, outside any slot."""

    async def once(talk: Conversation) -> None:
        await (say_yes(talk) if talk.number == 1 else leave(talk))

    async with serve_raw(once) as server, client_of(server.base_url) as client:
        await call(client, verb)
        with pytest.raises(AmbiguousError):
            await call(client, verb)
        assert (server.connections, len(server.requests)) == (1, 2)
    assert (client.calls, len(slots_of(client))) == (2, 2)


async def test_a_connection_that_was_closed_while_idle_is_replaced() -> None:
    async def close_politely(talk: Conversation) -> None:
        await talk.say(answer("200 OK", OK_BODY, "Connection: close"))
        talk.close()

    async with serve_raw(close_politely) as server, client_of(server.base_url) as client:
        for _ in range(3):
            assert (await client.create_lead(LEAD)).status == 200
    assert (server.connections, len(server.requests)) == (3, 3)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
@pytest.mark.parametrize("verb", ["POST", "GET"])
async def test_no_redirect_is_followed_with_the_keys(verb: str, status: str) -> None:
    async def send_away(talk: Conversation) -> None:
        await talk.say(answer(status, b"", f"Location: {talk.server.base_url}elsewhere"))

    async with serve_raw(send_away) as server, client_of(server.base_url) as client:
        assert (await call(client, verb)).status == int(status[:3])
    assert len(server.requests) == 1


async def test_an_answer_comes_as_it_is() -> None:
    async def refuse(talk: Conversation) -> None:
        await talk.say(answer("429 Too Many Requests", b"\xff\x00<", "Retry-After: 7"))

    async with serve_raw(refuse) as server, client_of(server.base_url) as client:
        reply = await client.create_lead(LEAD)
    assert (reply.status, reply.body, reply.retry_after) == (429, b"\xff\x00<", "7")


@pytest.mark.parametrize(
    ("date", "skew_s"),
    [
        ("Wed, 21 Oct 2026 07:28:00 GMT", 3600.0),
        ("Wed, 21 Oct 2026 07:28:00 -0000", 3600.0),
        ("Wed, 21 Oct 2026 12:58:00 +0530", 3600.0),
        ("soon", None),
        ("Wed, 21 Oct 2026 99:28:00 GMT", None),
    ],
)
async def test_the_date_header_tells_how_far_the_servers_clock_is_ahead(date: str, skew_s: float | None) -> None:
    async def tell(talk: Conversation) -> None:
        await talk.say(answer("200 OK", OK_BODY, *([f"Date: {date}"] if date else [])))

    async with (
        serve_raw(tell) as server,
        client_of(server.base_url, wall_clock=lambda: 1792564080.0, steady_clock=float) as client,
    ):
        assert client.skew_s is None
        await client.create_lead(LEAD)
        assert client.skew_s == skew_s


async def test_an_answer_without_a_date_leaves_what_was_known() -> None:
    async def tell_once(talk: Conversation) -> None:
        await talk.say(answer("200 OK", OK_BODY, *["Date: Wed, 21 Oct 2026 07:28:00 GMT"][talk.number - 1 :]))

    async with (
        serve_raw(tell_once) as server,
        client_of(server.base_url, wall_clock=lambda: 1792564080.0, steady_clock=float) as client,
    ):
        await client.create_lead(LEAD)
        await client.create_lead(LEAD)
        assert client.skew_s == 3600.0


async def test_cookies_are_not_kept() -> None:
    async def bake(talk: Conversation) -> None:
        await talk.say(answer("200 OK", OK_BODY, "Set-Cookie: a=b"))

    async with serve_raw(bake) as server, client_of(server.base_url.replace("127.0.0.1", "localhost")) as client:
        await client.create_lead(LEAD)
        await client.create_lead(LEAD)
    assert not any("Cookie" in request.headers for request in server.requests)


async def test_a_plain_page_is_fetched_or_told_to_be_out_of_reach() -> None:
    async def tell(talk: Conversation) -> None:
        await talk.say(answer("200 OK" if talk.number == 1 else "404 Not Found", b"page"))

    async with serve_raw(tell) as server:
        url = re.sub("v2/$", "__sandbox/stats", server.base_url)
        assert await fetch_plain(url) == b"page"
        assert await fetch_plain(url) == b""
    with pytest.raises(TransientError) as caught:
        await fetch_plain(f"http://127.0.0.1:{free_port()}/")
    assert_tells_nothing(caught.value)
