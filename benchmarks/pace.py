"""How near a run comes to the account's limit, and whether it ever breaks it.

    python benchmarks/pace_check.py                 # 500 rows at 25 per 5 s, sliding and fixed: about 100 s
    python benchmarks/pace_check.py --limit 25/0.5 --latency 3-30 --rows 300

A sandbox judges the limit strictly, at arrival. The ceiling is what `calls` slots allow that are each held for the
window and the mean round trip: the last of n calls arrives `(ceil(n / calls) - 1) * (per_seconds + round trip)` after
the first.
"""

import argparse
import asyncio
import csv
import json
import math
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from importer.sandbox import Sandbox, Settings, parse_latency, parse_limit

__all__ = ["Pace", "measure"]


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What was measured. Times are in seconds, as the sandbox saw them."""

    window: str
    status: int
    calls: int
    refusals: int
    most_in_window: int
    span_s: float
    ceiling_span_s: float

    @property
    def share(self) -> float:
        """The reached part of the ceiling."""
        return self.ceiling_span_s / self.span_s

    def tell(self) -> str:
        """Say it in one line."""
        rate, ceiling = (self.calls - 1) / self.span_s, (self.calls - 1) / self.ceiling_span_s
        return (
            f"{self.window:>7}: exit {self.status}, {self.calls} calls in {self.span_s:.2f} s = {rate:.3f}/s, "
            f"{self.share:.1%} of {ceiling:.3f}/s; {self.refusals} refusals, most in one sliding window: "
            f"{self.most_in_window}"
        )


async def measure(
    folder: Path,
    *,
    rows: int,
    calls: int,
    per_seconds: float,
    latency_ms: tuple[float, float],
    window: str,
    workers: int,
) -> Pace:
    """Import so many rows into a sandbox with this limit, and measure the arrivals there."""
    chosen: Any = window
    settings = Settings(port=0, seed=1, calls=calls, per_seconds=per_seconds, latency_ms=latency_ms, window=chosen)
    async with Sandbox(settings) as sandbox:
        _prepare(folder, rows=rows, calls=calls, per_seconds=per_seconds, workers=workers)
        environ = {
            **os.environ,
            "LSQ_HOST": sandbox.url,
            "LSQ_ACCESS_KEY": sandbox.access_key,
            "LSQ_SECRET_KEY": sandbox.secret_key,
            "LSQ_LEDGER": str(folder / "ledger.sqlite3"),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "importer",
            "leads.csv",
            "-q",
            cwd=folder,
            env=environ,
            stdout=asyncio.subprocess.DEVNULL,
        )
        status = await process.wait()
        arrivals = [arrival["at_s"] for arrival in sandbox.arrivals()]
        stats = sandbox.stats()
    rounds = math.ceil(len(arrivals) / calls) - 1
    return Pace(
        window=window,
        status=status,
        calls=len(arrivals),
        refusals=stats["refusals"],
        most_in_window=stats["most_in_window"],
        span_s=arrivals[-1] - arrivals[0],
        ceiling_span_s=rounds * (per_seconds + sum(latency_ms) / 2000),
    )


def _prepare(folder: Path, *, rows: int, calls: int, per_seconds: float, workers: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "limits": {"calls": calls, "per_seconds": per_seconds},
        "workers": workers,
        "columns": {"Name": "FirstName", "Email": "EmailAddress"},
    }
    (folder / "config.yaml").write_text(json.dumps(config), "utf-8")
    with (folder / "leads.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("Name", "Email"), *((f"N{row}", f"n{row}@example.com") for row in range(rows))])


async def _main() -> int:
    options = argparse.ArgumentParser(description="Measure how near a run comes to the account's limit.")
    options.add_argument("--rows", type=int, default=500)
    options.add_argument("--limit", default="25/5", help="calls/seconds")
    options.add_argument("--latency", default="30-300", help="of a round trip, in milliseconds")
    options.add_argument("--window", choices=["sliding", "fixed", "both"], default="both")
    options.add_argument("--workers", type=int, default=10)
    given = options.parse_args()
    calls, per_seconds = parse_limit(given.limit)
    if calls is None:
        options.error("a limit is needed: there is no pace without one")
    windows = ["sliding", "fixed"] if given.window == "both" else [given.window]
    with tempfile.TemporaryDirectory(prefix="lsq-pace-") as name:
        paces = await asyncio.gather(
            *(
                measure(
                    Path(name) / window,
                    rows=given.rows,
                    calls=calls,
                    per_seconds=per_seconds,
                    latency_ms=parse_latency(given.latency),
                    window=window,
                    workers=given.workers,
                )
                for window in windows
            )
        )
    for pace in paces:
        print(pace.tell())
    return int(any(pace.refusals or pace.status for pace in paces))


if __name__ == "__main__":
    sys.exit(asyncio.run(_main()))
