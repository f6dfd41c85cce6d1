"""What a column's rule takes out of its cells, or writes otherwise, before they are read: prefixes, words, case."""

import re
from collections.abc import Callable

from importer.lead.rule import ValueRule
from importer.lead.text import clean

__all__ = ["make_tidier"]

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
APOSTROPHE = re.compile(r"(['’])")


def make_tidier(rule: ValueRule) -> Callable[[str], str] | None:
    """A function from a cleaned text to the tidied one, cleaned again; None where the rule asks for nothing.

    Prefixes go first, in their order, whatever their case, and as often as one stands in front; then each replacement,
    in its order and exactly as it is written; then upper and lower case.
    """
    prefixes = [prefix.casefold() for prefix in rule.strip]
    case = {"upper": str.upper, "lower": str.lower, "title": _titled}.get(rule.case)
    if not prefixes and not rule.replace and case is None:
        return None

    def tidy(text: str) -> str:
        while found := next((one for one in prefixes if text[: len(one)].casefold() == one), None):
            text = text[len(found) :].lstrip()
        for old, new in rule.replace:
            text = text.replace(old, new)
        return clean(text if case is None else case(text))

    return tidy


def _titled(text: str) -> str:
    """Each word with a capital in front and small letters behind; one behind `O'` or `D'` too, as in O'Neil."""
    return WORD.sub(lambda word: "".join(_capital(part) for part in _parts(word[0])), text)


def _parts(word: str) -> list[str]:
    """The parts of a word that have capitals: *they're* is one, *D'Souza* are two."""
    first, *rest = APOSTROPHE.split(word)
    return [first + rest[0], "".join(rest[1:])] if rest and len(first) == 1 else [word]


def _capital(part: str) -> str:
    return part[:1].title() + part[1:].lower()
