"""How the page's texts become HTML: prose, commands, and what is to stand there as it is. Pure.

Prose holds words between backticks, which are shown as code, and options, inside of which no line ends.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["as_command", "as_is", "as_prose", "as_text"]

_CODE = re.compile(r"`([^`]+)`")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
_WORD = re.compile(r"(?<!\S)(?=\S*-)\S{1,24}(?!\S)")
"""A word of a command inside of which a browser would end a line, unless it is too long for a phone's."""

_UNBROKEN = r'<span class="whole">\g<0></span>'


def as_is(text: str) -> "Markup":
    """A text of somebody else's, such as a path: nothing in it means anything."""
    from markupsafe import escape

    return escape(text)


def as_command(command: str) -> "Markup":
    """A command, to be copied from the page as it is."""
    from markupsafe import Markup

    return Markup(_WORD.sub(_UNBROKEN, str(as_is(command))))  # noqa: S704 - it was escaped


def as_text(text: str) -> "Markup":
    """A text of ours that names files of somebody else's."""
    from markupsafe import Markup

    return Markup(_OPTION.sub(_UNBROKEN, str(as_is(text))))  # noqa: S704 - it was escaped


def as_prose(value: object) -> object:
    """A text of ours as HTML; anything else, HTML and statuses above all, is given back."""
    from markupsafe import Markup

    if type(value) is not str or not ("`" in value or "--" in value):
        return value
    return Markup(_CODE.sub(r"<code>\1</code>", str(as_text(value))))  # noqa: S704 - it was escaped
