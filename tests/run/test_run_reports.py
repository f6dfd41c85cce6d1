"""The report as the next input: fix, run, fix, run, in any program, until every line is created."""

import csv
import shutil
import subprocess
from collections import Counter

import openpyxl
import pytest
from truth import MARKER, find_lies
from workbench import Account, Desk, Open, finish, person

ROWS = [
    *(person(number) for number in range(1, 5)),
    person(5, email=False, phone=False),
    person(6, email=False, phone=False),
]
MX = (
    '{"Status":"Error","ExceptionType":"MXInvalidInputException","ExceptionMessage":"Invalid Input! Parameter Name: X"}'
)


def said(desk: Desk, name: str = "leads.report.csv") -> Counter[str]:
    return Counter(line.status for line in desk.report(name))


def test_a_created_line_stays_as_it_is_whatever_was_edited_in_it(desk: Desk, account: Account) -> None:
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 0
    ids = [line.lead_id for line in desk.report()]
    desk.mend({"City 1": {0: "Edited", 2: "edited@example.com"}, "City 5": {0: "Edited"}})
    before = account.stats()["arrivals"]
    assert desk.call("leads.report.csv").status == 0
    assert account.stats()["arrivals"] == before
    assert [line.lead_id for line in desk.report()] == ids
    assert desk.report()[0].cells[2] == "edited@example.com"
    assert desk.call("leads.csv").status == 0
    assert account.stats()["arrivals"] == before


def test_a_file_and_a_copy_of_its_report_run_at_once_create_each_lead_once(desk: Desk, account: Account) -> None:
    rows = [person(number, email=number % 2 == 0, phone=False, remark="") for number in range(1, 21)]
    desk.configure(workers=5)
    account.script({"call": "Lead.Create", "status": 500, "body": MX, "times": 20})
    desk.write(rows)
    assert desk.call("leads.csv").status == 1
    # A config that calls it another source hides that it is this file's: the two runs do not exclude each other.
    shutil.copy(desk.folder / "leads.report.csv", desk.folder / "copy.csv")
    shutil.copy(desk.folder / "config.yaml", desk.folder / "one.yaml")
    desk.configure(workers=5, source="copy")
    account.change(latency="20-60")
    started = [
        desk.start("leads.csv", "-c", "one.yaml", "-r", "one.csv"),
        desk.start("copy.csv", "-r", "two.csv"),
    ]
    assert {finish(process).status for process in started} <= {0, 1}  # 1: what the other has in flight may be unknown
    leads = account.leads()
    assert len(leads) == 20
    assert find_lies(rows, desk.report("one.csv"), leads) == []
    assert find_lies(rows, desk.report("two.csv"), leads) == []
    assert desk.call("leads.csv", "-c", "one.yaml").status == 0
    assert len(account.leads()) == 20


def test_the_same_file_again_costs_no_call_and_gives_the_same_report(desk: Desk, account: Account) -> None:
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 0
    before = (account.stats()["arrivals"], (desk.folder / "leads.report.csv").read_bytes())
    again = desk.call("leads.csv")
    assert again.status == 0
    assert "6 of 6 rows are created already" in again.err
    assert (account.stats()["arrivals"], (desk.folder / "leads.report.csv").read_bytes()) == before


def test_fix_run_fix_run_ends_with_every_line_created(desk: Desk, account: Account) -> None:
    rows = [
        *ROWS,
        ("Bad", "Mail", "no address", "", "City 7", "'quoted"),
        ("", "", "", "", "City 8", "@x"),
        ("Twice", "", "p1@example.com", "", "City 9", ""),
    ]
    desk.write(rows)
    assert desk.call("leads.csv").status == 1
    desk.mend({"City 7": {2: "good@example.com"}, "City 8": {0: "=First"}})
    assert desk.call("leads.report.csv").status == 1
    assert said(desk) == {"created": 8, "duplicate": 1}
    desk.mend({"City 9": {2: "p9@example.com"}})
    assert desk.call("leads.report.csv").status == 0
    lines = desk.report()
    assert [line.row for line in lines] == [str(number) for number in range(2, 11)]
    assert find_lies([line.cells for line in lines], lines, account.leads()) == []
    assert [line.cells for line in lines[:6]] == ROWS
    assert lines[6].cells == ("Bad", "Mail", "good@example.com", "", "City 7", "'quoted")
    assert lines[7].cells == ("=First", "", "", "", "City 8", "@x")
    before = account.stats()["arrivals"]
    assert desk.call("leads.report.csv").status == 0
    assert account.stats()["arrivals"] == before
    # The source's rows are settled too: tomorrow's run of it does not send the old cells.
    assert desk.call("leads.csv").status == 0
    assert account.stats()["arrivals"] == before


