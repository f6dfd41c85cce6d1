"""What to do after a run: steps in words, with the exact command where one is to be run. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from importer.exitstatus import SIGNAL_EXIT, is_early_end
from importer.html_report.invocation import Invocation, import_command, report_command, settle_commands
from importer.outcome import NextStep, Outcome, Status

__all__ = ["Step", "advise", "explain", "tell_next"]

UNKNOWN_STEP = (
    "What is unknown may have been created. The next import looks up each such row that has a unique value before it "
    "sends anything; one without is never sent again on a guess."
)
SETTLE_STEP = (
    "Look in LeadSquared for the lead of row {row}, unless the next import finds it. If it is there, run the first "
    "line with its id; if it is not, the second."
)
SETTLE_TIP = " Found it: "
"""Begins what a report's tip says of the commands; what stands before it is the outcome's own."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `commands` are ready to be pasted into a shell, one of them is to be run.

    `brief` is the same for a terminal, to stand between "Next, " and the commands; empty where the page alone says it.
    """

    text: str
    commands: tuple[str, ...] = ()
    brief: str = ""


def advise(
    invocation: Invocation, counts: Mapping[Status, int], *, exit_status: int, unknown_rows: Sequence[int] = ()
) -> Sequence[Step]:
    """Say what to do next; nothing where all is done. `unknown_rows` are the numbers of the first rows in doubt."""
    if invocation.is_dry_run:
        return list(_after_dry_run(invocation, counts, unknown_rows))
    if invocation.is_sandbox:
        return list(_after_sandbox(invocation, counts))
    return list(_after_import(invocation, counts, exit_status, unknown_rows))


def tell_next(steps: Sequence[Step]) -> Iterator[str]:
    """The steps as the last lines of a run: a word on each, and its commands."""
    for step in steps:
        if step.brief:
            yield f"Next, {step.brief}:"
            yield from (f"  {command}" for command in step.commands)


def explain(invocation: Invocation, row: int, outcome: Outcome) -> Outcome:
    """A row's outcome as its line in the report says it: an unknown row's tip ends with the commands that settle it."""
    if outcome.status.facts.next_step is not NextStep.LOOK_UP or invocation.is_sandbox:
        return outcome
    exists, missing = settle_commands(invocation, row)
    tip = outcome.tip.partition(SETTLE_TIP)[0]
    return replace(outcome, tip=f"{tip}{SETTLE_TIP}{exists}  It is not there: {missing}")


def _after_dry_run(invocation: Invocation, counts: Mapping[Status, int], unknown_rows: Sequence[int]) -> Iterator[Step]:
    ready = sum(count for one, count in counts.items() if one.facts.is_good and one.facts.next_step is NextStep.SEND)
    by_hand = _of_step(counts, NextStep.CORRECT)
    if by_hand:
        yield Step(
            f"Correct {_the_rows(by_hand)} in {invocation.file}, as the tips say. Nothing was sent, so the spreadsheet "
            "itself is the place. Then check again.",
            (import_command(invocation),),
            f"when {_the_rows(by_hand)} {_be(by_hand)} corrected in {invocation.file}, to check again",
        )
    real = import_command(replace(invocation, is_dry_run=False))
    if _of_step(counts, NextStep.LOOK_UP):
        yield Step(UNKNOWN_STEP, () if ready else (real,), "" if ready else "to look up what may have been created")
        yield from _settle(invocation, counts, unknown_rows)
    if ready:
        rest = " What is not ready will not go." if by_hand else ""
        what = f"{_the_rows(ready)} that {_be(ready)} ready"
        yield Step(f"Send {what}.{rest}", (real,), f"to send {what}")


def _after_sandbox(invocation: Invocation, counts: Mapping[Status, int]) -> Iterator[Step]:
    by_hand = _of_step(counts, NextStep.CORRECT)
    check = replace(invocation, is_sandbox=False, is_dry_run=True)
    if by_hand:
        yield Step(
            f"{_correct(invocation, counts, by_hand)} Then try again.",
            (report_command(invocation),),
            _when_corrected(invocation, by_hand),
        )
    elif _not_done(counts):
        yield Step("Try again.", (import_command(invocation),), "to try again")
    yield Step(
        "The sandbox and its leads are gone. To import into your account, put its host and keys into the environment "
        "or a .env file (LSQ_HOST, LSQ_ACCESS_KEY, LSQ_SECRET_KEY), and look before you leap.",
        (report_command(check) if by_hand else import_command(check),),
        "for your own account, with its host and keys in a file .env",
    )


def _after_import(
    invocation: Invocation, counts: Mapping[Status, int], exit_status: int, unknown_rows: Sequence[int]
) -> Iterator[Step]:
    if not _not_done(counts):
        if invocation.first is not None:
            yield Step(
                f"No more than the first {invocation.first:,} rows were taken. Look at their leads in LeadSquared, "
                "then import the whole file: what is created is not sent again.",
                (import_command(replace(invocation, first=None)),),
                "when their leads look right in LeadSquared, for the whole file",
            )
        return
    is_to_mend = is_early_end(exit_status) and exit_status < SIGNAL_EXIT
    if is_to_mend:
        yield Step("Mend what ended the run: it is told at the top of this page.")
    by_hand = _of_step(counts, NextStep.CORRECT)
    if by_hand:
        yield Step(_correct(invocation, counts, by_hand))
    if _of_step(counts, NextStep.LOOK_UP):
        yield Step(UNKNOWN_STEP)
        yield from _settle(invocation, counts, unknown_rows)
    when = (
        _when_corrected(invocation, by_hand)
        if by_hand
        else "when what ended the run is mended"
        if is_to_mend
        else "for what is not created yet"
    )
    command = report_command(invocation) if by_hand else import_command(invocation)
    yield Step("Run this. It sends only what is not created yet.", (command,), when)


def _settle(invocation: Invocation, counts: Mapping[Status, int], rows: Sequence[int]) -> Iterator[Step]:
    """How each row in doubt is settled; a terminal is told of the first one."""
    more = _of_step(counts, NextStep.LOOK_UP) - len(rows)
    for nth, row in enumerate(rows):
        others = ", and so for each other unknown row" if len(rows) + more > 1 else ""
        brief = f"if row {row} is in LeadSquared, or if it is not{others}"
        yield Step(SETTLE_STEP.format(row=row), settle_commands(invocation, row), "" if nth else brief)
    if rows and more > 0:
        yield Step(f"The same goes for {more:,} more: their lines in {invocation.report} have the commands in lsq_tip.")


def _correct(invocation: Invocation, counts: Mapping[Status, int], by_hand: int) -> str:
    kinds = _listed([one for one in Status if one.facts.next_step is NextStep.CORRECT and counts.get(one, 0)])
    return (
        f"Open {invocation.report} and filter lsq_status. Correct {_the_rows(by_hand)} marked {kinds} as the tips "
        "say, or leave what shall not be imported. Save the file under its own name."
    )


def _when_corrected(invocation: Invocation, by_hand: int) -> str:
    return f"when {_the_rows(by_hand)} {_be(by_hand)} corrected in {invocation.report}"


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
