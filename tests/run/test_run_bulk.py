"""The bulk road from outside: many leads by one call, a true line for each row, no lead twice whatever goes wrong."""

import json
import signal
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from truth import Cells, find_lies
from workbench import Account, Desk, Open, finish, person

from importer.sandbox import FAULTS

BULK = "Lead/Bulk/Create"
HANG = "hang_after"
BULK_LIMIT: dict[str, Any] = {"calls": 1000, "per_seconds": 5, "timeout_s": 5}
QUICK: dict[str, Any] = {"route": "bulk", "bulk": BULK_LIMIT}
ROWS = [person(number, email=number % 3 != 1, phone=number % 3 == 1 or number % 4 != 2) for number in range(1, 61)]
KEYLESS = [person(number, email=False, phone=False) for number in range(61, 81)]


@pytest.fixture
def account(open_account: Open) -> Account:
    return open_account(bulk_calls=None, log_bodies=True)


@pytest.fixture
def desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk on the bulk road, where listings follow each other at once and look-ups do not wait long."""
    monkeypatch.setattr("importer.leadsquared.bulkdoubt.QUIET_S", 0.02)
    monkeypatch.setattr("importer.leadsquared.bulkdoubt.APART_S", 0.1)
    for room in ("lookup", "bulkroad"):
        monkeypatch.setattr(f"importer.leadsquared.{room}.WAITS_S", (0.02, 0.04, 0.08))
    desk.configure(**QUICK)
    return desk


def said(desk: Desk, rows: slice = slice(None)) -> Counter[str]:
    return Counter(line.status for line in desk.report()[rows])


def calls(account: Account) -> Counter[str]:
    counts = Counter(account.stats()["calls"])
    return Counter({name: counts[name] for name in (BULK, "Lead.Create", "Leads.Get") if counts[name]})


def bodies(account: Account) -> list[list[dict[str, str]]]:
    """What each bulk call said of its rows, by attribute."""
    return [
        [{one["Attribute"]: one["Value"] for one in row} for row in json.loads(arrival["body"])]
        for arrival in account.arrivals()
        if arrival["call"] == BULK
    ]


def assert_true(desk: Desk, account: Account, rows: Sequence[Cells]) -> None:
    assert find_lies(rows, desk.report(), account.leads()) == []


@pytest.mark.parametrize("way", ["option", "config"])
def test_rows_go_fifty_a_call_after_a_canary_and_the_same_file_costs_no_call_by_either_route(
    desk: Desk, account: Account, way: str
) -> None:
    rows = [person(number) for number in range(1, 131)]
    desk.write(rows)
    if way == "option":
        desk.configure(**QUICK | {"route": "single"})
    run = desk.call("leads.csv", *(["--bulk"] if way == "option" else []))
    assert run.status == 0
    assert "automations may not start" in run.err
    assert [len(body) for body in bodies(account)] == [3, 50, 50, 27]
    assert_true(desk, account, rows)
    before = account.calls()
    for route in ("--bulk", "--single"):
        assert desk.call("leads.csv", route).status == 0
        assert_true(desk, account, rows)
    assert account.calls() == before


def test_the_account_is_tried_once_and_remembered(desk: Desk, account: Account) -> None:
    desk.write(ROWS[:10])
    desk.call("leads.csv")
    desk.write(ROWS[10:], "more.csv")
    desk.call("more.csv")
    assert [len(body) for body in bodies(account)] == [3, 7, 50]
    doctor = desk.call("doctor")
    assert "bulk calls are answered in the known form" in doctor.text


def test_one_call_never_holds_two_rows_that_may_be_one_lead(desk: Desk, account: Account) -> None:
    desk.configure(
        **QUICK, columns={"Email": "EmailAddress", "Mobile": "Phone", "Last Name": "LastName", "City": "mx_City"}
    )
    twins = [
        ("", "A", "one@example.com", "", "City 1", ""),
        ("", "B", "ONE@example.com", "", "City 2", ""),
        ("", "C", "", "+91-9800000001", "City 3", ""),
        ("", "D", "", "09800000001", "City 4", ""),
        ("", "E", "", "+1-2129000001", "City 5", ""),  # its last six digits are those of C and D
        ("", "F", "", "", "City 6", ""),
        ("", "F", "", "", "City 6", ""),
        *[("", f"Z{number}", f"z{number}@example.com", "", f"City {number}", "") for number in range(7, 60)],
    ]
    desk.write(twins)
    assert desk.call("leads.csv").status == 1
    for body in bodies(account):
        mails = [row["EmailAddress"].lower() for row in body if "EmailAddress" in row]
        phones = [row["Phone"][-6:] for row in body if "Phone" in row]
        names = [row["LastName"] for row in body]
        assert all(len(set(values)) == len(values) for values in (mails, phones, names))
    assert said(desk) == {"created": 58, "duplicate": 2}
    assert len(account.leads()) == 58


def test_refused_rows_are_told_one_by_one_and_a_duplicate_names_the_lead_that_is_there(
    desk: Desk, account: Account
) -> None:
    desk.write(ROWS[:10])
    desk.call("leads.csv", "--single")
    held = {lead["attributes"]["mx_City"]: lead["id"] for lead in account.leads()}
    account.change(mandatory=["mx_City"])
    desk.configure(**QUICK | {"bulk": {"calls": 100}})
    other = [(f"Other{n}", *ROWS[n - 1][1:5], "edited") for n in range(1, 6)]
    fresh = [person(100 + n) for n in range(5)]
    without_city = [(*person(200 + n)[:4], "", "") for n in range(3)]
    rows = [*fresh, *other, *without_city]
    desk.write(rows, "next.csv")
    desk.environ["LSQ_LEDGER"] = str(desk.folder / "other.sqlite3")
    assert desk.call("next.csv", "--refresh-fields").status == 1
    lines = desk.report("next.report.csv")
    assert Counter(line.status for line in lines)["created"] == 5
    for line in lines[5:10]:
        assert (line.status, line.error) == ("duplicate", "MXDuplicateEntryException")
        assert line.lead_id == held[line.cells[4]]
    assert {line.status for line in lines[10:]} <= {"rejected", "invalid"}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("partial", [0.0, 1.0], ids=["whole", "a part"])
def test_the_report_tells_the_truth_with_a_fault_switched_on_and_a_calm_run_ends_it(
    desk: Desk, account: Account, fault: str, partial: float
) -> None:
    rows = [*ROWS, *KEYLESS]
    desk.configure(
        **QUICK | {"bulk": BULK_LIMIT | {"timeout_s": 0.4, "rows": 5}}, timeout_s=0.4, breaker={"failures": 0}
    )
    desk.write([person(number) for number in range(900, 905)], "first.csv")
    desk.call("first.csv")
    before = len(account.leads())
    account.change(**{fault: 0.5, "bulk_partial": partial, "bulk_late_s": 0.05})
    desk.write(rows)
    desk.call("leads.csv")
    account.wait_until(lambda stats: stats["in_flight"] == 0)
    mine = account.leads()[before:]
    assert find_lies(rows, desk.report(), mine) == []
    assert account.stats()["faults"]
    assert set(said(desk)) <= {"created", "unknown"}
    account.change(**{fault: 0.0})
    desk.call("leads.csv", "--single")
    mine = account.leads()[before:]
    assert find_lies(rows, desk.report(), mine) == []
    assert said(desk, slice(len(ROWS))) == {"created": len(ROWS)}
    assert len(mine) <= len(rows)


def test_keyless_rows_of_a_lost_call_are_found_by_all_that_they_say(desk: Desk, account: Account) -> None:
    desk.write(ROWS[:3], "first.csv")
    desk.call("first.csv")
    account.script({"call": BULK, "fault": "drop_after"})
    desk.write(KEYLESS)
    assert desk.call("leads.csv").status == 0
    assert said(desk) == {"created": len(KEYLESS)}
    assert find_lies(KEYLESS, desk.report(), account.leads()[3:]) == []


def test_keyless_rows_that_are_not_found_stay_unknown_and_are_never_sent_again(desk: Desk, account: Account) -> None:
    desk.write(ROWS[:3], "first.csv")
    desk.call("first.csv")
    account.script({"call": BULK, "fault": "drop_after", "rows": 5})
    desk.write(KEYLESS)
    assert desk.call("leads.csv").status == 1
    assert said(desk) == {"created": 5, "unknown": 15}
    assert desk.call("leads.csv").status == 1
    assert len(account.leads()) == 3 + 5


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 200, "body": '{"Status":"Success","Message":{"Id":"x"}}'},
        {"status": 500, "body": '{"Status":"Error","ExceptionType":"MXUnknownAttributeException"}'},
        {"status": 200, "body": '[{"RowNumber":1,"LeadId":"a","LeadCreated":true}]'},
        {"status": 200, "body": '[{"LeadId":"a"},{"LeadId":"b"},{"LeadId":"c"}]'},
        {
            "status": 200,
            "body": json.dumps([{"RowNumber": n, "LeadId": f"id-{n}", "LeadCreated": True} for n in (1, 2, 3)]),
        },
        {"status": 400, "body": "no"},
    ],
    ids=["success of one", "one attribute sinks all", "short", "no numbers", "ids of no leads", "malformed"],
)
@pytest.mark.parametrize("is_stored", [True, False])
def test_an_account_that_answers_in_another_form_gets_the_rest_by_single_calls(
    desk: Desk, account: Account, answer: dict[str, Any], *, is_stored: bool
) -> None:
    account.script({"call": BULK, **answer, "store": is_stored})
    rows = ROWS[1:31]
    desk.write(rows)
    run = desk.call("leads.csv")
    assert run.status == 0
    assert "answers bulk calls in another form" in run.err
    assert [len(body) for body in bodies(account)] == [3]
    assert_true(desk, account, rows)
    assert said(desk) == {"created": len(rows)}


def test_a_row_that_sinks_a_later_call_costs_the_others_nothing(desk: Desk, account: Account) -> None:
    desk.write(ROWS[:5], "first.csv")
    desk.call("first.csv")
    sunk = {"Status": "Error", "ExceptionType": "MXUnknownAttributeException", "ExceptionMessage": "mx_A."}
    account.script({"call": BULK, "status": 500, "body": json.dumps(sunk)})
    rows = ROWS[5:50]
    desk.write(rows)
    assert desk.call("leads.csv").status == 0
    assert find_lies(rows, desk.report(), account.leads()[5:]) == []


def test_a_refusal_because_of_the_limit_is_no_doubt_and_teaches_the_bulk_budget_alone(
    desk: Desk, account: Account
) -> None:
    account.change(bulk_limit="1/0.5")
    desk.configure(
        route="bulk", bulk={"calls": 3, "per_seconds": 0.5, "rows": 10}, limits={"calls": 100, "per_seconds": 0.5}
    )
    desk.write(ROWS)
    run = desk.call("leads.csv")
    assert run.status == 0
    assert_true(desk, account, ROWS)
    assert account.stats()["refusals"] >= 1
    assert calls(account)["Lead.Create"] == 0
    assert calls(account)["Leads.Get"] == 0


def test_keys_that_are_refused_end_the_run_with_every_row_unsent(desk: Desk, account: Account) -> None:
    account.script({"call": BULK, "status": 401, "body": "no"})
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 3
    assert said(desk) == {"unsent": len(ROWS)}
    assert desk.call("leads.csv").status == 0
    assert_true(desk, account, ROWS)


def test_the_days_calls_are_counted_by_call(desk: Desk, account: Account) -> None:
    limits = {"calls": 1000, "per_seconds": 5, "calls_per_day": 9}
    desk.configure(**QUICK, limits=limits)
    desk.write(ROWS)
    assert desk.call("leads.csv", "--single").status == 2
    assert desk.call("leads.csv").status == 0
    used = account.stats()["arrivals"]
    assert used <= 9
    assert_true(desk, account, ROWS)


@pytest.mark.parametrize(("begun", "finished"), [("--bulk", "--single"), ("--single", "--bulk"), ("--bulk", "--bulk")])
def test_a_run_that_was_killed_on_one_route_is_finished_on_the_other(
    desk: Desk, account: Account, begun: str, finished: str
) -> None:
    rows = [*ROWS, *KEYLESS]
    desk.configure(**QUICK | {"bulk": BULK_LIMIT | {"rows": 10}}, workers=2)
    desk.write(rows)
    account.change(latency="30-60")
    process = desk.start("leads.csv", begun)
    account.wait_until(lambda stats: stats["creates"] >= 8 or stats["calls"].get(BULK, 0) >= 3)
    process.send_signal(signal.SIGKILL)
    finish(process)
    account.change(latency="0")
    desk.call("leads.csv", finished)
    assert_true(desk, account, rows)
    assert said(desk, slice(len(ROWS))) == {"created": len(ROWS)}
    assert set(said(desk)) <= {"created", "unknown"}


def kill_in_a_bulk_call(desk: Desk, account: Account, fault: str, **more: int) -> None:
    """Kill a run while its second call, the first after the canary, hangs."""
    account.script({"call": BULK, "fault": "none"}, {"call": BULK, "fault": fault, **more})
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["faults"].get(fault) == 1 and (fault, len(account.leads())) != (HANG, 3))
    process.send_signal(signal.SIGKILL)
    finish(process)


@pytest.mark.parametrize(("fault", "stored"), [("hang_before", 0), (HANG, 2), (HANG, 24)])
def test_the_rows_of_a_call_that_was_killed_are_found_out_about_together(
    desk: Desk, account: Account, fault: str, stored: int
) -> None:
    rows = [*ROWS[:23], *KEYLESS[:4]]
    desk.write(rows)
    kill_in_a_bulk_call(desk, account, fault, **({"rows": stored} if stored else {}))
    assert len(account.leads()) == 3 + stored
    before = calls(account)
    desk.call("leads.csv")
    more = calls(account) - before
    assert more["Leads.Get"] <= 3, "they were listed, none was looked up by itself"
    assert more["Lead.Create"] == max(0, 20 - stored)
    keyless = {"unknown": 4} if stored < 24 else {}
    assert said(desk) == {"created": 27 - sum(keyless.values())} | keyless
    assert_true(desk, account, rows)
    before = calls(account)
    desk.call("leads.csv")
    assert calls(account) == before, "what no listing tells is not asked again"


def test_a_row_that_was_edited_after_its_call_was_killed_is_found_by_what_was_kept(
    desk: Desk, account: Account
) -> None:
    rows = [person(number) for number in range(1, 24)]
    desk.write(rows)
    kill_in_a_bulk_call(desk, account, HANG)
    desk.call("leads.csv", "--dry-run")
    desk.mend({"City 12": {2: "mended@example.com"}})
    assert desk.call("leads.report.csv").status == 0
    assert {line.lead_id for line in desk.report()} == {lead["id"] for lead in account.leads()}
    assert "before it was edited" in desk.report()[11].tip


def test_with_a_reference_field_nothing_stays_unknown(desk: Desk, account: Account) -> None:
    desk.configure(**QUICK, reference="mx_Import_Ref")
    desk.write(ROWS[:3], "first.csv")
    desk.call("first.csv")
    account.script({"call": BULK, "fault": "drop_after", "rows": 7}, {"call": BULK, "fault": "error_500_before"})
    rows = [*KEYLESS, *ROWS[3:]]
    desk.write(rows)
    assert desk.call("leads.csv").status == 0
    assert said(desk) == {"created": len(rows)}
    assert find_lies(rows, desk.report(), account.leads()[3:]) == []


def test_created_rows_are_sent_again_on_purpose(desk: Desk, account: Account) -> None:
    account.change(unique=[])
    desk.write(ROWS[:8])
    desk.call("leads.csv")
    assert desk.call("leads.csv", "--again", "--yes").status == 0
    assert len(account.leads()) == 16


def test_rows_a_call_and_calls_of_the_bulk_limit_are_checked(desk: Desk) -> None:
    desk.configure(bulk={"rows": 51})
    desk.write(ROWS[:2])
    run = desk.call("leads.csv", "--bulk")
    assert run.status == 2
    assert "bulk" in run.err
    assert "50" in run.err


def test_refused_rows_alone_do_not_hold_the_road_at_three_rows_a_call(desk: Desk, account: Account) -> None:
    rows = [person(number) for number in range(1, 121)]
    desk.write(rows)
    desk.call("leads.csv", "--single")
    desk.environ["LSQ_LEDGER"] = str(desk.folder / "other.sqlite3")
    desk.write(rows, "next.csv")
    assert desk.call("next.csv").status == 1
    assert {line.status for line in desk.report("next.report.csv")} == {"duplicate"}
    sizes = [len(body) for body in bodies(account)]
    assert sizes[:4] == [3, 6, 12, 24]
    assert sum(sizes) == len(rows)


def test_a_run_until_the_quota_sends_what_fits_and_leaves_the_rest_for_the_next(desk: Desk, account: Account) -> None:
    desk.configure(**QUICK, limits={"calls": 1000, "per_seconds": 5, "calls_per_day": 7})
    rows = [person(number) for number in range(1, 131)]
    desk.write(rows)
    desk.call("leads.csv", "--until-quota")
    assert_true(desk, account, rows)
    assert said(desk)["created"] >= 3
    assert account.stats()["arrivals"] <= 7
