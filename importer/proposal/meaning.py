"""What a header means: a concept of the vocabulary, or the account's own name of a field. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from importer.proposal.tables import Tables
from importer.proposal.tokens import key_of, split_parts, words_of

__all__ = ["UNKNOWN", "Meaning", "Reader", "shared_prefix"]

_LEAST_SHARING = 4
_SHARE = 0.6
_LONG = 5  # a header of so many words is a question even without a word that asks
_NUMBERED = re.compile(r"\A\s*+(?:q(?:uestion)?\s*+\.?\s*+)?\d{1,2}\s*+[.):]\s*+(?=\D)", re.IGNORECASE)

_ONE_NUMBER = frozenset({"phone", "mobile", "whatsapp"})
"""What may stand for one number in a header: *Mobile (WhatsApp)*, *Phone / Mobile*."""

_PREFIX_COST, _QUESTION_COST, _PEOPLE_COST, _PART_COST, _PATTERN_COST = 0.8, 1.0, 0.6, 1.2, 2.0


@dataclass(frozen=True, slots=True)
class Meaning:
    """What was found for a header.

    `key` is what an account's own name or a phrase of the vocabulary was found by; `concept` is None where only the
    account knows it. `meanings` holds what an ambiguous header may mean, by what its values are. `cost` grows with what
    had to be left out of the header. `zone` is the time zone that it names. `is_open` tells that it may mean something
    else, be it that a part is not understood: it is only asked about.
    """

    key: str = ""
    concept: str | None = None
    meanings: Mapping[str, str] | None = None
    cost: float = 0.0
    language: str = ""
    zone: str = ""
    is_open: bool = False


UNKNOWN = Meaning()


class Reader:
    """Finds what headers mean, for one account: `own` are the keys of its fields' names."""

    def __init__(self, tables: Tables, own: frozenset[str], prefix: str = "") -> None:
        self._tables = tables
        self._own = own
        self._prefix = prefix

    def read(self, header: str) -> Meaning:
        """The meaning of a header, `UNKNOWN` where there is none."""
        text = _NUMBERED.sub("", header, count=1)
        words = self._tables.spelt(text)
        if not words:
            return UNKNOWN
        found = self._look_up(words, is_whole=True, asks=_asks(text)) or self._by_parts(text) or self._by_pattern(text)
        return UNKNOWN if found is None else found

    def is_about_somebody_else(self, header: str) -> bool:
        """Whether a word of the header speaks of another person or thing than the lead."""
        words = {*self._tables.spelt(header), *words_of(header)}
        return not words.isdisjoint(self._tables.strangers)

    def _look_up(self, words: tuple[str, ...], *, is_whole: bool, asks: bool = False) -> Meaning | None:
        for trial, cost in self._trials(words, asks=asks):
            found = self._known(trial, is_whole=is_whole and not cost)
            if found is not None:
                return replace(found, cost=cost)
        return None

    def _known(self, words: Sequence[str], *, is_whole: bool) -> Meaning | None:
        tables, key = self._tables, key_of(words)
        if key in tables.ambiguities and key not in self._own:
            found = tables.ambiguities[key]
            return Meaning(key, meanings=found.meanings, is_open=found.is_open)
        concept = tables.phrases.get(key) or (tables.bare.get(key) if is_whole else None)
        if concept is None and key not in self._own:
            return None
        return Meaning(key, concept, language=tables.languages.get(key, "") if concept else "")

    def _trials(self, words: tuple[str, ...], *, asks: bool) -> Iterator[tuple[tuple[str, ...], float]]:
        """The words, then with less and less of them: the shared prefix, a question's words, words for the person."""
        starts = [(words, 0.0)]
        if self._prefix and words[0] == self._prefix and len(words) > 1:
            starts.append((words[1:], _PREFIX_COST))
        if asks or len(words) >= _LONG or not self._tables.askers.isdisjoint(words):
            skipped = self._tables.askers | self._tables.fillers
            rest = tuple(word for word in words if word not in skipped)
            if rest and rest != words:
                starts.append((rest, _QUESTION_COST))
        yield from starts
        for start, cost in starts:
            rest = tuple(word for word in start if word not in self._tables.people)
            if rest and rest != start:
                yield rest, cost + _PEOPLE_COST

    def _by_parts(self, text: str) -> Meaning | None:
        """The meaning on which the parts of a header agree; units and other scripts may stand beside it."""
        parts = split_parts(text)
        if len(parts) < 2:  # noqa: PLR2004 - one part is the whole
            return None
        zone = next((zone for part in parts if (zone := self._zone(part))), "")
        telling = [part for part in parts if not self._zone(part) and not self._tables.units.issuperset(words_of(part))]
        telling = telling or [part for part in parts[:1] if not self._zone(part)]
        found: list[Meaning] = []
        strange: list[str] = []
        for part in telling:
            one = self._look_up(self._tables.spelt(part), is_whole=len(telling) == 1, asks=_asks(part))
            if one is None:
                strange.append(part)
            else:
                found.append(one)
        if not found or len({self._goal(one) for one in found}) > 1:
            return None
        if any(not self._tables.strangers.isdisjoint(self._tables.spelt(part)) for part in strange):
            return None
        is_open = any(_has_sibling(part, telling) for part in strange)
        first = min(found, key=self._weight)
        cost = 0 if len(telling) == 1 else _PART_COST
        return replace(first, cost=first.cost + cost, zone=zone, is_open=is_open)

    def _goal(self, meaning: Meaning) -> object:
        """What two parts must have in common: the field that both would rather fill."""
        concept = self._tables.concepts.get(meaning.concept or "")
        if concept is not None and concept.name in _ONE_NUMBER:
            return _ONE_NUMBER
        return (concept.fields[:1] or concept.name) if concept else meaning.key

    def _weight(self, meaning: Meaning) -> int:
        concept = self._tables.concepts.get(meaning.concept or "")
        return concept.weight if concept else 0

    def _zone(self, part: str) -> str:
        words = words_of(part)
        return self._tables.zones.get(words[0], "") if len(words) == 1 else ""

    def _by_pattern(self, text: str) -> Meaning | None:
        words = words_of(text)
        for pattern in self._tables.patterns:
            if pattern.fits(words):
                return Meaning(key_of(words), pattern.concept, cost=_PATTERN_COST)
        return None


def _asks(text: str) -> bool:
    return "?" in text or "؟" in text


def _has_sibling(strange: str, parts: Sequence[str]) -> bool:
    """Whether a part that is not understood stands beside one of its own script, which it may turn into another."""
    return any(part.isascii() == strange.isascii() for part in parts if part is not strange)


def shared_prefix(headers: Sequence[str], tables: Tables) -> str:
    """The word with which most headers begin, empty where there is none, or where it tells of somebody else."""
    firsts = [words[0] for header in headers if len(words := tables.spelt(header)) > 1]
    word, count = Counter(firsts).most_common(1)[0] if firsts else ("", 0)
    if count < max(_LEAST_SHARING, _SHARE * len(headers)) or word in tables.strangers:
        return ""
    return word
