"""A folder that files come into: which of them are to be imported, and where each goes afterwards."""

import re
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from importer.app.fileselection import is_lead_list, is_report
from importer.app.result import RunResult
from importer.errors import SettingsError, UsageError
from importer.exitstatus import ExitStatus
from importer.outcome import Status
from importer.report import ReportError
from importer.wholefile import WholeFile

__all__ = ["Place", "find_waiting", "place_of", "put_away"]

REPORT_ENDING = re.compile(r"\.report\.(csv|xlsx)$", re.IGNORECASE)


class Place(StrEnum):
    """Where a file belongs after its import; the value is the folder's name, empty for the inbox itself."""

    DONE = "done"
    ATTENTION = "attention"
    INBOX = ""


def find_waiting(folder: Path) -> list[Path]:
    """The files of a folder that are to be imported, those that came first first; UsageError where it cannot be listed.

    A report counts unless its own file lies beside it: then an import that was killed left it there.
    """
    try:
        found = [path for path in folder.iterdir() if is_lead_list(path)]
    except OSError as error:
        raise UsageError(f"{folder} cannot be listed: {error.strerror}.", hint="Name a folder of yours.") from None
    stems = {path.stem for path in found if not is_report(path)}
    waiting = [path for path in found if not (is_report(path) and REPORT_ENDING.sub("", path.name) in stems)]
    return sorted(waiting, key=lambda path: (_modified(path), path.name))


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # taken away meanwhile
        return 0.0


def place_of(result: RunResult) -> Place:
    """Where the file of an import belongs. What the next import goes on with by itself stays where it is."""
    if result.counts.get(Status.UNSENT) or isinstance(result.error, SettingsError):
        return Place.INBOX
    if result.exit_status == ExitStatus.OK:
        return Place.DONE
    return Place.ATTENTION if result.exit_status in {ExitStatus.SOME_NOT, ExitStatus.USAGE} else Place.INBOX


def put_away(result: RunResult, folder: Path) -> Path:
    """Move an imported file into a folder, with its report and its page, or with the reason why it could not be
    imported; its new path. Where something of that name lies there already, all of them get the time in their names.

    The file itself goes last: an import that is killed before finds it where it was, and sends nothing twice.
    ReportError where it cannot be moved.
    """
    file = result.file
    stem = REPORT_ENDING.sub("", file.name) if is_report(file) else file.stem
    parts = [path for path in (result.report, result.page) if path is not None and path.exists() and path != file]
    try:
        folder.mkdir(exist_ok=True)
        stem_there = _free_stem(stem, [*parts, file], folder)
        if result.error is not None:
            _write_reason(folder / f"{stem_there}.error.txt", str(result.error))
        for path in (*parts, file):
            shutil.move(path, folder / _renamed(path, stem, stem_there))
    except OSError as error:
        raise ReportError(folder / file.name, (error.strerror or type(error).__name__).lower()) from None
    return folder / _renamed(file, stem, stem_there)


def _free_stem(stem: str, parts: Sequence[Path], folder: Path) -> str:
    """The stem, with a time where a name is taken, under which all parts are free."""
    return next(one for one in _stems(stem) if not any((folder / _renamed(p, stem, one)).exists() for p in parts))


def _stems(stem: str) -> Iterator[str]:
    dated = f"{stem}.{datetime.now().astimezone():%Y-%m-%dT%H%M%S}"
    yield stem
    yield dated
    number = 2
    while True:
        yield f"{dated}-{number}"
        number += 1


def _renamed(path: Path, stem: str, other: str) -> str:
    return other + path.name.removeprefix(stem) if path.name.startswith(stem) else f"{other}.{path.name}"


def _write_reason(path: Path, text: str) -> None:
    with WholeFile(path, failure=ReportError, mode=0o600) as part:
        part.file.write(f"{text}\n".encode())