def test_a_report_that_was_imported_itself_is_kept_when_its_source_runs_again(desk: Desk, account: Account) -> None:
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 0
    added = ("Added", "", "no address", "", "City 9", "")
    with (desk.folder / "leads.report.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow([*added, *[""] * 10])
    assert desk.call("leads.report.csv").status == 1
    # The added line was not created, and no other file has it.
    again = desk.call("leads.csv")
    assert again.status == 0
    assert "imported itself" in again.err
    (kept,) = desk.folder.glob("leads.report.2*.csv")
    assert [line.cells for line in desk.report(kept.name)] == [*ROWS, added]
    # What is written from the source's own file holds nothing of its own.
    assert desk.call("leads.csv").status == 0
    assert list(desk.folder.glob("leads.report.2*.csv")) == [kept]
    assert len(account.leads()) == 6


def test_a_copied_line_is_told_from_its_original_although_both_name_one_row(desk: Desk, account: Account) -> None:
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 0
    path = desk.folder / "leads.report.csv"
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(path.read_text("utf-8-sig").splitlines()[2] + "\r\n")
    assert desk.call("leads.report.csv").status == 1
    line = desk.report()[-1]
    assert (line.row, line.status, line.error) == ("3", "duplicate", "duplicate_in_file")
    assert line.message == "Another line whose lsq_row is 3 has the same unique value."
    assert len(account.leads()) == 6


def test_a_keyless_row_that_was_mended_in_the_report_is_not_sent_by_the_next_run_of_its_source(
    desk: Desk, account: Account
) -> None:
    account.script({"call": "Lead.Create", "status": 500, "body": MX})
    row = person(1, email=False, phone=False)
    desk.write([row])
    assert desk.call("leads.csv").status == 1
    assert said(desk) == {"rejected": 1}
    desk.mend({"City 1": {0: "Corrected"}})
    assert desk.call("leads.report.csv").status == 0
    assert desk.call("leads.csv").status == 0
    assert [lead["attributes"]["FirstName"] for lead in account.leads()] == ["Corrected"]


def test_a_file_and_its_report_do_not_run_at_once(desk: Desk, account: Account) -> None:
    desk.write([*ROWS, ("", "", "", "", "City 7", "")])
    assert desk.call("leads.csv").status == 1
    desk.write([*ROWS, person(8)])
    account.script({"call": "Lead.Create", "fault": "none", "delay_ms": 500})
    process = desk.start("leads.csv", "-r", "other.csv")
    account.wait_until(lambda stats: stats["creates"] == 7)
    assert desk.call("leads.report.csv").status == 75
    # A copy under another name is known as this file's by its references.
    shutil.copy(desk.folder / "leads.report.csv", desk.folder / "copy.csv")
    assert desk.call("copy.csv").status == 75
    assert finish(process).status == 0


def test_a_report_of_another_account_is_new_here_and_that_is_said(desk: Desk, open_account: Open) -> None:
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 0
    desk.account = elsewhere = open_account(seed=8)
    run = desk.call("leads.report.csv")
    assert run.status == 0
    assert "6 lines carry the reference of another account" in run.err
    lines = desk.report()
    assert find_lies([line.cells for line in lines], lines, elsewhere.leads()) == []
    assert len(elsewhere.leads()) == 6


@pytest.mark.usefixtures("quick_look_ups")
def test_a_machine_whose_ledger_is_new_still_believes_the_report(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "fault": "drop_after", "times": 2})
    desk.configure(workers=1)
    rows = [ROWS[4], ROWS[5], *ROWS[:4]]
    desk.write(rows)
    assert desk.call("leads.csv").status == 1
    assert said(desk) == {"unknown": 2, "created": 4}
    elsewhere = Desk(desk.folder.parent / "elsewhere", account)
    (elsewhere.folder / "leads.report.csv").write_bytes((desk.folder / "leads.report.csv").read_bytes())
    before = account.stats()["creates"]
    for _ in range(2):
        assert elsewhere.call("leads.report.csv").status == 1
        assert said(elsewhere) == {"unknown": 2, "created": 4}
        assert account.stats()["creates"] == before
    assert find_lies(rows, elsewhere.report(), account.leads()) == []


@pytest.mark.parametrize("how", ["dry run", "import"])
def test_a_report_run_in_place_for_another_account_is_kept_beside(
    desk: Desk, account: Account, open_account: Open, how: str
) -> None:
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 0
    before = (desk.folder / "leads.report.csv").read_bytes()
    desk.account = open_account(seed=8)
    assert desk.call("leads.report.csv", *(["--dry-run"] if how == "dry run" else [])).status == 0
    # On a machine with another ledger it is all that tells which leads the first account has.
    (kept,) = desk.folder.glob("leads.report.*.csv")
    assert kept.read_bytes() == before
    assert len(account.leads()) == len(ROWS)


