"""This machine: versions, time zone, folders and room."""

import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from importer.doctor.finding import Finding
from importer.leadsquared.fieldcache import default_cache_folder
from importer.version import __version__

__all__ = ["check_machine"]

OLDEST_PYTHON = (3, 11)
LEAST_ROOM = 200 * 1024 * 1024
SHOWN_LIBRARIES = ("aiohttp", "SQLAlchemy", "openpyxl", "pandas", "python-calamine", "xlrd")
LEFT_OUT = {"openpyxl", "pandas"}
"""What a report as a DataFrame needs, and no command: an installation may be without it."""

_NEEDED = re.compile(r"([A-Za-z0-9._-]+)\s*>=\s*([0-9.]+)\s*$")


def check_machine() -> Iterator[Finding]:
    """Check what does not depend on the configuration."""
    yield _python()
    yield _libraries()
    yield _time_zone()
    yield _temporary_room()
    yield _cache_folder()


def _python() -> Finding:
    what = f"lsq-import {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    if sys.version_info >= OLDEST_PYTHON:
        return Finding(what)
    return Finding(what, f"Install it with Python {'.'.join(map(str, OLDEST_PYTHON))} or newer.")


def _libraries() -> Finding:
    """Whether every library is there and new enough; the oldest that will do is said where the program is packaged."""
    wrong: list[str] = []
    try:
        needed = requires("lsq-import") or []
    except PackageNotFoundError:
        needed = []
    for line in needed:
        found = _NEEDED.match(line.partition(";")[0])
        if found is None or "extra" in line:
            continue
        name, oldest = found[1], found[2]
        try:
            there = version(name)
        except PackageNotFoundError:
            if name not in LEFT_OUT:
                wrong.append(f"{name} is missing")
            continue
        if _numbers(there) < _numbers(oldest):
            wrong.append(f"{name} {there} is older than {oldest}")
    if wrong:
        return Finding(f"libraries: {', '.join(wrong)}", "Install lsq-import anew, with pip, into a fresh environment.")
    versions = ", ".join(map(_shown, SHOWN_LIBRARIES))
    return Finding(f"libraries: {versions}; neither Excel nor LibreOffice is needed")


def _shown(name: str) -> str:
    """A library and its version; one that may be left out is said to be."""
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"{name} left out"


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"\d+", text)[:3])


def _time_zone() -> Finding:
    try:
        ZoneInfo("Asia/Kolkata")
    except (ZoneInfoNotFoundError, OSError):
        return Finding("time zones: this system has no time zone data", "Install the package tzdata.")
    now = datetime.now().astimezone()
    return Finding(f"time: {now:%Y-%m-%d %H:%M:%S} here, {now.tzname()} (UTC{now:%z})")


def _temporary_room() -> Finding:
    folder = tempfile.gettempdir()
    try:
        free = shutil.disk_usage(folder).free
        with tempfile.TemporaryFile():
            pass
    except OSError as error:
        return Finding(f"temporary folder {folder}: {error.strerror}", "Point TMPDIR to a folder that can be written.")
    what = f"temporary folder {folder}: {free / 2**30:.1f} GiB free"
    return Finding(what, "" if free >= LEAST_ROOM else "Free some room there, or point TMPDIR to another folder.")


def _cache_folder() -> Finding:
    folder = default_cache_folder()
    if is_writable(folder):
        return Finding(f"cache folder: {folder}")
    return Finding(
        f"cache folder: {folder} cannot be written, so the account's fields are asked for in every run",
        "Let this user write there.",
    )


def is_writable(folder: Path) -> bool:
    """Whether this user may write into the folder, or make it where it is not there."""
    nearest = next(part for part in (folder, *folder.parents) if part.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
