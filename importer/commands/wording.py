"""The command line's words for what may be done next: the core names actions, options and sub-commands are here."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from importer.errors import ImporterError
from importer.nextstep import Action, NextStep
from importer.shellwords import pasted_word

__all__ = ["WORDS", "put_into_words", "say"]

E = TypeVar("E", bound=ImporterError)

WORDS = {
    Action.CHOOSE_PAYLOADS: "Give --payloads another path.",
    Action.FORGET_DELETED: "Once they are deleted, lsq-import undo {} --delete makes the ledger forget them.",
    Action.FORGET_LEAD: "A lead that was deleted since is forgotten: lsq-import forget.",
    Action.LIST_RUNS: "lsq-import history tells the runs and their numbers.",
    Action.LOOK_UP: "--look-up finds out now.",
    Action.NAME_CONFIG: "Name one with -c, or let one be proposed: lsq-import map {file} -o config.yaml",
    Action.NAME_ENCODING: "Where no config is yet: lsq-import map {file} --encoding {} -o config.yaml",
    Action.NAME_KEYS: 'lsq-import ledger keys "{}"',
    Action.NAME_SOURCE: "Name it as it was imported: --source {}",
    Action.PROPOSE_CONFIG: "lsq-import map {file} proposes one.",
    Action.PROPOSE_MAPPING: "lsq-import map {file} proposes a mapping for another spreadsheet.",
    Action.REBUILD_LEDGER: "lsq-import ledger rebuild {}",
    Action.REBUILD_LEDGER_OF_SOURCE: "lsq-import ledger rebuild {} --source NAME",
    Action.REFRESH_FIELDS: "--refresh-fields asks for them anew.",
    Action.SEND_UNTIL_QUOTA: (
        "--until-quota sends what fits and leaves the rest unsent; the same command goes on the next day."
    ),
    Action.TELL_KIND: "Say so: --as csv, or --as xlsx.",
    Action.TELL_SOURCE: "Add --same-source if it is that file or that feed, --new-source if it is another file.",
    Action.TRUST_REFERENCES: (
        "If each line still is the row of its lsq_ref and its cells were edited on purpose, add --trust-references."
    ),
    Action.TRY_WITHOUT_KEYS: "Or try --sandbox, or an import's --dry-run, which need none.",
    Action.WAIT: "With --wait it waits by itself.",
}
"""What to type for each action; `{}` is the step's subject, `{file}` the spreadsheet."""


def say(text: str, steps: Sequence[NextStep], *, file: Path | None = None) -> str:
    """A text with the steps behind it, as they are typed; those about a spreadsheet name `file`, if it is known."""
    name = "FILE" if file is None else pasted_word(str(file))
    return " ".join(filter(None, [text, *(WORDS[step.action].format(step.subject, file=name) for step in steps)]))


def put_into_words(error: E, *, file: Path | None = None) -> E:
    """The error with its steps in its hint, as they are typed; `file` is the spreadsheet that it is about."""
    error.hint, error.steps = say(error.hint, error.steps, file=file), ()
    return error
