"""`lsq-import history`: the runs that the ledger knows."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from importer.app.history import KnownRun
from importer.app.history import history as known_runs
from importer.commands.streams import echo
from importer.errors import UsageError
from importer.ledger.records import PastRun
from importer.nextstep import Action, NextStep
from importer.outcome import InAccount, Status, utc_text
from importer.ratelimit.estimate import tell_duration

__all__ = ["history"]

MOST_NAMED = 20


@click.command(short_help="List the runs that the ledger knows.")
@click.argument("run", type=click.IntRange(min=1), required=False)
@click.option("-c", "--config", type=click.Path(path_type=Path), metavar="FILE", help="The configuration.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many, the newest first.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON a run, for programs.")
def history(*, run: int | None, config: Path | None, limit: int, as_json: bool) -> None:
    """List past runs, the newest first: number, when, which file, how it ended, counts, and the report.

    RUN, a run's number, tells that one whole. A run without an ending was killed, or runs still.
    """
    runs = asyncio.run(known_runs(config, limit=limit, number=run))
    if not runs and run is not None:
        raise UsageError(f"The ledger knows no run of number {run}.", steps=[NextStep(Action.LIST_RUNS)])
    if not runs and not as_json:
        echo("No run is known yet.")
    for known in runs:
        if as_json:
            echo(json.dumps(_as_object(known), ensure_ascii=False))
        elif run is None:
            echo(_as_text(known))
        else:
            echo("\n".join(f"{name + ':':11}{text}" for name, text in _whole(known)))


def _as_object(known: KnownRun) -> dict[str, object]:
    run = known.run
    return {
        "run": run.id,
        "mode": run.mode,
        "account": run.identity,
        "source": run.source,
        "file": run.file,
        "report": run.report,
        "state": known.state.value,
        "started": utc_text(run.started_at),
        "ended": None if run.ended_at is None else utc_text(run.ended_at),
        "exit_status": run.exit_status,
        "calls": run.calls,
        "counts": run.counts,
    }


def _as_text(known: KnownRun) -> str:
    run = known.run
    first = f"#{run.id}  {_moment(run.started_at)}  {run.mode}  {_ending(known)}"
    return f"{first}\n    {run.file}\n    {_counts(run) or 'no counts'}; report: {run.report}"


def _whole(known: KnownRun) -> Iterator[tuple[str, str]]:
    """All that is known of a run, each with its name."""
    run = known.run
    yield "run", f"#{run.id}, {run.mode}"
    yield "account", run.identity
    yield "file", run.file
    yield "source", run.source
    yield "report", run.report if Path(run.report).is_file() else f"{run.report} (not there any more)"
    yield "began", _moment(run.started_at)
    yield "ended", _ending(known) if run.ended_at is None else f"{_moment(run.ended_at)}, {_ending(known)}"
    yield "rows", _counts(run) or "no counts"
    states = Counter(row.state for row in known.rows)
    yield "ledger", ", ".join(f"{count:,} {state}" for state, count in states.items()) or "no row that is its doing"
    doubtful = [row.row_number for row in known.rows if row.state.in_account is InAccount.PERHAPS]
    if doubtful:
        more = f" and {len(doubtful) - MOST_NAMED:,} more" if len(doubtful) > MOST_NAMED else ""
        yield "in doubt", f"rows {', '.join(map(str, doubtful[:MOST_NAMED]))}{more}"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _ending(known: KnownRun) -> str:
    run = known.run
    if run.ended_at is None:
        return known.state.value
    return f"exit {run.exit_status} after {tell_duration(run.ended_at - run.started_at)}, {run.calls:,} calls"


def _counts(run: PastRun) -> str:
    return ", ".join(f"{run.counts[word]:,} {word}" for word in Status if run.counts.get(word))
