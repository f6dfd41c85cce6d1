"""The project's compiled patterns, and for each the texts on which a careless pattern would never end."""

import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator, Mapping
from re import _constants, _parser  # type: ignore[attr-defined] # the grammar of patterns has no other door
from typing import Any, NamedTuple

import importer

__all__ = ["Recipe", "find_patterns", "worst_texts"]

Pattern = re.Pattern[Any]
_TAILS = ("", "\0", "x", "!", "\n")
_SKIPPED = ("importer.__main__",)


def find_patterns() -> Mapping[str, Pattern]:
    """Every pattern that a module of the project holds, by where it stands; in lists, tuples and dictionaries too."""
    found: dict[str, Pattern] = {}
    for info in pkgutil.walk_packages(importer.__path__, "importer."):
        if info.name not in _SKIPPED:
            importlib.import_module(info.name)
    for name, module in sorted(sys.modules.items()):
        if name.split(".")[0] == "importer":
            for attribute, value in vars(module).items():
                for at, pattern in enumerate(_patterns_in(value, depth=3)):
                    found.setdefault(f"{name}.{attribute}[{at}]", pattern)
    unique: dict[tuple[Any, int], str] = {}
    for place, pattern in found.items():
        unique.setdefault((pattern.pattern, pattern.flags), place)
    return {place: found[place] for place in unique.values()}


def _patterns_in(value: object, *, depth: int) -> Iterator[Pattern]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _patterns_in(one, depth=depth - 1)
    elif depth and isinstance(value, dict):
        for pair in value.items():
            yield from _patterns_in(pair, depth=depth - 1)


class Recipe(NamedTuple):
    """How a text is made: what stands in front, what is repeated, and what stands behind."""

    prefix: str
    unit: str
    tail: str

    def text(self, pattern: Pattern, length: int) -> str | bytes:
        """A text of about this length, as the pattern takes it."""
        return _as(pattern, self.prefix + self.unit * (length // len(self.unit)) + self.tail)


def worst_texts(pattern: Pattern) -> list[Recipe]:
    """Runs of what the pattern repeats, behind what leads there, in front of what it does not take."""
    found = [(prefix, unit) for prefix, unit in _repeats(_parser.parse(pattern.pattern, pattern.flags), "") if unit]
    recipes = [Recipe(lead, unit, tail) for prefix, unit in found for lead in {prefix, ""} for tail in _TAILS]
    recipes += [Recipe("", prefix + unit, "") for prefix, unit in found]
    return list(dict.fromkeys(recipes))


def _as(pattern: Pattern, text: str) -> str | bytes:
    return text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text


def _repeats(tree: Any, lead: str) -> Iterator[tuple[str, str]]:
    """Each repetition that has no bound: what stands in front of it, and what it repeats."""
    for kind, argument in tree:
        if kind in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT):
            least, most, inner = argument
            if most is _constants.MAXREPEAT:
                for unit in _examples(inner):
                    yield lead, unit
            yield from _repeats(inner, lead)
            lead += _example(inner) * max(least, 0)
        elif kind is _constants.SUBPATTERN:
            yield from _repeats(argument[3], lead)
            lead += _example(argument[3])
        elif kind is _constants.BRANCH:
            for branch in argument[1]:
                yield from _repeats(branch, lead)
            lead += _example(argument[1][0])
        elif kind in (_constants.ASSERT, _constants.ASSERT_NOT):
            yield from _repeats(argument[1], lead)
        elif kind is _constants.ATOMIC_GROUP:
            yield from _repeats(argument, lead)
            lead += _example(argument)
        else:
            lead += _one(kind, argument)[0]


def _examples(tree: Any) -> Iterator[str]:
    """A few texts that the pattern takes once: one for each way at its first choice."""
    first = next(iter(tree), None)
    if first is None:
        return
    kind, argument = first
    rest = "".join(_one(*item)[0] for item in list(tree)[1:])
    if kind is _constants.BRANCH:
        for branch in argument[1]:
            yield _example(branch) + rest
    else:
        for one in _one(kind, argument):
            yield one + rest


def _example(tree: Any) -> str:
    return "".join(_one(kind, argument)[0] for kind, argument in tree)


def _one(kind: Any, argument: Any) -> list[str]:
    if kind is _constants.LITERAL:
        return [chr(argument)]
    if kind is _constants.NOT_LITERAL:
        return ["a" if argument != ord("a") else "b"]
    if kind is _constants.ANY:
        return ["a", " ", "1"]
    if kind is _constants.IN:
        return _members(argument)
    if kind in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT):
        return [_example(argument[2]) * max(argument[0], 1)]
    if kind is _constants.SUBPATTERN:
        return [_example(argument[3])]
    if kind is _constants.ATOMIC_GROUP:
        return [_example(argument)]
    if kind is _constants.BRANCH:
        return [_example(branch) for branch in argument[1]]
    return [""]


_CATEGORIES = {
    _constants.CATEGORY_DIGIT: "1",
    _constants.CATEGORY_SPACE: " ",
    _constants.CATEGORY_WORD: "a",
    _constants.CATEGORY_NOT_DIGIT: "a",
    _constants.CATEGORY_NOT_SPACE: "a",
    _constants.CATEGORY_NOT_WORD: "-",
}


def _members(items: Any) -> list[str]:
    """Some characters of a class: at most eight."""
    is_negated = any(kind is _constants.NEGATE for kind, _ in items)
    if is_negated:
        matcher = {chr(argument) for kind, argument in items if kind is _constants.LITERAL}
        return [mark for mark in "a1 -[,.\t" if mark not in matcher][:8] or ["\x7f"]
    marks: list[str] = []
    for kind, argument in items:
        if kind is _constants.LITERAL:
            marks.append(chr(argument))
        elif kind is _constants.RANGE:
            marks.append(chr(argument[0]))
        elif kind is _constants.CATEGORY:
            marks.append(_CATEGORIES.get(argument, "a"))
    return marks[:8] or ["a"]
