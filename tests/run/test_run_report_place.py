"""Where a report goes: never over more than itself, and a report's own place where it is imported again."""

import pytest
from truth import find_lies
from workbench import Account, Desk, person

ROWS = [person(number) for number in range(1, 7)]


def test_the_first_rows_alone_do_not_shorten_the_whole_report(desk: Desk, account: Account) -> None:
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 0
    run = desk.call("leads.csv", "--first", 2)
    assert "Report: leads.first-2.report.csv" in run.out
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    assert [line.status for line in desk.report("leads.first-2.report.csv")] == ["created"] * 2
    assert desk.call("leads.csv", "--first", 2, "--dry-run", "-r", "mine.csv").status == 0
    assert len(desk.report("mine.csv")) == 2


def test_the_first_rows_of_a_report_leave_its_other_lines_as_they_are(desk: Desk, account: Account) -> None:
    desk.write(ROWS)
    assert desk.call("leads.csv", "--dry-run").status == 0
    assert desk.call("leads.report.csv", "--first", 2).status == 0
    assert [line.status for line in desk.report()] == ["created"] * 2 + ["ready"] * 4
    assert account.stats()["creates"] == 2


def test_a_lost_ledger_is_noticed_by_the_report_of_the_first_rows_too(desk: Desk, account: Account) -> None:
    desk.write([person(number, email=False, phone=False) for number in range(1, 5)])
    assert desk.call("leads.csv", "--first", 2).status == 0
    desk.ledger.unlink()
    run = desk.call("leads.csv")
    assert run.status == 2
    assert "leads.first-2.report.csv says of 2 rows that they are created" in run.err
    assert account.stats()["creates"] == 2
    assert desk.call("ledger", "rebuild", "leads.first-2.report.csv").status == 0
    assert desk.call("leads.csv").status == 0
    assert account.stats()["creates"] == 4


def test_a_file_whose_report_could_not_be_named_is_refused_before_the_first_call(desk: Desk, account: Account) -> None:
    desk.write(ROWS)
    name = "x" * 240 + ".csv"
    (desk.folder / "leads.csv").rename(desk.folder / name)
    run = desk.call(name)
    assert run.status == 2
    assert "The report's name is too long" in run.err
    assert account.stats()["creates"] == 0
    assert desk.call(name, "-r", "short.report.csv").status == 0
    assert find_lies(ROWS, desk.report("short.report.csv"), account.leads()) == []


@pytest.mark.parametrize("name", ["badge.xlsx", "badge.csv", "badge.txt"])
def test_a_report_of_a_name_of_ones_own_is_written_in_place_in_its_own_form(
    desk: Desk, account: Account, name: str
) -> None:
    desk.write(ROWS)
    assert desk.call("leads.csv", "-r", name, "--dry-run").status == 0
    before = sorted(path.name for path in desk.folder.iterdir())
    run = desk.call(name)
    assert run.status == 0
    assert f"Report: {name}" in run.out
    assert sorted(path.name for path in desk.folder.iterdir()) == before
    assert (desk.folder / name).read_bytes().startswith(b"PK" if name.endswith("xlsx") else b"\xef\xbb\xbf")
    assert account.stats()["creates"] == len(ROWS)
    assert desk.call(name).status == 0
    assert account.stats()["creates"] == len(ROWS)
