"""What an import tells whoever follows it: one small value for each thing that happens, and one callable for all.

An `Observer` is called with each `Event` in the thread of the import's event loop, in the order in which things happen:

    Started, Notice…, RowDone… (rows that need no call), Reviewed,
    Estimated, (CallSent | CallRefused | LimitChanged | RowDone | Paused | Resumed | Notice)…, SendingEnded,
    RowReported… (every row once, in the file's order), Ended

Estimated to SendingEnded are missing where nothing is sent. In a dry run RowReported comes in the review. An event
holds no cell of a row: the outcome's message may name a column, and quotes what LeadSquared said of the lead.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from importer.nextstep import NextStep, with_steps
from importer.outcome import Outcome

__all__ = [
    "CallRefused",
    "CallSent",
    "Ended",
    "Estimated",
    "Event",
    "Level",
    "LimitChanged",
    "Notice",
    "Notify",
    "Observer",
    "Paused",
    "Resumed",
    "Reviewed",
    "RowDone",
    "RowReported",
    "SendingEnded",
    "Started",
    "ignore",
    "log_notice",
]

logger = logging.getLogger(__name__)


class Level(IntEnum):
    """How much a notice matters; the numbers are those of `logging`."""

    DEBUG = 10
    INFO = 20
    WARNING = 30


@dataclass(frozen=True, slots=True)
class Started:
    """The file is open and the account is known. `ledger_run` is the run's number in the history, 0 without one."""

    file: Path
    source: str
    mode: str
    report: Path
    ledger_run: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a person should know. `steps` are what may be done about it."""

    level: Level
    text: str
    steps: tuple[NextStep, ...] = ()

    def __str__(self) -> str:
        return with_steps(self.text, self.steps)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Every row is checked and decided about. `open_rows` are going to be sent, or would be in a dry run.

    `created` rows are created already and cost no call, `resumed` ones were in flight when an earlier run stopped,
    `foreign_lines` of a report carry another account's reference.
    """

    rows: int
    open_rows: int
    created: int
    resumed: int
    foreign_lines: int


@dataclass(frozen=True, slots=True)
class Estimated:
    """The sending begins: `rows` rows at `calls` calls per `per_seconds` take `needed_s` seconds at least.

    One call takes up to `rows_per_call` of them.
    """

    rows: int
    calls: int
    per_seconds: float
    needed_s: float
    rows_per_call: int = 1


@dataclass(frozen=True, slots=True)
class RowDone:
    """A row has its outcome. `number` is its row number in the spreadsheet. Rows created before are not told."""

    number: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class CallSent:
    """A call goes out, at this time of the event loop."""

    at_s: float


@dataclass(frozen=True, slots=True)
class CallRefused:
    """LeadSquared refused a call because of the account's limit, at this time of the event loop."""

    at_s: float


@dataclass(frozen=True, slots=True)
class LimitChanged:
    """The limit that is kept is another one from now on, as refusals, or a while without them, have taught."""

    calls: int
    per_seconds: float


@dataclass(frozen=True, slots=True)
class Paused:
    """LeadSquared does not answer: all calls of this import pause for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Resumed:
    """LeadSquared answers again."""


@dataclass(frozen=True, slots=True)
class SendingEnded:
    """No more calls are made; the report is written next."""

    calls: int
    refusals: int


@dataclass(frozen=True, slots=True)
class RowReported:
    """A row's line of the report is written."""

    number: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Ended:
    """The import is over. `counts` says how many rows have each status."""

    exit_status: int
    counts: Mapping[str, int]


Event = (
    Started
    | Notice
    | Reviewed
    | Estimated
    | RowDone
    | CallSent
    | CallRefused
    | LimitChanged
    | Paused
    | Resumed
    | SendingEnded
    | RowReported
    | Ended
)

Observer = Callable[[Event], object]
"""Is called with each event. It is to return soon: the import waits for it."""

Notify = Callable[[Notice], object]
"""Is called with each notice."""


def ignore(_event: Event) -> None:
    """Observe nothing."""


def log_notice(notice: Notice) -> None:
    """Log a notice, where nobody observes."""
    logger.log(notice.level, "%s", notice)
