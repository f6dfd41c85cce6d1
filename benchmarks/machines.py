"""Whether several machines keep one account's limit together by a ledger on a PostgreSQL server, and how far it may be.

    python benchmarks/machines.py                                   # about 9 minutes
    python benchmarks/machines.py --round-trips 60 --machines 3 --limit 25/0.5 --latency 3-30
    python benchmarks/machines.py --hosts --machines 3 --round-trips 60     # network namespaces, as root
    python benchmarks/machines.py --filled 10000000 --machines      # a full ledger: some 6 minutes

It starts a PostgreSQL server of its own (Debian's `postgresql` package must be there). Each machine is a process with
a way of its own to the server, which delays every byte by half the round trip; a sandbox judges the limit strictly, at
arrival. The ceiling is what `calls` slots allow that are each held for the window and the mean round trip of a call.
`--filled` measures a ledger that holds so many created rows, each with one unique value.
"""

import asyncio
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from budget import Scene, play
from child import environment, importer_command, run
from delaying_proxy import open_proxy
from figures import Figure, make_parser, publish
from hostspaces import make_hosts

from importer.ledger.ledger import Ledger
from importer.ledger.maintenance import prune
from importer.sandbox import Sandbox, Settings, parse_latency, parse_limit

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
from postgresql import Cluster, find_binaries, start_cluster

__all__ = ["GOALS"]

GOALS = {2.0: 0.95, 20.0: 0.95, 60.0: 0.90, 150.0: 0.80}
"""Round trip to the database in ms → the least share of the ceiling."""

NIGHT = 25_000
AT_ONCE = 100


async def _play(folder: Path, cluster: Cluster, scene: Scene, round_trip_ms: float) -> list[Figure]:
    database = cluster.new_database().rpartition("/")[2]
    async with AsyncExitStack() as stack:
        ledgers = []
        for number in range(scene.runs):
            at = scene.hosts[number].outer if scene.hosts else "127.0.0.1"
            way = open_proxy(cluster.port, round_trip_s=round_trip_ms / 1000, at=at)
            proxy = await stack.enter_async_context(way)
            ledgers.append(cluster.url(database, port=proxy.port).replace("127.0.0.1", at))
        shared = await play(folder, replace(scene, ledgers=tuple(ledgers)))
    kind = "host" if scene.hosts else "machine"
    name = f"{round_trip_ms:g} ms, {scene.runs} {kind}{'s' if scene.runs > 1 else ''}"
    print(shared.tell(name), flush=True)
    if any(shared.statuses):
        print(*shared.told, sep="\n", file=sys.stderr)
    return [
        Figure(f"{name}: refusals", shared.refusals, "", 0),
        Figure(f"{name}: share of what held slots allow", shared.share, "", GOALS.get(round_trip_ms), is_least=True),
    ]


_FILL = (
    """INSERT INTO lead_row (account_id, ref, cells, keys, state, run_id, row_number, lead_id, error, message, tip,
        attempts, intent_at, changed_at)
    SELECT %(account)s, decode(md5('r' || i), 'hex'), decode(md5('c' || i), 'hex'), decode(md5('k' || i), 'hex'),
        'created', 1, i %% 25000, md5('l' || i)::uuid::text, '', '', '', 1, extract(epoch FROM now()) - i / 1000.0,
        extract(epoch FROM now()) - i / 1000.0
    FROM generate_series(1, %(rows)s) i""",
    """INSERT INTO lead_key (account_id, digest, ref)
    SELECT %(account)s, decode(md5('k' || i), 'hex'), decode(md5('r' || i), 'hex')
    FROM generate_series(1, %(rows)s) i""",
)


def _digest(kind: str, number: int) -> Any:  # noqa: ANN401 - stands for a reference or a unique value
    return hashlib.md5(f"{kind}{number}".encode(), usedforsecurity=False).digest()