def test_a_report_that_was_edited_is_kept_under_a_dated_name(desk: Desk, account: Account) -> None:
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 0
    desk.mend({"City 1": {5: "my own note"}})
    edited = (desk.folder / "leads.report.csv").read_bytes()
    run = desk.call("leads.csv")
    assert run.status == 0
    (kept,) = desk.folder.glob("leads.report.*.csv")
    assert kept.read_bytes() == edited
    assert kept.name in run.err
    assert desk.call("leads.csv").status == 0
    assert len(list(desk.folder.glob("leads.report.*.csv"))) == 1
    assert find_lies(ROWS, desk.report(), account.leads()) == []


def test_a_workbook_report_is_the_next_input_too(desk: Desk, account: Account) -> None:
    desk.configure(bad_email="send")
    rows = [*ROWS, ("Bad", "Mail", "no address", "", "City 7", "01250")]
    desk.write(rows)
    assert desk.call("leads.csv", "-r", "leads.report.xlsx").status == 1
    path = desk.folder / "leads.report.xlsx"
    workbook = openpyxl.load_workbook(path)
    sheet = workbook.worksheets[0]
    (line,) = [cells for cells in sheet.iter_rows(min_row=2, min_col=4) if cells[MARKER].value == "City 7"]
    line[2].value = "good@example.com"
    workbook.save(path)
    assert desk.call("leads.report.xlsx").status == 0
    assert desk.call("leads.report.xlsx", "-r", "final.csv").status == 0
    final = desk.report("final.csv")
    assert [line.cells for line in final] == [*ROWS, ("Bad", "Mail", "good@example.com", "", "City 7", "01250")]
    assert find_lies([line.cells for line in final], final, account.leads()) == []
    assert account.stats()["creates"] == 8


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize(
    ("name", "target", "options"),
    [
        ("leads.report.csv", "csv:Text - txt - csv (StarCalc):59,34,76,1", ["--infilter=CSV:44,34,76,1"]),
        ("leads.report.xlsx", "xlsx", []),
    ],
)
def test_a_report_that_libreoffice_opened_and_saved_is_the_next_input(
    desk: Desk, account: Account, name: str, target: str, options: list[str]
) -> None:
    desk.configure(bad_email="send")
    rows = [*ROWS, ("Bad", "Mail", "no address", "", "City 7", "two\nlines; ‘quoted’")]
    desk.write(rows)
    assert desk.call("leads.csv", "-r", name).status == 1
    before = account.stats()["creates"]
    profile = (desk.folder / "profile").as_uri()
    command = ["soffice", "--headless", f"-env:UserInstallation={profile}", *options, "--convert-to", target]
    subprocess.run(  # noqa: S603 - our own command
        [*command, "--outdir", desk.folder / "saved", desk.folder / name], check=True, capture_output=True, timeout=100
    )
    shutil.copy(desk.folder / "saved" / name, desk.folder / name)
    assert desk.call(name).status == 1
    assert account.stats()["creates"] == before + 1  # the one that was refused
    final = desk.call(name, "-r", "final.csv")
    assert final.status == 1
    lines = desk.report("final.csv")
    assert find_lies(rows, lines, account.leads()) == []
    assert Counter(line.status for line in lines) == {"created": 6, "rejected": 1}


def test_two_copies_of_one_report_line_are_the_row_and_a_new_row(desk: Desk, account: Account) -> None:
    row = person(1, email=False, phone=False)
    desk.write([row])
    assert desk.call("leads.csv").status == 0
    path = desk.folder / "leads.report.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, line = csv.reader(file)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, line, line])
    assert desk.call("leads.report.csv").status == 0
    for _ in range(2):
        lines = desk.report()
        assert [line.status for line in lines] == ["created", "created"]
        assert {line.lead_id for line in lines} == {lead["id"] for lead in account.leads()}
        assert len(account.leads()) == 2
        assert desk.call("leads.report.csv").status == 0


def test_rows_behind_the_first_n_of_a_report_stay_as_they_were(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "status": 500, "body": MX, "times": 3})
    desk.configure(workers=1)
    rows = [person(number) for number in range(1, 4)]
    desk.write(rows)
    assert desk.call("leads.csv").status == 1
    assert said(desk) == {"rejected": 3}
    desk.call("leads.report.csv", "--first", "1")
    lines = desk.report()
    assert [line.status for line in lines] == ["created", "rejected", "rejected"]
    assert find_lies(rows, lines, account.leads()) == []
