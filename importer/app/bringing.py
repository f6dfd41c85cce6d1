"""A spreadsheet from elsewhere: from standard input or an address, as a copy that is gone when the import has ended."""

import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.parse import parse_qs, unquote, urlsplit

from importer.app.configchoice import state_folder
from importer.config.host import is_loopback
from importer.errors import FatalError, UsageError
from importer.nextstep import Action, NextStep
from importer.sheet.kinds import FORMATS

__all__ = ["MOST_BYTES", "STANDARD_INPUT", "Brought", "bring", "is_elsewhere"]

STANDARD_INPUT = "-"
MOST_BYTES = 2 << 30
READ_BYTES = 1 << 20
NOT_THERE = {404, 410}
CLOSED = {401, 403}
LEFT_S = 86_400.0
EXTRA = "pip install 'lsq-import[remote]'"
SHEET = re.compile(r"/spreadsheets/d/([\w-]+)/(?:edit|view)")
ODD = re.compile(r"[^\w.() -]+")


@dataclass(frozen=True, slots=True)
class Brought:
    """A copy at `file` of what lies at `origin`: an address without user, password and query, or `-`."""

    file: Path
    origin: str


def is_elsewhere(name: str) -> bool:
    """Whether a name means something other than a file of this machine."""
    return name == STANDARD_INPUT or "://" in name


@contextmanager
def bring(name: str, *, kind: str | None = None, stdin: IO[bytes] | None = None) -> Iterator[Brought]:
    """A copy for as long as it is entered, which its owner alone can read. `kind` is an ending such as `csv`, for a
    name without one.

    UsageError where the name is none, nothing is there, or its kind is not told; FatalError where it could not be had.
    """
    if kind is not None and f".{kind}" not in FORMATS:
        known = ", ".join(ending.removeprefix(".") for ending in FORMATS)
        raise UsageError(f"{kind} is no kind of file that is read.", hint=f"It is one of {known}.")
    origin = _origin_of(name)
    file_name = _file_name(name, origin, kind)
    folder = _room()
    try:
        path = folder / file_name
        with path.open("xb") as copy:
            path.chmod(0o600)
            if name == STANDARD_INPUT:
                _copy(stdin or sys.stdin.buffer, copy, origin)
            else:
                _fetch(name, copy, origin)
        yield Brought(path, origin)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _origin_of(name: str) -> str:
    if name == STANDARD_INPUT:
        return name
    try:
        parts = urlsplit(name)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UsageError("An address is given that is no URL.", hint="Nothing was sent.") from None
    if parts.scheme.lower() == "http" and not is_loopback(host):
        raise UsageError(f"http://{host}/… is not read: all on the way could read and change it.", hint="Use https://.")
    where = f"{host}:{port}" if port else host
    return f"{parts.scheme.lower()}://{where}{unquote(parts.path)}"


def _file_name(name: str, origin: str, kind: str | None) -> str:
    """A name that tells the kind, which the report's name is made of."""
    base = "stdin" if name == STANDARD_INPUT else PurePosixPath(origin).name
    told = PurePosixPath(base).suffix.lower()
    sheet = SHEET.search(origin)
    if kind is None and told not in FORMATS:
        asked = parse_qs(urlsplit(name).query).get("format", [""])[0]
        kind = "xlsx" if sheet else asked if f".{asked}" in FORMATS else None
        if kind is None:
            what = "Standard input" if name == STANDARD_INPUT else origin
            raise UsageError(f"{what} does not tell what it is.", steps=[NextStep(Action.TELL_KIND)])
    if sheet:
        base = f"sheet-{sheet[1][:12]}"
    base = ODD.sub("-", base).strip("-. ") or "leads"
    return base if kind is None or told == f".{kind}" else f"{base}.{kind}"


def _room() -> Path:
    """A new folder among those of this user's state; what a killed import left there a day ago is removed."""
    brought = state_folder() / "brought"
    try:
        brought.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in brought.iterdir():
            with suppress(OSError):
                if time.time() - left.stat().st_mtime > LEFT_S:
                    shutil.rmtree(left)
        return Path(tempfile.mkdtemp(dir=brought))
    except OSError as error:
        raise UsageError(f"No copy can be kept in {brought}: {error.strerror}.", hint="Make room for it.") from None


def _fetch(url: str, copy: IO[bytes], origin: str) -> None:
    """Fetch what lies at an address."""
    sheet = SHEET.search(url)
    if sheet and urlsplit(url).hostname == "docs.google.com":
        page = re.search(r"gid=(\d+)", url)
        url = f"https://docs.google.com/spreadsheets/d/{sheet[1]}/export?format=xlsx" + (
            f"&gid={page[1]}" if page else ""
        )
    try:
        import fsspec

        is_web = url.lower().startswith(("https://", "http://"))
        with fsspec.open(url, "rb", **({"block_size": 0} if is_web else {})) as source:
            _copy(source, copy, origin)
    except UsageError:
        raise
    except ImportError:
        raise UsageError(f"{origin} needs more than is installed: {EXTRA}") from None
    except Exception as error:  # noqa: BLE001 - each service has its own
        raise _failure(error, origin) from None


def _failure(error: Exception, origin: str) -> UsageError | FatalError:
    """What went wrong. Its own words may hold the whole address, so only its class, or an HTTP status, is told."""
    cause: BaseException = error
    while isinstance(cause, FileNotFoundError) and cause.__cause__ is not None:  # so fsspec wraps all that the web says
        cause = cause.__cause__
    status = getattr(cause, "status", None)
    if isinstance(cause, FileNotFoundError) or status in NOT_THERE:
        return UsageError(f"There is nothing at {origin}.", hint="Nothing was sent.")
    if isinstance(cause, PermissionError) or status in CLOSED:
        return UsageError(f"{origin} may not be read by you.", hint="Nothing was sent. Is the address still good?")
    if isinstance(cause, ValueError):  # fsspec's for a scheme that it does not know
        return UsageError(f"{origin} is no address that can be read.", hint="Nothing was sent.")
    why = f"HTTP {status}" if isinstance(status, int) else type(cause).__name__
    return FatalError(f"{origin} could not be read: {why}.", hint="Nothing was sent. Try again later.")


def _copy(source: IO[bytes], copy: IO[bytes], origin: str) -> None:
    size = 0
    while piece := source.read(READ_BYTES):
        size += len(piece)
        if size > MOST_BYTES:
            raise UsageError(f"{origin} has more than {MOST_BYTES:,} bytes.", hint="Nothing was sent.")
        copy.write(piece)
