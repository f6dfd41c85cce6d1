"""Pace: how near each contestant comes to the account's limit, and how often it is refused.

    python benchmarks/pace.py                                   # 300 rows, every latency and window: about 80 s
    python benchmarks/pace.py --latency 30-300 --window sliding --rows 500

The contestants are the importer, the plain script that a user would write (`plain_script.py`), and the same script
slowed to one call less. A sandbox for each judges the limit strictly, at arrival. The ceiling is what slots allow that
are each held for the window and the mean round trip: the last of n calls arrives
`(ceil(n / calls) - 1) * (seconds + round trip)` after the first. Beside it the same contest is modelled on a moved
clock, with more rows.
"""

import asyncio
import csv
import json
import math
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from child import environment, importer_command, script_command
from figures import Figure, make_parser, publish
from pace_model import Window, run_model

from importer.sandbox import Sandbox, Settings, parse_latency, parse_limit

__all__ = ["CONTESTANTS", "Pace", "main", "measure"]

CONTESTANTS = ("ours", "plain", "slowed")
NAMES = {"ours": "lsq-import", "plain": "plain script", "slowed": "plain script, slowed"}
LEAST_SHARE = 0.98


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What was measured. Times are in seconds, as the sandbox saw them."""

    who: str
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


async def measure(
    folder: Path,
    *,
    who: str = "ours",
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
        keys = {
            "LSQ_HOST": sandbox.url,
            "LSQ_ACCESS_KEY": sandbox.access_key,
            "LSQ_SECRET_KEY": sandbox.secret_key,
        }
        command = importer_command("leads.csv", "-q", "--no-html")
        if who != "ours":
            allowed = calls if who == "plain" else calls - 1
            url = f"{sandbox.url}/v2/LeadManagement.svc/Lead.Create"
            command = script_command("plain_script.py", "leads.csv", url, str(allowed), str(per_seconds))
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            env=environment(folder / "ledger.sqlite3", **keys),
            stdout=asyncio.subprocess.DEVNULL,
        )
        status = await process.wait()
        arrivals = [arrival["at_s"] for arrival in sandbox.arrivals()]
        stats = sandbox.stats()
    return Pace(
        who=who,
        window=window,
        status=status,
        calls=len(arrivals),
        refusals=stats["refusals"],
        most_in_window=stats["most_in_window"],
        span_s=arrivals[-1] - arrivals[0],
        ceiling_span_s=ceiling_s(len(arrivals) - stats["refusals"], calls, per_seconds, latency_ms),
    )


def ceiling_s(count: int, calls: int, per_seconds: float, latency_ms: tuple[float, float]) -> float:
    """The shortest span of so many accepted calls."""
    return (math.ceil(count / calls) - 1) * (per_seconds + sum(latency_ms) / 2000)


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


def figures_of(name: str, *, rate: float, share: float, refusals: int, is_ours: bool) -> Iterator[Figure]:
    """The three figures of one contestant; ours have goals."""
    yield Figure(f"{name}: accepted", rate, "rows/s")
    yield Figure(f"{name}: share of the ceiling", share, "", LEAST_SHARE if is_ours else None, is_least=True)
    yield Figure(f"{name}: refusals", refusals, "", 0 if is_ours else None)


def modelled(
    rows: int, limit: tuple[int, float], latencies: Iterable[str], windows: Iterable[Window]
) -> Iterator[Figure]:
    """The contest on a moved clock."""
    calls, per_seconds = limit
    for latency in latencies:
        latency_ms = parse_latency(latency)
        for window in windows:
            for who in CONTESTANTS:
                found = run_model(
                    who,
                    rows=rows,
                    calls=calls,
                    per_seconds=per_seconds,
                    latency_ms=latency_ms,
                    window=window,
                    workers=10,
                )
                accepted = found.calls - found.refusals
                share = ceiling_s(accepted, calls, per_seconds, latency_ms) / found.span_s
                name = f"modelled, {rows:,} rows, {latency} ms, {window}, {NAMES[who]}"
                rate = (accepted - 1) / found.span_s
                yield from figures_of(name, rate=rate, share=share, refusals=found.refusals, is_ours=who == "ours")


async def contest(
    folder: Path, rows: int, limit: tuple[int, float], latencies: Sequence[str], windows: Sequence[str]
) -> list[Figure]:
    """Every contestant under every latency and window, all at the same time: at 5 calls/s they are in nobody's way."""
    calls, per_seconds = limit
    names = [(latency, window, who) for latency in latencies for window in windows for who in CONTESTANTS]
    paces = await asyncio.gather(
        *(
            measure(
                folder / f"{latency}-{window}-{who}",
                who=who,
                rows=rows,
                calls=calls,
                per_seconds=per_seconds,
                latency_ms=parse_latency(latency),
                window=window,
                workers=10,
            )
            for latency, window, who in names
        )
    )
    figures: list[Figure] = []
    for (latency, window, who), pace in zip(names, paces, strict=True):
        rate = (pace.calls - pace.refusals - 1) / pace.span_s
        name = f"{rows:,} rows, {latency} ms, {window}, {NAMES[who]}"
        figures += figures_of(name, rate=rate, share=pace.share, refusals=pace.refusals, is_ours=who == "ours")
    return figures


def main(argv: Sequence[str] | None = None) -> None:
    """Hold the contest, then its model."""
    parser = make_parser(__doc__, "pace")
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--modelled-rows", type=int, default=2000)
    parser.add_argument("--limit", default="25/5", help="calls/seconds")
    parser.add_argument("--latency", nargs="*", default=["30-60", "30-300", "100-1500"], help="round trips, in ms")
    parser.add_argument("--window", nargs="*", choices=["sliding", "fixed"], default=["sliding", "fixed"])
    given = parser.parse_args(argv)
    calls, per_seconds = parse_limit(given.limit)
    if calls is None:
        parser.error("a limit is needed: there is no pace without one")
    limit = calls, per_seconds
    with tempfile.TemporaryDirectory(prefix="lsq-pace-") as name:
        figures = asyncio.run(contest(Path(name), given.rows, limit, given.latency, given.window))
    figures += modelled(given.modelled_rows, limit, given.latency, given.window)
    publish(f"Pace, {given.limit} calls/s", figures, given.json)


if __name__ == "__main__":
    main()
