"""Which lead is ours is told by the server's clock: the machine's own may be wrong, and may be set at any moment."""

import calendar
import subprocess
import time

import pytest
from truth import find_lies
from workbench import Account, Desk, finish, person

from importer.outcome import utc_text

ROWS = [person(1)]
HOUR_S = 3600.0


def start_in_flight(desk: Desk, account: Account, fault: str) -> "subprocess.Popen[str]":
    account.script({"call": "Lead.Create", "fault": fault})
    desk.write(ROWS)
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["faults"].get(fault) == 1)
    return process


@pytest.mark.parametrize("then_s", [HOUR_S, -HOUR_S])
def test_our_lead_is_ours_although_the_clock_was_set_between_the_sending_and_the_look_up(
    desk: Desk, account: Account, then_s: float
) -> None:
    desk.set_clock(then_s)
    process = start_in_flight(desk, account, "hang_after")
    process.kill()
    process.communicate()
    desk.set_clock(0)
    run = desk.run("leads.csv")
    assert (run.status, [line.status for line in desk.report()]) == (0, ["created"])
    assert find_lies(ROWS, desk.report(), account.leads()) == []


@pytest.mark.parametrize("step_s", [HOUR_S, -HOUR_S])
def test_our_lead_is_ours_although_the_clock_is_set_while_its_call_is_in_flight(
    desk: Desk, account: Account, step_s: float
) -> None:
    desk.set_clock(0)
    desk.configure(timeout_s=2)
    process = start_in_flight(desk, account, "hang_after")
    desk.set_clock(step_s)
    assert finish(process).status == 0
    assert [line.status for line in desk.report()] == ["created"]


@pytest.mark.parametrize("ahead_s", [HOUR_S, -HOUR_S])
@pytest.mark.parametrize("fault", ["drop_after", "hang_after"])
def test_our_lead_is_ours_although_the_look_up_is_the_first_to_tell_the_servers_time(
    desk: Desk, account: Account, fault: str, ahead_s: float
) -> None:
    """The first reply of the run is lost, and whose keys these are is known from the run before."""
    desk.configure(timeout_s=2)
    desk.write([person(2)], "others.csv")
    desk.set_clock(ahead_s)
    assert desk.run("others.csv").status == 0
    process = start_in_flight(desk, account, fault)
    assert finish(process).status == 0
    assert [line.status for line in desk.report()] == ["created"]


@pytest.mark.parametrize(("then_s", "now_s"), [(HOUR_S, -HOUR_S), (-HOUR_S, HOUR_S), (0.0, HOUR_S), (0.0, -HOUR_S)])
def test_a_strangers_lead_is_not_ours_whatever_the_clocks_say(
    desk: Desk, account: Account, then_s: float, now_s: float
) -> None:
    """They are called the same, have the same values, and were entered by somebody ten minutes before."""
    first, last, email, phone, *_ = ROWS[0]
    at = time.time() - 600
    values = {"FirstName": first, "LastName": last, "EmailAddress": email, "Phone": phone}
    created_on = utc_text(at).replace("T", " ").replace("Z", ".000")
    account.sandbox._store.add(values, created_on=created_on, now=0.0)
    desk.set_clock(then_s)
    process = start_in_flight(desk, account, "hang_before")
    process.kill()
    process.communicate()
    desk.set_clock(now_s)
    run = desk.run("leads.csv")
    assert (run.status, [line.status for line in desk.report()]) == (1, ["duplicate"])


def test_another_machine_with_another_clock_reads_the_servers_time_off_a_report(desk: Desk, account: Account) -> None:
    desk.set_clock(-HOUR_S)
    desk.configure(timeout_s=0.5)
    account.script(
        {"call": "Lead.Create", "fault": "hang_after"},
        {"call": "Leads.Get", "fault": "hang_before", "times": 40},
    )
    desk.write(ROWS)
    process = desk.start("leads.csv", "--stop-within", "1")
    account.wait_until(lambda stats: stats["faults"].get("hang_before", 0) >= 1)
    process.terminate()
    assert finish(process).status == 143
    assert [line.status for line in desk.report()] == ["unknown"]
    told = time.strptime(desk.report()[0].time, "%Y-%m-%dT%H:%M:%SZ")
    assert abs(calendar.timegm(told) - time.time()) < 60
    account.clear_script()
    desk.ledger.unlink()
    desk.set_clock(HOUR_S)
    desk.environ["XDG_CACHE_HOME"] = str(desk.folder / "other cache")
    run = desk.run("leads.report.csv")
    assert (run.status, [line.status for line in desk.report()]) == (0, ["created"])
