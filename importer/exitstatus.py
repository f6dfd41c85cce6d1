"""How a command ends: the exit statuses, what each says, and which of two is the worse one."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Self

__all__ = ["SIGNAL_EXIT", "ExitStatus", "is_early_end", "worst_of"]

SIGNAL_EXIT = 128
"""A status above is a signal's number more than this: 130 for Ctrl-C, 143 for SIGTERM."""


class ExitStatus(IntEnum):
    """The exit statuses from the best to the worst, each with its line in the help text; a signal's is worse than all.

    70 and 75 are those of sysexits.h (EX_SOFTWARE, EX_TEMPFAIL).
    """

    meaning: str

    def __new__(cls, number: int, meaning: str = "") -> Self:
        """One entry of the table; `ExitStatus(2)` finds one."""
        status = int.__new__(cls, number)
        status._value_ = number
        status.meaning = meaning
        return status

    OK = 0, "all rows are created (in a dry run: all are ready)"
    SOME_NOT = 1, "the run ended and some rows were not created: see the report"
    BUSY = 75, "another run is importing the same source, or a file is still being written"
    FILE_CHANGED = 4, "the file was changed while it was imported, the rest is unsent; run it again"
    USAGE = 2, "the command, the config or the file must be mended; nothing was sent"
    NO_REPORT = 5, "the report could not be written; run the same command again"
    STOPPED = 3, "stopped early by the account, the breaker or the machine; run it again"
    DEFECT = 70, "a defect of lsq-import; run the same command again, and report it"


def is_early_end(status: int) -> bool:
    """Whether something ended the run before all of its rows had their turn, or before its report was there."""
    return status not in {ExitStatus.OK, ExitStatus.SOME_NOT}


def worst_of(statuses: Sequence[int]) -> int:
    """The exit status of several runs: a signal's, else the worst; 0 for none."""
    signalled = [status for status in statuses if status > SIGNAL_EXIT]
    return signalled[0] if signalled else max(statuses, key=[*ExitStatus].index, default=ExitStatus.OK)
