"""Lines of a report that a person copied, sorted, swapped or robbed of their reference: which row each of them is."""

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from truth import MARKER, Cells, find_lies
from workbench import Account, Desk, person

MX = (
    '{"Status":"Error","ExceptionType":"MXInvalidInputException","ExceptionMessage":"Invalid Input! Parameter Name: X"}'
)
REFUSED = {"call": "Lead.Create", "status": 500, "body": MX}
WIDTH = 6
STATUS, LEAD_ID, REF = WIDTH + 1, WIDTH + 2, WIDTH + 8

Records = list[list[str]]


def keyless(number: int, remark: str = "") -> Cells:
    return person(number, email=False, phone=False, remark=remark)


def edit(desk: Desk, change: Callable[[Records], Records | None], name: str = "leads.report.csv") -> None:
    """Let a function change a report's lines, its header left out."""
    path = desk.folder / name
    header, records = read(path)
    changed = change(records)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *(records if changed is None else changed)])


def read(path: Path) -> tuple[list[str], Records]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *records = csv.reader(file)
    return header, records


def drop_columns(desk: Desk, *names: str, source: str = "leads.report.csv") -> None:
    path = desk.folder / source
    header, records = read(path)
    keep = [index for index, name in enumerate(header) if name not in names]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([[line[index] for index in keep] for line in (header, *records)])


def cities(account: Account) -> Counter[str]:
    return Counter(lead["attributes"]["mx_City"] for lead in account.leads())


def check_truth(desk: Desk, account: Account, name: str = "leads.report.csv") -> None:
    """Each created line has a lead of its own with its cells, and each lead a line."""
    lines = desk.report(name)
    lies = find_lies([line.cells for line in lines], lines, account.leads())
    assert [lie for lie in lies if "numbered" not in lie] == []  # a copy has its original's number


@pytest.mark.parametrize("key", ["keyless", "with a unique value"])
def test_a_copied_line_above_its_original_is_a_new_row_and_the_original_stays_created(
    desk: Desk, account: Account, key: str
) -> None:
    make = keyless if key == "keyless" else person
    desk.write([make(number) for number in range(1, 5)])
    assert desk.call("leads.csv").status == 0

    def copy_up(records: Records) -> None:
        upper = list(records[1])
        upper[:WIDTH] = make(9)
        records.insert(1, upper)

    edit(desk, copy_up)
    assert desk.call("leads.report.csv").status == 0
    assert cities(account) == Counter(f"City {number}" for number in (1, 2, 3, 4, 9))
    check_truth(desk, account)
    before = account.stats()["arrivals"]
    assert desk.call("leads.report.csv").status == 0
    assert desk.call("leads.csv").status == 0
    assert account.stats()["arrivals"] == before


def test_of_several_copies_the_one_with_the_cells_that_were_sent_is_the_row(desk: Desk, account: Account) -> None:
    desk.write([keyless(1), keyless(2)])
    assert desk.call("leads.csv").status == 0

    def copy(records: Records) -> Records:
        copies = [[*keyless(number), *records[0][WIDTH:]] for number in (5, 6, 7)]
        return [copies[0], copies[1], records[0], copies[2], records[1]]

    edit(desk, copy)
    assert desk.call("leads.report.csv").status == 0
    assert cities(account) == Counter(f"City {number}" for number in (1, 2, 5, 6, 7))
    check_truth(desk, account)


def test_a_copy_whose_original_was_edited_in_a_column_that_is_not_sent_is_told_apart(
    desk: Desk, account: Account
) -> None:
    desk.write([keyless(1), keyless(2)])
    assert desk.call("leads.csv").status == 0

    def copy(records: Records) -> None:
        upper = [*keyless(9), *records[0][WIDTH:]]
        records[0][5] = "called twice"
        records.insert(0, upper)

    edit(desk, copy)
    assert desk.call("leads.report.csv").status == 0
    assert cities(account) == Counter(f"City {number}" for number in (1, 2, 9))
    check_truth(desk, account)


