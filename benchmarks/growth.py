"""Growth: what a row costs in a small file and in a large one, checked, found created already, and resumed.

    python benchmarks/growth.py                                    # 10k, 100k and 1M rows: about ten minutes
    python benchmarks/growth.py --rows 1000 10000

The ledger of the re-run and of the resumed run is filled by `left_ledger.py`, as a run would have left it: to send a
million rows first would take longer than all the rest. The resumed run was killed nine tenths through, with ten
rows in flight.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from child import environment, importer_command, run, script_command
from figures import Figure, make_parser, publish
from leads import write_config, write_csv
from own_cost import LIFTED, import_leads
from server import FastServer, fast_server

__all__ = ["main"]

WORKERS = 50
SHORTEST_S = 1e-6
MOST_MINUTES = 2.0
FLAT = 1.2


def fill_ledger(folder: Path, file: Path, server: FastServer, *, created: int) -> None:
    """Leave the ledger as a run would that was killed when so many rows were created, and ten more in flight."""
    write_config(folder, more=f"{LIFTED}\nworkers: {WORKERS}")
    keys = {"LSQ_HOST": server.url, "LSQ_ACCESS_KEY": "a", "LSQ_SECRET_KEY": "s"}
    run(
        script_command("left_ledger.py", str(file), str(created)),
        folder,
        environment(folder / "ledger.sqlite3", **keys),
    )


def forget_ledger(folder: Path) -> None:
    """Begin anew: a report without the ledger that it was written with would be asked about."""
    for file in (*folder.glob("ledger.sqlite3*"), *folder.glob("*.report.*")):
        if file.is_file():
            file.unlink()


async def measure(folder: Path, path: Path, rows: int) -> dict[str, float]:
    """What each kind of run costs for so many rows, which the file holds."""
    write_config(folder)
    dry = run(
        importer_command(str(path), "--dry-run", "--quiet", "--no-html"), folder, environment(folder / "none.sqlite3")
    )
    async with fast_server() as server:
        await asyncio.to_thread(fill_ledger, folder, path, server, created=rows)
        again = await asyncio.to_thread(import_leads, folder, path, server, workers=WORKERS)
        if (await server.told())["created"]:
            raise SystemExit("a lead was sent that the ledger knew as created")
        forget_ledger(folder)
        await asyncio.to_thread(fill_ledger, folder, path, server, created=rows * 9 // 10)
        began = time.time()
        resumed = await asyncio.to_thread(import_leads, folder, path, server, workers=WORKERS)
        told = await server.told()
    if told["created"] != rows - rows * 9 // 10:
        raise SystemExit(f"{told['created']} leads were sent, {rows - rows * 9 // 10} were left")
    return {
        "dry_us": dry.wall_s * 1e6 / rows,
        "dry_mb": dry.peak_mb,
        "again_us": again.wall_s * 1e6 / rows,
        "again_mb": again.peak_mb,
        "again_s": again.wall_s,
        "first_lead_s": told["first_lead_at"] - began,
        # By two clocks: of a handful of rows the difference may come out below nothing.
        "resumed_us": max(resumed.wall_s - (told["first_lead_at"] - began), SHORTEST_S) * 1e6 / told["created"],
        "resumed_mb": resumed.peak_mb,
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measure each size, then how the last compares with the first."""
    parser = make_parser(__doc__, "growth")
    parser.add_argument("--rows", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    given = parser.parse_args(argv)
    figures: list[Figure] = []
    found: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="lsq-growth-") as name:
        for rows in given.rows:
            folder = Path(name) / str(rows)
            folder.mkdir()
            write_csv(folder / "leads.csv", rows)
            costs = asyncio.run(measure(folder, folder / "leads.csv", rows))
            found.append(costs)
            figures += [
                Figure(f"{rows:,} rows, dry run", costs["dry_us"], "µs/row"),
                Figure(f"{rows:,} rows, dry run: peak memory", costs["dry_mb"], "MB"),
                Figure(f"{rows:,} rows, all created already", costs["again_us"], "µs/row"),
                Figure(f"{rows:,} rows, all created already: peak memory", costs["again_mb"], "MB"),
                Figure(f"{rows:,} rows, all created already: in all", costs["again_s"] / 60, "min", MOST_MINUTES),
                Figure(f"{rows:,} rows, resumed at nine tenths: first lead after", costs["first_lead_s"], "s"),
                Figure(f"{rows:,} rows, resumed at nine tenths: then", costs["resumed_us"], "µs/row sent"),
                Figure(f"{rows:,} rows, resumed at nine tenths: peak memory", costs["resumed_mb"], "MB"),
            ]
    if len(found) > 1:
        many = f"{given.rows[-1]:,} rows over {given.rows[0]:,}"
        for key, what in (
            ("dry_us", "dry run, time a row"),
            ("dry_mb", "dry run, peak memory"),
            ("again_us", "all created already, time a row"),
            ("again_mb", "all created already, peak memory"),
            ("resumed_us", "resumed, time a row that is sent"),
            ("resumed_mb", "resumed, peak memory"),
        ):
            figures.append(Figure(f"{many}: {what}", found[-1][key] / found[0][key], "times", FLAT))
    publish("Growth, start-up included", figures, given.json)


if __name__ == "__main__":
    main()
