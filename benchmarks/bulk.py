"""The bulk road: how near it comes to its limit, how often it is refused, and what it costs of its own.

    python benchmarks/bulk.py                                 # both limits, three contestants: about 4 minutes
    python benchmarks/bulk.py --pace 10/5:25000               # 25,000 rows at 10 calls in 5 s

The contestants are the importer by bulk and by single calls, and the plain script that posts fifty rows a call
(`plain_bulk.py`). A sandbox for each judges both limits strictly, at arrival. A rate counts from the first full call's
arrival to the last one's, and its share is of fifty rows for each call that the bulk limit allows. Own cost is that of
the whole importer, from file to report, against a server that takes everything at once, the limits lifted.
"""

import asyncio
import csv
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from child import Spent, environment, importer_command, run, script_command
from figures import Figure, make_parser, publish
from leads import write_config, write_csv
from server import fast_server

from importer.sandbox import Sandbox, Settings, parse_latency, parse_limit

__all__ = ["main", "measure"]

ROWS = 50
BULK = "Lead/Bulk/Create"
CONTESTANTS = ("bulk", "single", "plain")
NAMES = {"bulk": "lsq-import --bulk", "single": "lsq-import --single", "plain": "plain script"}
GOALS = {"1/5": 0.97, "10/5": 0.9}
LEAST_ROWS_A_SECOND = 5000
LIFTED = """limits: {calls: 1000000, per_seconds: 5}
bulk: {calls: 1000000, per_seconds: 5}
workers: 10"""


@dataclass(frozen=True)
class BulkPace:
    """What the sandbox saw of one contestant."""

    rows_a_second: float
    refusals: int
    calls: int
    leads: int


async def measure(
    folder: Path, *, who: str, rows: int, bulk_limit: tuple[int, float], latency_ms: tuple[float, float]
) -> BulkPace:
    """Import so many rows into a sandbox with 25/5 and this limit of bulk calls."""
    calls, per_seconds = bulk_limit
    settings = Settings(
        port=0, seed=1, bulk_calls=calls, bulk_per_seconds=per_seconds, latency_ms=latency_ms, window="sliding"
    )
    async with Sandbox(settings) as sandbox:
        _prepare(folder, rows=rows, calls=calls, per_seconds=per_seconds)
        keys = {
            "LSQ_HOST": sandbox.url,
            "LSQ_ACCESS_KEY": sandbox.access_key,
            "LSQ_SECRET_KEY": sandbox.secret_key,
        }
        command = importer_command("leads.csv", "-q", "--no-html", f"--{who}")
        if who == "plain":
            url = f"{sandbox.url}/v2/LeadManagement.svc/{BULK}"
            command = script_command("plain_bulk.py", "leads.csv", url, str(calls), str(per_seconds))
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            env=environment(folder / "ledger.sqlite3", **keys),
            stdout=asyncio.subprocess.DEVNULL,
        )
        await process.wait()
        stats = sandbox.stats()
        name = "Lead.Create" if who == "single" else BULK
        times = [one["at_s"] for one in sandbox.arrivals() if one["call"] == name and one["answer"] != "refused"]
        leads = len(sandbox.leads())
    if who == "bulk":
        times = times[1:]  # the canary holds three rows
    rows_a_call = 1 if who == "single" else ROWS
    rate = rows_a_call * (len(times) - 1) / (times[-1] - times[0])
    return BulkPace(rate, stats["refusals"], stats["arrivals"], leads)


