"""The file of `--payloads`: the exact body of each row's call, one JSON line a row, whole or not there."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from importer.errors import UsageError

__all__ = ["open_payloads"]

_LONGEST_LINE = 1 << 24


@contextmanager
def open_payloads(path: Path | None) -> Iterator[TextIO | None]:
    """Open the file for writing; it takes its place when the context ends well. Nothing where no path is given."""
    if path is None:
        yield None
        return
    _require_ours(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise UsageError(
            f"The payloads cannot be written to {path}: {error.strerror}.", hint="Give --payloads another path."
        ) from error
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            yield file
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _require_ours(path: Path) -> None:
    """UsageError where something stands at the path that no run of ours wrote there: it would be lost."""
    hint = "Give --payloads another path."
    if not os.path.lexists(path):
        return
    if not path.is_file():
        raise UsageError(f"The payloads' path {path} is a folder, a pipe, a device or a broken link.", hint=hint)
    try:
        with path.open("rb") as file:
            first = file.readline(_LONGEST_LINE)
        line = json.loads(first) if first else {"row": 0, "lead": []}
    except OSError as error:
        raise UsageError(f"The payloads' path {path} cannot be read: {error.strerror}.", hint=hint) from error
    except (ValueError, RecursionError):
        line = None
    if not _is_payload(line):
        raise UsageError(f"The payloads would be written over {path}, which holds something else.", hint=hint)


def _is_payload(line: object) -> bool:
    """Whether a line of JSON is what a run writes for a row."""
    return isinstance(line, dict) and {"row", "lead"} <= line.keys()
