"""With each thing that can go wrong going wrong, the report tells the truth about every row."""

import socket
from collections import Counter

import pytest
from truth import Cells, find_lies
from workbench import Account, Desk, person

from importer.sandbox import FAULTS

KEYED = [
    *(person(number) for number in range(1, 5)),
    *(person(number, phone=False) for number in range(5, 8)),
    *(person(number, email=False) for number in range(8, 11)),
]
KEYLESS = [person(number, email=False, phone=False) for number in range(11, 16)]
HOPELESS = [("", "", "", "", "City 16", ""), ("Bad", "Mail", "no address", "", "City 17", "")]
ROWS: list[Cells] = [*KEYED, *KEYLESS, *HOPELESS]

pytestmark = pytest.mark.usefixtures("quick_look_ups")


def said(desk: Desk, rows: slice = slice(None)) -> Counter[str]:
    return Counter(line.status for line in desk.report()[rows])


KEYLESS_PART = slice(len(KEYED), len(KEYED) + len(KEYLESS))


@pytest.mark.parametrize(
    ("fault", "odds"),
    [*((fault, 1.0 if fault.endswith("_after") else 0.5) for fault in FAULTS), ("html_502_before", 1.0)],
)
def test_the_report_tells_the_truth_with_a_fault_switched_on_and_a_calm_run_ends_it(
    desk: Desk, account: Account, fault: str, odds: float
) -> None:
    account.change(**{fault: odds, "lag_s": 0.03})
    desk.configure(workers=20, timeout_s=0.25, breaker={"failures": 0})
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 1
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    if odds == 1.0:
        # A keyless row stays in doubt; a keyed one is found where it was stored, else its attempts are used up.
        assert set(said(desk, KEYLESS_PART)) == {"unknown"}
        assert set(said(desk, slice(len(KEYED)))) == ({"created"} if fault.endswith("after") else {"unknown"})
    account.change(**{fault: 0.0})
    held = {lead["id"] for lead in account.leads()}
    assert desk.call("leads.csv").status == 1
    lines = desk.report()
    assert find_lies(ROWS, lines, account.leads()) == []
    assert set(said(desk, slice(len(KEYED)))) == {"created"}
    assert {lead["id"] for lead in account.leads()} >= held


@pytest.mark.parametrize("refusal", [429, 403, 200])
def test_refusals_of_an_account_whose_limit_is_lower_than_told_cost_time_and_no_row(
    desk: Desk, account: Account, refusal: int
) -> None:
    account.change(limit="6/0.3", refusal=refusal)
    desk.configure(workers=10, limits={"calls": 12, "per_seconds": 0.3})
    rows = [*KEYED, *KEYLESS]
    desk.write(rows)
    run = desk.call("leads.csv")
    assert run.status == 0
    assert find_lies(rows, desk.report(), account.leads()) == []
    refusals = account.stats()["refusals"]
    assert refusals > 0
    assert f"LeadSquared refused {refusals} calls because of the account's limit." in run.err
    assert {line.attempts for line in desk.report()} == {"1"}


def test_a_lead_that_the_look_ups_find_late_is_known_by_the_refusal_of_its_unique_value(
    desk: Desk, account: Account
) -> None:
    account.script(
        {"call": "Lead.Create", "fault": "drop_after", "times": 3},
        {"call": "Leads.Get", "status": 200, "body": "[]", "times": 9},  # each row is looked up three times
    )
    desk.configure(workers=3)
    desk.write(KEYED[:3])
    run = desk.call("leads.csv")
    assert find_lies(KEYED[:3], desk.report(), account.leads()) == []
    assert run.status == 0
    assert account.stats()["creates"] == 6


def test_a_lead_of_somebody_else_that_took_the_value_in_between_is_not_called_ours(
    desk: Desk, account: Account
) -> None:
    other = Desk(desk.folder.parent / "other", account)
    other.write([("Some", "Body", KEYED[0][2], "", "City 99", "")])
    assert other.call("leads.csv").status == 0
    account.script({"call": "Lead.Create", "fault": "drop_before"})
    desk.write(KEYED[:1])
    assert desk.call("leads.csv").status == 1
    (line,) = desk.report()
    assert (line.status, line.lead_id) == ("duplicate", account.leads()[0]["id"])


def test_a_keyless_row_in_doubt_is_never_sent_again(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "fault": "drop_after"}, {"call": "Lead.Create", "fault": "drop_before"})
    rows = KEYLESS[:2]
    desk.configure(workers=1)
    desk.write(rows)
    for _ in range(3):
        assert desk.call("leads.csv").status == 1
        assert said(desk) == {"unknown": 2}
        assert account.stats()["creates"] == 2
    assert find_lies(rows, desk.report(), account.leads()) == []


def test_a_look_up_that_gets_no_answer_is_asked_again(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "fault": "drop_after"}, {"call": "Leads.Get", "fault": "drop_before"})
    desk.write(KEYED[:1])
    assert desk.call("leads.csv").status == 0
    assert find_lies(KEYED[:1], desk.report(), account.leads()) == []
    assert account.stats()["creates"] == 1


def test_a_look_up_that_is_not_allowed_leaves_the_row_unknown_and_sends_nothing(desk: Desk, account: Account) -> None:
    account.script(
        {"call": "Lead.Create", "fault": "drop_after"},
        {"call": "Leads.Get", "status": 403, "body": "not for you", "content_type": "text/plain"},
    )
    desk.write(KEYED[:1])
    assert desk.call("leads.csv").status == 1
    assert said(desk) == {"unknown": 1}
    assert find_lies(KEYED[:1], desk.report(), account.leads()) == []
    assert account.stats()["creates"] == 1
    assert desk.call("leads.csv").status == 0
    assert account.stats()["creates"] == 1


def test_an_account_that_cannot_be_reached_leaves_rows_failed_and_they_are_tried_again(
    desk: Desk, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importer.leadsquared.retries.FIRST_WAIT_S", 0.01)
    monkeypatch.setattr("importer.leadsquared.retries.JITTER_S", 0.0)
    desk.configure(account={"name": "ours"}, workers=1)
    rows = [*KEYED[:1], *KEYLESS[:1]]
    desk.write(rows)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        desk.environ["LSQ_HOST"] = f"http://127.0.0.1:{taken.getsockname()[1]}"
        run = desk.call("leads.csv")
    assert run.status == 3
    assert said(desk) == {"failed": 2}
    assert {line.attempts for line in desk.report()} == {"6"}
    assert "Check the network" in run.out
    del desk.environ["LSQ_HOST"]
    assert desk.call("leads.csv").status == 0
    assert find_lies(rows, desk.report(), account.leads()) == []
