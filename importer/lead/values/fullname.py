"""A full name → first and last name.

By hand: nameparser takes titles and suffixes of English names out of the name, and nothing may be lost here.
"""

from importer.lead.refusal import Refusal

__all__ = ["read_first", "read_last"]


def read_first(text: str, _kind: str | None = None) -> str | Refusal:
    """All but the last name; a name of one word is a first name."""
    words = text.split()
    return " ".join(words[: _break(words)])


def read_last(text: str, _kind: str | None = None) -> str | Refusal:
    """The last word, and the words in small letters right before it: van der Meer, de la Cruz, bin Rashid."""
    words = text.split()
    return " ".join(words[_break(words) :])


def _break(words: list[str]) -> int:
    """Where the last name begins; the first word is never part of it."""
    at = max(1, len(words) - 1)
    if not words or words[-1][:1].islower():  # small letters throughout tell nothing
        return at
    while at > 1 and words[at - 1][:1].islower():
        at -= 1
    return at
