"""A server of bare bytes on a loopback port: it says what a test wants, or breaks off where a test wants."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

__all__ = ["Conversation", "Handler", "RawServer", "answer", "serve_raw"]

OK_BODY = b'{"Status":"Success","Message":{"Id":"1b3c7a52-9f0e-4d55-8a01-6a2f44c1d9e0"}}'


def answer(status: str = "200 OK", body: bytes = OK_BODY, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@dataclass
class Request:
    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class RawServer:
    port: int = 0
    connections: int = 0
    requests: list[Request] = field(default_factory=list)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v2/"


@dataclass
class Conversation:
    """One request that was received; `number` counts those of the whole server from 1."""

    number: int
    server: RawServer
    writer: asyncio.StreamWriter

    async def say(self, text: bytes) -> None:
        self.writer.write(text)
        await self.writer.drain()

    def close(self) -> None:
        self.writer.close()

    def reset(self) -> None:
        bare: socket.socket = self.writer.get_extra_info("socket")
        bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def never_answer(self) -> None:
        await self.server.closing.wait()


Handler = Callable[[Conversation], Awaitable[None]]


@asynccontextmanager
async def serve_raw(handle: Handler) -> AsyncIterator[RawServer]:
    raw = RawServer()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raw.connections += 1
        try:
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                line, *fields = head.strip().split("\r\n")
                headers = dict(one.split(": ", 1) for one in fields)
                body = await reader.readexactly(int(headers.get("Content-Length", "0")))
                raw.requests.append(Request(line, headers, body))
                await handle(Conversation(len(raw.requests), raw, writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    raw.port = server.sockets[0].getsockname()[1]
    try:
        yield raw
    finally:
        raw.closing.set()
        server.close()
        await server.wait_closed()
