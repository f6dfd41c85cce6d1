"""Which of the known names somebody meant who wrote another: for every message that asks "did you mean …?".

By the standard library's difflib. rapidfuzz, which proposals use, judges whole words; here single letters are wrong.
"""

import difflib
import unicodedata
from collections.abc import Mapping
from typing import TypeVar

__all__ = ["USUAL_CUTOFF", "ask", "find_near", "loosen"]

USUAL_CUTOFF = 0.6  # difflib's ratio, from 0 for nothing in common to 1 for the same

T = TypeVar("T")


def find_near(wanted: str, forms: Mapping[str, T], *, cutoff: float = USUAL_CUTOFF, most: int = 1) -> list[T]:
    """Give what stands in `forms` under the texts most like `wanted`, the likest first; nothing below the cutoff."""
    return [forms[form] for form in difflib.get_close_matches(wanted, forms, n=most, cutoff=cutoff)]


def loosen(text: str) -> str:
    """Give a text without what people overlook: case, the number of blanks, and how an accent is put together."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).split())


def ask(near: str) -> str:
    """Give the question that ends a message, `near` being what may have been meant; empty where nothing is."""
    return f", did you mean {near}?" if near else ""
