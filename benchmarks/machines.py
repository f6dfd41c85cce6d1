"""Whether several machines keep one account's limit together by a ledger on a PostgreSQL server, and how far it may be.

    python benchmarks/machines.py                                   # about 9 minutes
    python benchmarks/machines.py --round-trips 60 --machines 3 --limit 25/0.5 --latency 3-30

It starts a PostgreSQL server of its own (Debian's `postgresql` package must be there). Each machine is a process with
a way of its own to the server, which delays every byte by half the round trip; a sandbox judges the limit strictly, at
arrival. The ceiling is what `calls` slots allow that are each held for the window and the mean round trip of a call.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from budget import Scene, play
from delaying_proxy import open_proxy
from figures import Figure, make_parser, publish

from importer.sandbox import parse_latency, parse_limit

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
from postgresql import Cluster, find_binaries, start_cluster

__all__ = ["GOALS"]

GOALS = {2.0: 0.95, 20.0: 0.95, 60.0: 0.90, 150.0: 0.80}
"""Round trip to the database in ms → the least share of the ceiling."""


async def _play(folder: Path, cluster: Cluster, scene: Scene, round_trip_ms: float) -> list[Figure]:
    database = cluster.new_database().rpartition("/")[2]
    async with AsyncExitStack() as stack:
        ledgers = []
        for _ in range(scene.runs):
            proxy = await stack.enter_async_context(open_proxy(cluster.port, round_trip_s=round_trip_ms / 1000))
            ledgers.append(cluster.url(database, port=proxy.port))
        shared = await play(folder, replace(scene, ledgers=tuple(ledgers)))
    name = f"{round_trip_ms:g} ms, {scene.runs} machine{'s' if scene.runs > 1 else ''}"
    print(shared.tell(name), flush=True)
    if any(shared.statuses):
        print(*shared.told, sep="\n", file=sys.stderr)
    return [
        Figure(f"{name}: refusals", shared.refusals, "", 0),
        Figure(f"{name}: share of what held slots allow", shared.share, "", GOALS.get(round_trip_ms), is_least=True),
    ]


async def _main(arguments: Sequence[str] | None = None) -> None:
    options = make_parser(__doc__, "machines")
    options.add_argument("--limit", default="25/5", help="calls/seconds")
    options.add_argument("--latency", default="30-300", help="of a call's round trip, in milliseconds")
    options.add_argument("--rows", type=int, default=300, help="of all machines together")
    options.add_argument("--machines", type=int, nargs="+", default=[3, 1])
    options.add_argument("--round-trips", type=float, nargs="+", default=list(GOALS), help="to the database, in ms")
    given = options.parse_args(arguments)
    calls, per_seconds = parse_limit(given.limit)
    if calls is None:
        options.error("a limit is needed")
    binaries = find_binaries()
    if binaries is None:
        options.error("no PostgreSQL is installed here: apt-get install postgresql")
    figures: list[Figure] = []
    with start_cluster(binaries) as cluster, tempfile.TemporaryDirectory(prefix="lsq-machines-") as name:
        for machines in given.machines:
            for round_trip_ms in given.round_trips:
                scene = Scene(
                    runs=machines,
                    rows=given.rows // machines,
                    calls=calls,
                    true_calls=calls,
                    per_seconds=per_seconds,
                    latency_ms=parse_latency(given.latency),
                )
                figures += await _play(Path(name) / f"{machines}at{round_trip_ms:g}", cluster, scene, round_trip_ms)
    publish(f"Machines that share {given.limit} calls/s by a server", figures, given.json)


if __name__ == "__main__":
    asyncio.run(_main())
