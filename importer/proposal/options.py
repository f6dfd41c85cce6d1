"""A column's values held against a dropdown's options: which fit, which can be translated, which are none of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein

from importer.proposal.tables import Tables
from importer.proposal.tokens import words_of

__all__ = ["OptionFit", "fit_options"]

_LEAST_KNOWN = 2
_LEAST_LETTERS, _LEAST_IN_PLURAL = 5, 4
_PARTS = (" - ", " – ", "/", ":")
Groups = tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class OptionFit:
    """`count` values are options or mean one; `translations` are those that must be translated; `off` the others."""

    count: int = 0
    translations: Mapping[str, str] = field(default_factory=dict)
    off: tuple[str, ...] = ()


def fit_options(values: Sequence[str], options: Sequence[str], tables: Tables) -> OptionFit:
    """Hold each different value against the options: in other spelling, by a word that means the same, by its end, or
    with a slip of one letter in a word.
    """
    book = _Book(options, tables)
    translations: dict[str, str] = {}
    off: list[str] = []
    count = 0
    for value in values:
        option = book.find(value)
        if option is None:
            off.append(value)
            continue
        count += 1
        if " ".join(option.casefold().split()) != " ".join(value.casefold().split()):
            translations[value] = option
    return OptionFit(count, translations, tuple(off))


class _Book:
    """The options of one field, found by what may be written for them."""

    def __init__(self, options: Sequence[str], tables: Tables) -> None:
        self._by_words: dict[str, str] = {}
        self._by_letters: dict[str, str] = {}
        for option in options:
            self._by_words.setdefault(_plain(option), option)
            self._by_letters.setdefault(_plain(option).replace(" ", ""), option)
        domain = _domain_of(self._by_words, tables)
        self._by_group = dict(_grouped(domain, self._by_words))

    def find(self, value: str) -> str | None:
        """The option that a value means, None where that is not sure."""
        found = self._find(value)
        for mark in _PARTS:
            if found is None and mark in value:
                found = self._by_words.get(_plain(value.rsplit(mark, 1)[1]))
        return found or self._find_slip(_plain(value))

    def _find_slip(self, plain: str) -> str | None:
        """The one option of which some words are written with a letter more, less or another."""
        near = [option for words, option in self._by_words.items() if _is_slip(plain.split(), words.split())]
        return near[0] if len(near) == 1 else None

    def _find(self, value: str) -> str | None:
        plain = _plain(value)
        if not plain:
            return None
        letters = plain.replace(" ", "")
        return self._by_words.get(plain) or self._by_letters.get(letters) or self._by_group.get(plain)


def _is_slip(words: Sequence[str], meant: Sequence[str]) -> bool:
    """Whether each word is nearly the other. What negates (`inactive`) changes a beginning, and digits are no slip."""
    return len(words) == len(meant) and all(
        one == other
        or (min(len(one), len(other)) >= _LEAST_IN_PLURAL and one.removesuffix("s") == other.removesuffix("s"))
        or (
            min(len(one), len(other)) >= _LEAST_LETTERS
            and one[0] == other[0]
            and f"{one}{other}".isalpha()
            and Levenshtein.distance(one, other, score_cutoff=1) <= 1
        )
        for one, other in zip(words, meant, strict=True)
    )


def _plain(text: str) -> str:
    return " ".join(words_of(text))


def _domain_of(options: Mapping[str, str], tables: Tables) -> Groups:
    """The groups of words to which most options belong; none where that is not half of them and two."""
    best: Groups = ()
    best_count = 0
    for domain in tables.domains:
        count = sum(any(option in group for group in domain) for option in options)
        if count > best_count:
            best, best_count = domain, count
    return best if best_count >= min(_LEAST_KNOWN, len(options)) and best_count * 2 >= len(options) else ()


def _grouped(domain: Groups, options: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each word of a group → the one option of the group."""
    for group in domain:
        held = [option for plain, option in options.items() if plain in group]
        if len(held) == 1:
            yield from ((word, held[0]) for word in group)
