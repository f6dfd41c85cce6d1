"""`skip_rows`, `--rows` and `--only-status` from outside: what is left out and counted, and that nothing doubles."""

import pytest
from workbench import Account, Desk

COLUMNS = {"Name": "FirstName", "Email": "EmailAddress", "City": "mx_City"}
HEADER = ("Name", "Email", "City", "Status")
ROWS = [
    ("Asha", "asha@example.com", "Pune", "New"),
    ("Uma", "", "Delhi", "new "),
    ("Ravi", "ravi@example.com", "Pune", "Closed"),
    ("Grand  total", "", "3", "New"),
]
RULES = [{"column": "Name", "is": ["Total", "Grand Total"]}, {"column": "Status", "is_not": "New"}]


def statuses(desk: Desk, name: str = "leads.report.csv") -> list[str]:
    return [line.status for line in desk.report(name)]


def test_rows_that_are_no_leads_are_left_out_counted_and_no_failure(desk: Desk, account: Account) -> None:
    desk.configure(columns=COLUMNS, skip_rows=RULES)
    desk.write(ROWS, header=HEADER)
    run = desk.call("leads.csv")
    assert run.status == 0, run.text
    assert statuses(desk) == ["created", "created", "skipped", "skipped"]
    assert [line.message for line in desk.report()][2:] == [
        "Left out by skip_rows: Status is not New.",
        "Left out by skip_rows: Name is Grand Total.",
    ]
    assert [bool(line.ref) for line in desk.report()] == [True, True, False, False]
    assert "2  skipped: left out on purpose" in run.out
    assert len(account.leads()) == 2
    before = account.stats()["arrivals"]
    assert desk.call("leads.report.csv").status == 0
    assert desk.call("leads.csv").status == 0
    assert account.stats()["arrivals"] == before


@pytest.mark.parametrize(("blank", "left"), [(True, 2), (False, 2)])
def test_blank_cells_leave_a_row_out_or_keep_it(desk: Desk, account: Account, *, blank: bool, left: int) -> None:
    desk.configure(columns=COLUMNS, skip_rows=[{"column": "email", "blank": blank}])
    desk.write(ROWS, header=HEADER)
    assert desk.call("leads.csv").status == 0
    assert statuses(desk).count("skipped") == left
    assert len(account.leads()) == 4 - left


def test_a_twin_of_a_row_that_was_left_out_is_the_same_row_when_that_is_gone(desk: Desk, account: Account) -> None:
    desk.configure(columns=COLUMNS, skip_rows=RULES)
    twin = ("Uma", "", "Delhi", "New")
    desk.write([("Uma", "", "Delhi", "Closed"), twin], header=HEADER)
    assert desk.call("leads.csv").status == 0
    desk.write([twin], header=HEADER)
    assert desk.call("leads.csv").status == 0
    assert len(account.leads()) == 1
    desk.write([("Uma", "", "Delhi", "New"), twin], header=HEADER)
    assert desk.call("leads.csv").status == 0
    assert len(account.leads()) == 2


def test_a_line_whose_lead_is_there_is_never_left_out(desk: Desk, account: Account) -> None:
    desk.configure(columns=COLUMNS)
    desk.write(ROWS[:3], header=HEADER)
    assert desk.call("leads.csv").status == 0
    desk.configure(columns=COLUMNS, skip_rows=RULES)
    assert desk.call("leads.report.csv").status == 0
    assert statuses(desk) == ["created"] * 3
    assert len(account.leads()) == 3


def test_a_column_that_is_not_there_is_told(desk: Desk, account: Account) -> None:
    desk.configure(columns=COLUMNS, skip_rows=[{"column": "Stauts", "is": "New"}])
    desk.write(ROWS, header=HEADER)
    run = desk.call("leads.csv")
    assert (run.status, account.calls()) == (2, 0)
    assert "skip_rows does not fit" in run.err
    assert "did you mean" in run.err


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({"column": "Name"}, "needs one of"),
        ({"column": "Name", "is": "A", "blank": "true"}, "needs one of"),
        ({"column": "Name", "iss": "A"}, "iss"),
        ({"is": "A"}, "column"),
        ({"column": "Name", "is": []}, "a text or a list"),
    ],
)
def test_a_rule_that_says_nothing_is_refused(desk: Desk, rule: dict[str, object], why: str) -> None:
    desk.configure(columns=COLUMNS, skip_rows=[rule])
    desk.write(ROWS, header=HEADER)
    run = desk.call("leads.csv", "--dry-run")
    assert (run.status, why in run.err) == (2, True), run.err


def test_only_named_rows_are_sent_and_the_whole_file_sends_the_rest(desk: Desk, account: Account) -> None:
    desk.configure(columns=COLUMNS)
    twins = [("Uma", "", "Delhi", "")] * 3
    desk.write([*twins, *ROWS[:1]], header=HEADER)
    run = desk.call("leads.csv", "--rows", "3, 5-9")
    assert run.status == 0
    assert statuses(desk, "leads.rows.report.csv") == ["skipped", "created", "skipped", "created"]
    assert len(account.leads()) == 2
    assert desk.call("leads.csv").status == 0
    assert statuses(desk) == ["created"] * 4
    assert len(account.leads()) == 4


@pytest.mark.parametrize("rows", ["0", "5-3", "a", "", "2-", "1,,2"])
def test_rows_that_are_none_are_told(desk: Desk, account: Account, rows: str) -> None:
    desk.write(ROWS, header=HEADER)
    run = desk.call("leads.csv", "--rows", rows)
    assert (run.status, "names no rows" in run.err, account.calls()) == (2, True, 0)


def test_of_a_report_only_lines_of_some_statuses_are_sent_and_the_others_stay(desk: Desk, account: Account) -> None:
    desk.configure(columns=COLUMNS)
    account.script({"call": "Lead.Create", "status": 400, "body": REFUSED})
    desk.write([ROWS[0], ("Bad", "no address", "Pune", ""), ROWS[1]], header=HEADER)
    desk.configure(columns=COLUMNS, workers=1)
    assert desk.call("leads.csv").status == 1
    assert statuses(desk) == ["rejected", "invalid", "created"]
    before = desk.report()
    report = desk.folder / "leads.report.csv"
    report.write_text(report.read_text("utf-8-sig").replace("no address", "bad@example.com"), "utf-8-sig")
    assert desk.call("leads.report.csv", "--only-status", "invalid").status == 1
    assert statuses(desk) == ["rejected", "created", "created"]
    assert desk.report()[0].message == before[0].message
    assert desk.call("leads.report.csv").status == 0
    assert len(account.leads()) == 3
    run = desk.call("leads.csv", "--only-status", "invalid")
    assert (run.status, "is no report" in run.err) == (2, True)
    run = desk.call("leads.report.csv", "--only-status", "wrong")
    assert (run.status, "is no status" in run.err) == (2, True)


REFUSED = '{"Status":"Error","ExceptionType":"MXInvalidInputException","ExceptionMessage":"Invalid Input! mx_City"}'
