"""What makes a row of a source the same row: the columns that are sent, whatever else changes from night to night."""

import csv
import random
import shutil
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from old_ledger import age_ledger
from old_schemas import SCHEMAS, turn_back, version_of
from truth import Cells, find_lies
from workbench import COLUMNS, HEADER, Account, Desk, person

EXPORT_HEADER = (*HEADER, "Exported at")


def keyless(number: int, remark: str = "") -> Cells:
    return person(number, email=False, phone=False, remark=remark)


def exported(rows: Sequence[Cells], night: str) -> list[Cells]:
    return [(*row, f"2026-11-{night} 02:00") for row in rows]


def cities(account: Account) -> Counter[str]:
    return Counter(lead["attributes"]["mx_City"] for lead in account.leads())


def replace_references(desk: Desk, refs: Sequence[str], name: str = "leads.report.csv") -> None:
    """Give a report the references of an older lsq-import, one for each line."""
    path = desk.folder / name
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *records = csv.reader(file)
    place = header.index("lsq_ref")
    for record, ref in zip(records, refs, strict=True):
        record[place] = ref
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *records])


def test_a_column_that_is_not_sent_makes_no_row_new_each_night(desk: Desk, account: Account) -> None:
    rows = [keyless(number) for number in range(1, 5)]
    desk.write(exported(rows, "24"), header=EXPORT_HEADER)
    assert desk.call("leads.csv").status == 0
    rows.append(keyless(5))
    desk.write(exported(rows, "25"), header=EXPORT_HEADER)
    assert desk.call("leads.csv").status == 0
    assert cities(account) == Counter(f"City {number}" for number in range(1, 6))
    assert find_lies(exported(rows, "25"), desk.report(), account.leads()) == []


def test_a_duplicate_costs_no_call_because_of_a_column_that_is_not_sent(desk: Desk, account: Account) -> None:
    other = Desk(desk.folder.parent / "other", account)
    other.write([("Some", "Body", "taken@example.com", "", "City 99", "")])
    assert other.call("leads.csv").status == 0
    row = ("Asha", "Rao", "taken@example.com", "", "City 7", "")
    desk.write(exported([row], "24"), header=EXPORT_HEADER)
    assert desk.call("leads.csv").status == 1
    before = account.calls()
    desk.write(exported([row], "25"), header=EXPORT_HEADER)
    assert desk.call("leads.csv").status == 1
    assert account.calls() == before


def test_the_columns_under_identity_alone_count(desk: Desk, account: Account) -> None:
    header = (*HEADER, "Customer ID")
    desk.configure(identity=["Customer ID"])
    rows = [(*keyless(number), f"C{number}") for number in range(1, 4)]
    desk.write(rows, header=header)
    assert desk.call("leads.csv").status == 0
    moved = [(row[0], row[1], "", "", f"Elsewhere {row[4]}", "", row[6]) for row in rows]
    desk.write([*reversed(moved), (*keyless(4), "C4")], header=header)
    assert desk.call("leads.csv").status == 0
    assert cities(account) == Counter(f"City {number}" for number in range(1, 5))


def test_a_row_whose_identity_is_blank_goes_by_what_is_sent(desk: Desk, account: Account) -> None:
    header = (*HEADER, "Customer ID")
    desk.configure(identity=["Customer ID"])
    desk.write([(*keyless(1), "")], header=header)
    assert desk.call("leads.csv").status == 0
    desk.write([(*keyless(2), " "), (*keyless(1), "")], header=header)
    assert desk.call("leads.csv").status == 0
    assert cities(account) == Counter(["City 1", "City 2"])


def test_every_column_counts_where_identity_says_all(desk: Desk, account: Account) -> None:
    desk.configure(identity="all")
    desk.write([keyless(1, "first")])
    assert desk.call("leads.csv").status == 0
    desk.write([keyless(1, "second")])
    assert desk.call("leads.csv").status == 0
    assert cities(account) == Counter({"City 1": 2})


def test_an_identity_without_such_a_column_stops_the_run(desk: Desk, account: Account) -> None:
    desk.configure(identity=["Customer"])
    desk.write([keyless(1)])
    run = desk.call("leads.csv")
    assert run.status == 2
    assert "`Customer`: the spreadsheet has no such header" in run.err
    assert account.leads() == []


CHANGES: dict[str, dict[str, Any]] = {
    "another column is mapped": {"columns": COLUMNS | {"Remark": "Notes"}},
    "a column is mapped no more": {"columns": {name: COLUMNS[name] for name in ("First Name", "City")}},
    "a column goes to another field": {"columns": COLUMNS | {"Last Name": "Company"}},
    "the identity is said": {"identity": ["First Name", "City"]},
    "every column counts": {"identity": "all"},
}


