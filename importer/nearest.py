"""Which of the known names somebody meant who wrote another: for every message that asks "did you mean …?".

By the standard library's difflib. rapidfuzz, which proposals use, judges whole words; here single letters are wrong.
"""

import difflib
import unicodedata
from collections.abc import Mapping
from typing import TypeVar

__all__ = ["USUAL_CUTOFF", "ask", "find_near", "find_obvious", "loosen"]

USUAL_CUTOFF = 0.6  # difflib's ratio, from 0 for nothing in common to 1 for the same

OBVIOUS_CUTOFF = 0.8
OBVIOUS_LEAD = 0.08  # by which the likest must be more like than the next

T = TypeVar("T")


def find_near(wanted: str, forms: Mapping[str, T], *, cutoff: float = USUAL_CUTOFF, most: int = 1) -> list[T]:
    """Give what stands in `forms` under the texts most like `wanted`, the likest first; nothing below the cutoff."""
    return [forms[form] for form in difflib.get_close_matches(wanted, forms, n=most, cutoff=cutoff)]


def find_obvious(wanted: str, forms: Mapping[str, T]) -> T | None:
    """Give what stands under the text that was surely meant; None where none is like it, or two are nearly as like."""
    near = difflib.get_close_matches(wanted, forms, n=2, cutoff=OBVIOUS_CUTOFF - OBVIOUS_LEAD)
    ratios = [difflib.SequenceMatcher(None, form, wanted).ratio() for form in near]
    if not near or ratios[0] < OBVIOUS_CUTOFF or (len(near) > 1 and ratios[0] - ratios[1] < OBVIOUS_LEAD):
        return None
    return forms[near[0]]


def loosen(text: str) -> str:
    """Give a text without what people overlook: case, the number of blanks, and how an accent is put together."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).split())


def ask(near: str) -> str:
    """Give the question that ends a message, `near` being what may have been meant; empty where nothing is."""
    return f", did you mean {near}?" if near else ""
