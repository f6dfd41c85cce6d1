"""Where log lines go: set up once, when a command begins."""

import logging
import secrets
import sys
from pathlib import Path

from importer.logs.console import Console
from importer.logs.logfile import LogFile
from importer.logs.statusline import StatusLine

__all__ = ["Logs", "open_logs"]


class Logs:
    """The logs of one command."""

    def __init__(self, file: LogFile | None, status_line: StatusLine) -> None:
        self._file = file
        self.status_line = status_line
        """The line below what is said on standard error, for a terminal."""

    def begin_run(self) -> str:
        """A new run's id, which goes into each line of the log file from here on."""
        run = secrets.token_hex(6)
        if self._file is not None:
            self._file.run = run
        return run

    def close(self) -> None:
        """Close the log file."""
        if self._file is not None:
            logging.getLogger("importer").removeHandler(self._file)
            self._file.close()


def open_logs(*, is_quiet: bool = False, is_verbose: bool = False, file: Path | None = None) -> Logs:
    """Say everything from INFO on, only warnings where quiet, each row's outcome too where verbose.

    A log file gets the same from INFO on, whatever is said on standard error, and a line for each row's outcome.
    """
    logger = logging.getLogger("importer")
    status_line = StatusLine(sys.stderr)
    console = Console(logging.WARNING if is_quiet else logging.DEBUG if is_verbose else logging.INFO, status_line)
    handler = None if file is None else LogFile(file)
    logger.handlers = [console] if handler is None else [console, handler]
    logger.propagate = False
    logger.setLevel(console.level if handler is None else logging.DEBUG)
    return Logs(handler, status_line)
