"""The runs that the ledger knows, for whoever lists them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from importer.app.configchoice import ledger_location
from importer.ledger.ledger import NOBODY, Ledger
from importer.ledger.records import KnownRow, PastRun

__all__ = ["KnownRun", "RunState", "history"]


class RunState(StrEnum):
    """How far a run is."""

    ENDED = "ended"
    RUNNING = "running"
    KILLED = "killed"


@dataclass(frozen=True, slots=True)
class KnownRun:
    """A run as the ledger knows it: when, which file, counts, calls and report, and how far it is.

    `rows` are those whose state is still this run's doing, where it was asked for by its number.
    """

    run: PastRun
    state: RunState
    rows: tuple[KnownRow, ...] = ()


async def history(
    config: Path | None = None,
    *,
    limit: int = 20,
    number: int | None = None,
    environ: Mapping[str, str] | None = None,
) -> tuple[KnownRun, ...]:
    """The last runs that the ledger knows, of all accounts, the newest first. `config` says where the ledger is.

    With a `number`, the run of that number alone, with its rows; none where there is no such run.
    """
    with Ledger(ledger_location(config, environ), identity=NOBODY, host=NOBODY) as ledger:
        if number is not None:
            run = ledger.runs.find(number)
            return () if run is None else (KnownRun(run, _state(run, ledger), tuple(ledger.rows.of_run(number))),)
        return tuple(KnownRun(run, _state(run, ledger)) for run in ledger.runs.list(limit=limit))


def _state(run: PastRun, ledger: Ledger) -> RunState:
    if run.ended_at is not None:
        return RunState.ENDED
    return RunState.RUNNING if ledger.locks.is_live(run.token) else RunState.KILLED
