"""`lsq-import history`: the runs that the ledger knows."""

import asyncio
import json
from datetime import datetime
from pathlib import Path

import click

from importer.app.history import history as known_runs
from importer.ledger.records import PastRun
from importer.outcome import Status, utc_text
from importer.ratelimit.estimate import tell_duration

__all__ = ["history"]


@click.command(short_help="List the runs that the ledger knows.")
@click.option("-c", "--config", type=click.Path(path_type=Path), metavar="FILE", help="The configuration.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many, the newest first.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON a run, for programs.")
def history(*, config: Path | None, limit: int, as_json: bool) -> None:
    """List past runs, the newest first: number, when, which file, how it ended, counts, and the report.

    A run without an ending was killed, or runs still.
    """
    runs = asyncio.run(known_runs(config, limit=limit))
    if not runs and not as_json:
        click.echo("No run is known yet.")
    for known in runs:
        run, state = known.run, known.state.value
        click.echo(json.dumps(_as_object(run, state), ensure_ascii=False) if as_json else _as_text(run, state))


def _as_object(run: PastRun, state: str) -> dict[str, object]:
    return {
        "run": run.id,
        "mode": run.mode,
        "account": run.identity,
        "source": run.source,
        "file": run.file,
        "report": run.report,
        "state": state,
        "started": utc_text(run.started_at),
        "ended": None if run.ended_at is None else utc_text(run.ended_at),
        "exit_status": run.exit_status,
        "calls": run.calls,
        "counts": run.counts,
    }


def _as_text(run: PastRun, state: str) -> str:
    started = datetime.fromtimestamp(run.started_at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    how = state
    if run.ended_at is not None:
        how = f"exit {run.exit_status} after {tell_duration(run.ended_at - run.started_at)}, {run.calls:,} calls"
    counts = ", ".join(f"{run.counts[word]:,} {word}" for word in Status if run.counts.get(word))
    return f"{run.id}  {started}  {run.mode}  {how}\n    {run.file}\n    {counts or 'no counts'}; report: {run.report}"
