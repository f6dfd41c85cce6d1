"""Rows that may be the same lead are never in flight together; others are."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from moved_clock import run_on_moved_clock

from importer.lead import FieldName, PayloadPlan
from importer.lead.lead import Lead
from importer.lead.uniquekeys import unique_keys
from importer.run.exclusion import Exclusion, Likeness, likenesses


def of(**values: str) -> frozenset[Likeness]:
    keys = unique_keys([(field, text) for field, text in values.items() if field != "LastName"], country_code="91")
    return likenesses(Lead(PayloadPlan([FieldName(name) for name in values]), list(values.values()), keys))


@pytest.mark.parametrize(
    ("one", "other", "are_alike"),
    [
        (of(EmailAddress="a@b.c"), of(EmailAddress="A@B.C"), True),
        (of(EmailAddress="José@b.c"), of(EmailAddress="jose@b.c"), True),
        (of(Phone="+919845098450"), of(Phone="098450 98450"), True),
        (of(EmailAddress="a@b.c", Phone="+919845098450"), of(EmailAddress="z@b.c", Phone="9845098450"), True),
        (of(EmailAddress="a@b.c"), of(EmailAddress="z@b.c"), False),
        (of(EmailAddress="a@b.c"), of(mx_Second_Mail="a@b.c"), False),
        (of(LastName="Rao"), of(LastName="Iyer"), False),
        (of(LastName="Rao", EmailAddress="a@b.c"), of(LastName="Rao", EmailAddress="z@b.c"), False),
        (of(LastName="Rao"), of(LastName=" rao"), True),  # nothing else tells their leads apart
    ],
)
def test_rows_are_alike_where_one_field_may_hold_one_value(
    one: frozenset[Likeness], other: frozenset[Likeness], *, are_alike: bool
) -> None:
    assert bool(one & other) is are_alike


class Flights:
    """Rows that each stay in flight for a second; `most` is how many of them were there together."""

    def __init__(self) -> None:
        self.exclusion = Exclusion()
        self.in_flight: list[frozenset[Likeness]] = []
        self.together: list[int] = []
        self.met_alike = False

    async def fly(self, wanted: frozenset[Likeness], *, fails: bool = False) -> None:
        async with self.exclusion.alone(wanted):
            self.met_alike |= any(wanted & other for other in self.in_flight)
            assert not self.exclusion.enter(wanted)
            self.in_flight.append(wanted)
            self.together.append(len(self.in_flight))
            await asyncio.sleep(1)
            self.in_flight.remove(wanted)
            if fails:
                raise RuntimeError("the call failed")


def seconds(fly: Callable[[Flights], Awaitable[object]]) -> tuple[Flights, float]:
    async def main() -> tuple[Flights, float]:
        flights = Flights()
        await fly(flights)
        return flights, asyncio.get_running_loop().time()

    return run_on_moved_clock(main())


def test_alike_rows_go_one_after_another_and_others_beside_them() -> None:
    rows = [
        of(EmailAddress="a@b.c"),
        of(EmailAddress="A@b.c"),
        of(EmailAddress="z@b.c"),
        of(LastName="Rao"),
        of(LastName="Iyer"),
    ]
    flights, took_s = seconds(lambda flights: asyncio.gather(*map(flights.fly, rows)))
    assert not flights.met_alike
    assert (max(flights.together), round(took_s)) == (4, 2)


def test_rows_that_are_alike_in_turn_do_not_wait_for_each_other_for_ever() -> None:
    ring = [
        of(EmailAddress="a@b.c", Phone="+919845000001"),
        of(Phone="+919845000001", mx_Id="7"),
        of(mx_Id="7", EmailAddress="a@b.c"),
    ]
    flights, took_s = seconds(lambda flights: asyncio.gather(*map(flights.fly, ring * 3)))
    assert not flights.met_alike
    assert round(took_s) == 9


def test_a_batch_enters_with_all_its_rows_and_leaves_nothing_behind() -> None:
    batch = of(EmailAddress="a@b.c") | of(EmailAddress="b@b.c") | of(Phone="+919845000001")
    lone = of(EmailAddress="b@b.c")
    flights, took_s = seconds(lambda flights: asyncio.gather(flights.fly(lone), flights.fly(batch), flights.fly(lone)))
    assert not flights.met_alike
    assert round(took_s) == 3
    assert flights.exclusion.enter(batch)


def test_a_row_that_fails_lets_the_next_one_go() -> None:
    alike = of(EmailAddress="a@b.c")
    flights, took_s = seconds(
        lambda flights: asyncio.gather(flights.fly(alike, fails=True), flights.fly(alike), return_exceptions=True)
    )
    assert (len(flights.together), round(took_s)) == (2, 2)
    assert flights.exclusion.enter(alike)
