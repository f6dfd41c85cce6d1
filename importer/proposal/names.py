"""Whose name a column of names holds: a first name, a last name, or both in one cell. Pure."""

from collections.abc import Mapping, Sequence

from importer.lead.metadata import Field
from importer.proposal.column import Column
from importer.proposal.fitness import Verdict, fitness
from importer.proposal.meaning import Meaning

__all__ = ["SPLIT", "settle_names"]

SPLIT = "split"
"""The concept of a column whose cells are split into a first and a last name."""

FULL = "full_name"
_ANY_NAME = Field("")
_FULL_NAMES = ("full_name", "name")
_ENOUGH = 0.5


def settle_names(columns: Mapping[str, Column], meanings: Mapping[str, Meaning]) -> dict[str, str]:
    """For each column of names, by header: the concept that it has among the other columns of the file.

    *Name* alone is split. Beside a column of first names it holds last names, unless the first name stands in it too;
    beside both it is a full name for a field of its own.
    """
    by_concept = {
        concept: _headers(concept, columns, meanings) for concept in ("first_name", "last_name", *_FULL_NAMES)
    }
    first, last = by_concept["first_name"], by_concept["last_name"]
    settled: dict[str, str] = {}
    for header in by_concept["name"]:
        settled[header] = FULL
        if first and not last and not _holds(columns[header], columns[first[0]]):
            settled[header], last = "last_name", [header]
        elif last and not first and not _holds(columns[header], columns[last[0]]):
            settled[header], first = "first_name", [header]
    settled |= dict.fromkeys(by_concept[FULL], FULL)
    if not first and not last:
        whole = [header for concept in _FULL_NAMES for header in by_concept[concept] if settled[header] == FULL]
        if whole:
            settled[max(whole, key=lambda header: columns[header].fill)] = SPLIT
    return settled


def _headers(concept: str, columns: Mapping[str, Column], meanings: Mapping[str, Meaning]) -> list[str]:
    """The columns of a concept whose values may be names."""
    return [
        header
        for header, meaning in meanings.items()
        if meaning.concept == concept
        and not meaning.is_open
        and fitness(columns[header], _ANY_NAME, "name").verdict is not Verdict.VETO
    ]


def _holds(whole: Column, part: Column) -> bool:
    """Whether the cells of one column mostly hold those of another, word by word."""
    pairs = [(one.split(), other.split()) for one, other in _both(whole.cells, part.cells)]
    return bool(pairs) and sum(set(other) <= set(one) for one, other in pairs) >= _ENOUGH * len(pairs)


def _both(one: Sequence[str], other: Sequence[str]) -> list[tuple[str, str]]:
    pairs = zip(one, other, strict=False)
    return [(left.casefold(), right.casefold()) for left, right in pairs if left.strip() and right.strip()]
