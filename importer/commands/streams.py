"""Standard input, output and error as a command finds them: closed, full, or in an encoding that cannot hold a text."""

import contextlib
import io
import os
import sys
from typing import TextIO

import click

from importer.printable import printable_lines
from importer.wholefile import reason

__all__ = ["echo", "find_lost_stream", "prepare_streams", "say_error", "write_in_utf8", "write_out"]


def prepare_streams() -> None:
    """See to it that the three can be used: what is closed leads nowhere, what an encoding cannot hold is escaped."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            # It takes the lowest free number, the stream's own: or the next file that is opened would get it, and with
            # it whatever a library writes there.
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))
        elif mode == "w" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def echo(text: str, *, err: bool = False) -> None:
    """Say a text that may hold a stranger's words, such as a file's name: harmless to a terminal."""
    click.echo(printable_lines(text), err=err)


def say_error(error: Exception) -> None:
    """Say what ended a command. Where standard error cannot be written, the exit status says it alone."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(f"error: {printable_lines(str(error))}\n")
        sys.stderr.flush()


def write_out(text: str) -> str:
    """Write to standard output; where that cannot be, why, and nothing more is tried."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        _let_go(sys.stdout)
        return _told("output", error)
    return ""


def write_in_utf8(text: str) -> None:
    """Write a file's content to standard output: a file is in UTF-8, whatever a terminal's encoding is."""
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8")
    click.echo(text, nl=False)


def find_lost_stream() -> str:
    """What became of standard output or error that cannot be written, empty where both can. It leads nowhere then."""
    for name, stream in (("output", sys.stdout), ("error", sys.stderr)):
        try:
            stream.write("\n")  # a buffer may have forgotten what it could not write
            stream.flush()
        except (OSError, ValueError) as error:
            _let_go(stream)
            return _told(name, error)
    return ""


def _told(name: str, error: Exception) -> str:
    why = reason(error) if isinstance(error, OSError) else "it is closed"
    return f"Standard {name} cannot be written: {why}."


def _let_go(stream: TextIO) -> None:
    """Let a stream lead nowhere, or Python would try once more at its end and complain."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
