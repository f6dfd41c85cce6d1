"""The same file as often as one likes: only what is new or unfinished costs a call, and no lead comes twice."""

from collections import Counter

import pytest
from truth import find_lies
from workbench import HEADER, Account, Desk, finish, person

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


def test_a_file_of_which_nine_tenths_are_created_costs_one_call_for_each_of_the_rest(
    desk: Desk, account: Account
) -> None:
    rows = [person(number) for number in range(1, 1001)]
    desk.configure(workers=50)
    desk.write(rows)
    assert desk.call("leads.csv", "--first", "900").status == 0
    before = account.stats()["arrivals"]
    assert desk.call("leads.csv").status == 0
    assert account.stats()["arrivals"] - before == 100
    assert find_lies(rows, desk.report(), account.leads()) == []


def test_what_is_remembered_costs_no_call_and_what_may_be_mended_is_tried_again(desk: Desk, account: Account) -> None:
    other = Desk(desk.folder.parent / "other", account)
    other.write([("Some", "Body", "taken@example.com", "", "City 99", "")])
    assert other.call("leads.csv").status == 0
    rows = [
        *ROWS,
        ("Asha", "Rao", "taken@example.com", "", "City 7", ""),
        ("Bad", "Mail", "no address", "", "City 8", ""),
        ("", "", "", "", "City 9", ""),
    ]
    desk.configure(bad_email="send")
    desk.write(rows)
    assert desk.call("leads.csv").status == 1
    expected = {"created": 6, "duplicate": 1, "rejected": 1, "invalid": 1}
    assert said(desk) == expected
    before = account.calls()
    assert desk.call("leads.csv").status == 1
    assert said(desk) == expected
    assert account.calls() - before == 1  # the rejected one


def test_two_people_of_one_name_are_two_leads_today_none_tomorrow_and_others_in_another_file(
    desk: Desk, account: Account
) -> None:
    john = ("John", "", "", "", "City 1", "")
    desk.write([john, john])
    assert desk.call("leads.csv").status == 0
    assert find_lies([john, john], desk.report(), account.leads()) == []
    assert desk.call("leads.csv").status == 0
    assert len(account.leads()) == 2
    desk.write([john, john, john])
    assert desk.call("leads.csv").status == 0
    assert len(account.leads()) == 3
    desk.write([john], "others.csv")
    assert desk.call("others.csv").status == 0
    assert len(account.leads()) == 4


def test_the_second_row_with_a_value_is_sent_only_where_the_first_was_not_created(desk: Desk, account: Account) -> None:
    refused = {"call": "Lead.Create", "status": 500, "body": MX}
    account.script(refused)
    desk.configure(workers=5)
    rows = [
        person(1),
        ("Other", "Name", "P1@EXAMPLE.COM", "", "City 2", ""),
        ("Third", "", "p1@example.com", "", "City 3", ""),
    ]
    desk.write(rows)
    assert desk.call("leads.csv").status == 1
    lines = desk.report()
    assert [line.status for line in lines] == ["rejected", "created", "duplicate"]
    assert lines[2].lead_id == lines[1].lead_id
    assert "Row 3" in lines[2].message
    assert find_lies(rows, lines, account.leads()) == []
    assert account.stats()["creates"] == 2


def test_the_same_rows_from_another_file_are_known_by_their_values(desk: Desk, account: Account) -> None:
    desk.write(ROWS[:4])
    assert desk.call("leads.csv").status == 0
    before = account.stats()["arrivals"]
    edited = ("Other", *ROWS[3][1:])
    desk.write([*ROWS[:3], edited], "second.csv")
    assert desk.call("second.csv").status == 1
    assert account.stats()["arrivals"] == before
    lines = desk.report("second.report.csv")
    assert [line.status for line in lines] == ["created"] * 3 + ["duplicate"]
    assert [line.lead_id for line in lines] == [line.lead_id for line in desk.report()]
    assert "does not update" in lines[3].tip


