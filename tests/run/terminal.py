"""A terminal to run the command at: what a person sees on its screen, also after the window was made narrower."""

import contextlib
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Sequence
from pathlib import Path

__all__ = ["Screen", "Terminal"]

_ESCAPE = re.compile(r"\x1b\[(\d*)([A-Z])")


class Screen:
    """The lines of a terminal that wraps long lines anew when its width changes, as most do.

    Each line is a list of rows of `columns` characters at most; it goes on in the next row where it is longer.
    """

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.rows: list[str] = [""]
        self._wraps: list[bool] = [False]
        self._row = self._column = 0
        self.frames: list[str] = []

    @property
    def lines(self) -> list[str]:
        """What stands there, row by row."""
        return [row.rstrip() for row in self.rows]

    def resize(self, columns: int) -> None:
        """Make the window as wide as this: lines are wrapped anew, the cursor stays behind its character."""
        before = (
            sum(len(row.ljust(self.columns)) for row in self.rows[self._line_of(self._row) : self._row]) + self._column
        )
        texts: list[str] = []
        line, cursor_line = "", 0
        for index, row in enumerate(self.rows):
            if index == self._row:
                cursor_line = len(texts)
            line += row
            if not self._wraps[index]:
                texts.append(line.rstrip())
                line = ""
        self.columns = columns
        self.rows, self._wraps = [], []
        for index, text in enumerate(texts):
            if index == cursor_line:
                self._row, self._column = len(self.rows) + min(before, len(text)) // columns, before % columns
            parts = [text[at : at + columns] for at in range(0, len(text), columns)] or [""]
            self.rows += parts
            self._wraps += [True] * (len(parts) - 1) + [False]

    def write(self, text: str) -> None:
        """Show what a program writes."""
        while text:
            found = _ESCAPE.match(text)
            if found:
                self._escape(int(found[1] or 1), found[2])
                text = text[found.end() :]
                continue
            mark, text = text[0], text[1:]
            if mark == "\r":
                self.frames.append(self.rows[self._row].rstrip())
                self._column = 0
            elif mark == "\n":
                self._down(wraps=False)
            else:
                if self._column == self.columns:
                    self._down(wraps=True)
                    self._column = 0
                row = self.rows[self._row].ljust(self._column)
                self.rows[self._row] = row[: self._column] + mark + row[self._column + 1 :]
                self._column += 1

    def _line_of(self, row: int) -> int:
        while row and self._wraps[row - 1]:
            row -= 1
        return row

    def _down(self, *, wraps: bool) -> None:
        self._wraps[self._row] = wraps
        self._row += 1
        if self._row == len(self.rows):
            self.rows.append("")
            self._wraps.append(False)

    def _escape(self, number: int, what: str) -> None:
        if what == "A":
            self._row = max(0, self._row - number)
        elif what == "J":
            self.rows[self._row :] = [self.rows[self._row][: self._column]]
            self._wraps[self._row :] = [False]
        else:
            raise AssertionError(f"the screen does not know {what}")


class Terminal:
    """A command whose standard error is a terminal of so many columns; what it shows is on `screen`."""

    def __init__(self, args: Sequence[object], *, folder: Path, environ: dict[str, str], columns: int) -> None:
        self.screen = Screen(columns)
        self._master, slave = pty.openpty()
        self._set_size(columns)
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "importer", *map(str, args)],
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=slave,
        )
        os.close(slave)

    def resize(self, columns: int) -> None:
        """Make the window as wide as this."""
        self._set_size(columns)
        self.screen.resize(columns)

    def read_until(self, condition: Callable[[Screen], bool]) -> None:
        """Read until the screen shows something."""
        while not condition(self.screen):
            assert self._read(), "the command ended without showing it"

    def finish(self) -> int:
        """Read to the end; the exit status."""
        while self._read():
            pass
        os.close(self._master)
        return self.process.wait()

    def _read(self) -> bool:
        with contextlib.suppress(OSError):  # the other end is closed
            if data := os.read(self._master, 1 << 16):
                self.screen.write(data.decode())
                return True
        return False

    def _set_size(self, columns: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
