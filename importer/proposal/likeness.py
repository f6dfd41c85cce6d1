"""How much a spreadsheet's header is like the names of a field, from 0 to 100."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from importer.leadsquared.fields import Field
from importer.proposal.vocabulary import HABITS, joined, normal, spelt

__all__ = ["SURE", "FieldNames", "Match"]

SURE = 92.0
"""From this likeness on a match is taken; below it a person is asked."""

_EXACT, _SHOWN, _IDENTITY, _SCHEMA, _YIELDING, _SPELT, _HABIT = 100.0, 99.5, 99.0, 98.0, 97.0, 96.5, 96.0
_OWN_TOO = 0.25  # a habitual name that is the field's own as well
_CAP = 90.0  # a likeness of different words, however near, is never taken for sure

_IDENTITIES = frozenset({"EmailAddress", "Phone"})
"""The fields by which leads are known. Their habitual names win over another field's own name: where an account has a
field Mobile beside Phone, a lone column *Mobile* is the phone."""


@dataclass(frozen=True, slots=True)
class Match:
    """A field that a header may mean, by its dotted schema name, and how like the two are."""

    name: str
    field: Field
    score: float

    @property
    def is_sure(self) -> bool:
        """Whether it is taken without asking."""
        return self.score >= SURE


@dataclass(frozen=True, slots=True)
class _Header:
    """A header in the forms in which it is compared; `habit` is the field that people usually mean by it, if any."""

    text: str
    plain: str
    joined: str
    spelt: str
    habit: str | None


@dataclass(frozen=True, slots=True)
class _Names:
    """What one field is called: its dotted schema name, and its names in the forms in which they are compared."""

    name: str
    field: Field
    shown: frozenset[str]
    schema: str
    spelt: frozenset[str]
    plain: tuple[str, ...]

    def score(self, header: _Header) -> float:
        """How like a header is to these names."""
        is_habit = header.habit == self.name
        yields = header.habit in _IDENTITIES and not is_habit
        if header.text == self.name:
            return _YIELDING if yields else _EXACT
        if header.joined in self.shown:
            return _YIELDING if yields else _SHOWN
        if is_habit and self.name in _IDENTITIES:
            return _IDENTITY + (_OWN_TOO if header.spelt in self.spelt else 0)
        if header.joined == self.schema:
            return _YIELDING if yields else _SCHEMA
        if header.spelt in self.spelt:
            return _SPELT
        if is_habit:
            return _HABIT
        return max((min(_CAP, fuzz.token_sort_ratio(header.plain, words)) for words in self.plain), default=0.0)


class FieldNames:
    """The names of an account's fields and sub-fields, made ready once for many headers."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self._names = tuple(_names_of(name, field, shown) for name, field, shown in _called(fields))
        self._exact = frozenset(one.name for one in self._names)
        self._own = frozenset(text for one in self._names for text in (*one.shown, one.schema))
        self._spelt = frozenset(text for one in self._names for text in one.spelt)

    def rank(self, text: str) -> list[Match]:
        """The fields that a header may mean, the likeliest first."""
        header = _header_of(text)
        if not header.plain:
            return []
        matches = [Match(one.name, one.field, one.score(header)) for one in self._names]
        return sorted(matches, key=lambda match: -match.score)

    def is_sure_of(self, text: str) -> bool:
        """Whether `rank` would put a sure match first, found out without ranking.

        Likenesses of different words stay below `SURE`, so that looking the header up is enough.
        """
        header = _header_of(text)
        return bool(header.plain) and (
            header.text in self._exact
            or header.habit in self._exact
            or header.joined in self._own
            or header.spelt in self._spelt
        )


def _header_of(text: str) -> _Header:
    plain, full = normal(text), spelt(text)
    return _Header(text.strip(), plain, joined(plain), full, HABITS.get(full))


def _names_of(name: str, field: Field, shown: Iterable[str]) -> _Names:
    shown = [text for text in shown if normal(text)]
    schema = normal(name)
    return _Names(
        name=name,
        field=field,
        shown=frozenset(joined(normal(text)) for text in shown),
        schema=joined(schema),
        spelt=frozenset(map(spelt, (*shown, name))),
        plain=tuple({*map(normal, shown), schema}),
    )


def _called(fields: Iterable[Field]) -> Iterator[tuple[str, Field, tuple[str, ...]]]:
    """Each field and sub-field: its dotted schema name, itself, and the words that people see for it."""
    for field in fields:
        if not field.is_set:
            yield field.schema_name, field, (field.display_name,)
        for part in field.sub_fields or ():
            shown = (
                part.display_name,
                f"{field.display_name} {part.display_name}",
                f"{field.display_name} {part.schema_name}",
            )
            yield f"{field.schema_name}.{part.schema_name}", part, shown
