"""Options and sub-commands are named by the command alone: what is below it names actions."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from importer.commands.wording import WORDS, put_into_words
from importer.errors import UsageError
from importer.nextstep import Action, NextStep

ROOT = Path(__file__).resolve().parents[2] / "importer"
NAMED = re.compile(r"(?<![\w-])--[a-z][a-z-]+|lsq-import (?:map|doctor|settle|forget|history|ledger|prune|schedule)\b")

FACES = ("commands", "sandbox", "schedule", "html_report")
"""Rooms whose texts are commands: they are shown to whoever types them."""

TIPS = {"leadsquared/tips.py", "run/decision.py", "lead/values/owner.py"}
"""The report's `lsq_tip`: a report is read by people who import it again by the command."""

LOGS = {"logs/logfile.py"}
"""Only the command opens a log file."""

NO_ADVICE = {
    "proposal/configtext.py": {"--dry-run"},  # the config that it writes says how to try it
    "doctor/reference.py": {"lsq-import doctor"},  # a value that no lead holds
}


def modules() -> list[Path]:
    found = [path.relative_to(ROOT) for path in sorted(ROOT.rglob("*.py"))]
    return [path for path in found if path.parts[0] not in FACES and path.as_posix() not in TIPS | LOGS]


def texts_of(path: Path) -> Iterator[str]:
    """The strings of a module that are no docstrings."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    described = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in described:
            yield node.value


@pytest.mark.parametrize("path", modules(), ids=str)
def test_nothing_below_the_command_names_an_option_or_a_sub_command(path: Path) -> None:
    assert {found for text in texts_of(path) for found in NAMED.findall(text)} == NO_ADVICE.get(path.as_posix(), set())


@pytest.mark.parametrize("action", Action)
def test_each_action_has_words_of_the_command_line_and_words_that_fit_anywhere(action: Action) -> None:
    step = NextStep(action, "leads.report.csv")
    error = UsageError("It is so.", hint="Look at it.", steps=[step])
    assert NAMED.findall(str(error)) == []
    assert str(error).startswith("It is so.\n  Look at it. ")
    said = str(put_into_words(error))
    assert NAMED.findall(said) or said.endswith(" -c")
    assert ("{}" in WORDS[action]) == ("{}" in action.value) == ("leads.report.csv" in said)


def test_words_are_put_in_once() -> None:
    error = put_into_words(UsageError("It is so.", steps=[NextStep(Action.WAIT)]))
    assert str(put_into_words(error)).count("--wait") == 1
