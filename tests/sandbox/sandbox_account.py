"""A client of the sandbox as a customer would write one, and a clock that is moved by hand."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from importer.sandbox import Sandbox

LEAD_CREATE = "LeadManagement.svc/Lead.Create"


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: Any

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Account:
    """Talks to a sandbox as a client would: keys in the query, or in the headers."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self.session = session

    async def call(
        self,
        path: str,
        *,
        verb: str = "GET",
        query: str = "",
        keys: tuple[str, str] | None = None,
        in_headers: bool = False,
        body: bytes | None = None,
    ) -> Answer:
        access, secret = keys or (self.sandbox.access_key, self.sandbox.secret_key)
        headers = {"Content-Type": "application/json"}
        if in_headers:
            headers |= {"x-LSQ-AccessKey": access, "x-LSQ-SecretKey": secret}
        else:
            pair = f"accessKey={quote(access, safe='')}&secretKey={quote(secret, safe='')}"
            query = f"{query}&{pair}" if query else pair
        url = URL(f"{self.sandbox.url}/v2/{path}?{query}", encoded=True)
        async with self.session.request(verb, url, data=body, headers=headers) as response:
            return Answer(response.status, await response.text(), response.headers)

    async def create(self, *items: dict[str, Any], **values: str) -> Answer:
        lead = [*({"Attribute": name, "Value": value} for name, value in values.items()), *items]
        return await self.call(LEAD_CREATE, verb="POST", body=json.dumps(lead).encode())

    async def post(self, path: str, value: Any, *, query: str = "") -> Answer:
        return await self.call(path, verb="POST", query=query, body=json.dumps(value).encode())

    async def control(self, name: str, value: Any = None, **headers: str) -> Answer:
        url = f"{self.sandbox.url}/__sandbox/{name}"
        if value is None:
            request = self.session.get(url, headers=headers)
        else:
            request = self.session.post(url, json=value, headers=headers)
        async with request as response:
            return Answer(response.status, await response.text(), response.headers)


Open = Callable[..., Awaitable[Account]]
PassTime = Callable[[float], None]


async def until(condition: Callable[[], object]) -> None:
    """Let the sandbox, which runs in this loop, go on until something is so."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the sandbox has no event for tests to wait on
            await asyncio.sleep(0)