def test_an_edited_copy_is_told_apart_although_its_original_stands_behind_the_first_lines(
    desk: Desk, account: Account
) -> None:
    desk.write([keyless(1), keyless(2), keyless(3)])
    assert desk.call("leads.csv").status == 0
    edit(desk, lambda records: records.insert(0, [*keyless(9), *records[-1][WIDTH:]]))
    assert desk.call("leads.report.csv", "--first", "1").status == 0
    check_truth(desk, account)
    assert cities(account) == Counter(f"City {number}" for number in (1, 2, 3, 9))


def test_a_copy_of_a_line_that_was_never_sent_does_not_take_its_place(desk: Desk, account: Account) -> None:
    desk.write([keyless(1), ("", "", "", "", "City 2", "")])
    assert desk.call("leads.csv").status == 1
    ref = desk.report()[1].ref
    edit(desk, lambda records: records.insert(1, [*keyless(9), *records[1][WIDTH:]]))
    assert desk.call("leads.report.csv").status == 1
    assert [line.ref == ref for line in desk.report()] == [False, False, True]
    drop_columns(desk, "lsq_ref")
    desk.call("leads.report.csv")
    assert desk.report()[2].status == "invalid"
    check_truth(desk, account)
    assert desk.call("leads.csv").status == 1
    assert [line.status for line in desk.report()] == ["created", "invalid"]


def test_copies_that_cannot_be_told_apart_are_asked_about_and_none_is_sent(desk: Desk, account: Account) -> None:
    desk.write([keyless(1), keyless(2), keyless(3)])
    assert desk.call("leads.csv").status == 0
    ref = desk.report()[0].ref

    def copy(records: Records) -> None:
        tail = records[0][WIDTH:]
        records[0][:WIDTH] = keyless(8)
        records.insert(0, [*keyless(9), *tail])

    edit(desk, copy)
    for _ in range(2):
        assert desk.call("leads.report.csv").status == 1
        lines = desk.report()
        assert [line.status for line in lines] == ["invalid", "invalid", "created", "created"]
        assert {line.error for line in lines[:2]} == {"unclear_copy"}
        assert {line.ref for line in lines[:2]} == {ref}
        assert len(account.leads()) == 3

    def answer(records: Records) -> None:
        records[0][WIDTH:] = [""] * len(records[0][WIDTH:])

    edit(desk, answer)
    assert desk.call("leads.report.csv").status == 0
    assert len(account.leads()) == 4
    assert desk.report()[1].ref == ref


def test_copies_on_a_machine_that_has_never_seen_the_row_are_asked_about_and_its_lead_is_not_forgotten(
    desk: Desk, account: Account
) -> None:
    desk.write([keyless(1), keyless(2)])
    assert desk.call("leads.csv").status == 0
    edit(desk, lambda records: records.insert(0, [*keyless(9), *records[0][WIDTH:]]))
    elsewhere = Desk(desk.folder.parent / "elsewhere", account)
    (elsewhere.folder / "leads.report.csv").write_bytes((desk.folder / "leads.report.csv").read_bytes())
    assert elsewhere.call("leads.report.csv").status == 1
    assert [line.status for line in elsewhere.report()] == ["invalid", "invalid", "created"]

    def answer(records: Records) -> None:
        records[0][WIDTH:] = [""] * len(records[0][WIDTH:])

    edit(elsewhere, answer)
    assert elsewhere.call("leads.report.csv").status == 0
    check_truth(elsewhere, account)
    assert cities(account) == Counter(f"City {number}" for number in (1, 2, 9))


@pytest.mark.parametrize("how", ["dry run", "import"])
def test_data_columns_that_were_sorted_alone_send_nothing(desk: Desk, account: Account, how: str) -> None:
    account.script(REFUSED)
    desk.configure(workers=1)
    desk.write([keyless(number) for number in range(1, 10)])
    assert desk.call("leads.csv").status == 1

    def sort(records: Records) -> None:
        data = sorted((record[:WIDTH] for record in records), key=lambda cells: cells[0], reverse=True)
        for record, cells in zip(records, data, strict=True):
            record[:WIDTH] = cells

    edit(desk, sort)
    before = (desk.folder / "leads.report.csv").read_bytes()
    run = desk.call("leads.report.csv", *(["--dry-run"] if how == "dry run" else []))
    assert run.status == 2
    assert "7 of 8 created lines hold other cells" in run.err
    assert "--trust-references" in run.err
    assert len(account.leads()) == 8
    assert (desk.folder / "leads.report.csv").read_bytes() == before


