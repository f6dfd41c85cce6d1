"""Own cost: the whole importer beside a bare loop of posts, the account's limit lifted out of the way.

    python benchmarks/own_cost.py                  # 3,000 and 30,000 rows
    python benchmarks/own_cost.py --profile        # and what each room costs, by cProfile, which itself slows it down

Both talk to the same server, a process of its own, with as many workers. The importer reads, maps, checks, keeps its
ledger on disk, sends and reports; its start-up is included.
"""

import asyncio
import itertools
import pstats
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from child import Spent, environment, importer_command, run, script_command
from figures import Figure, make_parser, publish
from leads import write_config, write_csv
from server import CREATE, FastServer, fast_server

import importer

__all__ = ["import_leads", "main"]

LIFTED = "limits: {calls: 100000, per_seconds: 5}"
PACKAGE = Path(importer.__file__).parent


def import_leads(
    folder: Path, file: Path, server: FastServer, *, workers: int, profile: Path | None = None, may_fail: bool = False
) -> Spent:
    """Import the file into the server, the limit lifted; the ledger is `ledger.sqlite3` in the folder."""
    write_config(folder, more=f"{LIFTED}\nworkers: {workers}")
    command = importer_command(str(file), "--quiet", "--no-html")
    if profile is not None:
        command[1:2] = ["-m", "cProfile", "-o", str(profile), "-m"]
    keys = {"LSQ_HOST": server.url, "LSQ_ACCESS_KEY": "a", "LSQ_SECRET_KEY": "s"}
    return run(command, folder, environment(folder / "ledger.sqlite3", **keys), may_fail=may_fail)


async def measure(folder: Path, rows: int, workers: int, *, with_profile: bool) -> list[Figure]:
    """The figures for so many rows."""
    path = folder / f"leads{rows}.csv"
    write_csv(path, rows)
    async with fast_server() as server:
        before_s = await asyncio.to_thread(_post, server, rows, workers)
        spent = await asyncio.to_thread(import_leads, folder, path, server, workers=workers)
        (folder / "ledger.sqlite3").unlink()
        bare = (before_s + await asyncio.to_thread(_post, server, rows, workers)) / 2  # before and after: machines vary
        profile = folder / "profile" if with_profile else None
        if profile is not None:
            await asyncio.to_thread(import_leads, folder, path, server, workers=workers, profile=profile)
    name = f"{rows:,} rows, {workers} workers"
    return [
        Figure(f"{name}: bare loop of posts", rows / bare, "rows/s"),
        Figure(f"{name}: the whole importer", rows / spent.wall_s, "rows/s"),
        Figure(f"{name}: share of the bare loop", bare / spent.wall_s, "", 0.25, is_least=True),
        Figure(f"{name}: processor time of the importer", spent.cpu_s * 1e6 / rows, "µs/row"),
        Figure(f"{name}: peak memory", spent.peak_mb, "MB"),
        *(_rooms(profile, rows) if profile is not None else ()),
    ]


def _post(server: FastServer, rows: int, workers: int) -> float:
    command = script_command("bare_post.py", server.url + CREATE, str(rows), str(workers))
    return float(subprocess.run(command, check=True, capture_output=True).stdout)


def _rooms(profile: Path, rows: int) -> Iterator[Figure]:
    """What each room or library costs of its own, under the profiler; what is built in counts for its callers."""
    costs: Counter[str] = Counter()
    stats: Any = pstats.Stats(str(profile))
    for (file, _line, _name), (_calls, _all_calls, own_s, _whole_s, callers) in stats.stats.items():
        if file == "~":
            for (caller_file, *_), (*_, caller_own_s, _caller_whole_s) in callers.items():
                costs[_room(caller_file)] += caller_own_s
        else:
            costs[_room(file)] += own_s
    for room, seconds in costs.most_common(16):
        yield Figure(f"    under the profiler, {room}", seconds * 1e6 / rows, "µs/row")


def _room(file: str) -> str:
    path = Path(file)
    if path.is_relative_to(PACKAGE):
        return f"importer/{path.relative_to(PACKAGE).parts[0]}"
    parts = path.parts
    if "site-packages" in parts:
        return parts[parts.index("site-packages") + 1]
    return f"python: {path.parent.name}" if path.parent.name in {"asyncio", "json"} else "python: other"


def main(argv: Sequence[str] | None = None) -> None:
    """Measure each number of rows."""
    parser = make_parser(__doc__, "own_cost")
    parser.add_argument("--rows", type=int, nargs="*", default=[3000, 30_000])
    parser.add_argument("--workers", type=int, nargs="*", default=[20, 100])
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args(argv)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="lsq-cost-") as name:
        for rows, workers in itertools.product(given.rows, given.workers):
            figures += asyncio.run(measure(Path(name), rows, workers, with_profile=given.profile))
    publish("Own cost, the limit lifted to 100,000 calls per 5 s", figures, given.json)


if __name__ == "__main__":
    main()
