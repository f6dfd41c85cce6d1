"""Which files a command means: names and patterns in, the files to be imported out, and what was left out with why.

A shell that expands no patterns (Windows') leaves that to us. One file named alone is taken as it is. Of several, or
of a pattern's, those are left out which are no lead lists of anybody's making: our own reports and pages, the lock
files of spreadsheet programs, and files that are still being written.
"""

import errno
import glob
import os
import re
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from importer.errors import UsageError
from importer.report import find_lock
from importer.sheet.kinds import FORMATS

__all__ = ["LeftOut", "Selection", "Stillness", "is_lead_list", "is_report", "select_files"]

OWN_REPORT = "a report of lsq-import; to import it, name it alone"
NOT_FINISHED = "still being written"
CLOSED_FOLDER = "a folder whose files may not be listed by you"

_REPORT_NAME = re.compile(r".+\.report(\.\d{4}-\d{2}-\d{2}T\d{6}(-\d+)?)?\.(csv|xlsx)", re.IGNORECASE)
DATED = re.compile(r"\.report\.\d{4}-")
_PAGE_NAME = re.compile(r"\.html?", re.IGNORECASE)
_LOCK_NAME = re.compile(r"~\$.*|\.~lock\..*#")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is not imported, and why; `is_unfinished`: it should be, later."""

    file: Path
    reason: str
    is_unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """The files to be imported, in order. `is_several`: several were named, or a pattern, however many it fits."""

    files: tuple[Path, ...]
    left_out: tuple[LeftOut, ...] = ()
    is_several: bool = False


def select_files(names: Sequence[Path], *, must_exist: bool = False) -> Selection:
    """Find the files that names and patterns mean. One with * or ? may fit none, unless they `must_exist` (UsageError).

    A name that is a file's is that file, whatever marks are in it; a file that does not exist is told when its turn
    comes.
    """
    found: dict[str, Path] = {}
    closed: list[Path] = []
    is_several = len(names) > 1
    for name in names:
        if glob.has_magic(str(name)) and not os.path.exists(name):  # noqa: PTH110 - Path's fails on a long name
            is_several = True
            closed.extend(_closed_folders(name))
            fitting = sorted(glob.glob(str(name), recursive=True))  # noqa: PTH207 - Path's takes no absolute pattern
            if not fitting and not closed and (must_exist or not set("*?") & set(str(name))):
                hint = "Look whether folder and pattern are right. Nothing was sent."
                raise UsageError(f"No file fits {name}.", hint=hint)
            paths = [path for path in map(Path, fitting) if not path.is_dir()]
        else:
            paths = [name]
        for path in paths:
            found.setdefault(os.path.realpath(path), path)
    if not is_several:
        return Selection(tuple(found.values()))
    reasons = {path: _reason(path) for path in found.values()}
    left_out = [LeftOut(path, reason) for path, reason in reasons.items() if reason]
    left_out += [LeftOut(folder, CLOSED_FOLDER, is_unfinished=True) for folder in closed]
    files = [path for path, reason in reasons.items() if not reason]
    return Selection(tuple(files), tuple(left_out), is_several=True)


def is_report(path: Path) -> bool:
    """Whether a file has the name of a report of ours."""
    return _REPORT_NAME.fullmatch(path.name) is not None


def is_lead_list(path: Path) -> bool:
    """Whether a file may be a list of leads, or a report that is to be imported again, by its name and its kind."""
    is_dated = is_report(path) and DATED.search(path.name) is not None  # kept aside by us, for a person to look at
    is_known = path.suffix.lower() in FORMATS and not path.name.startswith(".")
    return is_known and path.is_file() and not is_dated and not _LOCK_NAME.fullmatch(path.name)


def _closed_folders(pattern: Path) -> Iterator[Path]:
    """The folders of a pattern whose list of files may not be read: a pattern just passes over them."""
    folders = pattern.parent
    fitting = map(Path, glob.glob(str(folders), recursive=True)) if glob.has_magic(str(folders)) else (folders,)  # noqa: PTH207 - as above
    for folder in fitting:
        try:
            os.scandir(folder).close()
        except PermissionError:
            yield folder
        except OSError:
            continue


def _no_file(path: Path) -> str:
    """Why a path is no file that can be read; empty where it is one, or where there is nothing."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "a link that leads nowhere" if path.is_symlink() else ""
    except OSError as error:
        return "a link that leads in a circle" if error.errno == errno.ELOOP else ""
    return "" if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else "a pipe or a device, not a file"


def _reason(path: Path) -> str:
    if reason := _no_file(path):
        return reason
    if _LOCK_NAME.fullmatch(path.name):
        return "a lock file of a spreadsheet program"
    if _REPORT_NAME.fullmatch(path.name):
        return OWN_REPORT
    return "a page to look at" if _PAGE_NAME.fullmatch(path.suffix) else ""


class Stillness:
    """Tells which files lie still, from what is seen of them between now and their turn.

    A file that was not touched for a minute is taken for finished at once. A younger one is watched for `watch_s`:
    mostly that time has passed already when its turn comes.
    """

    def __init__(
        self,
        files: Sequence[Path],
        *,
        watch_s: float = 2.0,
        young_s: float = 60.0,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._watch_s = watch_s
        self._young_s = young_s
        self._now = now
        self._sleep = sleep
        self._seen = {file: (_state(file), now()) for file in files}

    def reason_against(self, file: Path) -> str:
        """Why the file is not to be read now, empty where it may be. Sleeps where it has to watch."""
        lock = find_lock(file)
        if lock is not None:
            return f"open in a spreadsheet program ({lock.name} says so)"
        state = _state(file)
        if state is None or abs(self._now() - state[1] / 1e9) > self._young_s:
            return ""
        before, seen_at = self._seen[file]
        if before != state:
            before, seen_at = state, self._now()
        self._sleep(max(0.0, min(self._watch_s, seen_at + self._watch_s - self._now())))
        return "" if _state(file) == before else NOT_FINISHED


def _state(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