def test_whole_lines_that_were_sorted_are_what_they_were(desk: Desk, account: Account) -> None:
    account.script(REFUSED)
    desk.configure(workers=1)
    desk.write([keyless(number) for number in range(1, 8)])
    assert desk.call("leads.csv").status == 1
    edit(desk, lambda records: records.sort(key=lambda record: record[0], reverse=True))
    assert desk.call("leads.report.csv").status == 0
    assert cities(account) == Counter(f"City {number}" for number in range(1, 8))
    check_truth(desk, account)


@pytest.mark.parametrize("state", ["created", "rejected", "invalid"])
@pytest.mark.parametrize("column", ["reference", "every lsq column"])
def test_a_created_line_and_another_whose_references_were_swapped_are_told_by_their_cells(
    desk: Desk, account: Account, state: str, column: str
) -> None:
    rows = [keyless(number) for number in range(1, 8)]
    if state == "invalid":
        rows[6] = ("", "", "", "", "City 7", "")
    desk.configure(workers=1)
    desk.write(rows)
    if state == "rejected":
        desk.write([rows[6], *rows[:6]])
        account.script(REFUSED)
    desk.call("leads.csv")
    lines = [line.status for line in desk.report()]
    assert Counter(lines)["created"] == (7 if state == "created" else 6)

    def swap(records: Records) -> None:
        one, other = records[0], records[-1]
        places = [REF] if column == "reference" else range(WIDTH, len(one))
        for place in places:
            one[place], other[place] = other[place], one[place]
        for record in (one, other):
            if not record[0]:
                record[0] = "Mended"

    edit(desk, swap)
    run = desk.call("leads.report.csv")
    assert run.status == 0
    assert "of another line" in run.err
    assert cities(account) == Counter(f"City {number}" for number in range(1, 8))
    check_truth(desk, account)
    before = account.stats()["creates"]
    assert desk.call("leads.report.csv").status == 0
    if state != "invalid":  # its source's row is still what it was: nothing is sent of it
        assert desk.call("leads.csv").status == 0
    assert account.stats()["creates"] == before


def test_how_many_created_lines_were_edited_is_said_and_one_column_of_all_stops_nothing(
    desk: Desk, account: Account
) -> None:
    desk.write([person(number) for number in range(1, 7)])
    assert desk.call("leads.csv").status == 0
    ids = [line.lead_id for line in desk.report()]
    edit(desk, lambda records: [["Replaced", *record[1:]] for record in records])
    run = desk.call("leads.report.csv")
    assert run.status == 0
    assert "Of 6 created lines, 6 hold other cells than were sent" in run.err
    assert [line.lead_id for line in desk.report()] == ids
    assert len(account.leads()) == 6


def test_references_are_trusted_where_a_person_says_so(desk: Desk, account: Account) -> None:
    desk.write([keyless(number) for number in range(1, 5)])
    assert desk.call("leads.csv").status == 0
    ids = [line.lead_id for line in desk.report()]
    edit(desk, lambda records: [[*keyless(number + 10), *record[WIDTH:]] for number, record in enumerate(records)])
    assert desk.call("leads.report.csv").status == 2
    assert desk.call("leads.report.csv", "--trust-references").status == 0
    assert [line.lead_id for line in desk.report()] == ids
    assert len(account.leads()) == 4


@pytest.mark.parametrize("columns", [("lsq_ref",), ("lsq_ref", "lsq_lead_id", "lsq_time")])
def test_created_lines_that_lost_their_reference_are_known_by_their_lead_or_their_cells(
    desk: Desk, account: Account, columns: tuple[str, ...]
) -> None:
    account.script(REFUSED)
    desk.configure(workers=1)
    rows = [keyless(1), keyless(2), keyless(3), keyless(3)]
    desk.write(rows)
    assert desk.call("leads.csv").status == 1
    drop_columns(desk, *columns)
    assert desk.call("leads.report.csv").status == 0
    check_truth(desk, account)
    assert len(account.leads()) == 4
    before = account.stats()["arrivals"]
    assert desk.call("leads.csv").status == 0
    assert account.stats()["arrivals"] == before