def measure_filled(cluster: Cluster, rows: int) -> list[Figure]:
    """What a ledger of so many rows takes: room, and time for a file of 25,000 that are known, and for `prune`."""
    url = cluster.new_database()
    database = url.rpartition("/")[2]
    with Ledger(url, identity="acme", host="acme") as ledger:
        for statement in _FILL:
            with ledger.begin() as connection:
                connection.exec_driver_sql(statement, {"account": ledger.account.id, "rows": rows})
        ((size, each),) = cluster.execute(
            f"SELECT pg_database_size('{database}'), pg_database_size('{database}') / {rows}.0", database
        )
        cluster.execute("ANALYZE", database)
        step = max(1, rows // NIGHT)
        known = [number * step + 1 for number in range(min(NIGHT, rows))]
        began = time.perf_counter()
        found = sum(
            len(ledger.rows.find_rows([_digest("r", number) for number in known[at : at + AT_ONCE]]))
            + len(ledger.rows.find_keys([_digest("k", number) for number in known[at : at + AT_ONCE]]))
            for at in range(0, len(known), AT_ONCE)
        )
        took_s = time.perf_counter() - began
        if found != 2 * len(known):
            raise RuntimeError(f"{found} of {2 * len(known)} were found")
        began = time.perf_counter()
        pruned = prune(ledger, older_than_days=rows * 0.9 / 1000 / 86400)
        prune_s = time.perf_counter() - began
    name = f"{rows:,} rows"
    return [
        Figure(f"{name}: size of the database", int(str(size)) / 1e9, "GB"),
        Figure(f"{name}: each", float(str(each)), "bytes"),
        Figure(f"{name}: {len(known):,} known rows and values are found in", took_s, "s"),
        Figure(f"{name}: prune of the oldest tenth takes", prune_s, "s"),
        Figure(f"{name}: rows that prune drops", pruned.rows),
    ]


async def measure_own_cost(folder: Path, cluster: Cluster, rows: int) -> list[Figure]:
    """What a row costs with no limit in the way, by a file and by a server that is near, on both routes."""
    figures: list[Figure] = []
    for route in ("single", "bulk"):
        took: dict[str, float] = {}
        for place in ("file", "server"):
            desk = folder / f"{route} {place}"
            desk.mkdir(parents=True)
            lifted = {"calls": 100_000, "per_seconds": 5}
            config = {
                "account": {"name": "acme"},
                "limits": lifted,
                "bulk": lifted,
                "workers": 20,
                "columns": {"Name": "FirstName", "Email": "EmailAddress"},
            }
            (desk / "config.yaml").write_text(json.dumps(config), "utf-8")
            lines = ("Name,Email", *(f"N{row},{route}{place}{row}@example.com" for row in range(rows)))
            (desk / "leads.csv").write_text("\n".join(lines), "utf-8")
            async with Sandbox(Settings(port=0, calls=None, bulk_calls=None)) as sandbox:
                environ = environment(
                    desk / "ledger.sqlite3",
                    LSQ_HOST=sandbox.url,
                    LSQ_ACCESS_KEY=sandbox.access_key,
                    LSQ_SECRET_KEY=sandbox.secret_key,
                    XDG_CACHE_HOME=str(desk / "cache"),
                    **({"LSQ_LEDGER": cluster.new_database()} if place == "server" else {}),
                )
                command = importer_command("leads.csv", "--no-html", f"--{route}")
                took[place] = (await asyncio.to_thread(run, command, desk, environ)).wall_s
        name = f"{rows:,} rows, {route}"
        figures += [
            Figure(f"{name}: ledger in a file", rows / took["file"], "rows/s"),
            Figure(f"{name}: ledger on a near server", rows / took["server"], "rows/s"),
            Figure(f"{name}: share of the file's rate", took["file"] / took["server"]),
        ]
    return figures


async def _main(arguments: Sequence[str] | None = None) -> None:
    options = make_parser(__doc__, "machines")
    options.add_argument("--limit", default="25/5", help="calls/seconds")
    options.add_argument("--latency", default="30-300", help="of a call's round trip, in milliseconds")
    options.add_argument("--rows", type=int, default=300, help="of all machines together")
    options.add_argument("--machines", type=int, nargs="*", default=[3, 1])
    options.add_argument("--hosts", action="store_true", help="each with a network of its own (namespaces; as root)")
    options.add_argument("--cost", type=int, default=0, metavar="ROWS", help="measure what a row costs, too")
    options.add_argument("--filled", type=int, default=0, metavar="ROWS", help="measure a ledger of so many rows, too")
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
        if given.filled:
            figures += measure_filled(cluster, given.filled)
        if given.cost:
            figures += await measure_own_cost(Path(name), cluster, given.cost)
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
                folder = Path(name) / f"{machines}at{round_trip_ms:g}"
                with make_hosts(machines) if given.hosts else nullcontext(()) as hosts:
                    figures += await _play(folder, cluster, replace(scene, hosts=tuple(hosts)), round_trip_ms)
    publish(f"Machines that share {given.limit} calls/s by a server", figures, given.json)


if __name__ == "__main__":
    asyncio.run(_main())
