"""Texts of strangers (a server, an account, a file) as they may be shown: on one line, harmless to a terminal. Pure."""

import unicodedata

__all__ = ["JOINERS", "is_shown", "printable", "printable_lines"]

CUT = "…"
JOINERS = "\u200c\u200d"
"""What Hindi, Persian and others need inside their words; alone among the characters that do not show it stays."""


def is_shown(mark: str) -> bool:
    """Whether a character may be shown: no control (C0, C1), no mark of direction, no half of a character."""
    return mark.isprintable() or mark in JOINERS or unicodedata.category(mark) == "Zs"


def printable(text: str, most: int = 300) -> str:
    """The text on one line of at most `most` characters, without those that do not show."""
    words = " ".join(text[: 20 * most].split())  # a text of megabytes is not looked at any further
    shown = words if words.isprintable() else "".join(mark for mark in words if is_shown(mark))
    return shown if len(shown) <= most else f"{shown[: most - 1]}{CUT}"


def printable_lines(text: str) -> str:
    """A text of several lines, each without the characters that do not show."""
    if text.isprintable():
        return text
    return "".join(mark for mark in text if mark in "\n\t" or is_shown(mark))
