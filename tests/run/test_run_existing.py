"""`existing: fill` and `existing: update` from outside: leads that are there get what their rows say, and no more."""

import signal
from typing import Any

import pytest
from workbench import Account, Desk, finish

HEADER = ("First Name", "Email", "Mobile", "City", "Notes", "Customer")
COLUMNS = {"First Name": "FirstName", "Email": "EmailAddress", "Mobile": "Phone", "City": "mx_City"}
UPDATE = "Lead.Update"
THEIRS = {"FirstName": "Asha", "EmailAddress": "asha@example.com", "Phone": "+91-9845010012", "mx_City": "Pune"}


def put(account: Account, **attributes: str) -> str:
    """A lead of somebody else's; its id."""
    store = account.sandbox._account.store
    lead = store.add(dict(attributes), created_on="2026-01-01 00:00:00.000", now=0.0)
    return lead.id


def attributes(account: Account, lead_id: str) -> dict[str, Any]:
    return next(dict(lead["attributes"]) for lead in account.leads() if lead["id"] == lead_id)


def updates(account: Account) -> int:
    return int(account.stats()["calls"].get(UPDATE, 0))


def row(first: str = "Asha", email: str = "", mobile: str = "", city: str = "", notes: str = "") -> tuple[str, ...]:
    return (first, email, mobile, city, notes, "")


def configure(desk: Desk, existing: str | None = "update", **others: Any) -> None:
    said = {"columns": COLUMNS} | ({} if existing is None else {"existing": existing}) | others
    desk.configure(**said)


def lines(desk: Desk) -> list[tuple[str, str]]:
    return [(line.status, line.message) for line in desk.report()]


def test_without_the_key_nothing_of_a_lead_is_changed(desk: Desk, account: Account) -> None:
    put(account, **THEIRS)
    configure(desk, None)
    desk.write([row(email="asha@example.com", city="Mysuru")], header=HEADER)
    assert desk.call("leads.csv").status == 1
    assert [line.status for line in desk.report()] == ["duplicate"]
    assert updates(account) == 0


def test_update_writes_what_differs_and_names_the_fields_and_not_the_values(desk: Desk, account: Account) -> None:
    there = put(account, **THEIRS, Notes="keep")
    configure(desk)
    desk.write(
        [row("ASHA", "asha@example.com", "+91 98450 10012", "Mysuru"), row("New", "new@example.com")], header=HEADER
    )
    run = desk.call("leads.csv")
    assert run.status == 0, run.text
    assert lines(desk) == [("updated", "Written: FirstName, mx_City."), ("created", "")]
    told = attributes(account, there)
    assert (told["FirstName"], told["mx_City"], told["Notes"]) == ("ASHA", "Mysuru", "keep")
    assert "Mysuru" not in run.text
    assert desk.report()[0].lead_id == there
    before = account.stats()["arrivals"]
    assert desk.call("leads.csv").status == 0
    assert [line.status for line in desk.report()] == ["unchanged", "created"]
    assert account.stats()["arrivals"] == before, "the same file again costs no call"


def test_fill_writes_only_what_is_empty_there(desk: Desk, account: Account) -> None:
    there = put(account, FirstName="Asha", EmailAddress="asha@example.com", mx_City="Pune")
    configure(desk, None, columns=COLUMNS | {"Notes": "Notes"})
    desk.write([row("Asha R.", "asha@example.com", "+91-9845010012", "Mysuru", "called")], header=HEADER)
    assert desk.call("leads.csv", "--existing", "fill").status == 0
    assert lines(desk) == [("updated", "Written: Notes.")]
    told = attributes(account, there)
    assert (told["FirstName"], told["mx_City"], told["Notes"]) == ("Asha", "Pune", "called")
    assert not told.get("Phone"), "a unique field is never written"


def test_a_lead_that_says_it_already_is_left_alone(desk: Desk, account: Account) -> None:
    put(account, **THEIRS, mx_Budget="250000.00")
    configure(desk, columns=COLUMNS | {"Notes": "mx_Budget"})
    desk.write([row("Asha", "asha@example.com", "+919845010012", "Pune", "250000")], header=HEADER)
    assert desk.call("leads.csv").status == 0
    assert [line.status for line in desk.report()] == ["unchanged"]
    assert updates(account) == 0


