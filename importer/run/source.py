"""Which source a file is. Its name tells, unless config does; a file of that name elsewhere may be another one."""

import itertools
from pathlib import Path

from importer.config import Config
from importer.errors import UsageError
from importer.ledger.ledger import Ledger
from importer.ledger.records import KnownRow
from importer.ledger.reference import read_reference
from importer.ledger.runs import Runs
from importer.nextstep import Action, NextStep
from importer.outcome import InAccount
from importer.run.inputfile import InputFile
from importer.run.preparedrow import PreparedRow

__all__ = ["Elsewhere", "source_of_file", "source_of_lines", "watch_elsewhere"]

BATCH = 400


def source_of_file(file: Path, config: Config, runs: Runs, *, is_new: bool) -> str:
    """The source of a spreadsheet that is no report: config's name for it, or its own name.

    `is_new` tells it apart from files of the same name: its whole path is its source from then on.
    """
    if config.source:
        return config.source
    path = str(file.resolve())
    return path if is_new or runs.has_imported(path, source=path) else file.name


def source_of_lines(input_file: InputFile, ledger: Ledger) -> str:
    """The source whose rows a report's lines are, by the references that the ledger knows; empty where it knows none.

    A report that was renamed since is known by these: its lines without a reference are lines of that source, too.
    """
    pasts = (past for _place, _row, past in input_file.rows(are_all=True))
    while batch := list(itertools.islice(pasts, BATCH)):
        given = [read_reference(past.ref) for past in batch if past is not None]
        known = ledger.rows.find_rows([reference[1] for reference in given if reference is not None])
        if known:
            return ledger.runs.source_of(min(row.run_id for row in known.values()))
    return ""


def watch_elsewhere(
    file: Path, input_file: InputFile, ledger: Ledger, *, source: str, is_answered: bool
) -> "Elsewhere":
    """What asks about rows that are known from another folder's file; nothing where that was answered before.

    `is_answered`: config or this very command says which source the file is.
    """
    is_known = is_answered or input_file.shape is not None or source != file.name
    if is_known or ledger.runs.has_imported(str(file.resolve()), source=source):
        return Elsewhere()
    return Elsewhere(ledger.runs, file=file)


class Elsewhere:
    """Counts the rows without a unique value that are known only from a file of the same name in another folder.

    Nothing but the file's name says that they are these rows. `runs` is None where nothing is to be counted.
    """

    def __init__(self, runs: Runs | None = None, *, file: Path | None = None) -> None:
        self._runs = runs
        self._file = file
        self._files: dict[int, Path | None] = {}
        self._rows = 0
        self._other: Path | None = None

    def note(self, prepared: PreparedRow, known: KnownRow | None) -> None:
        """Look at a row that was reviewed."""
        if self._runs is None or known is None or prepared.keys or known.keys:
            return
        if known.state.in_account is InAccount.NO:
            return
        if known.run_id not in self._files:
            self._files[known.run_id] = self._other_file(self._runs, known.run_id)
        other = self._files[known.run_id]
        if other is not None:
            self._rows += 1
            self._other = other

    def check(self) -> None:
        """UsageError where there are such rows."""
        if not self._rows or self._file is None or self._other is None:
            return
        raise UsageError(
            f"{self._file}: {self._rows:,} rows without a unique value are known from a file of the same name in "
            f"another folder, {self._other}. Nobody can tell whether they are the same rows.",
            hint="Nothing was sent. If it is that file or that feed, its rows are not sent again once you say so; for "
            "good by source: NAME in config.yaml.",
            steps=[NextStep(Action.TELL_SOURCE)],
        )

    def _other_file(self, runs: Runs, run_id: int) -> Path | None:
        file = self._file
        other = runs.file_of(run_id)
        if file is None or not other:
            return None
        path, here = Path(other), file.resolve()
        return path if path.name == here.name and path != here else None
