"""Words of a command as they are pasted into a shell: each stays one word, and nothing in it runs. Pure."""

import shlex
import subprocess
import sys

__all__ = ["cmd_word", "pasted_word"]

_SPECIAL = frozenset("&|<>^()@!,;=`'")
"""What cmd.exe takes for more than itself outside of quotes, although no program needs it quoted."""


def pasted_word(text: str) -> str:
    """A file's name as it is typed behind a command; what does not print is shown as a question mark."""
    printable = "".join(mark if mark.isprintable() else "?" for mark in text)
    printable = f"./{printable}" if printable.startswith("-") else printable  # or it would be taken for an option
    return cmd_word(printable) if sys.platform == "win32" else shlex.quote(printable)


def cmd_word(word: str) -> str:
    """A word of a command for cmd.exe."""
    quoted = subprocess.list2cmdline([word])
    return quoted if quoted.startswith('"') or not set(word) & _SPECIAL else f'"{quoted}"'
