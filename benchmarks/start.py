"""Start: how long until help is shown, and until the first call of a small import reaches the server.

    python benchmarks/start.py

Medians of several starts of this interpreter, its modules compiled already, as they are from the second start on.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from child import environment, importer_command, run
from figures import Figure, make_parser, publish
from leads import write_csv, write_xlsx
from own_cost import import_leads
from server import fast_server

__all__ = ["main"]

ROWS = 20
HELP_S = 0.15
FIRST_CALL_S = 1.0


async def first_call_s(folder: Path, file: Path) -> float:
    """Seconds from the start of a process to its first call's arrival."""
    async with fast_server() as server:
        began = time.time()
        await asyncio.to_thread(import_leads, folder, file, server, workers=10)
        return (await server.told())["first_request_at"] - began


def main(argv: Sequence[str] | None = None) -> None:
    """Start it some times."""
    parser = make_parser(__doc__, "start")
    parser.add_argument("--starts", type=int, default=7)
    given = parser.parse_args(argv)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="lsq-start-") as name:
        folder = Path(name)
        for option in ("--help", "--version"):
            spent = [
                run(importer_command(option), folder, environment(folder / "none")).wall_s for _ in range(given.starts)
            ]
            figures.append(Figure(f"lsq-import {option}", statistics.median(spent), "s", HELP_S))
        write_csv(folder / "leads.csv", ROWS)
        write_xlsx(folder / "leads.xlsx", ROWS)
        for file in ("leads.csv", "leads.xlsx"):
            spent = []
            for _ in range(given.starts):
                spent.append(asyncio.run(first_call_s(folder, folder / file)))
                (folder / "ledger.sqlite3").unlink()
            figures.append(Figure(f"first call, {file} of {ROWS} rows", statistics.median(spent), "s", FIRST_CALL_S))
    publish("Start", figures, given.json)


if __name__ == "__main__":
    main()
