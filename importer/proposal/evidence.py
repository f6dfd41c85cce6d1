"""What a column's values tell where its header tells nothing for sure. Pure."""

from collections.abc import Iterator

from rapidfuzz.distance import OSA

from importer.proposal.column import Column
from importer.proposal.fitness import DROPDOWNS, Fitness, Verdict, fitness, option_values
from importer.proposal.similarity import FieldNames, Match
from importer.proposal.tables import Tables
from importer.proposal.tokens import key_of

__all__ = ["by_values", "spelling_mistakes"]

_LEAST_VALUES = 2
_SURE_BY_VALUES, _DOUBTFUL_BY_VALUES, _SURE_BY_SPELLING = 93.0, 86.0, 93.0
_MISTAKES = 1  # a letter more, less, other, or two in the wrong order
_SHORTEST = 5
_COMMON = frozenset(("number", "name", "date", "type", "lead", "customer", "preferred", "email", "phone"))


def by_values(column: Column, names: FieldNames) -> Iterator[tuple[Match, Fitness]]:
    """The one dropdown all of whose options the column's values are.

    It is sure where the header shares a word with the field.
    """
    if len(column.distinct) < _LEAST_VALUES:
        return
    found: list[tuple[str, Match, Fitness]] = []
    for name, field in names.all():
        if field.data_type.casefold() not in DROPDOWNS or not field.options:
            continue
        options = {option.casefold() for option in field.options}
        if all(value.casefold() in options for value in option_values(column, field)):
            shares = not names.words(name).isdisjoint(set(column.tables.spelt(column.header)) - _COMMON)
            score = _SURE_BY_VALUES if shares else _DOUBTFUL_BY_VALUES
            found.append((name, Match(name, field, score), fitness(column, field)))
    if len(found) == 1:
        yield found[0][1:]


def spelling_mistakes(column: Column, tables: Tables, names: FieldNames) -> Iterator[Match]:
    """An address or a phone under a header that is a usual one but for a letter: *Emial*, *Moblie No*."""
    written = key_of(tables.spelt(column.header))
    if len(written) < _SHORTEST or column.is_empty:
        return
    for concept in ("email", "mobile", "phone"):
        keys = (key for key, one in tables.phrases.items() if one == concept and len(key) >= _SHORTEST)
        if not any(written[0] == key[0] and OSA.distance(written, key) <= _MISTAKES for key in keys):
            continue
        for name in tables.concepts[concept].fields:
            field = names.get(name)
            if field is not None and fitness(column, field).verdict is Verdict.FITS:
                yield Match(name, field, _SURE_BY_SPELLING)
                return
