"""A phone without a country code is the same value before and after the account's country code is known."""

import pytest
from workbench import Account, Desk

ROW = ("First1", "Last1", "", "9845098450", "City 1", "")
NOT_TOLD = {"call": "UserByAccessKey.Get", "status": 404, "body": "", "times": 1}


@pytest.fixture(autouse=True)
def quick(quick_look_ups: None) -> None:
    del quick_look_ups


def test_a_row_in_doubt_is_looked_up_when_the_country_code_is_learnt_later(desk: Desk, account: Account) -> None:
    desk.configure(timeout_s=0.3, breaker={"failures": 0, "same_error": 0})
    account.script(
        NOT_TOLD,
        {"call": "Lead.Create", "fault": "hang_after", "times": 1},
        {"call": "Leads.Get", "status": 404, "body": "", "times": 20},
    )
    desk.write([ROW])
    assert desk.call("leads.csv").status != 0
    assert [line.status for line in desk.report()] == ["unknown"]
    account.clear_script()
    assert desk.call("leads.csv").status == 0
    (line,), (lead,) = desk.report(), account.leads()
    assert (line.status, line.lead_id) == ("created", lead["id"])
    assert account.stats()["creates"] == 1


def test_a_lead_that_was_created_before_the_country_code_was_known_is_ours_in_every_file(
    desk: Desk, account: Account
) -> None:
    account.script(NOT_TOLD)
    desk.write([ROW])
    assert desk.call("leads.csv").status == 0
    desk.write([("Other", "Name", "", "98450 98450", "City 1", "")], "other.csv")
    desk.call("other.csv")
    (line,) = desk.report("other.report.csv")
    assert (line.status, line.lead_id) == ("duplicate", desk.report()[0].lead_id)
    assert account.stats()["calls"]["Lead.Create"] == 1
    assert desk.call("forget", "--value", "Phone=9845098450").status == 0
    desk.call("leads.csv")
    assert account.stats()["calls"]["Lead.Create"] == 2
