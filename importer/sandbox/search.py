"""`Leads.Get`: which leads a search finds. Pure.

What no source says about a search (how values are compared, how a wrong name answers) is invented where it stands.
"""

import operator
import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from importer.sandbox.listing import Listing, Rank, part_of, rank, read_listing
from importer.sandbox.values import Rejected

__all__ = ["Search", "read_search"]

_COMPARISONS: Mapping[str, Callable[[Rank, Rank], bool]] = {
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
_OPERATORS = frozenset({*_COMPARISONS, "<>", "LIKE"})
"""The operators that the page of Leads.Get names (doc)."""


@dataclass(frozen=True, slots=True)
class Search:
    """One search. `name` None finds every lead; `page` says which of those that are found are shown."""

    name: str | None = None
    value: str = ""
    operator: str = "="
    page: Listing = field(default_factory=Listing)

    def test(self) -> Callable[[Any], bool]:
        """What says of a field's value in an answer whether it is searched for; of no value only by <>.

        Texts are compared without case and outer blanks, as MySQL does (invented), values of number fields as numbers.
        """
        numeric = self.name in self.page.numbers
        wanted = rank(self.value, numeric=numeric)
        if self.operator == "LIKE":
            signs = "".join({"%": ".*", "_": "."}.get(sign, re.escape(sign)) for sign in self.value.strip())
            like = re.compile(signs, re.IGNORECASE | re.DOTALL)
            return lambda value: bool(value) and like.fullmatch(value) is not None
        if self.operator == "<>":
            return lambda value: not value or rank(value, numeric=numeric) != wanted
        compare = _COMPARISONS[self.operator]
        return lambda value: bool(value) and compare(rank(value, numeric=numeric), wanted)


def read_search(body: object, *, names: Iterable[str], numbers: Container[str]) -> Search:
    """The search that a body asks for; Rejected where it names a field or an operator that there is not (invented).

    A body of another shape is ignored in silence: then every lead is found (live). `names` are the fields of a lead,
    `numbers` those that hold numbers; a name is taken in any case (invented).
    """
    names = tuple(names)
    page = read_listing(body, names=names, numbers=numbers)
    parameter = part_of(body, "Parameter")
    asked = parameter.get("LookupName")
    if not isinstance(asked, str) or not asked:
        return Search(page=page)
    name = next((one for one in names if one.lower() == asked.lower()), None)
    if name is None:
        raise Rejected("MXInvalidInputException", "Invalid Input! Parameter Name: LookupName")
    how = str(parameter.get("SqlOperator") or "=").strip().upper()
    if how not in _OPERATORS:
        raise Rejected("MXInvalidInputException", "Invalid Input! Parameter Name: SqlOperator")
    value = parameter.get("LookupValue")
    return Search(name=name, value="" if value is None else str(value), operator=how, page=page)
