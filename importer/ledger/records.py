"""What the ledger says of a row and takes down of it, as values."""

from dataclasses import dataclass

from importer.clocks import Moment, WallSeconds
from importer.ledger.digestkinds import CellsDigest, KeyDigest, RowRef
from importer.outcome import Outcome, State

__all__ = ["AccountRecord", "Intent", "KnownRow", "PastRun", "Settled", "State"]


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A row as the ledger knows it.

    `intent_at` is by the server's clock, and `skew_s` what was added to this machine's to have it; where `skew_s` is
    None, the server's was not known and `intent_at` is by this machine's.
    """

    ref: RowRef
    cells: CellsDigest
    keys: tuple[KeyDigest, ...]
    state: State
    run_id: int
    run_token: str
    row_number: int
    lead_id: str
    error: str
    message: str
    tip: str
    attempts: int
    intent_at: float
    changed_at: WallSeconds
    skew_s: float | None = None

    @property
    def intent(self) -> Moment:
        """When it was about to be sent."""
        return Moment(self.intent_at, self.skew_s)


@dataclass(frozen=True, slots=True)
class Intent:
    """A row that is about to be sent. `intent_at` and `skew_s` are as in `KnownRow`.

    `is_forced` sends it although it is known as created (`--again`). `resolves` says that it is looked up before it is
    sent: only then may it take over an intent of a run that is gone.
    """

    ref: RowRef
    cells: CellsDigest
    keys: tuple[KeyDigest, ...]
    row_number: int
    intent_at: float
    skew_s: float | None = None
    is_forced: bool = False
    resolves: bool = False

    @property
    def moment(self) -> Moment:
        """When it is about to be sent."""
        return Moment(self.intent_at, self.skew_s)


@dataclass(frozen=True, slots=True)
class Settled:
    """What came back for a row that was written down as an intent.

    `withdrawn_to` is what the row was before, where its call did not go after all.
    """

    ref: RowRef
    outcome: Outcome
    at: WallSeconds
    withdrawn_to: State | None = None


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An account that this ledger knows. What it was not asked yet is None; `time_zone` is empty where it told none."""

    id: int
    identity: str
    host: str
    organisation: str | None
    country_code: str | None
    time_zone: str | None


@dataclass(frozen=True, slots=True)
class PastRun:
    """One line of `lsq-import history`. Times are UTC seconds; what a killed run did not say is None."""

    id: int
    token: str
    identity: str
    mode: str
    source: str
    file: str
    report: str
    report_digest: str | None
    started_at: float
    ended_at: float | None
    exit_status: int | None
    calls: int | None
    counts: dict[str, int]
