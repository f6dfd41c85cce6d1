"""When somebody is told, and in which words."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from importer.config.settings import Notify
from importer.exitstatus import ExitStatus
from importer.outcome import InAccount, Status

__all__ = ["Ended", "Message", "is_wanted", "message_of"]

MOST_PROBLEMS = 3
MOST_FILES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the import of one file ended. `before` is the exit status of the import of its source before this one, None
    where there was none or nobody knows. `problems` counts rows by what was wrong with them.
    """

    file: Path
    exit_status: int
    before: int | None
    counts: dict[str, int]
    problems: dict[str, int]
    report: Path | None


@dataclass(frozen=True, slots=True)
class Message:
    """A line and a text below it; `is_failure`: somebody has to do something."""

    title: str
    text: str
    is_failure: bool


def is_wanted(when: Notify, exit_status: int, ended: Sequence[Ended]) -> bool:
    """Whether a command that ended so is to be told. A change is an exit status other than that of the last import of
    the same source; what cannot be compared has changed unless it went well.
    """
    if when == "change":
        known = [one.exit_status != one.before for one in ended if one.before is not None]
        fresh = [one.exit_status != ExitStatus.OK for one in ended if one.before is None]
        return any(known + fresh) or (not ended and exit_status != ExitStatus.OK)
    return when == "always" or (when == "failure" and exit_status != ExitStatus.OK)


def message_of(exit_status: int, ended: Sequence[Ended], *, machine: str) -> Message:
    """What is told of a command and the imports that it made, on the machine of this name."""
    names = ended[0].file.name if len(ended) == 1 else f"{len(ended):,} files"
    rows = Counter[str]()
    for one in ended:
        rows.update(one.counts)
    total, good = sum(rows.values()), sum(count for word, count in rows.items() if _is_good(word))
    if not ended:
        title = "nothing was imported"
    elif not total:
        title = f"{names} could not be imported"
    elif good == total:
        title = f"{names}: all {total:,} rows are done"
    else:
        title = f"{names}: {total - good:,} of {total:,} rows are not created"
    return Message(f"lsq-import: {title}", "\n".join(_lines(exit_status, ended, machine)), exit_status != ExitStatus.OK)


def _lines(exit_status: int, ended: Sequence[Ended], machine: str) -> Iterator[str]:
    for one in ended[:MOST_FILES]:
        yield f"{one.file.name}: {_ending(one.exit_status)}"
        if one.counts:
            yield f"  {', '.join(f'{one.counts[word]:,} {word}' for word in Status if one.counts.get(word))}"
        worst = Counter(one.problems).most_common(MOST_PROBLEMS)
        if worst:
            yield f"  most often: {', '.join(f'{name} ({count:,} rows)' for name, count in worst)}"
        if one.report is not None:
            yield f"  report: {one.report.absolute()}"
    if len(ended) > MOST_FILES:
        yield f"and {len(ended) - MOST_FILES:,} more files"
    if not ended:
        yield _ending(exit_status)
    yield f"on {machine}"


def _ending(status: int) -> str:
    meanings = {one.value: one.meaning for one in ExitStatus}
    return f"exit status {status}: {meanings.get(status, 'stopped by a signal; the next run goes on')}"


def _is_good(word: str) -> bool:
    status = Status(word)
    return status.facts.is_good or status.facts.in_account is InAccount.OURS
