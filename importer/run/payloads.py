"""The payloads: the exact body of each row's call, one JSON line a row, whole or not there."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from importer.errors import UsageError
from importer.nextstep import Action, NextStep

__all__ = ["open_payloads"]


@contextmanager
def open_payloads(path: Path | None) -> Iterator[TextIO | None]:
    """Open the file for writing; it takes its place when the context ends well. Nothing where no path is given."""
    if path is None:
        yield None
        return
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise UsageError(
            f"The payloads cannot be written to {path}: {error.strerror}.", steps=[NextStep(Action.CHOOSE_PAYLOADS)]
        ) from error
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            yield file
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
