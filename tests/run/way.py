"""An account reached by https, and a proxy before it: relays in a thread, both of which write down what they see."""

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme

__all__ = ["Way", "open_way"]

PATIENCE_S = 30.0

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Way:
    """Where account and proxy listen, and what came to the proxy: `asked` its CONNECT heads, `seen` every byte."""

    certificates: Path
    target_port: int
    refuses: bool = False
    port: int = 0
    proxy_port: int = 0
    asked: list[str] = field(default_factory=list)
    seen: bytearray = field(default_factory=bytearray)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def proxy(self) -> str:
        return f"http://127.0.0.1:{self.proxy_port}"

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """What the account does: the sandbox behind TLS."""
        await self._join(reader, writer, self.target_port)

    async def tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """What the proxy does: let CONNECT through, and nothing else."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head)
        if self.refuses or not head.startswith(f"CONNECT localhost:{self.port} "):
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            writer.close()
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await self._join(reader, writer, self.port, seen=self.seen)

    async def _join(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        port: int,
        *,
        seen: bytearray | None = None,
    ) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_pump(reader, inner_writer, seen), _pump(inner_reader, writer, None))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: bytearray | None) -> None:
    try:
        while data := await reader.read(65536):
            if seen is not None:
                seen.extend(data)
            writer.write(data)
            await writer.drain()
    except (OSError, ssl.SSLError):
        pass
    finally:
        writer.close()


@contextmanager
def open_way(folder: Path, target_port: int) -> Iterator[Way]:
    """Serve an account at `target_port` of this machine by https, and a proxy."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    way = Way(folder / "ca.pem", target_port)
    loop, started, stopping = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def serve() -> None:
        account = await asyncio.start_server(way.relay, "localhost", 0, ssl=context, family=2)
        way.port = account.sockets[0].getsockname()[1]
        proxy = await asyncio.start_server(way.tunnel, "127.0.0.1", 0)
        way.proxy_port = proxy.sockets[0].getsockname()[1]
        started.set()
        await stopping.wait()
        for server in (account, proxy):
            server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert started.wait(PATIENCE_S)
        yield way
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join()
        loop.close()
