"""A way to a server that takes its time: every byte arrives half a round trip later, in order. For one loop.

python benchmarks/delaying_proxy.py HOST PORT     # forwards a port of the loopback, which it prints, without delay
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

__all__ = ["DelayingProxy", "open_proxy"]

AT_ONCE = 65536


class DelayingProxy:
    """Forwards connections to a port of this machine, `round_trip_s` apart, in the loop that runs when it is made.

    `cut` breaks those that are open, and may be called from any thread.
    """

    def __init__(self, port: int, *, round_trip_s: float, to_host: str = "127.0.0.1") -> None:
        self._loop = asyncio.get_running_loop()
        self.round_trip_s = round_trip_s
        self.port = 0
        self._to = to_host, port
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        try:
            there_reader, there_writer = await asyncio.open_connection(*self._to)
        except OSError:
            writer.close()
            return
        self._writers |= {writer, there_writer}
        for source, sink in ((reader, there_writer), (there_reader, writer)):
            task = asyncio.create_task(self._forward(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def cut(self) -> None:
        """Break every connection, as a cut line does that is noticed at both ends."""
        self._loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _forward(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()

        def deliver(data: bytes) -> None:
            if data:
                sink.write(data)
            else:
                sink.close()

        data = b"."
        while data:
            try:
                data = await source.read(AT_ONCE)
            except OSError:
                data = b""
            with suppress(RuntimeError):
                loop.call_later(self.round_trip_s / 2, deliver, data)


@asynccontextmanager
async def open_proxy(
    port: int, *, round_trip_s: float, at: str = "127.0.0.1", to_host: str = "127.0.0.1"
) -> AsyncIterator[DelayingProxy]:
    """A proxy to a port, on a free port of its own of the address `at`."""
    proxy = DelayingProxy(port, round_trip_s=round_trip_s, to_host=to_host)
    server = await asyncio.start_server(proxy.accept, at, 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.cut()
        await asyncio.sleep(0)  # so that it is done while the loop still runs


async def _forward_until_killed(host: str, port: int) -> None:
    async with open_proxy(port, round_trip_s=0.0, to_host=host) as proxy:
        print(proxy.port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_forward_until_killed(sys.argv[1], int(sys.argv[2])))
