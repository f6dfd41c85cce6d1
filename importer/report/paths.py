"""Where the report goes: its path, and what can be known to stand in the way before the first call."""

import contextlib
import glob
import os
import re
import tempfile
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from importer.errors import SheetError, UsageError
from importer.report.formats import REPORT_FORMATS, format_of, is_refused_ending
from importer.report.reader import recognise
from importer.sheet import open_table
from importer.sheet.table import Row
from importer.wholefile import reason

__all__ = [
    "check_fits",
    "check_writable",
    "default_report_path",
    "find_lock",
    "is_report_of",
    "reports_beside",
    "set_aside",
]

_MARK = ".report"
_FIRST = ".first-"
_ROWS = ".rows"
_PART = re.compile(rf"(?:{re.escape(_FIRST)}\d+|{re.escape(_ROWS)}){re.escape(_MARK)}$")
_BESIDE_BYTES = 40
"""What the longest name beside a report adds to its own: a date and a number, or a hidden part's dots and letters."""
_USUAL_NAME_BYTES = 255
_STALE_S = 24 * 3600.0  # a spreadsheet program that crashed leaves its lock file for good


def default_report_path(
    file: Path, *, first: int | None = None, is_report: bool = False, are_chosen: bool = False
) -> Path:
    """Give FILE's name with `.report.csv` for its ending, beside FILE; a report is its own.

    The `first` rows alone have a report of their own, `.first-5.report.csv`: it takes no whole one's place. Rows that
    were chosen (`are_chosen`) have `.rows.report.csv`. `is_report`: the file's columns say that it is one, whatever
    its name.
    """
    if not file.name or (is_report and not is_refused_ending(file.suffix.casefold())):
        return file  # a folder's path, which reading it refuses, or the report itself
    if file.name.casefold().endswith(tuple(f"{_MARK}{one.ending}" for one in REPORT_FORMATS)):
        return file
    part = _ROWS if are_chosen else "" if first is None else f"{_FIRST}{first}"
    return file.with_name(f"{file.stem}{part}{_MARK}{REPORT_FORMATS[0].ending}")


def is_report_of(report: Path, file: Path) -> bool:
    """Whether a report's name is the one that a file's report gets, whole or of its first rows."""
    whole = _PART.sub(_MARK, report.stem)
    return default_report_path(file).stem in {report.stem, whole}


def reports_beside(file: Path) -> Sequence[Path]:
    """The reports that stand where a file's go by themselves: the whole one, and those of its first rows."""
    whole = default_report_path(file)
    parts = file.parent.glob(f"{glob.escape(file.stem)}{_FIRST}*{_MARK}{whole.suffix}")
    return [whole, *sorted(part for part in parts if is_report_of(part, file))]


def check_writable(path: Path, *, input_path: Path | None = None, input_is_report: bool = False) -> None:
    """Raise a UsageError for whatever would keep the report from being written, so that nothing is sent first.

    `input_path` may be the same file only where it is itself a report. A lock file that Excel or LibreOffice puts
    beside an open file counts for a day: it outlives a crash.
    """
    if is_refused_ending(path.suffix.casefold()):
        endings = " or ".join(one.ending for one in REPORT_FORMATS)
        raise UsageError(
            f"The report cannot be a {path.suffix} file: {path}.", hint=f"Name one that ends in {endings}."
        )
    if input_path is not None and not input_is_report and _same_file(path, input_path):
        raise UsageError(
            f"The report would take the place of the file being imported, which is no report: {path}.",
            hint="Give the report another name: -r NAME.report.csv",
        )
    folder = path.parent
    if not os.path.isdir(folder):  # noqa: PTH112 - Path's fails on a name that is too long
        raise UsageError(f"The report's folder does not exist: {folder}.", hint="Create it, or choose another with -r.")
    _check_name_length(Path(os.path.realpath(path)))
    if path.is_symlink():
        _check_link(path)
    if path.exists() and not path.is_file():
        what = "folder" if path.is_dir() else "pipe or a device"
        raise UsageError(f"The report's path is a {what}: {path}.", hint="Give a file's name with -r.")
    _check_folder(Path(os.path.realpath(path)).parent)
    if path.exists():
        _check_not_open(path)


