"""How a run ends: its exit status, a whole report whatever happened, and nothing sent after an end."""

import signal
from collections import Counter
from pathlib import Path
from urllib.parse import quote

import pytest
from truth import find_lies
from workbench import Account, Desk, Open, finish, person

ROWS = [person(number) for number in range(1, 13)]
BAD_KEYS = '{"Status":"Error","ExceptionType":"MXInvalidAccessDetailsException","ExceptionMessage":"Invalid Access …"}'


def said(desk: Desk) -> Counter[str]:
    return Counter(line.status for line in desk.report())


def test_a_run_that_creates_every_row_ends_with_0_and_one_that_does_not_with_1(desk: Desk, account: Account) -> None:
    desk.write(ROWS)
    run = desk.run("leads.csv")
    assert (run.status, find_lies(ROWS, desk.report(), account.leads())) == (0, [])
    assert "12 rows" in run.out
    assert "Report: leads.report.csv" in run.out
    assert "12 rows at 1000 per 5 s" in run.err
    nameless = ("", "", "", "", "City 13", "")
    taken = ("Other", "Person", "P1@Example.com", "", "City 14", "")
    refused = ("Bad", "Mail", "no address", "", "City 15", "")
    desk.configure(bad_email="send")
    rows = [*ROWS, nameless, taken, refused]
    desk.write(rows)
    run = desk.run("leads.csv")
    assert (run.status, find_lies(rows, desk.report(), account.leads())) == (1, [])
    assert said(desk) == {"created": 12, "invalid": 1, "duplicate": 1, "rejected": 1}
    assert all(f"row {number}" in run.out for number in (14, 15, 16))


def test_a_dry_run_ends_with_0_where_every_row_is_ready_or_created_and_sends_nothing(
    desk: Desk, account: Account
) -> None:
    desk.write(ROWS[:3])
    assert desk.call("leads.csv").status == 0
    desk.write(ROWS)
    dry = desk.call("leads.csv", "--dry-run", "-r", "dry.csv")
    assert dry.status == 0
    assert Counter(line.status for line in desk.report("dry.csv")) == {"created": 3, "ready": 9}
    assert len(account.leads()) == 3
    desk.write([*ROWS, ("", "", "", "", "City 13", "")])
    assert desk.call("leads.csv", "--dry-run", "-r", "dry.csv").status == 1


def test_a_dry_run_needs_no_keys(desk: Desk) -> None:
    desk.account = None
    desk.write(ROWS)
    assert desk.call("leads.csv", "--dry-run").status == 0
    assert said(desk) == {"ready": 12}


@pytest.mark.parametrize(
    ("answer", "told"),
    [({"status": 401, "body": BAD_KEYS}, "LSQ_ACCESS_KEY"), ({"status": 404, "body": "Not Found"}, "account.host")],
)
def test_refused_keys_and_a_wrong_address_stop_the_run_with_3_and_nothing_else_is_sent(
    desk: Desk, account: Account, answer: dict[str, object], told: str
) -> None:
    # The two questions about the account and the first three rows fill the limit: the others wait for the next window.
    desk.configure(workers=5, limits={"calls": 5, "per_seconds": 5})
    desk.write(ROWS)
    account.script({"call": "Lead.Create", "fault": "none", "times": 2}, answer | {"call": "Lead.Create", "times": 50})
    run = desk.call("leads.csv")
    assert run.status == 3
    assert told in run.err
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    assert said(desk) == {"created": 2, "unsent": 10}
    assert account.calls() == 3
    account.clear_script()
    desk.configure()
    assert desk.call("leads.csv").status == 0
    assert find_lies(ROWS, desk.report(), account.leads()) == []


def test_wrong_keys_cost_no_more_calls_than_were_on_their_way_and_leave_every_row_unsent(
    desk: Desk, account: Account
) -> None:
    desk.configure(workers=3)
    desk.write(ROWS)
    desk.environ["LSQ_SECRET_KEY"] = "wrong"
    run = desk.call("leads.csv")
    assert run.status == 3
    assert said(desk) == {"unsent": 12}
    assert account.calls() <= 3
    del desk.environ["LSQ_SECRET_KEY"]
    assert desk.call("leads.csv").status == 0


def test_a_second_run_of_the_same_source_ends_with_75_and_sends_nothing(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "fault": "none", "delay_ms": 1000})
    desk.configure(workers=1)
    desk.write(ROWS)
    first = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["creates"] >= 1)
    second = desk.call("leads.csv")
    assert second.status == 75
    assert "right now" in second.err
    assert second.out == ""
    assert finish(first).status == 0
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    assert account.stats()["creates"] == 12


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_lets_rows_in_flight_end_and_leaves_a_whole_report(
    desk: Desk, account: Account, number: signal.Signals, status: int
) -> None:
    account.change(latency="150")
    desk.configure(workers=3)
    desk.write(ROWS)
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["creates"] >= 2)
    process.send_signal(number)
    run = finish(process)
    assert run.status == status
    counts = said(desk)
    assert counts["created"] + counts["unsent"] == 12
    assert counts["unsent"] > 0
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    account.change(latency="0")
    assert desk.call("leads.csv").status == 0
    assert find_lies(ROWS, desk.report(), account.leads()) == []


