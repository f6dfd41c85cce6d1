"""A run that other runs do not see any more takes no new row, and no outcome is written over another run's."""

import shutil
from collections import Counter
from collections.abc import Callable

import pytest
from truth import find_lies
from workbench import Account, Desk, finish, person

ROWS = [person(number) for number in range(1, 21)]
KEYLESS = [person(number, email=False, phone=False) for number in range(1, 21)]


def said(desk: Desk) -> Counter[str]:
    return Counter(line.status for line in desk.report())


def remove_locks(desk: Desk) -> None:
    shutil.rmtree(desk.ledger.with_name(f"{desk.ledger.name}.locks"))


def remove_one_lock(desk: Desk) -> None:
    next(iter(desk.ledger.with_name(f"{desk.ledger.name}.locks").glob("source-*.lock"))).unlink()


@pytest.mark.parametrize("remove", [remove_locks, remove_one_lock])
def test_a_run_that_has_lost_its_locks_takes_no_new_row_and_says_so(
    desk: Desk, account: Account, remove: "Callable[[Desk], None]"
) -> None:
    account.change(latency="100")
    desk.configure(workers=2)
    desk.write(ROWS)
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["creates"] >= 4)
    remove(desk)
    run = finish(process)
    assert run.status == 3
    assert "has lost the locks" in run.err
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    assert said(desk).keys() == {"created", "unsent"}
    account.change(latency="0")
    assert desk.call("leads.csv").status == 0
    assert find_lies(ROWS, desk.report(), account.leads()) == []


@pytest.mark.parametrize("rows", [ROWS, KEYLESS], ids=["with keys", "without keys"])
def test_a_second_run_that_does_not_see_the_first_doubles_nothing(
    desk: Desk, account: Account, rows: list[tuple[str, ...]]
) -> None:
    account.change(latency="100")
    desk.configure(workers=4)
    desk.write(rows)
    first = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["creates"] >= 4)
    remove_locks(desk)
    second = desk.start("leads.csv")
    assert finish(first).status == 3
    assert finish(second).status in {0, 1}
    desk.call("leads.csv")
    leads = account.leads()
    cities = Counter(lead["attributes"]["mx_City"] for lead in leads)
    assert set(cities.values()) == {1}
    assert len(leads) == len(rows)
