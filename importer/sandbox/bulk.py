"""`Lead/Bulk/Create`: many leads by one call, each created or refused by itself."""

import json
from collections.abc import Mapping
from typing import Any

from importer.sandbox.account import Account
from importer.sandbox.answers import Reply, answer_json
from importer.sandbox.body import Malformed, check_items, parse_json
from importer.sandbox.values import Rejected
from importer.sandbox.writing import Writing

__all__ = ["MOST_ROWS", "NOTHING_DONE", "Bulk", "count_rows", "pick_rows"]

Query = Mapping[str, str]

MOST_ROWS = 50
"""Rows of one call at most (doc); what a longer one answers is invented."""

NOTHING_DONE = Reply(200, b"[]", "bulk_created")
"""The reply to a call of which no row was worked on; it is seen by nobody where a fault strikes."""


class Bulk:
    """The leads of a bulk call are not one piece: what is wrong with one refuses that one alone (client)."""

    def __init__(self, account: Account, writing: Writing) -> None:
        self._account = account
        self._writing = writing

    def create(self, query: Query, body: bytes, now: float) -> Reply:
        """A bare array with an entry for each row, in the order of the call (client).

        That RowNumber counts from 1 is what Lead/Bulk/CreateOrUpdate does (doc). That a row with an unknown attribute
        is refused alone, and that two equal rows of one call are a lead and a duplicate, is invented.
        """
        del query
        rows = _parse_rows(body)
        if len(rows) > MOST_ROWS:
            raise Rejected("MXInvalidInputException", f"Invalid Input! Maximum of {MOST_ROWS} leads is allowed.")
        results = [self._create_row(row, number, now) for number, row in enumerate(rows, start=1)]
        return answer_json(results, "bulk_created")

    def _create_row(self, row: object, number: int, now: float) -> dict[str, Any]:
        try:
            lead = self._writing.add(check_items(row), now)
        except Malformed as error:
            return _tell_rejected(number, f"Invalid data: {error}")  # its beginning (client), the rest invented
        except Rejected as error:
            return _tell_rejected(number, error.message)
        return {"RowNumber": number, "LeadId": lead.id, "LeadCreated": True}


def count_rows(body: bytes) -> int:
    """How many rows a body holds, 0 for one that is none of a bulk call."""
    try:
        return len(_parse_rows(body))
    except Malformed:
        return 0


def pick_rows(body: bytes, numbers: set[int]) -> bytes:
    """The body of a call with some of the rows only, counted from 0."""
    return json.dumps([row for number, row in enumerate(_parse_rows(body)) if number in numbers]).encode()


def _parse_rows(body: bytes) -> list[Any]:
    rows = parse_json(body)
    if not isinstance(rows, list) or not rows:
        raise Malformed("an array of arrays of attributes is expected")
    return rows


def _tell_rejected(number: int, message: str) -> dict[str, Any]:
    return {"RowNumber": number, "LeadId": "", "LeadCreated": False, "ErrorMessage": message}
