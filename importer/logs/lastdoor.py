"""The door for what nobody catches: an exception of a thread, of a callback, at the process's end, and every warning.

Python's own hooks print what such an exception says, which may hold a lead's data or a URL with the keys. Here it goes
by its class and place alone.
"""

import logging
import sys
import threading
import warnings
from types import TracebackType
from typing import TextIO

from importer.errors import DefectError

__all__ = ["close_doors"]

logger = logging.getLogger(__name__)


def close_doors() -> None:
    """Let nothing speak for itself any more in this process."""
    sys.excepthook = _uncaught
    threading.excepthook = _in_a_thread
    sys.unraisablehook = _unraisable
    warnings.showwarning = _warned
    logging.raiseExceptions = False  # what cannot be logged would be printed with its values
    # The event loop and other libraries log what they did not expect, with a traceback: to the root's last resort.
    root = logging.getLogger()
    if not any(isinstance(handler, _Strangers) for handler in root.handlers):
        root.addHandler(_Strangers(logging.WARNING))


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _say(str(DefectError.of(error.with_traceback(trace))))


def _in_a_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
        _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _unraisable(args: "sys.UnraisableHookArgs") -> None:
    logger.debug("ignored at an object's end: %s", args.exc_type.__name__)


def _warned(  # noqa: PLR0917 - the standard library calls it so
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """A library's warning is nothing that a user can act upon, and may quote a cell."""
    del message, filename, lineno, file, line
    logger.debug("a library warned: %s", category.__name__)


class _Strangers(logging.Handler):
    """Log records of other libraries, told by their exception's class: what they say is not known to be safe."""

    def emit(self, record: logging.LogRecord) -> None:
        """Say an error's class and place; drop the rest."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            _say(str(DefectError.of(error)))
        else:
            logger.debug("%s logged a %s", record.name, record.levelname.lower())


def _say(text: str) -> None:
    try:
        sys.stderr.write(f"error: {text}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return
