"""The bulk calls: many leads by one call, each created, updated or refused by itself."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from importer.sandbox.account import Account
from importer.sandbox.answers import Reply
from importer.sandbox.body import Malformed, check_items, check_known, parse_json
from importer.sandbox.bulkreply import TellRow, WorkedRow, answer_rows, tell_created, tell_put
from importer.sandbox.parts import ChooseRows
from importer.sandbox.store import UniqueKey
from importer.sandbox.values import Rejected
from importer.sandbox.writing import Writing, set_aside

__all__ = ["Bulk"]

_MOST_CREATED, _MOST_PUT = 50, 25
"""Rows of one call at most (doc); what a longer one answers is invented."""

Items = list[dict[str, Any]]
StoreRow = Callable[[Items, float], tuple[str, bool]]
"""Stores a row's lead, gives its id and whether it is new; Rejected tells why it does not."""


class Bulk:
    """The leads of a bulk call are not one piece: what is wrong with one refuses that one alone (client).

    Of an unknown attribute nobody knows it: that it refuses its row alone, or else the whole call, is invented. Only
    the rows that `choose` picks are worked on at once, the others are the `rest` of the reply.
    """

    def __init__(self, account: Account, writing: Writing) -> None:
        self._account = account
        self._writing = writing

    def create(self, body: bytes, now: float, choose: ChooseRows) -> Reply:
        """Lead/Bulk/Create: a new lead for each row. Which of two with one unique value is created is invented."""
        rows = _parse_rows(body, most=_MOST_CREATED)
        self._check_known([item for items in _well_formed(rows) for item in items])
        twins = self._account.settings.bulk_twins
        barred = self._shared_keys(rows) if twins == "none" else ()
        made: list[str] = []

        def store(items: Items, now: float) -> tuple[str, bool]:
            lead = self._writing.add(items, now, besides=made if twins == "both" else (), barred=barred)
            made.append(lead.id)
            return lead.id, True

        return self._work(rows, store, now, choose, tell=tell_created, kind="bulk_created")

    def create_or_update(self, body: bytes, now: float, choose: ChooseRows) -> Reply:
        """Lead/Bulk/CreateOrUpdate: each row is a Lead.CreateOrUpdate, SearchBy stands in it (doc).

        That they come one after the other, so that a row may update the lead of the row before it, is invented.
        """
        rows = _parse_rows(body, most=_MOST_PUT)
        self._check_known([item for items in _well_formed(rows) for item in set_aside(items)[0]])

        def store(items: Items, now: float) -> tuple[str, bool]:
            lead, is_new = self._writing.put(items, now)
            return lead.id, is_new

        return self._work(rows, store, now, choose, tell=tell_put, kind="bulk_created_or_updated")

    def _work(
        self, rows: Sequence[object], store: StoreRow, now: float, choose: ChooseRows, *, tell: TellRow, kind: str
    ) -> Reply:
        account, chosen = self._account, choose(len(rows))
        worked = [_work_on(rows[place], place, store, now) for place in sorted(chosen)]
        rest = [partial(_work_on, row, place, store) for place, row in enumerate(rows) if place not in chosen]
        reply = answer_rows(worked, kind, tell, settings=account.settings, draws=account.bulk_draws)
        return replace(reply, rest=rest)

    def _check_known(self, items: Items) -> None:
        if self._account.settings.bulk_unknown == "call":
            check_known(items, self._account.metadata)

    def _shared_keys(self, rows: Sequence[object]) -> Collection[UniqueKey]:
        """The unique values that several rows have; a row that is refused for another value has none."""
        counts: Counter[UniqueKey] = Counter()
        for items in _well_formed(rows):
            with suppress(Rejected):
                counts.update(self._writing.read_keys(items))
        return {key for key, count in counts.items() if count > 1}


def _work_on(row: object, place: int, store: StoreRow, now: float) -> WorkedRow:
    try:
        lead_id, is_new = store(check_items(row), now)
    except Malformed as error:  # the text's beginning (client), the rest and the type invented
        return WorkedRow(place, refusal=Rejected("MXInvalidInputException", f"Invalid data: {error}"))
    except Rejected as error:
        return WorkedRow(place, refusal=error)
    return WorkedRow(place, lead_id, is_new)


def _parse_rows(body: bytes, *, most: int) -> list[object]:
    rows = parse_json(body)
    if not isinstance(rows, list) or not rows:
        raise Malformed("an array of arrays of attributes is expected")
    if len(rows) > most:
        raise Rejected("MXInvalidInputException", f"Invalid Input! Maximum of {most} leads is allowed.")
    return rows


def _well_formed(rows: Sequence[object]) -> Iterator[Items]:
    for row in rows:
        with suppress(Malformed):
            yield check_items(row)
