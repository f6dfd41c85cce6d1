"""A dropdown's options: LeadSquared stores a value that is none of them without a word."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from importer.lead.refusal import Converter, Refusal
from importer.nearest import find_near, loosen

__all__ = ["SEPARATOR", "make_choice_converter", "make_option_check"]

SHOWN_OPTIONS = 8
LONGEST_SHOWN = 60
NEAR_ENOUGH = 0.6
SEPARATOR = ";"  # between the options of a MultiSelect field; not verified by any source


def make_choice_converter(options: Sequence[str], *, sends_others: bool, is_multiple: bool = False) -> Converter:
    """A converter that finds the option meant: exact but for case; near misses are proposed, not taken.

    `sends_others` lets a value that is no option pass as it is.
    """
    exact = set(options)
    loose: dict[str, list[str]] = defaultdict(list)
    for option in options:
        loose[loosen(option)].append(option)

    def find(text: str) -> str | Refusal:
        if text in exact:
            return text
        found = loose.get(loosen(text), [])
        if len(found) == 1:
            return found[0]
        return text if sends_others else _refuse(text, options)

    return _each(find) if is_multiple else lambda text, _kind: find(text)


def make_option_check(options: Sequence[str], *, is_multiple: bool) -> Converter:
    """A check that a value is, letter by letter, an option; a value is never altered."""
    exact = frozenset(options)

    def check(text: str) -> str | Refusal:
        return text if text in exact else _refuse(text, options)

    if not is_multiple:
        return lambda text, _kind: check(text)
    parts = _each(check)

    def check_parts(text: str, kind: str | None) -> str | Refusal:
        found = parts(text, kind)
        return found if isinstance(found, Refusal) else text

    return check_parts


def _each(find: Callable[[str], str | Refusal]) -> Converter:
    def convert(text: str, _kind: str | None) -> str | Refusal:
        found = []
        for part in text.split(SEPARATOR):
            one = find(part.strip())
            if isinstance(one, Refusal):
                return one
            found.append(one)
        return SEPARATOR.join(found)

    return convert


def _refuse(text: str, options: Sequence[str]) -> Refusal:
    """The refusal, with the options that come near, or the first ones: they are the account's, not a person's.

    The text itself is repeated only where an option comes near it: what is like none may be anything about a person.
    """
    near = find_near(loosen(text), {loosen(option): option for option in options}, cutoff=NEAR_ENOUGH, most=3)
    listed = [f"`{option}`" for option in near or options[:SHOWN_OPTIONS]]
    more = "" if near or len(options) <= SHOWN_OPTIONS else ", …"
    lead = "Did you mean" if near else "The options are"
    end = "?" if near else "."
    held = f"holds `{text}`, which" if near and len(text) <= LONGEST_SHOWN else "holds a value that"
    return Refusal(
        "off_list",
        f"{held} is none of the field's options",
        f"{lead} {', '.join(listed)}{more}{end} Correct the cell, or translate its values with values: in config.yaml. "
        "To send such values all the same: off_list: send",
    )
