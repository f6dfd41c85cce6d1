"""A ledger that was lost: no run takes its rows for new ones, and the reports make them known again."""

import shutil
from collections import Counter
from collections.abc import Callable

import pytest
from truth import find_lies
from workbench import Account, Desk, Open, person

ROWS = [person(number, email=number > 6, phone=False) for number in range(1, 11)]
"""Six rows that nothing but the ledger keeps from being created twice, and four with an e-mail address."""


@pytest.fixture
def imported(desk: Desk) -> Desk:
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 0
    return desk


def lose_ledger(desk: Desk) -> None:
    shutil.rmtree(desk.ledger.parent)


def cut_to_nothing(desk: Desk) -> None:
    lose_ledger(desk)
    desk.ledger.parent.mkdir()
    desk.ledger.write_bytes(b"")


def point_elsewhere(desk: Desk) -> None:
    desk.environ["LSQ_LEDGER"] = str(desk.folder / "elsewhere" / "ledger.sqlite3")


def said(desk: Desk, name: str = "leads.report.csv") -> Counter[str]:
    return Counter(line.status for line in desk.report(name))


@pytest.mark.parametrize("lose", [lose_ledger, cut_to_nothing, point_elsewhere])
@pytest.mark.parametrize("option", ["--html", "--dry-run"])
def test_a_source_whose_report_says_created_is_not_sent_into_a_ledger_that_knows_nothing_of_it(
    imported: Desk, account: Account, lose: Callable[[Desk], None], option: str
) -> None:
    lose(imported)
    before = imported.report()
    run = imported.call("leads.csv", option)
    assert run.status == 2
    assert "10 rows" in run.err
    assert "lsq-import ledger rebuild leads.report.csv" in run.err
    assert imported.report() == before
    assert account.stats()["creates"] == 10


def test_a_ledger_put_back_from_a_backup_does_not_send_what_came_after_it(desk: Desk, account: Account) -> None:
    desk.write(ROWS[:4])
    assert desk.call("leads.csv").status == 0
    backup = desk.ledger.read_bytes()
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 0
    lose_ledger(desk)
    desk.ledger.parent.mkdir()
    desk.ledger.write_bytes(backup)
    run = desk.call("leads.csv")
    assert run.status == 2
    assert "says of 6 rows" in run.err
    assert desk.call("ledger", "rebuild", "leads.report.csv").status == 0
    assert desk.call("leads.csv").status == 0
    assert said(desk) == {"created": 10}
    assert account.stats()["creates"] == 10


def test_the_report_makes_the_sources_rows_known_again(imported: Desk, account: Account) -> None:
    lose_ledger(imported)
    run = imported.call("ledger", "rebuild", "leads.report.csv")
    assert run.status == 0
    assert "10 created and 0 unknown rows of leads.csv" in run.out
    imported.write([*ROWS, person(11)])
    for file in ("leads.csv", "leads.report.csv", "leads.csv"):
        assert imported.call(file).status == 0
        assert find_lies([*ROWS, person(11)], imported.report(), account.leads()) == []
    assert account.stats()["creates"] == 11
    again = imported.call("ledger", "rebuild", "leads.report.csv")
    assert "11 were known already" in again.out


def test_a_row_that_was_corrected_in_the_report_is_known_by_its_place_in_the_source(
    desk: Desk, account: Account
) -> None:
    wrong = ("Bad", "Mail", "no address", "", "City 11", "")
    desk.write([*ROWS, wrong])
    assert desk.call("leads.csv").status == 1
    desk.mend({"City 11": {2: "right@example.com"}})
    assert desk.call("leads.report.csv").status == 0
    lose_ledger(desk)
    assert desk.call("ledger", "rebuild", "leads.report.csv").status == 0
    assert desk.call("leads.csv").status == 0
    assert said(desk) == {"created": 11}
    assert account.stats()["creates"] == 11


def test_a_report_that_is_edited_after_the_rebuilding_is_no_lost_ledger_again(desk: Desk, account: Account) -> None:
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 0
    lose_ledger(desk)
    assert desk.call("ledger", "rebuild", "leads.report.csv").status == 0
    desk.mend({"City 3": {5: "a remark"}})
    assert desk.call("leads.csv").status == 0
    assert account.stats()["creates"] == 10


def test_of_several_files_that_may_be_the_source_none_is_guessed(imported: Desk, account: Account) -> None:
    lose_ledger(imported)
    imported.write(ROWS, "leads.txt")
    for args in (("leads.report.csv",), ("ledger", "rebuild", "leads.report.csv")):
        run = imported.call(*args)
        assert run.status == 2
        assert "--source" in run.err
    assert imported.call("ledger", "rebuild", "leads.report.csv", "--source", "leads.csv").status == 0
    assert imported.call("leads.csv").status == 0
    assert account.stats()["creates"] == 10