@pytest.mark.parametrize("may", [False, True])
def test_unique_fields_are_written_only_where_the_config_says_so(desk: Desk, account: Account, *, may: bool) -> None:
    there = put(account, **THEIRS)
    configure(desk, update_unique=may)
    desk.write([row("Asha", "asha@example.com", "+91-9845010099", "Pune")], header=HEADER)
    assert desk.call("leads.csv").status == 0
    assert attributes(account, there)["Phone"] == ("+91-9845010099" if may else "+91-9845010012")
    assert [line.status for line in desk.report()] == ["updated" if may else "unchanged"]


def test_a_constant_is_for_new_leads(desk: Desk, account: Account) -> None:
    there = put(account, **THEIRS, Source="Fair")
    configure(desk, constants={"Source": "Website"})
    desk.write([row("Asha", "asha@example.com", "", "Mysuru")], header=HEADER)
    assert desk.call("leads.csv").status == 0
    assert attributes(account, there)["Source"] == "Fair"


def test_a_feeds_corrected_cell_reaches_its_lead_and_a_column_that_is_mapped_later_too(
    desk: Desk, account: Account
) -> None:
    configure(desk, identity=["Customer"])
    rows = [("Asha", "asha@example.com", "", "Pune", "n1", "C1"), ("Uma", "", "", "Delhi", "n2", "C2")]
    desk.write(rows, header=HEADER)
    assert desk.call("leads.csv").status == 0
    desk.write([rows[0], ("Uma", "", "", "Mysuru", "n2", "C2")], header=HEADER)
    assert desk.call("leads.csv").status == 0
    assert lines(desk) == [("created", ""), ("updated", "Written: mx_City.")]
    configure(desk, identity=["Customer"], columns=COLUMNS | {"Notes": "Notes"})
    assert desk.call("leads.csv").status == 0
    assert [line.status for line in desk.report()] == ["updated", "updated"]
    assert {lead["attributes"].get("Notes") for lead in account.leads()} == {"n1", "n2"}
    assert len(account.leads()) == 2
    before = account.stats()["arrivals"]
    assert desk.call("leads.csv").status == 0
    assert account.stats()["arrivals"] == before


def test_an_edited_line_of_a_report_reaches_its_lead(desk: Desk, account: Account) -> None:
    configure(desk)
    desk.write([row("Asha", "", "", "Pune"), row("Uma", "", "", "Delhi")], header=HEADER)
    assert desk.call("leads.csv").status == 0
    report = desk.folder / "leads.report.csv"
    report.write_text(report.read_text("utf-8-sig").replace("Delhi", "Mysuru"), "utf-8-sig")
    assert desk.call("leads.report.csv").status == 0
    assert [line.status for line in desk.report()] == ["created", "updated"]
    assert sorted(lead["attributes"]["mx_City"] for lead in account.leads()) == ["Mysuru", "Pune"]
    assert desk.call("leads.report.csv").status == 0
    assert len(account.leads()) == 2


def test_two_rows_about_one_lead_do_not_write_over_each_other(desk: Desk, account: Account) -> None:
    there = put(account, **THEIRS)
    configure(desk, workers=1)
    desk.write([row("Asha", "asha@example.com", "", "One"), row("Asha", "", "+91-9845010012", "Two")], header=HEADER)
    assert desk.call("leads.csv").status == 1
    assert [line.status for line in desk.report()] == ["updated", "not_updated"]
    assert "Row 2 is about the same lead." in desk.report()[1].message
    assert attributes(account, there)["mx_City"] == "One"


def test_unique_values_of_two_leads_are_no_lead(desk: Desk, account: Account) -> None:
    put(account, FirstName="A", EmailAddress="asha@example.com")
    put(account, FirstName="B", Phone="+91-9845010012")
    configure(desk)
    desk.write([row("Asha", "asha@example.com", "+91-9845010012", "One")], header=HEADER)
    assert desk.call("leads.csv").status == 1
    assert lines(desk) == [("not_updated", "Its unique values belong to 2 leads.")]
    assert updates(account) == 0