@pytest.mark.parametrize("change", CHANGES)
def test_no_row_is_sent_twice_because_what_counts_has_changed_even_if_an_export_time_did_too(
    desk: Desk, account: Account, change: str
) -> None:
    rows = [keyless(number) for number in range(1, 5)] + [keyless(1)]
    desk.write(exported(rows, "24"), header=EXPORT_HEADER)
    assert desk.call("leads.csv").status == 0
    leads = account.leads()
    desk.configure(**CHANGES[change])
    nights = ["25", "26", "27"] if change != "every column counts" else ["24", "24", "24"]
    for night in nights:
        desk.write(exported(rows, night), header=EXPORT_HEADER)
        assert desk.call("leads.csv").status == 0
    desk.configure()
    desk.write(exported(rows, "28"), header=EXPORT_HEADER)
    assert desk.call("leads.csv").status == 0
    assert account.leads() == leads


def test_a_header_that_was_renamed_with_its_mapping_makes_no_row_new(desk: Desk, account: Account) -> None:
    rows = [keyless(number) for number in range(1, 4)]
    desk.write(exported(rows, "24"), header=EXPORT_HEADER)
    assert desk.call("leads.csv").status == 0
    columns = {("Town" if name == "City" else name): field for name, field in COLUMNS.items()}
    for night in ("25", "26"):
        desk.configure(columns=columns)
        desk.write(exported(rows, night), header=["Town" if name == "City" else name for name in EXPORT_HEADER])
        assert desk.call("leads.csv").status == 0
    assert len(account.leads()) == 3


def test_a_report_from_before_a_change_does_not_send_what_its_source_sent_since(desk: Desk, account: Account) -> None:
    rows = [keyless(number) for number in range(1, 4)]
    desk.write(rows)
    assert desk.call("leads.csv", "--first", "1").status == 0
    shutil.copy(desk.folder / "leads.first-1.report.csv", desk.folder / "first.report.csv")
    account.script({"call": "Lead.Create", "status": 401, "body": '{"Status":"Error","ExceptionMessage":"no"}'})
    desk.configure(workers=1)
    assert desk.call("leads.csv").status == 3
    assert Counter(line.status for line in desk.report()) == {"created": 1, "unsent": 2}
    shutil.copy(desk.folder / "leads.report.csv", desk.folder / "stopped.report.csv")
    desk.configure(columns=COLUMNS | {"Remark": "Notes"})
    assert desk.call("leads.csv").status == 0
    assert desk.call("stopped.report.csv").status == 0
    assert len(account.leads()) == 3


@pytest.mark.parametrize("version", [name for name in SCHEMAS if version_of(name) < 5])
def test_rows_of_an_older_ledger_are_known_and_stay_known(desk: Desk, account: Account, version: str) -> None:
    rows = [*(keyless(number, f"remark {number}") for number in range(1, 5)), person(5), keyless(1, "remark 1")]
    desk.write(rows)
    assert desk.call("leads.csv").status == 0
    replace_references(desk, age_ledger(desk.ledger, rows, header=HEADER, source="leads.csv", version=version))
    shutil.copy(desk.folder / "leads.report.csv", desk.folder / "old.report.csv")
    before = (account.calls(), account.leads())
    assert desk.call("old.report.csv").status == 0
    assert desk.call("leads.csv").status == 0
    assert (account.calls(), account.leads()) == before
    assert find_lies(rows, desk.report(), account.leads()) == []
    desk.write([(*row[:5], "another remark") for row in rows])
    assert desk.call("leads.csv").status == 0
    assert desk.call("old.report.csv").status == 0
    assert account.leads() == before[1]


@pytest.mark.parametrize("version", [name for name in SCHEMAS if version_of(name) >= 5])
def test_a_ledger_of_the_present_references_is_gone_on_with(desk: Desk, account: Account, version: str) -> None:
    desk.write([keyless(1), person(2)])
    assert desk.call("leads.csv").status == 0
    turn_back(desk.ledger, version)
    before = account.calls()
    assert desk.call("leads.csv").status == 0
    assert account.calls() == before
    assert "UTC+05:30" in (desk.folder / "leads.report.html").read_text("utf-8")
    desk.write([keyless(1), person(2), person(3)])
    assert desk.call("leads.csv").status == 0
    assert len(account.leads()) == 3
    asked = account.stats()["calls"]["UserByAccessKey.Get"]
    assert asked == (2 if version_of(version) < 8 else 1), "once for the time zone, which was not kept then"


