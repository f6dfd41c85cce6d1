"""The command line's words for what may be done next: the core names actions, options and sub-commands are here."""

from collections.abc import Sequence
from typing import TypeVar

from importer.errors import ImporterError
from importer.nextstep import Action, NextStep

__all__ = ["WORDS", "put_into_words", "say"]

E = TypeVar("E", bound=ImporterError)

WORDS = {
    Action.CHOOSE_PAYLOADS: "Give --payloads another path.",
    Action.FORGET_LEAD: "A lead that was deleted since is forgotten: lsq-import forget.",
    Action.NAME_CONFIG: "Name one with -c, or let one be proposed: lsq-import map FILE -o config.yaml",
    Action.NAME_KEYS: 'lsq-import ledger keys "{}"',
    Action.NAME_SOURCE: "Name it as it was imported: --source {}",
    Action.PROPOSE_CONFIG: "lsq-import map FILE proposes one.",
    Action.PROPOSE_MAPPING: "lsq-import map FILE proposes a mapping for another spreadsheet.",
    Action.REBUILD_LEDGER: "lsq-import ledger rebuild {}",
    Action.REBUILD_LEDGER_OF_SOURCE: "lsq-import ledger rebuild {} --source NAME",
    Action.REFRESH_FIELDS: "--refresh-fields asks for them anew.",
    Action.SEND_UNTIL_QUOTA: (
        "--until-quota sends what fits and leaves the rest unsent; the same command goes on the next day."
    ),
    Action.TELL_SOURCE: "Add --same-source if it is that file or that feed, --new-source if it is another file.",
    Action.TRUST_REFERENCES: (
        "If each line still is the row of its lsq_ref and its cells were edited on purpose, add --trust-references."
    ),
    Action.TRY_WITHOUT_KEYS: "Or try --sandbox or --dry-run, which need none.",
    Action.WAIT: "With --wait it waits by itself.",
}
"""What to type for each action; `{}` is the step's subject."""


def say(text: str, steps: Sequence[NextStep]) -> str:
    """A text with the steps behind it, as they are typed."""
    return " ".join(filter(None, [text, *(WORDS[step.action].format(step.subject) for step in steps)]))


def put_into_words(error: E) -> E:
    """The error with its steps in its hint, as they are typed."""
    error.hint, error.steps = say(error.hint, error.steps), ()
    return error
