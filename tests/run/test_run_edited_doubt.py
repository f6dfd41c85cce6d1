"""A row in doubt that was edited before the next run: it is found by what was not edited."""

import pytest
from truth import Cells
from workbench import Account, Desk, person

pytestmark = pytest.mark.usefixtures("quick_look_ups")


def leave_in_doubt(desk: Desk, account: Account, row: Cells, *, is_created: bool) -> None:
    """Kill a run whose call is at the server, or was lost on its way there; then write the report of a dry run."""
    desk.write([row])
    account.script({"call": "Lead.Create", "fault": "hang_after" if is_created else "hang_before"})
    desk.configure(timeout_s=30)
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["calls"].get("Lead.Create", 0) == 1)
    process.kill()
    process.communicate()
    assert len(account.leads()) == is_created
    account.clear_script()
    desk.configure()
    assert desk.call("leads.csv", "--dry-run").status == 1
    assert [line.status for line in desk.report()] == ["unknown"]


MENDED = {"e-mail": {2: "mended@example.com"}, "phone": {3: "+91-9811111111"}}


@pytest.mark.parametrize("what", MENDED)
def test_a_lead_that_was_created_is_found_by_the_value_that_was_kept(desk: Desk, account: Account, what: str) -> None:
    leave_in_doubt(desk, account, person(1), is_created=True)
    desk.mend({"City 1": MENDED[what]})
    assert desk.call("leads.report.csv").status == 0
    (line,), (lead,) = desk.report(), account.leads()
    assert (line.status, line.lead_id) == ("created", lead["id"])
    assert "before it was edited" in line.tip
    assert account.stats()["creates"] == 1


@pytest.mark.parametrize("what", MENDED)
def test_a_lead_that_was_not_created_is_sent_with_the_mended_value(desk: Desk, account: Account, what: str) -> None:
    leave_in_doubt(desk, account, person(1), is_created=False)
    desk.mend({"City 1": MENDED[what]})
    assert desk.call("leads.report.csv").status == 0
    (line,), (lead,) = desk.report(), account.leads()
    assert (line.status, line.lead_id, line.tip) == ("created", lead["id"], "")
    assert next(iter(MENDED[what].values())) in lead["attributes"].values()


def test_a_strangers_lead_with_the_value_that_was_kept_is_not_taken_for_ours(desk: Desk, account: Account) -> None:
    leave_in_doubt(desk, account, person(1), is_created=False)
    other = Desk(desk.folder.parent / "other", account)
    other.write([("Some", "Body", "", person(1)[3], "City 9", "")])
    assert other.call("leads.csv").status == 0
    desk.mend({"City 1": MENDED["e-mail"]})
    assert desk.call("leads.report.csv").status == 1
    assert [line.status for line in desk.report()] == ["duplicate"]
    assert len(account.leads()) == 1


def test_a_row_whose_values_were_all_edited_waits_for_a_person(desk: Desk, account: Account) -> None:
    leave_in_doubt(desk, account, person(1), is_created=True)
    desk.mend({"City 1": MENDED["e-mail"] | MENDED["phone"]})
    assert desk.call("leads.report.csv").status == 1
    assert [line.status for line in desk.report()] == ["unknown"]
    assert account.stats()["creates"] == 1