def test_rows_that_differ_in_what_is_not_sent_stay_as_many_through_the_change(desk: Desk, account: Account) -> None:
    """Of an older ledger; a feed brings some of them back each night, in any order, with another export time."""
    rows = [(*keyless(1)[:5], f"remark {number}") for number in range(6)]
    desk.write(rows)
    assert desk.call("leads.csv").status == 0
    age_ledger(desk.ledger, rows, header=HEADER, source="leads.csv")
    draws = random.Random(7)
    for night in range(6):
        some = draws.sample(rows, draws.randint(1, len(rows)))
        if night > 3:
            some = [(*row[:5], f"night {night}") for row in some]
        desk.write(some)
        assert desk.call("leads.csv").status == 0
        assert len(account.leads()) == 6
        assert len({line.lead_id for line in desk.report()}) == len(some)
    desk.write([*rows, rows[0]])
    assert desk.call("leads.csv").status == 0
    assert len(account.leads()) == 7


def test_an_old_report_of_rows_that_were_never_sent_is_known_after_their_source_was(
    desk: Desk, account: Account
) -> None:
    rows = [keyless(number) for number in range(1, 4)]
    desk.write(rows)
    desk.configure(workers=1)
    account.script({"call": "Lead.Create", "status": 401, "body": '{"Status":"Error","ExceptionMessage":"no"}'})
    assert desk.call("leads.csv").status == 3
    replace_references(desk, age_ledger(desk.ledger, rows, header=HEADER, source="leads.csv"))
    shutil.copy(desk.folder / "leads.report.csv", desk.folder / "old.report.csv")
    assert desk.call("leads.csv").status == 0
    assert desk.call("old.report.csv").status == 0
    assert desk.call("leads.csv").status == 0
    assert len(account.leads()) == 3


def test_a_row_that_an_old_report_sent_is_not_sent_by_its_source(desk: Desk, account: Account) -> None:
    rows = [keyless(number) for number in range(1, 4)]
    desk.write(rows)
    desk.configure(workers=1)
    account.script({"call": "Lead.Create", "status": 401, "body": '{"Status":"Error","ExceptionMessage":"no"}'})
    assert desk.call("leads.csv").status == 3
    replace_references(desk, age_ledger(desk.ledger, rows, header=HEADER, source="leads.csv"))
    assert desk.call("leads.report.csv").status == 0
    for _ in range(2):
        desk.write([(*row[:5], "exported again") for row in rows] if _ else rows)
        assert desk.call("leads.csv").status == 0
        assert len(account.leads()) == 3


def test_a_file_of_the_same_name_in_another_folder_is_asked_about(desk: Desk, account: Account) -> None:
    (desk.folder / "a").mkdir()
    (desk.folder / "b").mkdir()
    desk.write([keyless(1), person(2)], "a/leads.csv")
    desk.write([keyless(1), person(2), keyless(3)], "b/leads.csv")
    assert desk.call("a/leads.csv").status == 0
    for options in ([], ["--dry-run"]):
        run = desk.call("b/leads.csv", *options)
        assert run.status == 2
        assert "1 rows without a unique value are known from a file of the same name" in run.err
        assert "--same-source" in run.err
        assert "--new-source" in run.err
    assert len(account.leads()) == 2


@pytest.mark.parametrize(
    ("answer", "leads"), [(["--same-source"], ["City 1", "City 2"]), (["--new-source"], ["City 1", "City 1", "City 2"])]
)
def test_the_answer_holds_for_the_next_runs(desk: Desk, account: Account, answer: list[str], leads: list[str]) -> None:
    (desk.folder / "a").mkdir()
    (desk.folder / "b").mkdir()
    desk.write([keyless(1), person(2)], "a/leads.csv")
    desk.write([keyless(1), person(2)], "b/leads.csv")
    assert desk.call("a/leads.csv").status == 0
    assert desk.call("b/leads.csv", *answer).status == 0
    for name in ("b/leads.csv", "a/leads.csv", "b/leads.report.csv", "b/leads.csv"):
        assert desk.call(name).status == 0
    assert sorted(lead["attributes"]["mx_City"] for lead in account.leads()) == leads


def test_nothing_is_asked_where_every_known_row_has_a_unique_value_or_config_names_the_source(
    desk: Desk, account: Account
) -> None:
    for folder in ("a", "b", "c"):
        (desk.folder / folder).mkdir()
        desk.write([person(1)], f"{folder}/leads.csv")
        assert desk.call(f"{folder}/leads.csv").status == 0
    desk.configure(source="feed")
    for folder in ("a", "b"):
        desk.write([keyless(5)], f"{folder}/leads.csv")
        assert desk.call(f"{folder}/leads.csv").status == 0
    assert len(account.leads()) == 2


def test_the_two_answers_contradict_each_other(desk: Desk) -> None:
    desk.write([keyless(1)])
    assert desk.call("leads.csv", "--same-source", "--new-source").status == 2
