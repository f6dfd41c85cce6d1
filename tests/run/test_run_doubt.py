"""Only a row whose call was in flight is in doubt: what waits for its turn is unsent, however the run ends."""

import signal
import time
from collections import Counter
from collections.abc import Callable

import pytest
from truth import find_lies
from workbench import PATIENCE_S, Account, Desk, finish, person

ROWS = [person(number, email=False, phone=False) for number in range(1, 13)]
HANG = {"call": "Lead.Create", "fault": "hang_after", "times": 3}


def said(desk: Desk, name: str = "leads.report.csv") -> Counter[str]:
    return Counter(line.status for line in desk.report(name))


def known(desk: Desk) -> Counter[str]:
    """What the ledger says of the rows, by a run that sends nothing."""
    desk.call("leads.csv", "--dry-run", "-r", "dry.csv")
    return said(desk, "dry.csv")


def start_with_three_in_flight(desk: Desk, account: Account) -> Callable[[signal.Signals], int]:
    """A run whose first row is created, with three rows in flight and eight that wait for a slot."""
    account.script({"call": "Lead.Create", "fault": "none"}, HANG)
    # The two questions about the account and four rows fill the limit.
    desk.configure(workers=12, limits={"calls": 6, "per_seconds": 60}, timeout_s=300)
    desk.write(ROWS)
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["faults"].get("hang_after") == 3 and stats["creates"] == 4)
    until = time.monotonic() + PATIENCE_S
    while not known(desk)["created"]:  # the first row's outcome is on its way to the disk
        assert time.monotonic() < until

    def end(number: signal.Signals) -> int:
        process.send_signal(number)
        if number is not signal.SIGKILL:
            assert process.stderr is not None
            while "Again to stop at once" not in process.stderr.readline():
                pass
            process.send_signal(number)
        return finish(process).status

    return end


def test_after_a_kill_only_what_was_in_flight_is_in_doubt(desk: Desk, account: Account) -> None:
    end = start_with_three_in_flight(desk, account)
    end(signal.SIGKILL)
    assert known(desk) == {"created": 1, "unknown": 3, "ready": 8}


def test_after_two_signals_only_what_was_in_flight_is_in_doubt(desk: Desk, account: Account) -> None:
    end = start_with_three_in_flight(desk, account)
    assert end(signal.SIGINT) == 130
    assert said(desk) == {"created": 1, "unknown": 3, "unsent": 8}
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    assert known(desk) == {"created": 1, "unknown": 3, "ready": 8}


@pytest.mark.parametrize(
    "answer",
    [{"status": 429, "headers": {"Retry-After": "300"}}, {"fault": "refuse_200"}],
    ids=["asked to wait", "over the limit"],
)
def test_a_row_that_was_refused_because_of_the_limit_waits_without_being_in_doubt(
    desk: Desk, account: Account, answer: dict[str, object]
) -> None:
    account.script({"call": "Lead.Create", "times": 100, **answer})
    desk.configure(workers=4, limits={"calls": 1000, "per_seconds": 60})
    desk.write(ROWS)
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["calls"].get("Lead.Create", 0) >= 1 and stats["in_flight"] == 0)
    until = time.monotonic() + 10
    while known(desk) != {"ready": 12}:  # the last word is on its way to the disk
        assert time.monotonic() < until
    process.kill()
    process.communicate()
    assert known(desk) == {"ready": 12}


def test_a_lead_that_was_created_stays_known_when_sending_it_again_is_killed(desk: Desk, account: Account) -> None:
    desk.write(ROWS[:1])
    assert desk.call("leads.csv").status == 0
    account.script({"call": "Lead.Create", "fault": "hang_before"})
    process = desk.start("leads.csv", "--again", "--yes")
    account.wait_until(lambda stats: stats["faults"].get("hang_before") == 1)
    process.kill()
    process.communicate()
    before = account.stats()["creates"]
    assert desk.call("leads.csv").status == 0
    assert find_lies(ROWS[:1], desk.report(), account.leads()) == []
    assert account.stats()["creates"] == before
