"""Where an exception happened, without a word of what it says: that may hold a lead's data, or a URL with the keys."""

import traceback
from collections.abc import Iterator
from pathlib import Path

__all__ = ["trace_of"]

MOST_CAUSES = 10


def trace_of(error: BaseException) -> list[str]:
    """The types of an exception and its causes, the outermost first, each with its frames as `file:line function`."""
    return list(_lines(error))


def _lines(error: BaseException) -> Iterator[str]:
    cause: BaseException | None = error
    for _ in range(MOST_CAUSES):
        if cause is None:
            return
        yield type(cause).__name__
        for frame in traceback.extract_tb(cause.__traceback__):
            path = Path(frame.filename)
            yield f"  {path.parent.name}/{path.name}:{frame.lineno} {frame.name}"
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