def test_a_created_line_without_reference_whose_lead_nobody_knows_is_asked_about(desk: Desk, account: Account) -> None:
    rows = [keyless(1), keyless(2)]
    desk.write(rows)
    assert desk.call("leads.csv").status == 0
    ids = [line.lead_id for line in desk.report()]
    drop_columns(desk, "lsq_ref")
    elsewhere = Desk(desk.folder.parent / "elsewhere", account)
    (elsewhere.folder / "leads.report.csv").write_bytes((desk.folder / "leads.report.csv").read_bytes())
    for _ in range(2):
        assert elsewhere.call("leads.report.csv").status == 1
        lines = elsewhere.report()
        assert {(line.status, line.error) for line in lines} == {("invalid", "reference_lost")}
        assert "--trust-lead-ids" in lines[0].tip
        assert len(account.leads()) == 2
    assert elsewhere.call("leads.report.csv", "--trust-lead-ids").status == 0
    assert [line.lead_id for line in elsewhere.report()] == ids
    assert elsewhere.call("leads.report.csv").status == 0
    assert len(account.leads()) == 2


def test_a_created_line_without_reference_is_a_new_row_once_its_own_columns_are_emptied(
    desk: Desk, account: Account
) -> None:
    desk.write([keyless(1)])
    assert desk.call("leads.csv").status == 0
    elsewhere = Desk(desk.folder.parent / "elsewhere", account)
    (elsewhere.folder / "leads.report.csv").write_bytes((desk.folder / "leads.report.csv").read_bytes())
    drop_columns(elsewhere, "lsq_ref")
    assert elsewhere.call("leads.report.csv").status == 1
    edit(elsewhere, lambda records: [[*record[:WIDTH], *[""] * (len(record) - WIDTH)] for record in records])
    assert elsewhere.call("leads.report.csv").status == 0
    assert len(account.leads()) == 2


def test_an_unknown_line_that_lost_its_reference_is_not_sent(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "fault": "drop_after"})
    desk.configure(workers=1)
    desk.write([keyless(1), keyless(2)])
    assert desk.call("leads.csv").status == 1
    assert [line.status for line in desk.report()] == ["unknown", "created"]
    drop_columns(desk, "lsq_ref", "lsq_lead_id")
    assert desk.call("leads.report.csv").status == 1
    assert [line.status for line in desk.report()] == ["unknown", "created"]
    assert len(account.leads()) == 2


def test_a_status_and_a_lead_that_were_filled_down_over_other_lines_are_not_believed(
    desk: Desk, account: Account
) -> None:
    account.script(REFUSED, REFUSED)
    desk.configure(workers=1)
    rows = [keyless(1), keyless(2), keyless(3), ("", "", "", "", "City 4", "")]
    desk.write([rows[1], rows[2], rows[0], rows[3]])
    assert desk.call("leads.csv").status == 1

    def fill_down(records: Records) -> None:
        (created,) = [record for record in records if record[STATUS] == "created"]
        for record in records:
            record[STATUS], record[LEAD_ID] = created[STATUS], created[LEAD_ID]
            record[0] = record[0] or "Mended"

    edit(desk, fill_down)
    assert desk.call("leads.report.csv").status == 1
    lines = {line.cells[MARKER]: line for line in desk.report()}
    assert {city: line.status for city, line in lines.items()} == {
        "City 1": "created",
        "City 2": "created",
        "City 3": "created",
        "City 4": "invalid",
    }
    assert lines["City 4"].error == "lead_of_another_line"
    check_truth(desk, account)
    edit(desk, lambda records: [[*r[:WIDTH], *[""] * 10] if r[MARKER] == "City 4" else r for r in records])
    assert desk.call("leads.report.csv").status == 0
    check_truth(desk, account)


