"""What to do after a run: steps in words, with the exact command where one is to be run. Pure."""

import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from importer.exitstatus import SIGNAL_EXIT, is_early_end
from importer.outcome import NextStep, Status
from importer.report.paths import default_report_path
from importer.shellwords import cmd_word

__all__ = ["Invocation", "Step", "advise", "quoted"]

PROGRAM = "lsq-import"

UNKNOWN_STEP = (
    "What is unknown may have been created. The next import looks up each such row that has a unique value before it "
    "sends anything; one without is never sent again on a guess, and its tip says what to do."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """The command of this run, as far as the next one repeats it. Paths as the user gave them, relative to `folder`.

    `is_report_named`: the report's path was given with `-r`.
    """

    file: str
    report: str
    folder: str
    is_report_named: bool = False
    config: str | None = None
    sheet: str | None = None
    first: int | None = None
    is_dry_run: bool = False
    is_sandbox: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; `command` is ready to be pasted into a shell, empty where there is none."""

    text: str
    command: str = ""


def advise(invocation: Invocation, counts: Mapping[Status, int], *, exit_status: int) -> Sequence[Step]:
    """Say what to do next; nothing where all is done."""
    if invocation.is_dry_run:
        return list(_after_dry_run(invocation, counts))
    if invocation.is_sandbox:
        return list(_after_sandbox(invocation, counts))
    return list(_after_import(invocation, counts, exit_status))


def _after_dry_run(invocation: Invocation, counts: Mapping[Status, int]) -> Iterator[Step]:
    ready = sum(count for one, count in counts.items() if one.facts.is_good and one.facts.next_step is NextStep.SEND)
    by_hand = _by_hand(counts)
    if by_hand:
        yield Step(
            f"Correct {_the_rows(by_hand)} in {invocation.file}, as the tips say. Nothing was sent, so the spreadsheet "
            "itself is the place. Then check again.",
            _command(invocation),
        )
    real = _command(replace(invocation, is_dry_run=False))
    if _of_step(counts, NextStep.LOOK_UP):
        yield Step(UNKNOWN_STEP, "" if ready else real)
    if ready:
        rest = " What is not ready will not go." if by_hand else ""
        yield Step(f"Send {_the_rows(ready)} that {_be(ready)} ready.{rest}", real)


def _after_sandbox(invocation: Invocation, counts: Mapping[Status, int]) -> Iterator[Step]:
    by_hand = _by_hand(counts)
    if by_hand:
        yield Step(
            f"Correct {_the_rows(by_hand)} in {invocation.file}, as the tips say. Nothing reached an account of yours, "
            "so the spreadsheet itself is the place. Then try again.",
            _command(invocation),
        )
    elif _not_done(counts):
        yield Step("Try again.", _command(invocation))
    yield Step(
        "The sandbox and its leads are gone. To import into your account, put its host and keys into the environment "
        "or a .env file (LSQ_HOST, LSQ_ACCESS_KEY, LSQ_SECRET_KEY), and look before you leap.",
        _command(replace(invocation, is_sandbox=False, is_dry_run=True)),
    )


def _after_import(invocation: Invocation, counts: Mapping[Status, int], exit_status: int) -> Iterator[Step]:
    if not _not_done(counts):
        if invocation.first is not None:
            yield Step(
                f"No more than the first {invocation.first:,} rows were taken. Look at their leads in LeadSquared, "
                "then import the whole file: what is created is not sent again.",
                _command(replace(invocation, first=None)),
            )
        return
    if is_early_end(exit_status) and exit_status < SIGNAL_EXIT:
        yield Step("Mend what ended the run: it is told at the top of this page.")
    by_hand = _by_hand(counts)
    if by_hand:
        kinds = _listed([one for one in Status if one.facts.next_step is NextStep.CORRECT and counts.get(one, 0)])
        yield Step(
            f"Open {invocation.report} and filter lsq_status. Correct {_the_rows(by_hand)} marked {kinds} as the tips "
            "say, or leave what shall not be imported. Save the file under its own name."
        )
    if _of_step(counts, NextStep.LOOK_UP):
        yield Step(UNKNOWN_STEP)
    command = _report_command(invocation) if by_hand else _command(invocation)
    yield Step("Run this. It sends only what is not created yet.", command)


def _command(invocation: Invocation) -> str:
    """The command of an invocation as a shell takes it."""
    file = invocation.file
    arguments = [PROGRAM, _no_option(file), *_config(invocation)]
    if invocation.sheet is not None:
        arguments += ["--sheet", invocation.sheet]
    if invocation.is_report_named:
        arguments += ["-r", invocation.report]
    if invocation.first is not None:
        arguments += ["--first", str(invocation.first)]
    if invocation.is_dry_run:
        arguments.append("--dry-run")
    if invocation.is_sandbox:
        arguments.append("--sandbox")
    return quoted(arguments)


def _report_command(invocation: Invocation) -> str:
    """The command that imports an invocation's report and writes it in place."""
    report = invocation.report
    arguments = [PROGRAM, _no_option(report), *_config(invocation)]
    if default_report_path(Path(report)) != Path(report):
        arguments += ["-r", report]
    return quoted(arguments)


def _config(invocation: Invocation) -> Sequence[str]:
    return () if invocation.config is None else ("-c", invocation.config)


def _no_option(path: str) -> str:
    """The path, so that a name with a dash in front is not taken for an option."""
    return f"./{path}" if path.startswith("-") else path


def quoted(arguments: Sequence[str], *, platform: str = sys.platform) -> str:
    """The arguments as one line for the platform's shell."""
    return " ".join(map(cmd_word, arguments)) if platform == "win32" else shlex.join(arguments)


def _by_hand(counts: Mapping[Status, int]) -> int:
    return _of_step(counts, NextStep.CORRECT)


def _of_step(counts: Mapping[Status, int], step: NextStep) -> int:
    return sum(count for status, count in counts.items() if status.facts.next_step is step)


def _not_done(counts: Mapping[Status, int]) -> int:
    return sum(count for status, count in counts.items() if not status.facts.is_good)


def _the_rows(count: int) -> str:
    return "the row" if count == 1 else f"the {count:,} rows"


def _be(count: int) -> str:
    return "is" if count == 1 else "are"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