def test_equal_rows_of_one_file_are_as_many_as_they_were(desk: Desk, account: Account) -> None:
    john = ("John", "", "", "", "City 1", "")
    desk.write([john, john, person(2), john])
    assert desk.call("leads.csv").status == 0
    lose_ledger(desk)
    assert desk.call("ledger", "rebuild", "leads.report.csv").status == 0
    desk.write([john, john, person(2), john, john])
    assert desk.call("leads.csv").status == 0
    assert account.stats()["creates"] == 5


@pytest.mark.usefixtures("quick_look_ups")
def test_rows_in_doubt_stay_in_doubt(desk: Desk, account: Account) -> None:
    desk.configure(timeout_s=0.3)
    account.script({"call": "Lead.Create", "fault": "hang_after", "times": 1})
    desk.write([person(1, email=False, phone=False)])
    assert desk.call("leads.csv").status == 1
    assert said(desk) == {"unknown": 1}
    lose_ledger(desk)
    run = desk.call("ledger", "rebuild", "leads.report.csv")
    assert "0 created and 1 unknown rows" in run.out
    assert desk.call("leads.csv").status == 1
    assert said(desk) == {"unknown": 1}
    assert account.stats()["creates"] == 1


def test_a_source_that_lies_elsewhere_is_named(imported: Desk, account: Account) -> None:
    (imported.folder / "leads.csv").unlink()
    lose_ledger(imported)
    run = imported.call("ledger", "rebuild", "leads.report.csv")
    assert run.status == 2
    assert "--source" in run.err
    assert imported.call("ledger", "rebuild", "leads.report.csv", "--source", "leads.csv").status == 0
    imported.write(ROWS)
    assert imported.call("leads.csv").status == 0
    assert account.stats()["creates"] == 10


def test_a_report_that_is_imported_into_a_new_ledger_makes_its_source_known_too(
    imported: Desk, account: Account
) -> None:
    lose_ledger(imported)
    for file in ("leads.report.csv", "leads.csv", "leads.report.csv"):
        assert imported.call(file).status == 0
        assert said(imported) == {"created": 10}
    assert account.stats()["creates"] == 10


@pytest.mark.parametrize("file", ["leads.report.csv", "leads.csv"])
def test_a_report_from_before_the_account_had_its_name_is_the_accounts_own(
    imported: Desk, account: Account, file: str
) -> None:
    imported.configure(account={"name": "acme"})
    assert imported.call("leads.csv").status == 0
    lose_ledger(imported)  # and with it that acme is the account of these keys
    if file == "leads.csv":
        assert imported.call(file).status == 2
        assert imported.call("ledger", "rebuild", "leads.report.csv").status == 0
    for name in (file, "leads.csv", "leads.report.csv"):
        assert imported.call(name).status == 0
        assert said(imported) == {"created": 10}
    assert account.stats()["creates"] == 10


def test_a_report_is_known_by_the_accounts_name_when_keys_and_ledger_are_new(imported: Desk, account: Account) -> None:
    imported.configure(account={"name": "acme"})
    assert imported.call("leads.csv").status == 0
    account.sandbox.change(access_key="u$rreplaced")
    assert imported.call("leads.csv").status == 0
    lose_ledger(imported)
    assert imported.call("leads.csv").status == 2
    assert imported.call("leads.report.csv").status == 0
    assert imported.call("leads.csv").status == 0
    assert said(imported) == {"created": 10}
    assert account.stats()["creates"] == 10


def test_a_row_is_forgotten_under_each_reference_that_it_has(imported: Desk, account: Account) -> None:
    lose_ledger(imported)
    assert imported.call("leads.report.csv").status == 0
    assert "1 created rows are forgotten" in imported.call("forget", "leads.report.csv", "--row", 2).out
    assert imported.call("leads.csv").status == 0
    assert account.stats()["creates"] == 11


def test_another_accounts_report_is_no_reason_to_stop_and_makes_nothing_known(
    imported: Desk, open_account: Open
) -> None:
    other = open_account()
    imported.account = other
    run = imported.call("ledger", "rebuild", "leads.report.csv")
    assert "10 are another account's" in run.out
    assert imported.call("leads.csv").status == 0
    assert other.stats()["creates"] == 10


def test_a_report_that_a_person_edited_is_no_lost_ledger(imported: Desk, account: Account) -> None:
    imported.mend({"City 3": {0: "Edited"}})
    assert imported.call("leads.csv").status == 0
    assert account.stats()["creates"] == 10


def test_what_is_no_report_cannot_rebuild_anything(imported: Desk) -> None:
    for args in (("leads.csv",), ("nothing.report.csv",), ("a.report.csv", "b.report.csv", "--source", "a.csv")):
        run = imported.call("ledger", "rebuild", *args)
        assert run.status == 2
