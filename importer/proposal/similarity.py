"""Which fields of an account a header may mean, and how sure that is, from 0 to 100. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from importer.lead.metadata import Field
from importer.proposal.meaning import Meaning
from importer.proposal.tables import Tables
from importer.proposal.tokens import key_of, words_of

__all__ = ["SURE", "WORTH_TELLING", "FieldNames", "Match"]

SURE = 92.0
"""From this score on a match is taken; below it a person is asked."""
WORTH_TELLING = 80.0
"""Below this score nothing is said."""

_IDENTITIES = frozenset({"EmailAddress", "Phone"})
"""The fields by which leads are known. What people usually call them wins over another field's own name: where an
account has a field Mobile beside Phone, a lone column *Mobile* is the phone."""

_EXACT, _OWN, _IDENTITY, _IDENTITY_BY_NAME, _CONCEPT, _PART = 99.8, 99.0, 99.2, 99.5, 97.0, 96.8
_SPELT_ALIKE = 0.1  # a display name that is the header without short forms being spelt out
_STEP = 0.5  # from one field of a concept to the next
_CAP = 90.0  # a likeness of different words, however near, is never taken for sure
_SAME_WORD = 84.0
_MORE_WORDS = 4.0
_MOST_MORE_WORDS = 2
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?", re.ASCII)
_TOO_GENERAL = frozenset(
    (
        "name",
        "date",
        "status",
        "type",
        "number",
        "notes",
        "remarks",
        "source",
        "city",
        "state",
        "country",
        "phone",
        "email",
        "area",
        "company",
        "title",
        "stage",
        "region",
        "time",
        "product",
        "tags",
        "address",
        "website",
        "mobile",
    )
)


@dataclass(frozen=True, slots=True)
class Match:
    """A field that a header may mean, by its dotted schema name, and how sure that is."""

    name: str
    field: Field
    score: float

    @property
    def is_sure(self) -> bool:
        """Whether it is taken without asking."""
        return self.score >= SURE


@dataclass(frozen=True, slots=True)
class _Named:
    """A field with its dotted schema name, and its names as words."""

    name: str
    field: Field
    is_part: bool
    words: tuple[tuple[str, ...], ...]
    shown: str


class FieldNames:
    """The names of an account's fields and sub-fields, made ready once for many headers.

    What LeadSquared fills itself is left out, and so is what no config could name.
    """

    def __init__(self, fields: Iterable[Field], tables: Tables) -> None:
        self._tables = tables
        self._named = {one.name: one for one in _called(fields, tables)}
        self._own: dict[str, list[str]] = {}
        self._by_concept: dict[str, list[str]] = {}
        for one in self._named.values():
            for key in dict.fromkeys(map(key_of, one.words)):
                self._own.setdefault(key, []).append(one.name)
                concept = tables.phrases.get(key)
                if concept is not None and tables.concepts[concept].fields and not one.is_part:
                    self._by_concept.setdefault(concept, []).append(one.name)

    @property
    def keys(self) -> frozenset[str]:
        """The keys by which a header is one of the account's own names."""
        return frozenset(self._own)

    def get(self, name: str) -> Field | None:
        """The field or sub-field of a dotted schema name, if it may be filled."""
        one = self._named.get(name)
        return one.field if one else None

    def all(self) -> Iterator[tuple[str, Field]]:
        """Each field and sub-field that may be filled, with its dotted schema name."""
        return ((one.name, one.field) for one in self._named.values())

    def words(self, name: str) -> frozenset[str]:
        """All words of a field's names."""
        return frozenset(word for words in self._named[name].words for word in words)

    def matches(self, header: str, meaning: Meaning) -> list[Match]:
        """The fields that a header of this meaning goes to, the surest first."""
        scores: dict[str, float] = {}
        concept = self._tables.concepts.get(meaning.concept or "")
        for place, name in enumerate(self._targets(meaning.concept)):
            is_identity = name in _IDENTITIES and place == 0
            scores[name] = _IDENTITY if is_identity else _CONCEPT - _STEP * place
        for name in self._own.get(meaning.key, ()):
            if name in _IDENTITIES:
                own = _IDENTITY_BY_NAME
            else:
                own = _PART if self._named[name].is_part and meaning.concept else _OWN
            own += _SPELT_ALIKE * (self._named[name].shown == key_of(words_of(header)))
            scores[name] = max(own, scores.get(name, 0.0))
        exact = header.strip()
        if exact in self._named and (exact in _IDENTITIES or _IDENTITY not in scores.values()):
            scores[exact] = _EXACT
        cost = meaning.cost + _STEP * (concept.weight if concept else 0)
        found = [Match(name, self._named[name].field, score - cost) for name, score in scores.items()]
        return sorted(found, key=lambda match: -match.score)

    def alike(self, header: str) -> list[Match]:
        """The fields whose names, or what people call them, are like a header, the likest first; none is sure."""
        words = self._tables.spelt(header)
        if not words:
            return []
        scores = {
            one.name: max((self._likeness(words, own) for own in one.words), default=0.0)
            for one in self._named.values()
        }
        found = [Match(name, self._named[name].field, min(_CAP, score)) for name, score in scores.items()]
        return sorted((one for one in found if one.score >= WORTH_TELLING), key=lambda match: -match.score)

    def _targets(self, concept: str | None) -> list[str]:
        """The fields of a concept that the account has: the usual ones, then others of its own that are named so."""
        if concept is None:
            return []
        usual = [name for name in self._tables.concepts[concept].fields if name in self._named]
        return list(dict.fromkeys((*usual, *self._by_concept.get(concept, ()))))

    def _likeness(self, words: Sequence[str], own: Sequence[str]) -> float:
        """How like the words of a header are to those of a field, where nothing but spelling is different.

        One or two words more may stand in front, where they say more of the same thing (*Current Occupation*). Behind
        it they would make it another (*Course Fee*).
        """
        more = len(words) - len(own)
        if not 0 <= more <= _MOST_MORE_WORDS or (more and key_of(own) in _TOO_GENERAL):
            return 0.0
        likenesses = [fuzz.ratio(one, other) for one, other in zip(words[more:], own, strict=True)]
        if not likenesses or min(likenesses) < _SAME_WORD:
            return 0.0
        return sum(likenesses) / len(likenesses) - _MORE_WORDS * more


def _called(fields: Iterable[Field], tables: Tables) -> Iterator[_Named]:
    """Each field and sub-field that may be filled: its dotted schema name, itself, and its names as words."""
    for field in fields:
        if field.is_system:
            continue
        if not field.is_set:
            yield from _named(field.schema_name, field, (field.display_name, field.schema_name), tables)
        for part in field.sub_fields or ():
            if part.is_system:
                continue
            name = f"{field.schema_name}.{part.schema_name}"
            shown = (
                part.display_name,
                f"{field.display_name} {part.display_name}",
                f"{field.display_name} {part.schema_name}",
                name.replace("mx_", " "),
            )
            yield from _named(name, part, shown, tables, is_part=True)


def _named(name: str, field: Field, shown: Sequence[str], tables: Tables, *, is_part: bool = False) -> Iterator[_Named]:
    if _NAME.fullmatch(name):
        words = (tables.spelt(text) for text in shown if words_of(text))
        yield _Named(name, field, is_part, tuple(dict.fromkeys(words)), key_of(words_of(field.display_name)))
