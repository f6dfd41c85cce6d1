"""Names that are none: the refusal, with the one that may have been meant."""

from collections.abc import Collection
from difflib import get_close_matches

__all__ = ["refuse_unknown"]


def refuse_unknown(what: str, name: str, known: Collection[str]) -> None:
    """ValueError where `name` is not among those `known`; `what` says what they are the names of."""
    if name not in known:
        near = get_close_matches(name, known, n=1)
        raise ValueError(f"no {what} is called {name!r}" + (f"; did you mean {near[0]}?" if near else ""))
