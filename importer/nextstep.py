"""What a person may do next, as a value: the face that shows it puts it into its own words.

A message made deep below does not know whether it is read in a terminal or on a page. It names an `Action`; the command
shows it as an option or a sub-command, a page as a button. `str()` gives words that fit anywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

__all__ = ["Action", "NextStep", "with_steps"]


class Action(Enum):
    """Something that can be done. Its value is said where no face has words of its own; `{}` is the step's subject."""

    CHOOSE_PAYLOADS = "Give the payloads another path."
    FORGET_DELETED = "Once they are deleted, undoing run {} by deletion makes the ledger forget them."
    FORGET_LEAD = "Forget the lead if it was deleted since."
    LIST_RUNS = "The history tells the runs and their numbers."
    LOOK_UP = "A dry run can look them up."
    NAME_CONFIG = "Name another one, or let one be proposed for the file."
    NAME_ENCODING = "Name the encoding in which its letters read right, such as {}."
    NAME_KEYS = "Name these keys as those of {}."
    NAME_SOURCE = "Name the source as it was imported, such as {}."
    PROPOSE_CONFIG = "One can be proposed for a file."
    PROPOSE_MAPPING = "A mapping for another spreadsheet can be proposed."
    REBUILD_LEDGER = "Rebuild the ledger from {}."
    REBUILD_LEDGER_OF_SOURCE = "Rebuild the ledger from {}, and name the report's source."
    REFRESH_FIELDS = "The account can be asked for its fields anew."
    SEND_UNTIL_QUOTA = "An import until the quota sends what fits; the rest goes on the next day."
    TELL_KIND = "Say what kind of file it is, such as csv or xlsx."
    TELL_SOURCE = "Say whether it is that same source, or a new one."
    TRUST_REFERENCES = "If each line still is the row of its lsq_ref, let the references be trusted."
    TRY_WITHOUT_KEYS = "A sandbox and a dry run need none."
    WAIT = "An import can wait for the other one to end."


@dataclass(frozen=True, slots=True)
class NextStep:
    """An action with what it is about: a report's path, an account's name."""

    action: Action
    subject: str = ""

    def __str__(self) -> str:
        return self.action.value.format(self.subject)


def with_steps(text: str, steps: Sequence[NextStep]) -> str:
    """A text with the steps' own words behind it."""
    return " ".join(filter(None, [text, *map(str, steps)]))
