"""What a column's values are: addresses, phones, dates, numbers, names, … Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from importer.proposal.dates import could_be_date
from importer.proposal.tables import Tables
from importer.proposal.tokens import words_of

__all__ = ["Column"]

EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s.,;<>]+")
URL = re.compile(r"(?:https?://|www\.)\S+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/\S*)?", re.IGNORECASE)
GUID = re.compile(r"\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?", re.IGNORECASE)
PHONE = re.compile(r"(?:tel:|p:)?\s*\+?[\d\s()./\-]{7,24}", re.IGNORECASE)
NUMBER = re.compile(r"[+\-\u2212]?\d[\d.,'’\u00a0\u202f ]*%?")
CLOCK = re.compile(r"\d{1,2}[:.]\d\d(?::\d\d)?(?:\s*[ap]\.?m\.?)?", re.IGNORECASE)
ZIP = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9 \-]{2,11}")
YEAR = re.compile(r"(?:19|20)\d\d")
PAN = re.compile(r"[A-Z]{5}\d{4}[A-Z]", re.IGNORECASE)
TAX_NUMBER = re.compile(r"\d{2}[A-Z]{5}\d{4}[A-Z][A-Z0-9]{3}", re.IGNORECASE)
FEWEST_DIGITS, MOST_DIGITS = 7, 15
MOST_NAME_WORDS = 6
LONGEST_CODE = 40
SALUTATIONS = frozenset(
    ("mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "mme", "mlle", "monsieur", "madame", "sr", "sra", "srta")
)


@dataclass(frozen=True)
class Column:
    """A header and its values, row by row, blank ones included."""

    header: str
    cells: Sequence[str]
    tables: Tables

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The values that are not blank."""
        return tuple(text for cell in self.cells if (text := cell.strip()))

    @cached_property
    def distinct(self) -> tuple[str, ...]:
        """Each value once, in the order in which they stand."""
        return tuple(dict.fromkeys(self.values))

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing, so that its values tell nothing."""
        return not self.values

    @property
    def fill(self) -> float:
        """The share of its cells that hold something."""
        return len(self.values) / len(self.cells) if self.cells else 1.0

    def share(self, kind: str) -> float:
        """The share of its values that are of a kind; the kinds are the keys of `KINDS`."""
        return sum(map(KINDS[kind], self.values)) / len(self.values) if self.values else 0.0

    def mostly(self, kind: str) -> bool:
        """Whether at least half of its values are of a kind."""
        return self.share(kind) >= 0.5  # noqa: PLR2004 - a half

    @cached_property
    def is_progress(self) -> bool:
        """Whether most of its values tell how far something is: open, closed, active, …"""
        words = [" ".join(words_of(value)) for value in self.values]
        return sum(word in self.tables.progress for word in words) * 2 >= max(1, len(words))


def _is_phone(text: str) -> bool:
    digits = sum(mark.isdigit() for mark in text)
    return FEWEST_DIGITS <= digits <= MOST_DIGITS and PHONE.fullmatch(text) is not None and not could_be_date(text)


def _is_name(text: str) -> bool:
    words = text.split()
    if not words or len(words) > MOST_NAME_WORDS:
        return False
    return not any(mark.isdigit() or mark in "@/_:%+=#?!" for mark in text) and words[0][0].isalpha()


def _is_salutation(text: str) -> bool:
    return "".join(words_of(text)) in SALUTATIONS


def _is_code(text: str) -> bool:
    return len(text) <= LONGEST_CODE and "@" not in text and any(mark.isdigit() for mark in text)


def _is_number(text: str) -> bool:
    return NUMBER.fullmatch(text) is not None and not could_be_date(text)


def _is_zip(text: str) -> bool:
    return ZIP.fullmatch(text) is not None and sum(mark.isdigit() for mark in text) < 10  # noqa: PLR2004 - a phone's


KINDS: dict[str, Callable[[str], bool]] = {
    "email": lambda text: EMAIL.fullmatch(text) is not None,
    "at": lambda text: "@" in text[1:],
    "url": lambda text: URL.fullmatch(text) is not None,
    "guid": lambda text: GUID.fullmatch(text) is not None,
    "phone": _is_phone,
    "date": could_be_date,
    "number": _is_number,
    "clock": lambda text: CLOCK.fullmatch(text) is not None,
    "zip": _is_zip,
    "year": lambda text: YEAR.fullmatch(text) is not None,
    "pan": lambda text: PAN.fullmatch(text) is not None,
    "gstin": lambda text: TAX_NUMBER.fullmatch(text) is not None,
    "name": _is_name,
    "salutation": _is_salutation,
    "code": _is_code,
}
