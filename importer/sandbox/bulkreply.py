"""What became of each row of a bulk call → the reply, in the form that the settings choose. Pure."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from importer.sandbox.answers import Reply, answer_json, answer_mx
from importer.sandbox.settings import Settings
from importer.sandbox.values import Rejected

__all__ = ["TellRow", "WorkedRow", "answer_rows", "tell_created", "tell_put"]


@dataclass(frozen=True, slots=True)
class WorkedRow:
    """A row that was worked on, by its place in the call from 0: its lead and whether that is new, or the refusal."""

    place: int
    lead_id: str = ""
    is_new: bool = False
    refusal: Rejected | None = None


TellRow = Callable[[WorkedRow], dict[str, Any]]

_NO_REFUSAL = Rejected("MXInvalidInputException", "Invalid Input!")
"""What an envelope says where no row was refused: for a single lead it would mean that nothing was stored."""


def answer_rows(
    rows: Sequence[WorkedRow], kind: str, tell: TellRow, *, settings: Settings, draws: random.Random
) -> Reply:
    """A bare array with an entry for each row, in the order of the call (client).

    That RowNumber counts from 1 is what Lead/Bulk/CreateOrUpdate does (doc), for Lead/Bulk/Create it is invented. So
    are all the other forms; an envelope tells the first refusal.
    """
    form = settings.bulk_reply
    if form == "envelope":
        refusal = next((row.refusal for row in rows if row.refusal is not None), _NO_REFUSAL)
        return answer_mx(refusal.exception_type, refusal.message, status=settings.mx_status)
    base = 0 if form == "zero_based" else 1
    entries = [{"RowNumber": row.place + base, **tell(row)} for row in rows]
    if form == "short" and entries:
        del entries[draws.randrange(len(entries))]
    elif form == "reordered":
        entries = _reorder(entries, draws)
    return answer_json(entries, kind)


def tell_created(row: WorkedRow) -> dict[str, Any]:
    """A row of Lead/Bulk/Create (client); the empty LeadId of a refused one is invented."""
    told = {"LeadId": row.lead_id, "LeadCreated": row.is_new}
    return told if row.refusal is None else {**told, "ErrorMessage": row.refusal.message}


def tell_put(row: WorkedRow) -> dict[str, Any]:
    """A row of Lead/Bulk/CreateOrUpdate (doc, client); that a created lead counts as affected too is invented."""
    is_done = row.refusal is None
    told = {
        "LeadId": row.lead_id,
        "LeadCreated": row.is_new,
        "LeadUpdated": is_done and not row.is_new,
        "AffectedRows": int(is_done),
    }
    if row.refusal is None:
        return told
    return {**told, "ExceptionType": row.refusal.exception_type, "ErrorMessage": row.refusal.message}


def _reorder(entries: list[dict[str, Any]], draws: random.Random) -> list[dict[str, Any]]:
    """The entries in any order but their own, where there is another."""
    reordered = entries
    while len(entries) > 1 and reordered == entries:
        reordered = draws.sample(entries, len(entries))
    return reordered