def test_a_second_signal_does_not_wait_and_the_rows_cut_off_are_unknown(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "fault": "none"}, {"call": "Lead.Create", "fault": "hang_after", "times": 2})
    desk.configure(workers=2, timeout_s=300)
    desk.write(ROWS)
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["faults"].get("hang_after") == 2)
    process.send_signal(signal.SIGTERM)
    assert process.stderr is not None
    while "Again to stop at once" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGTERM)
    run = finish(process)
    assert run.status == 143
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    assert said(desk) == {"created": 1, "unknown": 2, "unsent": 9}


def test_a_signal_before_the_first_call_sends_nothing(desk: Desk, account: Account) -> None:
    account.script({"call": "UserByAccessKey.Get", "delay_ms": 500, "fault": "none"})
    desk.write(ROWS)
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["arrivals"] == 1)
    process.send_signal(signal.SIGTERM)
    assert finish(process).status == 143
    assert account.calls() == 0


ACCESS_KEY, SECRET_KEY = "u$r0123456789abcdef0123456789abcdef", "s+3/c=r&t%41_#"


@pytest.mark.usefixtures("quick_look_ups")
@pytest.mark.parametrize("auth", ["query", "headers"])
def test_no_key_and_no_lead_shows_in_what_is_said_or_kept(tmp_path: Path, auth: str, open_account: Open) -> None:
    account = open_account(access_key=ACCESS_KEY, secret_key=SECRET_KEY)
    desk = Desk(tmp_path / "desk", account)
    desk.configure(account={"auth": auth}, timeout_s=0.5, workers=1)
    rows = [person(number, remark="") for number in range(1, 8)]
    desk.write(rows)
    echo = f"cannot read https://x/v2/Lead.Create?accessKey={ACCESS_KEY}&secretKey={SECRET_KEY} of p2@example.com"
    account.script(
        {"call": "Lead.Create", "fault": "none"},
        {"call": "Lead.Create", "status": 400, "body": echo, "content_type": "text/plain"},
        {"call": "Lead.Create", "fault": "drop_after"},
        {"call": "Lead.Create", "fault": "hang_before"},
        {"call": "Lead.Create", "fault": "none"},
        {"call": "Lead.Create", "status": 401, "body": echo.replace("p2@", "p5@"), "content_type": "text/plain"},
    )
    run = desk.call("leads.csv", "-v", "--json", "--log-file", "log/import.log")
    assert run.status == 3
    assert said(desk) == {"created": 3, "rejected": 1, "unsent": 3}
    report = (desk.folder / "leads.report.csv").read_text("utf-8")
    kept = b"".join(path.read_bytes() for path in desk.ledger.parent.rglob("*") if path.is_file())
    log = (desk.folder / "log" / "import.log").read_text("utf-8")
    page = (desk.folder / "leads.report.html").read_text("utf-8")
    assert log.count('"event": "row"') == 5
    lines = (text for line in desk.report() for text in (line.error, line.message, line.tip, line.ref))
    told = [run.text, log, page, *lines]
    for key in (ACCESS_KEY, ACCESS_KEY[3:], quote(ACCESS_KEY, safe=""), SECRET_KEY, quote(SECRET_KEY, safe="")):
        assert key not in report
        assert key not in "\n".join(told)
        assert key.encode() not in kept
    for value in (value for row in rows for value in row[:5]):
        assert value not in "\n".join(told)
        assert value.encode() not in kept


def test_the_run_says_nothing_but_its_summary_when_quiet(desk: Desk) -> None:
    desk.write(ROWS)
    run = desk.call("leads.csv", "-q")
    told = ["12 rows", "       12  created", "Report: leads.report.csv", "Page:   leads.report.html"]
    assert run.err == ""
    assert run.out.splitlines() == told
    assert desk.call("leads.csv", "-q", "--no-html").out.splitlines() == told[:-1]


def test_the_first_rows_alone_are_a_canary_and_the_whole_file_follows_at_no_extra_cost(
    desk: Desk, account: Account
) -> None:
    desk.write(ROWS)
    assert desk.call("leads.csv", "--first", "2").status == 0
    assert find_lies(ROWS[:2], desk.report("leads.first-2.report.csv"), account.leads()) == []
    assert desk.call("leads.csv").status == 0
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    assert account.stats()["creates"] == 12
