"""The log file: one JSON object a line, for programs, kept small by rotation and readable by its owner alone."""

import contextlib
import errno
import json
import logging
import os
import stat
import tempfile
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import cast

from importer.errors import UsageError
from importer.logs.trace import trace_of
from importer.printable import is_shown

__all__ = ["LogFile"]

MOST_BYTES = 10 * 1024 * 1024
MOST_OLD_FILES = 5
_LONGEST_FIRST_LINE = 1 << 20

FIELDS = "fields"
"""The attribute of a record that holds more than its message: `logger.info(…, extra={"fields": {…}})`."""


class LogFile(RotatingFileHandler):
    """Appends to the file at `path`, made with its folder if need be; UsageError where that cannot be done.

    `run` goes into each line: the id of the run that is going on. Each line has `time` (UTC), `level`, `run`, `event`
    and `message`, then what the event brings: `row` events `row`, `status`, `error`, `attempts` and `lead_id`.

    A record below INFO is left out unless it is an event or has a trace; an event counts as INFO.
    """

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self.run = ""
        try:
            _require_ours(path)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _require_room(path)
            super().__init__(path, maxBytes=most_bytes, backupCount=MOST_OLD_FILES, encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f"The log file {path} cannot be written: {error.strerror}.",
                hint="Give --log-file a path in a folder that you may write to.",
            ) from None

    def _open(self) -> TextIOWrapper:
        return cast("TextIOWrapper", open(self.baseFilename, self.mode, encoding=self.encoding, opener=_open_privately))

    def handle(self, record: logging.LogRecord) -> bool:
        """Write the record if it belongs into the file."""
        is_wanted = record.levelno >= logging.INFO or record.exc_info or hasattr(record, FIELDS)
        return bool(is_wanted and super().handle(record))

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": logging.getLevelName(max(record.levelno, logging.INFO)).lower(),
            "run": self.run,
            "event": "message",
            "message": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["trace"] = trace_of(record.exc_info[1])
        text = json.dumps(line, ensure_ascii=False)
        return (
            text if text.isprintable() else "".join(mark if is_shown(mark) else json.dumps(mark)[1:-1] for mark in text)
        )

    def close(self) -> None:
        """Close the file; what a full disk did not take stays away."""
        with contextlib.suppress(OSError):
            super().close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the standard library's name
        """Nothing: a full disk ends no import, and the standard library would print a traceback."""


def _require_ours(path: Path) -> None:
    """UsageError where something else than a log of ours stands at the path: nothing is appended to that."""
    hint = "Give --log-file another path."
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISCHR(mode):  # a terminal, /dev/null
        return
    if not stat.S_ISREG(mode):
        raise UsageError(f"The log file {path} is a folder, a pipe or a device, not a file.", hint=hint)
    with path.open("rb") as file:
        first = file.readline(_LONGEST_FIRST_LINE)
    try:
        line = json.loads(first) if first else {"time": "", "event": ""}
    except (ValueError, RecursionError):
        line = None
    if not (isinstance(line, dict) and {"time", "event"} <= line.keys()):
        raise UsageError(f"The log file {path} is no log of lsq-import: nothing is appended to it.", hint=hint)


def _require_room(path: Path) -> None:
    """OSError where the disk under the log is full: later, that would end no import and be seen by nobody."""
    if path.is_char_device():
        with path.open("ab", buffering=0) as device:
            if not device.isatty():
                device.write(b"\n")
        return
    try:
        with tempfile.TemporaryFile(dir=path.parent) as probe:
            probe.write(b"\0" * 4096)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise


def _open_privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