@pytest.mark.parametrize("fault", ["drop_after", "drop_before", "error_500_after", "html_502_before", "refuse_429"])
def test_a_lost_reply_is_found_out_by_reading_the_lead(
    desk: Desk, account: Account, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importer.leadsquared.retries.FIRST_WAIT_S", 0.01)
    monkeypatch.setattr("importer.leadsquared.retries.JITTER_S", 0.01)
    there = put(account, **THEIRS)
    configure(desk)
    account.script({"call": UPDATE, "fault": fault, "times": 2})
    desk.write([row("Asha", "asha@example.com", "", "Mysuru")], header=HEADER)
    assert desk.call("leads.csv").status == 0
    assert lines(desk) == [("updated", "Written: mx_City.")]
    assert attributes(account, there)["mx_City"] == "Mysuru"


def test_a_refused_update_is_told_and_tried_again(desk: Desk, account: Account) -> None:
    there = put(account, **THEIRS)
    configure(desk)
    refused = '{"Status":"Error","ExceptionType":"MXInvalidInputException","ExceptionMessage":"Invalid Input! mx_City"}'
    account.script({"call": UPDATE, "status": 400, "body": refused})
    desk.write([row("Asha", "asha@example.com", "", "Mysuru")], header=HEADER)
    assert desk.call("leads.csv").status == 1
    assert [(line.status, line.lead_id) for line in desk.report()] == [("not_updated", there)]
    assert desk.report()[0].message.startswith("Not updated (mx_City): ")
    assert desk.call("leads.csv").status == 0
    assert attributes(account, there)["mx_City"] == "Mysuru"


def test_an_import_that_is_killed_while_it_updates_goes_on(desk: Desk, account: Account) -> None:
    people = [row(f"N{number}", f"n{number}@example.com", "", f"City {number}") for number in range(12)]
    for first, email, *_ in people:
        put(account, FirstName=first, EmailAddress=email, mx_City="Old")
    configure(desk, workers=1)
    desk.write(people, header=HEADER)
    account.change(latency="20")
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["calls"].get(UPDATE, 0) >= 3)
    process.send_signal(signal.SIGKILL)
    finish(process)
    account.change(latency="0")
    assert desk.call("leads.csv").status == 0
    assert {lead["attributes"]["mx_City"] for lead in account.leads()} == {one[3] for one in people}
    assert {line.status for line in desk.report()} <= {"updated", "unchanged"}
    assert len(account.leads()) == 12


def test_by_bulk_rows_that_exist_are_updated_one_by_one(desk: Desk, account: Account) -> None:
    there = put(account, **THEIRS)
    configure(desk, route="bulk", bulk={"calls": 100, "per_seconds": 0.2})
    desk.write(
        [row("Asha", "asha@example.com", "", "Mysuru"), *(row(f"N{n}", f"n{n}@example.com") for n in range(6))],
        header=HEADER,
    )
    assert desk.call("leads.csv").status == 0
    assert [line.status for line in desk.report()] == ["updated", *["created"] * 6]
    assert attributes(account, there)["mx_City"] == "Mysuru"


def test_undo_takes_back_only_what_was_created(desk: Desk, account: Account) -> None:
    there = put(account, **THEIRS)
    account.change(allow_delete=True)
    configure(desk)
    desk.write([row("Asha", "asha@example.com", "", "Mysuru"), row("New", "new@example.com")], header=HEADER)
    assert desk.call("leads.csv").status == 0
    assert desk.call("undo", "1", "--delete", "--yes").status == 0
    assert [lead["id"] for lead in account.leads()] == [there]


def test_a_report_whose_ledger_was_lost_makes_no_second_lead(desk: Desk, account: Account) -> None:
    put(account, **THEIRS)
    configure(desk, identity=["Customer"])
    rows = [("Uma", "", "", "Delhi", "", "C1"), ("Asha", "asha@example.com", "", "Mysuru", "", "C2")]
    desk.write(rows, header=HEADER)
    desk.call("leads.csv")
    desk.write([("Uma", "", "", "Pune", "", "C1"), rows[1]], header=HEADER)
    assert desk.call("leads.csv").status == 0
    assert [line.status for line in desk.report()] == ["updated", "unchanged"]
    desk.ledger.unlink()
    desk.call("leads.report.csv")
    assert len(account.leads()) == 2


def test_a_dry_run_tells_what_finding_out_costs_and_finds_out_where_it_is_asked_to(
    desk: Desk, account: Account
) -> None:
    there = put(account, **THEIRS)
    configure(desk)
    people = [row("Asha", "asha@example.com", "", "Mysuru"), row("New", "new@example.com"), row("No key")]
    desk.write(people, header=HEADER)
    run = desk.call("leads.csv", "--dry-run")
    assert run.status == 0
    assert "existing: update" in run.err
    assert "up to 6 calls. --look-up finds out now." in run.err
    run = desk.call("leads.csv", "--dry-run", "--look-up")
    assert "Of the rows with a unique value (update): 1 are in no lead yet; 1 would update a lead." in run.out
    assert (updates(account), attributes(account, there)["mx_City"]) == (0, "Pune")
    assert len(account.leads()) == 1
    run = desk.call("leads.csv", "--look-up")
    assert (run.status, "goes with --dry-run" in run.err) == (2, True)