def _check_name_length(path: Path) -> None:
    """UsageError where the folder's file system has no room for the report's name and those made of it."""
    try:
        longest = os.pathconf(path.parent, "PC_NAME_MAX")
    except (AttributeError, OSError, ValueError):  # Windows has no pathconf
        longest = _USUAL_NAME_BYTES
    if longest < 0:  # POSIX: there is no limit
        return
    if len(os.fsencode(path.name)) + _BESIDE_BYTES > longest:
        raise UsageError(
            f"The report's name is too long: it may have at most {longest - _BESIDE_BYTES} bytes: {path.name}.",
            hint="Give the report a shorter name: -r NAME.report.csv. Nothing was sent.",
        )


def _check_link(path: Path) -> None:
    """UsageError where a link leads in a circle, or to a file that is no report of ours: that would be replaced."""
    target = Path(os.path.realpath(path))
    hint = "Remove the link, or choose another report with -r."
    if target.is_symlink():
        raise UsageError(f"The report's path is a link that leads in a circle: {path}.", hint=hint)
    if target.is_file() and target.stat().st_size and not is_report(target):
        raise UsageError(
            f"The report's path {path} is a link to {target}, which is no report of lsq-import.", hint=hint
        )


def is_report(path: Path) -> bool:
    """Tell whether a file has the columns of a report, whatever else it is."""
    try:
        with open_table(path) as table:
            return recognise(table.header) is not None
    except SheetError:
        return False
    except UsageError:  # a column of ours twice: a report that somebody has edited
        return True


def check_fits(path: Path, *, row_count: int, header: Sequence[str], rows: Iterable[Row]) -> None:
    """Raise a UsageError where the report's form cannot hold the file; a CSV holds anything.

    `rows` are those that the report is going to hold, `row_count` of them: passed through once for a workbook, not at
    all for a CSV.
    """
    form = format_of(path)
    problem = form.find_misfit(header, rows, row_count=row_count)
    if problem:
        raise UsageError(
            f"The report does not fit {form.called}: {problem}.",
            hint=f"Write a CSV: -r {path.with_suffix('.csv')}. Nothing was sent.",
        )


def find_lock(path: Path) -> Path | None:
    """The lock file that Excel or LibreOffice puts beside a file that is open there; a day old, it is a crash's."""
    if not path.name:  # a folder's
        return None
    for lock in (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#")):
        with contextlib.suppress(OSError):
            if time.time() - lock.stat().st_mtime < _STALE_S:
                return lock
    return None


def set_aside(path: Path, *, now: datetime) -> Path:
    """Move a report to a dated name beside it and give that name; nothing is ever overwritten.

    `leads.report.csv` becomes `leads.report.2026-11-24T101500.csv`, or `…T101500-2.csv` where that is taken. Of a
    symbolic link it is the target that is moved, beside itself: the link stays.
    """
    path = Path(os.path.realpath(path))
    stamp = now.strftime("%Y-%m-%dT%H%M%S")
    copy = 1
    while True:
        again = "" if copy == 1 else f"-{copy}"
        target = path.with_name(f"{path.stem}.{stamp}{again}{path.suffix}")
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # the name is ours from here on
        except FileExistsError:
            copy += 1
            continue
        except OSError as error:
            raise UsageError(f"{path} could not be set aside as {target.name}: {reason(error)}.") from error
        try:
            path.replace(target)
        except OSError as error:
            target.unlink(missing_ok=True)
            raise UsageError(
                f"{path} could not be set aside as {target.name}: {reason(error)}.",
                hint="Close it in the spreadsheet program, or choose another report with -r.",
            ) from error
        return target


def _same_file(one: Path, other: Path) -> bool:
    with contextlib.suppress(OSError):
        return one.samefile(other)
    return os.path.realpath(one) == os.path.realpath(other)


def _check_folder(folder: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\0" * 4096)
    except OSError as error:
        raise UsageError(
            f"The report cannot be written into {folder}: {reason(error)}.",
            hint="Give a file in a folder of your own with -r.",
        ) from error


def _check_not_open(path: Path) -> None:
    lock = find_lock(path)
    if lock is not None:
        raise UsageError(
            f"The report {path} is open in a spreadsheet program.",
            hint=f"Close it there, or choose another report with -r. If nobody has, delete {lock.name}.",
        )
    try:
        with path.open("r+b"):
            pass
    except OSError as error:
        raise UsageError(
            f"The report {path} cannot be replaced: {reason(error)}.",
            hint="Close it in the spreadsheet program or lift its write protection, or choose another with -r.",
        ) from error
