"""The last lines of a run name what comes next, and what they name does what they say."""

import json
import re
import shlex

import pytest
from workbench import Account, Desk, Run, person

ROWS = [person(number) for number in range(1, 4)]
BAD = ("Bad", "Mail", "no address", "", "City 9", "")
OUR_ZONE = re.compile(r"\d\d:\d\d:\d\d UTC\+05:30")


def next_commands(run: Run) -> list[list[str]]:
    """The commands behind the lines that begin with Next, as a shell takes them."""
    lines = run.out.splitlines()
    first = next((nth for nth, line in enumerate(lines) if line.startswith("Next, ")), len(lines))
    told = lines[first:]
    assert all(line.startswith(("Next, ", "  lsq-import ")) for line in told), "they are the last lines"
    return [shlex.split(line)[1:] for line in told if line.startswith("  ")]


@pytest.mark.usefixtures("account")
def test_where_all_is_created_nothing_comes_next(desk: Desk) -> None:
    desk.write(ROWS)
    assert next_commands(desk.call("leads.csv")) == []


def test_rows_to_correct_are_corrected_in_the_report_which_is_imported_next(desk: Desk, account: Account) -> None:
    (desk.folder / "config.yaml").rename(desk.folder / "my config.yaml")
    desk.write([*ROWS, BAD], name="May leads.csv")
    dry, ready = next_commands(desk.call("May leads.csv", "-c", "my config.yaml", "--dry-run"))
    assert dry == ["May leads.csv", "-c", "my config.yaml", "--dry-run"]
    run = desk.call(*ready)
    assert run.status == 1
    (again,) = next_commands(run)
    assert again == ["May leads.report.csv", "-c", "my config.yaml"]
    desk.mend({"City 9": {2: "good@example.com"}}, name="May leads.report.csv")
    last = desk.call(*again)
    assert (last.status, next_commands(last)) == (0, [])
    assert account.stats()["creates"] == 4


def test_a_report_of_ones_own_name_is_imported_next_and_written_in_place(desk: Desk, account: Account) -> None:
    desk.write([*ROWS, BAD])
    (again,) = next_commands(desk.call("leads.csv", "-r", "badge.xlsx"))
    assert again == ["badge.xlsx"]
    assert desk.call(*again).status == 1
    assert not (desk.folder / "badge.report.csv").exists()
    assert account.stats()["creates"] == 3


def test_a_sandbox_run_goes_on_in_its_report_as_the_readme_says(desk: Desk) -> None:
    desk.account = None
    desk.write([*ROWS, BAD])
    again, check = next_commands(desk.call("leads.csv", "--sandbox"))
    assert (again, check) == (["leads.report.csv", "--sandbox"], ["leads.report.csv", "--dry-run"])
    page = (desk.folder / "leads.report.html").read_text("utf-8")
    assert "Open leads.report.csv and filter lsq_status." in page
    desk.mend({"City 9": {2: "good@example.com"}})
    assert desk.call(*check).status == 0
    assert desk.call(*again).status == 0


def test_an_unknown_row_has_the_commands_that_settle_it_on_its_line_on_the_page_and_in_the_end(
    desk: Desk, account: Account
) -> None:
    account.script({"call": "Lead.Create", "fault": "drop_after"})
    desk.configure(workers=1)
    desk.write([person(1, email=False, phone=False), person(2)], name="the leads.csv")
    exists, missing, again = next_commands(desk.call("the leads.csv"))
    assert exists == ["settle", "the leads.report.csv", "--row", "2", "--exists", "LEAD_ID"]
    assert missing == ["settle", "the leads.report.csv", "--row", "2", "--missing"]
    tips = [line.tip for line in desk.report("the leads.report.csv")]
    assert "lsq-import settle 'the leads.report.csv' --row 2 --missing" in tips[0]
    assert tips[0].count("LEAD_ID") == 1
    assert tips[1] == ""
    page = re.sub(r"<[^>]+>", "", (desk.folder / "the leads.report.html").read_text("utf-8"))
    assert "lsq-import settle &#39;the leads.report.csv&#39; --row 2 --exists LEAD_ID" in page
    assert desk.call(*again).status == 1
    assert [line.tip for line in desk.report("the leads.report.csv")] == tips, "said once, however often it is run"
    lead_id = account.leads()[0]["id"]
    assert desk.call(*[lead_id if word == "LEAD_ID" else word for word in exists]).status == 0
    assert desk.call(*again).status == 0


def test_a_run_that_was_ended_names_itself_next(desk: Desk) -> None:
    desk.environ["LSQ_SECRET_KEY"] = "wrong"
    desk.write(ROWS)
    run = desk.call("leads.csv", "-r", "my out.csv")
    assert run.status == 3
    assert next_commands(run) == [["leads.csv", "-r", "my out.csv"]]
    assert "Next, when what ended the run is mended:" in run.out


def test_counts_have_one_order_in_the_summary_in_json_and_in_the_history(desk: Desk) -> None:
    desk.write([("", "", "", "", "City 9", ""), *ROWS, ROWS[0]])
    line = json.loads(desk.call("leads.csv", "--json").out)
    assert list(line["counts"]) == list(line["runs"][0]["counts"]) == ["created", "duplicate", "invalid"]
    (run,) = [json.loads(one) for one in desk.call("history", "--json").out.splitlines()]
    assert list(run["counts"]) == ["created", "duplicate", "invalid"]


def test_the_page_has_the_accounts_time_also_when_its_keys_are_known_and_utc_where_nobody_knows(desk: Desk) -> None:
    desk.write(ROWS)
    for _ in range(2):
        assert desk.call("leads.csv").status == 0
        page = (desk.folder / "leads.report.html").read_text("utf-8")
        assert len(OUR_ZONE.findall(page)) == 2
    desk.account = None
    desk.environ["LSQ_LEDGER"] = str(desk.folder / "new.sqlite3")
    (desk.folder / "leads.report.csv").unlink()
    assert desk.call("leads.csv", "--dry-run").status == 0
    page = (desk.folder / "leads.report.html").read_text("utf-8")
    assert len(re.findall(r"\d\d:\d\d:\d\d UTC(?!\+)", page)) == 2
