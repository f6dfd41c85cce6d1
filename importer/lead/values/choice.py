"""A dropdown's options: LeadSquared stores a value that is none of them without a word."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from importer.errors import Remedy
from importer.lead.refusal import Converter, Refusal
from importer.nearest import find_near, find_obvious, loosen

__all__ = ["SEPARATOR", "make_choice_converter", "make_option_check"]

SHOWN_OPTIONS = 8
LONGEST_SHOWN = 60
NEAR_ENOUGH = 0.6
NEAR_SHOWN = 3
MOST_REMEMBERED = 1000
NO_OPTION = "none of the field's options"
SEPARATOR = ";"  # between the options of a MultiSelect field; not verified by any source

_Find = Callable[[str], str | None]
"""The option that a text means, None where it means none."""


def make_choice_converter(options: Sequence[str], *, sends_others: bool, is_multiple: bool = False) -> Converter:
    """A converter that finds the option meant: exact but for case; near misses are proposed, not taken.

    `sends_others` lets a value that is no option pass as it is.
    """
    exact = set(options)
    loose: dict[str, list[str]] = defaultdict(list)
    for option in options:
        loose[loosen(option)].append(option)

    def find(text: str) -> str | None:
        if text in exact:
            return text
        found = loose.get(loosen(text), [])
        if len(found) == 1:
            return found[0]
        return text if sends_others else None

    return _make_converter(find, options, is_multiple=is_multiple)


def make_option_check(options: Sequence[str], *, is_multiple: bool) -> Converter:
    """A check that a value is, letter by letter, an option; a value is never altered."""
    exact = frozenset(options)
    convert = _make_converter(lambda text: text if text in exact else None, options, is_multiple=is_multiple)

    def check(text: str, kind: str | None) -> str | Refusal:
        found = convert(text, kind)
        return found if isinstance(found, Refusal) else text

    return check


def _make_converter(find: _Find, options: Sequence[str], *, is_multiple: bool) -> Converter:
    """What `find` finds for a text, or for each of several in it; else the refusal, worked out once for a text."""

    @lru_cache(MOST_REMEMBERED)
    def refuse(text: str) -> Refusal:
        return _refuse(text, _parts(text) if is_multiple else [text], find, options)

    def convert(text: str, _kind: str | None) -> str | Refusal:
        found = find(text)
        return refuse(text) if found is None else found

    def convert_each(text: str, _kind: str | None) -> str | Refusal:
        found = [find(part) for part in _parts(text)]
        known = [part for part in found if part is not None]
        return refuse(text) if len(known) < len(found) else SEPARATOR.join(known)

    return convert_each if is_multiple else convert


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(SEPARATOR)]


def _refuse(text: str, parts: Sequence[str], find: _Find, options: Sequence[str]) -> Refusal:
    """The refusal, with the options that come near, or the first ones: they are the account's, not a person's.

    A part of the text is repeated only where an option comes near it: what is like none may be anything about a person.
    """
    forms = {loosen(option): option for option in options}
    wrong = list(dict.fromkeys(part for part in parts if find(part) is None))
    most = NEAR_SHOWN if len(wrong) == 1 else 1
    near = {part: find_near(loosen(part), forms, cutoff=NEAR_ENOUGH, most=most) for part in wrong}
    meant = list(dict.fromkeys(option for found in near.values() for option in found))
    listed = [f"`{option}`" for option in meant or options[:SHOWN_OPTIONS]]
    more = "" if meant or len(options) <= SHOWN_OPTIONS else ", …"
    lead = "Did you mean" if meant else "The options are"
    end = "?" if meant else "."
    return Refusal(
        "off_list",
        _tell_wrong([part for part in wrong if near[part] and len(part) <= LONGEST_SHOWN], len(wrong)),
        f"{lead} {', '.join(listed)}{more}{end} Correct the cell, or translate its values with values: in config.yaml. "
        "To send such values all the same: off_list: send",
        _remedy(text, parts, find, forms) if meant else Remedy("off_list", "send"),
    )


def _tell_wrong(shown: Sequence[str], count: int) -> str:
    """What a cell holds: the parts that may be shown, and how many others."""
    texts = [f"`{part}`" for part in shown]
    if count == 1:
        return f"holds {texts[0]}, which is {NO_OPTION}" if texts else f"holds a value that is {NO_OPTION}"
    if not texts:
        return f"holds {count} values, each of which is {NO_OPTION}"
    if left := count - len(texts):
        texts.append(f"{left} more values" if left > 1 else "another value")
    last = texts.pop()
    return f"holds {' and '.join(filter(None, [', '.join(texts), last]))}, each of which is {NO_OPTION}"


def _remedy(text: str, parts: Sequence[str], find: _Find, forms: Mapping[str, str]) -> Remedy | None:
    """The translation of a text whose every wrong part has an obvious option, else None."""
    found = [find(part) or find_obvious(loosen(part), forms) for part in parts]
    meant = [part for part in found if part is not None]
    if len(meant) < len(found) or len(text) > LONGEST_SHOWN:
        return None
    return Remedy("values", SEPARATOR.join(meant), text)
