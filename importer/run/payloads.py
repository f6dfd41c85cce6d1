"""The payloads: the exact body of each row's call, one JSON line a row, whole or not there."""

import codecs
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from importer.errors import UsageError
from importer.nextstep import Action, NextStep
from importer.wholefile import WholeFile, reason

__all__ = ["open_payloads"]

OWNER_ONLY = 0o600
_LONGEST_LINE = 1 << 24


@contextmanager
def open_payloads(path: Path | None) -> Iterator[TextIO | None]:
    """Open the file for writing; it takes its place when the context ends well. Nothing where no path is given.

    It is full of personal data: its owner alone reads it, and a run that is killed leaves nothing of it (see
    `WholeFile`). UsageError where it cannot be written, for it is written before anything is sent.
    """
    if path is None:
        yield None
        return
    _require_ours(path)
    with WholeFile(path, failure=_failure, mode=OWNER_ONLY) as whole:
        yield _Lines(whole.file, path)


class _Lines(codecs.StreamReaderWriter):
    """The file as UTF-8 text, in which no text waits: a full disk is told by the line that meets it."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        super().__init__(file, codecs.getreader("utf-8"), codecs.getwriter("utf-8"))
        self._path = path

    def write(self, data: str) -> None:  # type: ignore[override]  # as its own base has it
        try:
            super().write(data)
        except OSError as error:
            raise _failure(self._path, reason(error)) from error


def _failure(path: Path, why: str) -> UsageError:
    return UsageError(
        f"The payloads cannot be written to {path}: {why}.",
        hint="Free space there or give them another path. Nothing was sent.",
    )


def _require_ours(path: Path) -> None:
    """UsageError where something stands at the path that no run of ours wrote there: it would be lost."""
    steps = [NextStep(Action.CHOOSE_PAYLOADS)]
    if not os.path.lexists(path):
        return
    if not path.is_file():
        raise UsageError(f"The payloads' path {path} is a folder, a pipe, a device or a broken link.", steps=steps)
    try:
        with path.open("rb") as file:
            first = file.readline(_LONGEST_LINE)
        line = json.loads(first) if first else {"row": 0, "lead": []}
    except OSError as error:
        raise UsageError(f"The payloads' path {path} cannot be read: {error.strerror}.", steps=steps) from error
    except (ValueError, RecursionError):
        line = None
    if not _is_payload(line):
        raise UsageError(f"The payloads would be written over {path}, which holds something else.", steps=steps)


def _is_payload(line: object) -> bool:
    """Whether a line of JSON is what a run writes for a row."""
    return isinstance(line, dict) and {"row", "lead"} <= line.keys()
