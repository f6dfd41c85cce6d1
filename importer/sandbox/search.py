"""`Leads.Get`: which leads a search finds, in which order, and which page and columns of them it shows. Pure.

A search speaks of leads as they are told, a mapping of every field to its text or None. What no source says about a
search (how values are compared, what a direction is, the page's default size) is invented, each where it stands.
"""

import operator
import random
import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from importer.sandbox.values import Refused

__all__ = ["Search", "read_search"]

Told = Mapping[str, Any]

LARGEST_PAGE = 1000
"""Leads on a page at most (client)."""

Rank = tuple[int, float, str]

_COMPARISONS: Mapping[str, Callable[[Rank, Rank], bool]] = {
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
_OPERATORS = frozenset({*_COMPARISONS, "<>", "LIKE"})
"""The operators that the page of Leads.Get names (doc)."""

_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_DATE_ALONE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SECOND = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Search:
    """One search. `name` None finds every lead, `columns` None shows every field; `numbers` are the number fields."""

    name: str | None = None
    value: str = ""
    operator: str = "="
    columns: tuple[str, ...] | None = None
    sort_by: str | None = None
    descending: bool = False
    page: int = 1
    page_size: int = LARGEST_PAGE
    numbers: Container[str] = ()

    def test(self) -> Callable[[Any], bool]:
        """What says of a field's told value whether it is searched for. A field without a value never is, but by <>.

        Texts are compared without case and outer blanks, as MySQL does (invented), values of number fields as numbers.
        A date may be written with or without its time and milliseconds.
        """
        numeric = self.name in self.numbers
        wanted = _rank(self.value, numeric=numeric)
        if self.operator == "LIKE":
            signs = "".join({"%": ".*", "_": "."}.get(sign, re.escape(sign)) for sign in self.value.strip())
            like = re.compile(signs, re.IGNORECASE | re.DOTALL)
            return lambda told: bool(told) and like.fullmatch(told) is not None
        if self.operator == "<>":
            return lambda told: not told or _rank(told, numeric=numeric) != wanted
        compare = _COMPARISONS[self.operator]
        return lambda told: bool(told) and compare(_rank(told, numeric=numeric), wanted)

    def show(self, leads: Sequence[Told], *, draws: random.Random) -> list[dict[str, Any]]:
        """The page of these leads, with the columns that were asked for; names that are no field are passed over.

        Leads that the sorting does not tell apart come in another order each time, so that whoever pages without
        sorting by a unique field sees leads twice or never (live).
        """
        ordered = list(leads)
        if len(ordered) > self.page_size:
            draws.shuffle(ordered)
        if (name := self.sort_by) is not None:
            numeric = name in self.numbers
            ordered.sort(key=lambda lead: _rank(lead.get(name) or "", numeric=numeric), reverse=self.descending)
        shown = ordered[(self.page - 1) * self.page_size : self.page * self.page_size]
        return [self._cut(lead) for lead in shown]

    def _cut(self, lead: Told) -> dict[str, Any]:
        if self.columns is None:
            return dict(lead)
        return {name: lead[name] for name in self.columns if name in lead}


def read_search(body: object, *, names: Iterable[str], numbers: Container[str]) -> Search:
    """The search that a body asks for; Refused where it names a field or an operator that there is not (invented).

    A body of another shape is ignored in silence: then every lead is found (live). `names` are the fields of a lead,
    `numbers` those that hold numbers; a name is taken in any case (invented).
    """
    if not isinstance(body, dict):
        return Search()
    known = {name.lower(): name for name in names}
    parameter = _part(body, "Parameter")
    sorting, paging = _part(body, "Sorting"), _part(body, "Paging")
    name = parameter.get("LookupName")
    searched: dict[str, Any] = {}
    if isinstance(name, str) and name:
        how = str(parameter.get("SqlOperator") or "=").strip().upper()
        if name.lower() not in known:
            raise Refused("MXInvalidInputException", "Invalid Input! Parameter Name: LookupName")
        if how not in _OPERATORS:
            raise Refused("MXInvalidInputException", "Invalid Input! Parameter Name: SqlOperator")
        value = parameter.get("LookupValue")
        searched = {
            "name": known[name.lower()],
            "value": "" if value is None else str(value),
            "operator": how,
        }
    sort_by = sorting.get("ColumnName")
    return Search(
        **searched,
        numbers=numbers,
        columns=read_columns(body, known),
        sort_by=known.get(sort_by.lower()) if isinstance(sort_by, str) else None,
        descending=str(sorting.get("Direction")) == "1",  # the vendor's example; that 1 is descending is invented
        page=max(1, _whole(paging.get("PageIndex"), 1)),
        page_size=min(LARGEST_PAGE, max(1, _whole(paging.get("PageSize"), LARGEST_PAGE))),
    )


def read_columns(body: Mapping[str, Any], known: Mapping[str, str]) -> tuple[str, ...] | None:
    """The columns of `Include_CSV`, None where all are shown; `known` has the field names by their small letters."""
    listed = _part(body, "Columns").get("Include_CSV")
    if not isinstance(listed, str) or not listed.strip():
        return None
    wanted = (name.strip().lower() for name in listed.split(","))
    return tuple(dict.fromkeys(known[name] for name in wanted if name in known))


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    return part if isinstance(part, dict) else {}


def _whole(value: object, default: int) -> int:
    try:
        return int(str(value))
    except ValueError:
        return default


def _rank(text: str, *, numeric: bool) -> Rank:
    """What two values of a field are compared by: numbers before texts, those without case and outer blanks."""
    bare = text.strip()
    if numeric and _NUMBER.fullmatch(bare):
        return 0, float(bare), ""
    if _DATE_ALONE.fullmatch(bare):
        bare += " 00:00:00.000"
    elif _SECOND.fullmatch(bare):
        bare += ".000"
    return 1, 0.0, bare.casefold()
