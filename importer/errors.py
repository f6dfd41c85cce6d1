"""Everything that can go wrong, grouped by what is to be done about it.

    ImporterError
    ├── UsageError          exit 2: the command, the config or the file must be mended; nothing was sent
    │   ├── ConfigError         all problems of config.yaml at once, each with its line
    │   └── SheetError          the file cannot be read for sure: what, where, what to do
    ├── FatalError          exit 3: the account ended the run (keys refused, no such API, …)
    │   └── QuotaError          the calls that config allows in a day are used up
    ├── DefectError         exit 70: our own mistake; what was sent is in the ledger
    ├── WithdrawnError      exit 3: the run ended while a call waited for its turn: it was not sent
    └── CallError           exit 3: one call to the API got no answer
        ├── TransientError      its connection was never made: known not to have arrived, try again
        └── AmbiguousError      its reply was lost or late: it may have been carried out

What belongs to one room stands there: `BusyError` (75), `FileChangedError` (4), `ReportError` (5), `LedgerError` (3).
Each class names its exit status, or belongs to a group that does; `importer.exitstatus` says what they mean.

A problem of one row is no exception but a value, `RowProblem`: it becomes that row's line in the report.
An answer of the API is no exception either: see `importer.leadsquared.answers`.

No message here or anywhere holds an access key, a secret key, a URL with one, or a lead's data.
"""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple

from importer.exitstatus import ExitStatus
from importer.nextstep import NextStep, with_steps

__all__ = [
    "AmbiguousError",
    "CallError",
    "ConfigError",
    "DefectError",
    "FatalError",
    "ImporterError",
    "QuotaError",
    "Remedy",
    "RowProblem",
    "SettingsError",
    "SheetError",
    "TransientError",
    "UsageError",
    "WithdrawnError",
]


class ImporterError(Exception):
    """Ends a run with a message for a person: what happened and where, then what to do next.

    `steps` are what to do next as values, which the command or the page puts into words of its own behind the hint.
    """

    exit_status: ClassVar[ExitStatus]

    def __init_subclass__(cls) -> None:
        """Refuse a class that nobody gave an exit status."""
        super().__init_subclass__()
        if not hasattr(cls, "exit_status"):
            raise TypeError(f"{cls.__name__} names no exit status")

    def __init__(self, message: str, *, hint: str = "", steps: Sequence[NextStep] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.steps = tuple(steps)

    def __str__(self) -> str:
        hint = with_steps(self.hint, self.steps)
        return f"{self.message}\n  {hint}" if hint else self.message


class UsageError(ImporterError):
    """The command, the config or the file must be mended; nothing was sent."""

    exit_status = ExitStatus.USAGE


class SettingsError(UsageError):
    """No file is to blame: the configuration, the keys, the ledger or the account's name must be mended first."""


class ConfigError(SettingsError):
    """Every problem of a config file at once; `problems` holds one line of text for each."""

    def __init__(self, path: str, problems: Sequence[str], *, steps: Sequence[NextStep] = ()) -> None:
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        super().__init__("\n".join([f"{path}: {count}", *(f"  {problem}" for problem in self.problems)]), steps=steps)


class SheetError(UsageError):
    """The spreadsheet cannot be read for sure."""


class FatalError(ImporterError):
    """The account ended the run: every further call would end the same way."""

    exit_status = ExitStatus.STOPPED


class QuotaError(FatalError):
    """The calls that config allows in a day are used up."""


class DefectError(ImporterError):
    """A mistake of our own ended the run; what was sent is in the ledger."""

    exit_status = ExitStatus.DEFECT

    @classmethod
    def of(cls, error: BaseException) -> "DefectError":
        """Say where an exception happened and nothing that it says, which may hold a lead's data or a key."""
        frames = traceback.extract_tb(error.__traceback__)
        where = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
        return cls(
            f"lsq-import has a defect: {type(error).__name__}{where}.",
            hint="What was sent is in the ledger: run the same command again, and report this.",
        )


class WithdrawnError(ImporterError):
    """The run ended while a call waited for its turn: it was not sent."""

    exit_status = ExitStatus.STOPPED


class CallError(ImporterError):
    """One call to the API got no answer."""

    exit_status = ExitStatus.STOPPED


class TransientError(CallError):
    """The connection was never made, so the call cannot have arrived: it may be tried again."""


class AmbiguousError(CallError):
    """The reply was lost or late: the call may have been carried out."""


class Remedy(NamedTuple):
    """What lets such values pass: a key of the column in config.yaml, with its value.

    Under `values:` it is one translation, `cell` being the cell's text: only where it comes so near an option that it
    is nothing about a person.
    """

    key: str
    value: str
    cell: str = ""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row is not fit to send, as data.

    `error` is the word in the report's column `lsq_error` (`cell_error`, `too_many_cells`, `no_name_or_contact`,
    …), `message` says what and where, `tip` what to do next. `column` is the spreadsheet's header where there is
    one column to blame, `cells` are the indexes of the cells to blame. `cause` ends the sentence "Cell D17 (Mobile) …"
    where there is one such cell: it is the same for all rows with this problem. `remedy` would let its value pass.
    """

    error: str
    message: str
    tip: str
    column: str = ""
    cells: tuple[int, ...] = ()
    cause: str = ""
    remedy: Remedy | None = None