@pytest.mark.parametrize("swapped", [[REF], [LEAD_ID, REF], range(WIDTH, WIDTH + 10)])
@pytest.mark.parametrize("make", [keyless, person])
def test_a_created_line_that_swapped_its_reference_with_a_line_that_a_person_added_stays_created(
    desk: Desk, account: Account, swapped: Sequence[int], make: Callable[..., Cells]
) -> None:
    desk.write([make(1), make(2), make(3), make(4)])
    assert desk.call("leads.csv").status == 0

    def add_and_swap(records: Records) -> None:
        added = [*make(9), *[""] * 10]
        for place in swapped:
            added[place], records[1][place] = records[1][place], added[place]
        records.insert(0, added)

    edit(desk, add_and_swap)
    assert desk.call("leads.report.csv").status == 0
    assert cities(account) == Counter(f"City {number}" for number in (1, 2, 3, 4, 9))
    check_truth(desk, account)


def test_a_line_that_a_person_added_is_new_although_an_edited_line_held_its_cells(desk: Desk, account: Account) -> None:
    desk.write([keyless(1), keyless(2), keyless(3)])
    assert desk.call("leads.csv").status == 0

    def edit_and_add(records: Records) -> None:
        records.append([*records[1][:WIDTH], *[""] * 10])
        records[1][0] = "Edited"

    edit(desk, edit_and_add)
    assert desk.call("leads.report.csv").status == 0
    assert cities(account)["City 2"] == 2


@pytest.mark.parametrize("swapped", [[REF], [LEAD_ID, REF], range(WIDTH, WIDTH + 10)])
@pytest.mark.parametrize("make", [keyless, person])
def test_created_lines_that_were_edited_before_their_references_were_swapped_stay_created(
    desk: Desk, account: Account, swapped: Sequence[int], make: Callable[..., Cells]
) -> None:
    desk.write([make(number) for number in range(1, 7)])
    assert desk.call("leads.csv").status == 0

    def edit_and_swap(records: Records) -> None:
        records[1][0], records[4][0] = "Edited", "Changed"
        for place in swapped:
            records[1][place], records[4][place] = records[4][place], records[1][place]

    edit(desk, edit_and_swap)
    assert desk.call("leads.report.csv").status == 0
    ids = {lead["attributes"]["mx_City"]: lead["id"] for lead in account.leads()}
    assert {line.cells[MARKER]: line.lead_id for line in desk.report()} == ids
    assert {line.status for line in desk.report()} == {"created"}


@pytest.mark.parametrize("swapped", [[REF], [LEAD_ID, REF]])
def test_a_created_line_that_was_edited_stays_created_when_its_reference_goes_to_a_new_line(
    desk: Desk, account: Account, swapped: Sequence[int]
) -> None:
    desk.write([keyless(number) for number in range(1, 5)])
    assert desk.call("leads.csv").status == 0

    def edit_and_swap(records: Records) -> None:
        added = [*keyless(9), *[""] * 10]
        records[1][0] = "Edited"
        for place in swapped:
            added[place], records[1][place] = records[1][place], added[place]
        records.append(added)

    edit(desk, edit_and_swap)
    assert desk.call("leads.report.csv").status == 0
    assert cities(account) == Counter(f"City {number}" for number in (1, 2, 3, 4, 9))
    ids = {lead["attributes"]["mx_City"]: lead["id"] for lead in account.leads()}
    assert {line.cells[MARKER]: line.lead_id for line in desk.report()} == ids


def test_a_line_that_a_person_added_is_known_when_its_run_was_killed_and_the_report_renamed_then(
    desk: Desk, account: Account
) -> None:
    desk.write([keyless(1), keyless(2)])
    assert desk.call("leads.csv").status == 0
    edit(desk, lambda records: records.append([*keyless(3), *[""] * (len(records[0]) - WIDTH)]))
    account.script({"call": "Lead.Create", "fault": "hang_after", "times": 1})
    process = desk.start("leads.report.csv")
    account.wait_until(lambda stats: stats["creates"] == 3)
    process.kill()
    process.communicate()
    account.clear_script()
    (desk.folder / "leads.report.csv").rename(desk.folder / "sent.report.csv")
    assert desk.call("sent.report.csv").status == 1
    assert [line.status for line in desk.report("sent.report.csv")] == ["created", "created", "unknown"]
    assert len(account.leads()) == 3
