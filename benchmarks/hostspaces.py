"""Machines with an address and a network of their own: Linux network namespaces, each joined to this one by a wire.

Root alone can make them. Delay comes from `delaying_proxy`, which needs nothing of the kernel.
"""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["HostSpace", "forward_in", "make_hosts"]

FORWARDER = Path(__file__).with_name("delaying_proxy.py")


@dataclass(frozen=True)
class HostSpace:
    """A machine: `address` is its own, `outer` that of this machine as it sees it."""

    name: str
    address: str
    outer: str

    @property
    def prefix(self) -> tuple[str, ...]:
        """What stands before a command that runs there."""
        return ("ip", "netns", "exec", self.name)


@contextmanager
def make_hosts(count: int) -> Iterator[list[HostSpace]]:
    """Make so many machines, and take them away again; CalledProcessError where the system does not allow it."""
    hosts = [HostSpace(f"lsq{number}", f"10.77.{number}.2", f"10.77.{number}.1") for number in range(count)]
    try:
        for number, host in enumerate(hosts):
            _ip("netns", "add", host.name)
            _ip("link", "add", f"lsqv{number}", "type", "veth", "peer", "name", "eth0", "netns", host.name)
            _ip("addr", "add", f"{host.outer}/24", "dev", f"lsqv{number}")
            _ip("link", "set", f"lsqv{number}", "up")
            _ip("-n", host.name, "addr", "add", f"{host.address}/24", "dev", "eth0")
            _ip("-n", host.name, "link", "set", "eth0", "up")
            _ip("-n", host.name, "link", "set", "lo", "up")
        yield hosts
    finally:
        for host in hosts:
            _ip("netns", "del", host.name, may_fail=True)


@asynccontextmanager
async def forward_in(host: HostSpace, port: int) -> AsyncIterator[int]:
    """A port of the host's own loopback that leads to one of `outer`'s: keys go over plain http nowhere else."""
    command = [*host.prefix, sys.executable, str(FORWARDER), host.outer, str(port)]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        yield int(await process.stdout.readline())
    finally:
        process.kill()
        await process.wait()


def _ip(*words: str, may_fail: bool = False) -> None:
    subprocess.run(["ip", *words], check=not may_fail, capture_output=True)  # noqa: S607 - wherever the system has it
