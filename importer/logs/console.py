"""What is said to a person: log lines on standard error, above the status line if there is one."""

import logging
import sys

from importer.logs.statusline import StatusLine
from importer.logs.trace import trace_of
from importer.printable import printable_lines

__all__ = ["Console"]


class Console(logging.Handler):
    """Writes messages as they are, above the status line; warnings and errors say what they are."""

    def __init__(self, level: int, status_line: StatusLine) -> None:
        super().__init__(level)
        self._status_line = status_line

    def emit(self, record: logging.LogRecord) -> None:
        """Write one message. A terminal that is gone ends no import."""
        text = printable_lines(record.getMessage())
        if record.levelno >= logging.WARNING:
            text = f"{record.levelname.lower()}: {text}"
        if record.exc_info and record.exc_info[1] is not None:
            text = "\n  ".join([text, *trace_of(record.exc_info[1])])
        try:
            with self._status_line.lifted():
                sys.stderr.write(f"{text}\n")
                sys.stderr.flush()
        except (OSError, ValueError, RuntimeError):
            return
