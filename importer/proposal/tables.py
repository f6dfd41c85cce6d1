"""The tables of words that stand as data beside this module (`words/*.toml`), read once and checked."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from importer.proposal.tokens import key_of, words_of

__all__ = ["CONTINENTAL", "Ambiguity", "Concept", "Pattern", "Tables", "load_tables"]

LANGUAGES = ("english", "german", "french", "spanish", "portuguese", "hindi", "arabic")
CONTINENTAL = frozenset({"german", "french", "spanish", "portuguese"})
"""The languages that usually write a comma before decimals."""

_NAME_OF = ("name", "of")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass(frozen=True, slots=True)
class Concept:
    """What a header may mean: the fields that take it, the best first, and what the values of a text must look like."""

    name: str
    fields: tuple[str, ...]
    holds: str = ""
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """A question: a header with a word of each group, and none of `but`, means the concept."""

    concept: str
    groups: tuple[tuple[str, ...], ...]
    but: frozenset[str]

    def fits(self, words: Sequence[str]) -> bool:
        """Whether these words are such a question."""
        if self.but.intersection(words):
            return False
        return all(any(_is_word(word, one) for word in words for one in group) for group in self.groups)


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """A header with several usual meanings: what its values are → the concept. `is_open`: a person is asked."""

    meanings: Mapping[str, str]
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Tables:
    """All tables. Phrases, bare phrases and ambiguities are found by their key (`key_of` the words, spelt out)."""

    concepts: Mapping[str, Concept]
    phrases: Mapping[str, str]
    bare: Mapping[str, str]
    languages: Mapping[str, str]
    ambiguities: Mapping[str, Ambiguity]
    patterns: tuple[Pattern, ...]
    short_forms: Mapping[str, tuple[str, ...]]
    articles: frozenset[str]
    askers: frozenset[str]
    fillers: frozenset[str]
    people: frozenset[str]
    strangers: frozenset[str]
    units: frozenset[str]
    progress: frozenset[str]
    zones: Mapping[str, str]
    domains: tuple[tuple[frozenset[str], ...], ...]

    def spelt(self, text: str) -> tuple[str, ...]:
        """The words of a text with short forms spelt out and articles left out; `name of school` is `school name`."""
        words = tuple(one for word in self._paired(words_of(text)) for one in self.short_forms.get(word, (word,)))
        if words[:2] == _NAME_OF and len(words) > len(_NAME_OF):
            words = (*words[2:], words[0])
        return tuple(word for nth, word in enumerate(words, 1) if word not in self.articles or nth == len(words))

    def _paired(self, words: Sequence[str]) -> Iterator[str]:
        """The words, two of which are one where they are a short form together: `f up`."""
        left = list(words)
        while left:
            pair = " ".join(left[:2])
            count = 2 if len(left) > 1 and pair in self.short_forms else 1
            yield " ".join(left[:count])
            del left[:count]


@cache
def load_tables() -> Tables:
    """The tables; ValueError names a phrase that stands for two concepts."""
    grammar = _read("grammar")
    empty = Tables(
        concepts={name: _concept(name, entry) for name, entry in _read("concepts").items()},
        phrases={},
        bare={},
        languages={},
        ambiguities={},
        patterns=tuple(_patterns(_read("patterns"))),
        short_forms={short: tuple(text.split()) for short, text in grammar["short_forms"].items()},
        articles=_words(grammar["articles"]["words"]),
        askers=_words(grammar["questions"]["askers"]),
        fillers=_words(grammar["questions"]["fillers"]),
        people=_words(grammar["people"]["words"]),
        strangers=_words(grammar["strangers"]["words"]),
        units=_words(grammar["units"]["words"]),
        progress=_words(grammar["progress"]["words"]),
        zones=grammar["zones"],
        domains=tuple(
            tuple(frozenset(" ".join(words_of(word)) for word in group) for group in domain["groups"])
            for domain in _read("options").values()
        ),
    )
    phrases, languages, bare = _phrases(empty)
    ambiguities = {
        key_of(empty.spelt(phrase)): Ambiguity(
            {kind: concept for kind, concept in entry.items() if isinstance(concept, str)}, entry.get("is_open", False)
        )
        for entry in grammar["ambiguous"]
        for phrase in entry["phrases"]
    }
    for key in ambiguities:
        phrases.pop(key, None)
    fields = {name: getattr(empty, name) for name in Tables.__slots__}
    return Tables(**fields | {"phrases": phrases, "languages": languages, "bare": bare, "ambiguities": ambiguities})


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("importer.proposal").joinpath("words", f"{name}.toml").read_text("utf-8"))


def _concept(name: str, entry: Mapping[str, Any]) -> Concept:
    return Concept(name, tuple(entry["fields"]), entry.get("holds", ""), entry.get("weight", 0))


def _patterns(entries: Mapping[str, Any]) -> Iterator[Pattern]:
    for one in entries["pattern"]:
        groups = tuple(tuple(group) for group in one["groups"])
        yield Pattern(one["concept"], groups, frozenset(one.get("but", ())))


def _words(words: Sequence[str]) -> frozenset[str]:
    return frozenset(" ".join(words_of(word)) for word in words)


def _phrases(tables: Tables) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """The phrases of all languages and sources by key, their languages, and those that count alone."""
    phrases: dict[str, str] = {}
    languages: dict[str, str] = {}
    bare: dict[str, str] = {}
    for language in (*LANGUAGES, "sources"):
        sections = _read(language)
        alone = sections.pop("bare", {})
        for section in sections.values():
            _add(phrases, section, tables, language)
            languages |= {key: language for key in phrases if key not in languages}
        _add(bare, alone, tables, language)
    return phrases, languages, bare


def _add(found: dict[str, str], section: Mapping[str, Sequence[str]], tables: Tables, language: str) -> None:
    """Add a section's phrases by their keys; German umlauts in both their spellings."""
    for concept, written in section.items():
        if concept not in tables.concepts:
            raise ValueError(f"words/{language}.toml: there is no concept {concept}")
        for phrase in written:
            for spelling in {phrase, phrase.translate(_UMLAUTS)} if language == "german" else {phrase}:
                key = key_of(tables.spelt(spelling))
                if found.setdefault(key, concept) != concept:
                    raise ValueError(f"words/{language}.toml: {phrase!r} stands for {found[key]} and for {concept}")


def _is_word(word: str, wanted: str) -> bool:
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted
