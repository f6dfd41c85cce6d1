"""Order, page and columns of a listing of leads, and the period of one. Pure.

A listing speaks of leads as they are told, a mapping of every field to its text or None.
"""

import datetime as dt
import math
import random
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from importer.sandbox.values import Rejected

__all__ = ["Listing", "Rank", "part_of", "rank", "read_listing", "read_period"]

LARGEST_PAGE = 1000
"""Leads on a page at most (client)."""

Told = Mapping[str, Any]
Rank = tuple[int, float, str]

_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_DATE_ALONE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SECOND = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Listing:
    """How leads are shown. `columns` None shows every field; `numbers` are the fields that hold numbers."""

    columns: tuple[str, ...] | None = None
    sort_by: str | None = None
    descending: bool = False
    page: int = 1
    page_size: int = LARGEST_PAGE
    numbers: Container[str] = ()

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
            ordered.sort(key=lambda lead: rank(lead.get(name) or "", numeric=numeric), reverse=self.descending)
        shown = ordered[(self.page - 1) * self.page_size : self.page * self.page_size]
        return [self._cut(lead) for lead in shown]

    def _cut(self, lead: Told) -> dict[str, Any]:
        if self.columns is None:
            return dict(lead)
        return {name: lead[name] for name in self.columns if name in lead}


def read_listing(
    body: object, *, names: Iterable[str], numbers: Container[str] = (), largest: int | None = None
) -> Listing:
    """What a body says of columns, order and page; what it says of none of them is as if it said nothing (invented).

    `names` are the fields of a lead; they are taken in any case (invented).
    """
    known = {name.lower(): name for name in names}
    sorting, paging = part_of(body, "Sorting"), part_of(body, "Paging")
    sort_by = sorting.get("ColumnName")
    largest = largest or LARGEST_PAGE
    return Listing(
        columns=_read_columns(body, known),
        sort_by=known.get(sort_by.lower()) if isinstance(sort_by, str) else None,
        descending=str(sorting.get("Direction")) == "1",  # the vendor's example; that 1 is descending is invented
        page=max(1, _whole(paging.get("PageIndex"), 1)),
        page_size=min(largest, max(1, _whole(paging.get("PageSize"), largest))),
        numbers=numbers,
    )


def read_period(parameter: Mapping[str, Any]) -> tuple[float, float]:
    """`FromDate` and `ToDate` as UTC seconds; without one of them the period is open on its side (invented)."""
    since, until = (_read_moment(parameter.get(name), name) for name in ("FromDate", "ToDate"))
    return -math.inf if since is None else since, math.inf if until is None else until


def part_of(body: object, name: str) -> Mapping[str, Any]:
    """The object under this key of a body, an empty one where there is none."""
    part = body.get(name) if isinstance(body, dict) else None
    return part if isinstance(part, dict) else {}


def rank(text: str, *, numeric: bool) -> Rank:
    """What two values of a field are compared by: numbers before texts, those without case and outer blanks.

    A date may be written with or without its time and milliseconds (invented).
    """
    bare = text.strip()
    if numeric and _NUMBER.fullmatch(bare):
        return 0, float(bare), ""
    if _DATE_ALONE.fullmatch(bare):
        bare += " 00:00:00.000"
    elif _SECOND.fullmatch(bare):
        bare += ".000"
    return 1, 0.0, bare.casefold()


def _read_columns(body: object, known: Mapping[str, str]) -> tuple[str, ...] | None:
    """The columns of `Include_CSV`, None where all are shown."""
    listed = part_of(body, "Columns").get("Include_CSV")
    if not isinstance(listed, str) or not listed.strip():
        return None
    wanted = (name.strip().lower() for name in listed.split(","))
    return tuple(dict.fromkeys(known[name] for name in wanted if name in known))


def _read_moment(value: object, name: str) -> float | None:
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        return dt.datetime.fromisoformat(value.strip()).replace(tzinfo=dt.UTC).timestamp()
    except ValueError:
        raise Rejected("MXInvalidInputException", f"Invalid Input! Parameter Name: {name}") from None


def _whole(value: object, default: int) -> int:
    try:
        return int(str(value))
    except ValueError:
        return default