def test_a_feed_whose_name_changes_every_night_is_one_source_where_config_says_so(desk: Desk, account: Account) -> None:
    desk.configure(source="nightly")
    rows = [person(number, email=False, phone=False) for number in range(1, 4)]
    desk.write(rows[:2], "feed-24.csv")
    desk.write(rows, "feed-25.csv")
    assert desk.call("feed-24.csv").status == 0
    assert desk.call("feed-25.csv").status == 0
    assert find_lies(rows, desk.report("feed-25.report.csv"), account.leads()) == []


def test_a_changed_mapping_or_constant_or_column_order_sends_no_row_twice(desk: Desk, account: Account) -> None:
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 0
    before = account.stats()["arrivals"]
    desk.configure(constants={"mx_Imported_By": "a fair"}, columns={"First Name": "FirstName", "City": "mx_City"})
    assert desk.call("leads.csv").status == 0
    desk.configure()
    desk.write([(row[1], row[0], *row[2:]) for row in ROWS], header=(HEADER[1], HEADER[0], *HEADER[2:]))
    assert desk.call("leads.csv").status == 0
    assert account.stats()["arrivals"] == before


def test_a_sandbox_that_forgot_its_leads_is_another_account(desk: Desk, account: Account) -> None:
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 0
    account.sandbox.reset()
    assert desk.call("leads.csv").status == 0
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    assert len(account.leads()) == 6


def test_two_runs_of_different_files_with_the_same_leads_create_each_lead_once(desk: Desk, account: Account) -> None:
    account.change(latency="20-60")
    rows = [person(number, remark="") for number in range(1, 41)]
    desk.configure(workers=5)
    desk.write(rows, "one.csv")
    desk.write(list(reversed(rows)), "two.csv")
    runs = [finish(process) for process in (desk.start("one.csv"), desk.start("two.csv"))]
    assert [run.status for run in runs] == [0, 0]
    leads = account.leads()
    assert find_lies(rows, desk.report("one.report.csv"), leads) == []
    assert find_lies(list(reversed(rows)), desk.report("two.report.csv"), leads) == []
    assert account.stats()["duplicates"] == 0
    assert account.stats()["creates"] == 40


def test_again_asks_before_it_sends_created_rows_once_more(desk: Desk, account: Account) -> None:
    desk.write([person(1), ROWS[4]])
    assert desk.call("leads.csv").status == 0
    asked = desk.run("leads.csv", "--again")  # nobody answers
    assert asked.status == 2
    assert "--yes" in asked.err
    assert account.stats()["creates"] == 2
    assert desk.call("leads.csv", "--again", "--yes").status == 1
    assert [line.status for line in desk.report()] == ["duplicate", "created"]
    assert account.stats()["creates"] == 4
    assert len(account.leads()) == 3


@pytest.mark.parametrize("key", ["keyless", "with a unique value"])
def test_a_created_lead_stays_known_when_sending_it_again_is_killed(desk: Desk, account: Account, key: str) -> None:
    rows = [person(1), person(2)] if key != "keyless" else ROWS[4:]
    desk.write(rows)
    desk.configure(workers=2)
    assert desk.call("leads.csv").status == 0
    ids = [line.lead_id for line in desk.report()]
    account.script({"call": "Lead.Create", "fault": "hang_before", "times": 2})
    process = desk.start("leads.csv", "--again", "--yes")
    account.wait_until(lambda stats: stats["calls"]["Lead.Create"] == 4)
    process.kill()
    process.communicate()
    before = account.stats()["creates"]
    for name in ("leads.csv", "leads.report.csv"):
        assert desk.call(name).status == 0
        assert [(line.status, line.lead_id) for line in desk.report()] == [("created", one) for one in ids]
    assert account.stats()["creates"] == before


def test_a_created_lead_stays_known_when_the_outcome_of_sending_it_again_is_not(desk: Desk, account: Account) -> None:
    desk.write(ROWS[4:])
    assert desk.call("leads.csv").status == 0
    ids = [line.lead_id for line in desk.report()]
    account.script({"call": "Lead.Create", "fault": "drop_after", "times": 2})
    assert desk.call("leads.csv", "--again", "--yes").status == 1
    assert [line.status for line in desk.report()] == ["unknown", "unknown"]
    assert desk.call("leads.csv").status == 0
    assert [line.lead_id for line in desk.report()] == ids
