"""What a reply to Lead/Bulk/Create means for each of its rows, read strictly: what it does not prove is in doubt.

The reply is a bare array with an entry for each row: `{RowNumber, LeadId, LeadCreated}`, and `ErrorMessage` where the
row was refused (client code). Whether RowNumber counts from 1 or from 0 is not known, so both are taken, but no row is
ever told by its position alone.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from importer.leadsquared.answers import Answer, Kind, Reply, duplicate_answer, read_answer, read_id, says_database
from importer.leadsquared.redaction import redact
from importer.leadsquared.tips import SERVER_TIP, tip_for

__all__ = ["BulkAnswer", "read_bulk_answer"]

NO_ARRAY = "no_array"
_OK = 200
_RATE = re.compile(r"API calls exceeded the limit", re.IGNORECASE)
_TAKEN = re.compile(r"duplicate|already exists", re.IGNORECASE)
_UNSURE = re.compile(r"time(?:d )?[ -]?out|deadlock|connection|unexpected", re.IGNORECASE)
"""A row that is refused with such words may have been stored before something went wrong."""
_EXCEPTION = re.compile(r"\w{1,100}", re.ASCII)
_LONGEST = 10_000

_UNTOLD = Answer(
    Kind.AMBIGUOUS,
    message="LeadSquared's answer to the bulk call does not tell what became of this row.",
    tip=SERVER_TIP,
)


@dataclass(frozen=True, slots=True)
class BulkAnswer:
    """The meaning of one reply: an Answer for each row, in the order in which the rows were sent.

    `whole` is there where the reply says one thing of the whole call. `is_known_form`: it was an array in which every
    row was told as the known form tells it; None where the reply tells nothing of the account's form.
    `is_refused`: it refused the call as a whole, as one lead is refused: no row was stored unless a listing shows one.
    """

    rows: tuple[Answer, ...]
    whole: Answer | None = None
    is_known_form: bool | None = None
    is_refused: bool = False


def read_bulk_answer(reply: Reply, hidden: Sequence[Iterable[str]]) -> BulkAnswer:
    """Tell what a reply means. Total: any status with any body has a meaning.

    `hidden` are, for each row that was sent, the texts that no message of it may show. The kinds of `whole` are
    RATE_LIMITED (no row was stored), FATAL (none was, nor would be) and AMBIGUOUS (each of them may have been).
    """
    entries = _array(reply)
    if entries is None:
        answer = read_answer(reply, values=[value for values in hidden for value in values])
        is_refused = answer.kind in {Kind.REJECTED, Kind.DUPLICATE}
        whole = _whole(answer)
        is_other = whole.error == NO_ARRAY
        return BulkAnswer(
            (whole,) * len(hidden), whole, is_known_form=False if is_other else None, is_refused=is_refused
        )
    by_row = _by_row(entries, len(hidden))
    rows = [_UNTOLD if (entry := by_row.get(row)) is None else _read(entry, hidden[row]) for row in range(len(hidden))]
    ids = [answer.lead_id for answer in rows if answer.lead_id]
    if len(set(ids)) < len(ids):  # one lead cannot be two rows'
        rows = [_UNTOLD if ids.count(answer.lead_id) > 1 else answer for answer in rows]
    is_known = all(answer.kind is not Kind.AMBIGUOUS for answer in rows)
    return BulkAnswer(tuple(rows), is_known_form=is_known and len(entries) == len(hidden))


def _array(reply: Reply) -> list[Any] | None:
    """The entries of a reply that is an array with something in it, else None."""
    if reply.status != _OK:
        return None
    try:
        content = json.loads(reply.body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, list) and content else None


def _whole(answer: Answer) -> Answer:
    """What a reply that is no array says of the call: even a refusal of one lead's kind may have come after some rows
    were stored.
    """
    if answer.kind in {Kind.RATE_LIMITED, Kind.FATAL, Kind.AMBIGUOUS}:
        return answer
    return Answer(
        Kind.AMBIGUOUS,
        error=NO_ARRAY,
        message=f"LeadSquared answered a bulk call with no list of rows. {answer.message}".strip(),
        tip=SERVER_TIP,
    )


def _by_row(entries: Sequence[Any], count: int) -> dict[int, Mapping[str, Any]]:
    """The entries by the row that their number means, counted from 0; empty where nobody can tell the count's start.

    A row that has several entries has none.
    """
    numbered = [
        (number, entry)
        for entry in entries
        if isinstance(entry, dict) and type(number := entry.get("RowNumber")) is int
    ]
    numbers = [number for number, _ in numbered]
    if len(numbers) < len(entries) or len(entries) > count:
        return {}
    starts = [start for start in (0, 1) if all(start <= number < start + count for number in numbers)]
    if len(starts) != 1:  # short of its first or its last, or numbered otherwise
        return {}
    return {number - starts[0]: entry for number, entry in numbered if numbers.count(number) == 1}


def _read(entry: Mapping[str, Any], hidden: Iterable[str]) -> Answer:
    is_created, text = entry.get("LeadCreated"), entry.get("ErrorMessage")
    if is_created is True and not text:
        lead_id = read_id(entry.get("LeadId"))
        return Answer(Kind.CREATED, lead_id=lead_id) if lead_id else _UNTOLD
    if is_created is not False or not isinstance(text, str) or not text.strip():
        return _UNTOLD
    text = text[:_LONGEST]
    name = entry.get("ExceptionType")
    error = name if isinstance(name, str) and _EXCEPTION.fullmatch(name) else ""
    message = redact(text, hidden)
    if "RateLimit" in error or _RATE.search(text):
        return Answer(Kind.RATE_LIMITED, error="MXAPIRateLimitExceededException", message=message)
    if says_database(f"{error} {text}") or _UNSURE.search(text):
        return Answer(Kind.AMBIGUOUS, error=error or "unsure_refusal", message=message, tip=SERVER_TIP)
    if error == "MXDuplicateEntryException" or (not error and _TAKEN.search(text)):
        return duplicate_answer(text, message)
    if error:
        return Answer(Kind.REJECTED, error=error, message=message, tip=tip_for(error))
    return Answer(Kind.REJECTED, error="refused_in_bulk", message=message, tip=tip_for(""))
