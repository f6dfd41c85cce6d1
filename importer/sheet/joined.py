"""A header of several rows as one row of names."""

from collections import Counter
from collections.abc import Sequence

__all__ = ["join_header"]

_MOST = 0.5


def join_header(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The names of the columns, from the rows of a header, the lowest last.

    Where most columns have a text in both rows, the two are one name: *Mobile* above *Number*. Else the upper row holds
    titles of groups: a name that stands once is left alone, one that stands several times gets its group's title in
    front (*Office City*, *Home City*), where that tells them apart. A column without a name in the lower row has the
    upper one's.
    """
    names: tuple[str, ...] = ()
    for row in rows:
        names = _joined(names, row) if names else tuple(cell.strip() for cell in row)
    return names


def _joined(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    width = max(len(upper), len(lower))
    above = [*upper, *[""] * (width - len(upper))]
    below = [*(cell.strip() for cell in lower), *[""] * (width - len(lower))]
    named = [index for index in range(width) if below[index]]
    if sum(bool(above[index]) for index in named) > _MOST * len(named):
        return tuple(f"{one} {other}".strip() for one, other in zip(above, below, strict=True))
    titles = _spread(above)
    counts = Counter(name.casefold() for name in below if name)
    full = [f"{title} {name}".strip() for title, name in zip(titles, below, strict=True)]
    full_counts = Counter(name.casefold() for name in full)
    return tuple(
        full[index]
        if name and counts[name.casefold()] > 1 and full_counts[full[index].casefold()] == 1
        else name or above[index]
        for index, name in enumerate(below)
    )


def _spread(titles: Sequence[str]) -> list[str]:
    """Each title over the columns of its group: it stands in the first one, as merged cells are stored."""
    spread: list[str] = []
    for title in titles:
        spread.append(title or (spread[-1] if spread else ""))
    return spread
