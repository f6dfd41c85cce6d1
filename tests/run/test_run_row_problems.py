"""A row tells all that is wrong with it at once: in the report, in the summary and on the page, run after run."""

import csv
from pathlib import Path

from workbench import Desk

HEADER = ("First Name", "Email", "Mobile", "Lead Source", "Enquiry Date")
COLUMNS = {
    "First Name": "FirstName",
    "Email": {"field": "EmailAddress", "type": "email"},
    "Mobile": {"field": "Phone", "type": "phone", "region": "IN"},
    "Lead Source": {"field": "Source", "type": "choice"},
    "Enquiry Date": {"field": "mx_Enquiry_Date", "type": "date"},
}
FOUR = ("Asha", "asha@twice@example.com", "98450 1000", "Emial Campaign", "someday")
GOOD = ("Ravi", "ravi@example.com", "98450 10001", "Email Campaign", "2026-01-02")
CORRECT = ("Asha", "asha@example.com", "98450 10000", "Email Campaign", "2026-01-02")
WORDS = ["bad_email", "bad_phone", "off_list", "bad_date"]


def prepare(desk: Desk, *rows: tuple[str, ...]) -> None:
    desk.configure(columns=COLUMNS)
    desk.write(rows, header=HEADER)


def lines_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def correct(path: Path, **cells: str) -> None:
    """Put other texts into the first line of a report, as a person does."""
    lines = lines_of(path)
    lines[0] |= {name.replace("_", " "): text for name, text in cells.items()}
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)


def test_a_row_with_four_problems_tells_all_four_in_one_run(desk: Desk) -> None:
    prepare(desk, FOUR, GOOD)
    run = desk.call("leads.csv", "--dry-run")
    line, other = lines_of(desk.folder / "leads.report.csv")
    assert line["lsq_error"].split(" | ") == WORDS
    assert [text.split(" (")[0] for text in line["lsq_message"].split(" | ")] == [
        "Cell B2",
        "Cell C2",
        "Cell D2",
        "Cell E2",
    ]
    assert len(line["lsq_tip"].split(" | ")) == len(WORDS)
    assert (line["lsq_status"], other["lsq_status"], other["lsq_error"]) == ("invalid", "ready", "")
    assert all(f" {word}: " in run.out for word in WORDS)
    assert "twice" not in run.text
    page = (desk.folder / "leads.report.html").read_text("utf-8")
    assert all(f"<code>{word}</code>" in page for word in WORDS)
    assert "twice" not in page


def test_a_report_of_which_one_cell_was_corrected_still_tells_the_other_problems(desk: Desk) -> None:
    prepare(desk, FOUR, GOOD)
    assert desk.call("leads.csv").status == 1
    report = desk.folder / "leads.report.csv"
    assert [line["lsq_status"] for line in lines_of(report)] == ["invalid", "created"]
    assert lines_of(report)[0]["lsq_error"].split(" | ") == WORDS
    correct(report, Mobile=CORRECT[2])
    assert desk.call(report.name).status == 1
    assert lines_of(report)[0]["lsq_error"].split(" | ") == ["bad_email", "off_list", "bad_date"]
    correct(report, Email=CORRECT[1], Lead_Source=CORRECT[3], Enquiry_Date=CORRECT[4])
    assert desk.call(report.name).status == 0
    assert [line["lsq_status"] for line in lines_of(report)] == ["created", "created"]
    assert not any(line["lsq_error"] or line["lsq_message"] or line["lsq_tip"] for line in lines_of(report))
    assert desk.account is not None
    assert len(desk.account.leads()) == 2


def test_a_bad_row_also_tells_that_another_row_has_its_unique_value(desk: Desk) -> None:
    prepare(desk, CORRECT, ("Ravi", "asha@example.com", "12", "Email Campaign", ""))
    desk.call("leads.csv", "--dry-run")
    line = lines_of(desk.folder / "leads.report.csv")[1]
    assert (line["lsq_status"], line["lsq_error"]) == ("invalid", "bad_phone | duplicate_in_file")
    assert line["lsq_message"].endswith(" | Row 2 has the same unique value.")


def test_a_header_that_looks_like_the_separator_does_not_part_a_message(desk: Desk) -> None:
    header = ("First Name", "Email", "Phone | Mobile |", "Lead Source", "Enquiry Date")
    columns = {name if name != "Mobile" else header[2]: rule for name, rule in COLUMNS.items()}
    desk.configure(columns=columns)
    desk.write([FOUR], header=header)
    desk.call("leads.csv", "--dry-run")
    (line,) = lines_of(desk.folder / "leads.report.csv")
    assert [len(line[f"lsq_{name}"].split(" | ")) for name in ("error", "message", "tip")] == [4, 4, 4]


def test_lines_behind_the_first_keep_all_their_problems_as_they_were(desk: Desk) -> None:
    prepare(desk, GOOD, FOUR)
    desk.call("leads.csv", "--dry-run")
    report = desk.folder / "leads.report.csv"
    before = lines_of(report)[1]
    desk.call(report.name, "--first", "1", "--dry-run", "-r", report.name)
    assert lines_of(report)[1] == before


def test_hundreds_of_problems_of_one_row_still_fit_a_workbooks_cell(desk: Desk) -> None:
    header = ["First Name", *(f"Date {nth}" for nth in range(300))]
    fields = {f"Date {nth}": {"field": f"mx_Set.Date_{nth}", "type": "date"} for nth in range(300)}
    desk.account = None  # so that no field is unknown
    desk.configure(columns={"First Name": "FirstName", **fields})
    desk.write([["Asha", *["someday"] * 300]], header=header)
    desk.call("leads.csv", "--dry-run", "-r", "leads.report.xlsx")
    assert (desk.folder / "leads.report.xlsx").is_file()
    desk.call("leads.csv", "--dry-run")
    (line,) = lines_of(desk.folder / "leads.report.csv")
    told = len(line["lsq_error"].split(" | "))
    assert line["lsq_message"].endswith(f" | And {300 - told} more problems.")
    assert len(line["lsq_message"]) < 9_000
