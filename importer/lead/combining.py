"""Several columns that go to one field: `combine:`."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from importer.lead.columns import Column, Combination
from importer.lead.header import match_columns
from importer.lead.text import LONE_DASHES

__all__ = ["make_combiner", "place_combinations"]


def place_combinations(
    header: Sequence[str], combinations: Iterable[Combination]
) -> tuple[list[tuple[tuple[int, ...], Combination]], list[str], list[str]]:
    """Each combination with the places of its columns; what stands against it, as texts; and the headers that are
    missing.
    """
    placed: list[tuple[tuple[int, ...], Combination]] = []
    problems: list[str] = []
    missing: list[str] = []
    for one in combinations:
        match = match_columns(header, [Column(name, one.field, one.line) for name in one.headers])
        problems += match.problems
        missing += match.missing
        placed.append((tuple(index for index, _ in match.found), one))
    return placed, list(dict.fromkeys(problems)), missing


def make_combiner(separator: str | None) -> Callable[[Sequence[str]], str]:
    """A function from the cells of a combination to the text that is read as its field. A lone dash is blank."""
    if separator is None:
        return lambda cells: next(_filled(cells), "")
    return lambda cells: separator.join(_filled(cells))


def _filled(cells: Sequence[str]) -> Iterator[str]:
    return (text for cell in cells if (text := cell.strip()) and text not in LONE_DASHES)
