"""What is said to a person: log lines on standard error, above the progress bar if there is one."""

import logging
import sys

__all__ = ["set_up_console"]


class _Console(logging.Handler):
    """Writes messages as they are; warnings and errors say what they are."""

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        if record.levelno >= logging.WARNING:
            text = f"{record.levelname.lower()}: {text}"
        tqdm = sys.modules.get("tqdm")
        if tqdm is not None:
            tqdm.tqdm.write(text, file=sys.stderr)
        else:
            sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def set_up_console(*, is_quiet: bool, is_verbose: bool) -> None:
    """Say everything from INFO on; only warnings where quiet; each row's outcome too where verbose."""
    logger = logging.getLogger("importer")
    logger.handlers = [_Console()]
    logger.propagate = False
    logger.setLevel(logging.WARNING if is_quiet else logging.DEBUG if is_verbose else logging.INFO)