def _prepare(folder: Path, *, rows: int, calls: int, per_seconds: float) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "bulk": {"calls": calls, "per_seconds": per_seconds},
        "columns": {"Name": "FirstName", "Email": "EmailAddress"},
    }
    (folder / "config.yaml").write_text(json.dumps(config), "utf-8")
    with (folder / "leads.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("Name", "Email"), *((f"N{row}", f"n{row}@example.com") for row in range(rows))])


def figures_of(limit: str, rows: int, who: str, pace: BulkPace) -> Iterator[Figure]:
    """The figures of one contestant; ours by bulk have goals."""
    calls, per_seconds = parse_limit(limit)
    most = ROWS * (calls or 0) / per_seconds
    is_bulk = who == "bulk"
    name = f"{limit}, {rows:,} rows, {NAMES[who]}"
    yield Figure(f"{name}: accepted", pace.rows_a_second, "rows/s")
    yield Figure(
        f"{name}: share of {most:g} rows/s",
        pace.rows_a_second / most,
        "",
        GOALS.get(limit) if is_bulk else None,
        is_least=True,
    )
    yield Figure(f"{name}: refusals", pace.refusals, "", 0 if is_bulk else None)
    yield Figure(f"{name}: calls in all", pace.calls, "")
    yield Figure(f"{name}: leads that are missing or twice there", abs(pace.leads - rows), "", 0 if is_bulk else None)


async def contest(folder: Path, paces: Sequence[tuple[str, int]], latency: str) -> list[Figure]:
    """Every contestant under every limit; those of one limit at the same time."""
    figures: list[Figure] = []
    for limit, rows in paces:
        calls, per_seconds = parse_limit(limit)
        if calls is None:
            raise ValueError("a limit is needed: there is no pace without one")
        found = await asyncio.gather(
            *(
                measure(
                    folder / f"{limit.replace('/', '-')}-{who}",
                    who=who,
                    rows=_rows_of(who, rows, calls, per_seconds),
                    bulk_limit=(calls, per_seconds),
                    latency_ms=parse_latency(latency),
                )
                for who in CONTESTANTS
            )
        )
        for who, pace in zip(CONTESTANTS, found, strict=True):
            figures += figures_of(limit, _rows_of(who, rows, calls, per_seconds), who, pace)
    return figures


def _rows_of(who: str, rows: int, calls: int, per_seconds: float) -> int:
    """How many rows a contestant gets: the single route as many as take about as long as the others'."""
    return rows if who != "single" else max(50, min(rows, int(5 * rows * per_seconds / (ROWS * calls))))


def own_cost(folder: Path, rows: int) -> Iterator[Figure]:
    """Import so many rows into a server that takes everything at once, by either route."""
    write_csv(folder / "leads.csv", rows)
    rates = {}
    for route in ("single", "bulk"):
        write_config(folder, more=LIFTED)
        spent = asyncio.run(_spend(folder, route))
        (folder / "ledger.sqlite3").unlink()
        rates[route] = rows / spent.wall_s
        goal = LEAST_ROWS_A_SECOND if route == "bulk" else None
        name = f"{rows:,} rows, {NAMES[route]}, limits lifted"
        yield Figure(name, rates[route], "rows/s", goal, is_least=True)
        yield Figure(f"{name}: processor time", spent.cpu_s * 1e6 / rows, "µs/row")
        yield Figure(f"{name}: peak memory", spent.peak_mb, "MB")
    yield Figure(f"{rows:,} rows: bulk over single, limits lifted", rates["bulk"] / rates["single"], "times")


async def _spend(folder: Path, route: str) -> Spent:
    async with fast_server() as server:
        keys = {"LSQ_HOST": server.url, "LSQ_ACCESS_KEY": "a", "LSQ_SECRET_KEY": "s"}
        command = importer_command("leads.csv", "--quiet", "--no-html", f"--{route}")
        return await asyncio.to_thread(run, command, folder, environment(folder / "ledger.sqlite3", **keys))


def main(argv: Sequence[str] | None = None) -> None:
    """Hold the contest, then weigh the own cost."""
    parser = make_parser(__doc__, "bulk")
    parser.add_argument(
        "--pace", nargs="*", default=["1/5:1000", "10/5:6000"], help="limits with rows: CALLS/SECONDS:ROWS"
    )
    parser.add_argument("--latency", default="30-300", help="round trips, in ms")
    parser.add_argument("--rows", type=int, default=30_000, help="of the file whose own cost is weighed; 0 for none")
    given = parser.parse_args(argv)
    chosen = [(limit, int(rows)) for limit, _, rows in (one.partition(":") for one in given.pace)]
    with tempfile.TemporaryDirectory(prefix="lsq-bulk-") as name:
        figures = asyncio.run(contest(Path(name), chosen, given.latency))
        figures += own_cost(Path(name), given.rows) if given.rows else ()
    publish("The bulk road", figures, given.json)


if __name__ == "__main__":
    main()
