"""The last line of a terminal, written over and over, with log lines going by above it."""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

__all__ = ["StatusLine"]

USUAL_COLUMNS = 80


class StatusLine:
    """One line at the bottom of a terminal. A terminal that is gone ends no import.

    The line never fills the last column, so that it never wraps by itself. Where the window was made narrower, the
    terminal has wrapped what stood there: that is taken away before the line is written anew.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._text = ""

    @property
    def width(self) -> int:
        """How many characters the line may have now."""
        return max(1, self._columns() - 1)

    def show(self, text: str) -> None:
        """Write this in the place of what stands there."""
        columns = self._columns()
        text = text[: max(1, columns - 1)]
        rest = len(self._text)
        if rest < columns:
            self._write(f"\r{text}{' ' * (rest - len(text))}\r{text}" if rest > len(text) else f"\r{text}")
        else:
            self._write(self._wipe(columns) + text)
        self._text = text

    def end(self) -> None:
        """Leave what stands there, and go on below it."""
        if self._text:
            self._write("\n")
        self._text = ""

    @contextmanager
    def lifted(self) -> Iterator[None]:
        """Take the line away while something else is written, and put it back below that."""
        text = self._text
        if text:
            columns = self._columns()
            self._write(f"\r{' ' * len(text)}\r" if len(text) < columns else self._wipe(columns))
            self._text = ""
        try:
            yield
        finally:
            if text:
                self.show(text)

    def _wipe(self, columns: int) -> str:
        """Go to where the wrapped line began, and clear from there on."""
        up = math.ceil(len(self._text) / columns) - 1
        return f"\r\x1b[{up}A\x1b[J" if up else "\r\x1b[J"

    def _columns(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or USUAL_COLUMNS
        except (OSError, ValueError):
            return USUAL_COLUMNS

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            return
