"""What a person does to the ledger by command, and what the next run makes of it."""

import json
import signal

import pytest
from workbench import Account, Desk, finish, person

KEYLESS = person(1, email=False, phone=False)
KEYED = person(2)


@pytest.fixture
def unknown(desk: Desk, account: Account) -> Desk:
    """A desk whose first row was stored, its reply lost, and which nobody can look up."""
    account.script({"call": "Lead.Create", "fault": "drop_after"})
    desk.configure(workers=1)
    desk.write([KEYLESS, KEYED])
    assert desk.call("leads.csv").status == 1
    assert [line.status for line in desk.report()] == ["unknown", "created"]
    return desk


def test_an_unknown_row_that_exists_is_settled_and_never_sent_again(unknown: Desk, account: Account) -> None:
    lead_id = account.leads()[0]["id"]
    run = unknown.call("settle", "leads.report.csv", "--row", 2, "--exists", lead_id)
    assert run.status == 0
    assert "Row 2" in run.out
    before = account.stats()["creates"]
    for name in ("leads.report.csv", "leads.csv"):
        assert unknown.call(name).status == 0
        line = unknown.report()[0]
        assert (line.status, line.lead_id) == ("created", lead_id)
    assert account.stats()["creates"] == before


def test_an_unknown_row_that_is_missing_is_sent_by_the_next_run(unknown: Desk, account: Account) -> None:
    assert unknown.call("settle", "leads.report.csv", "--row", 2, "--missing").status == 0
    before = account.stats()["creates"]
    assert unknown.call("leads.report.csv").status == 0
    assert account.stats()["creates"] == before + 1


def test_a_row_is_settled_on_a_machine_whose_ledger_has_never_seen_it(unknown: Desk, account: Account) -> None:
    unknown.configure(workers=1, ledger=str(unknown.folder / "fresh.sqlite3"))
    unknown.environ["LSQ_LEDGER"] = ""
    assert unknown.call("leads.report.csv").status == 1
    before = account.stats()["creates"]
    assert unknown.call("settle", "leads.report.csv", "--row", 2, "--missing").status == 0
    assert unknown.call("leads.report.csv").status == 0
    assert account.stats()["creates"] == before + 1


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--row", 2), "--exists LEAD_ID or --missing"),
        (("--row", 2, "--exists", "x", "--missing"), "--exists LEAD_ID or --missing"),
        (("--row", 2, "--row", 3, "--exists", "x"), "one row"),
        (("--row", 99, "--missing"), "no row 99"),
        (("--row", 3, "--missing"), "not unknown"),
    ],
    ids=["nothing said", "both said", "one id for two rows", "no such row", "a created row"],
)
def test_settle_refuses_what_makes_no_sense(unknown: Desk, args: tuple[object, ...], told: str) -> None:
    run = unknown.call("settle", "leads.report.csv", *args)
    assert run.status == 2
    assert told in run.err


def test_settle_refuses_a_file_that_is_no_report(unknown: Desk) -> None:
    run = unknown.call("settle", "leads.csv", "--row", 2, "--missing")
    assert run.status == 2
    assert "is no report" in run.err


@pytest.mark.parametrize("how", ["row", "lead", "value"])
def test_a_lead_that_was_deleted_is_forgotten_and_sent_again(desk: Desk, account: Account, how: str) -> None:
    desk.configure(account={"name": "ours"})
    desk.write([KEYED])
    assert desk.call("leads.csv").status == 0
    lead_id = desk.report()[0].lead_id
    email = KEYED[2]
    account.sandbox._build(account.sandbox.settings)  # the same account, its leads deleted
    named = {
        "row": ("leads.report.csv", "--row", 2),
        "lead": ("--lead", lead_id),
        "value": ("--value", f"EmailAddress={email.upper()}"),
    }[how]
    run = desk.call("forget", *named)
    assert run.status == 0
    assert run.out.startswith("1 created rows are forgotten")
    assert desk.call("leads.report.csv").status == 0
    assert len(account.leads()) == 1


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ((), "Nothing was named"),
        (("--row", 2), "belong together"),
        (("--value", "FirstName=Asha"), "FIELD being one of"),
        (("--value", "EmailAddress"), "FIELD=VALUE"),
    ],
    ids=["nothing", "a row without its report", "a field that is not unique", "no value"],
)
def test_forget_refuses_what_makes_no_sense(desk: Desk, args: tuple[object, ...], told: str) -> None:
    run = desk.call("forget", *args)
    assert run.status == 2
    assert told in run.err


def test_the_history_tells_each_run_and_is_there_for_programs_too(desk: Desk) -> None:
    desk.write([KEYED])
    assert desk.call("history").out == "No run is known yet.\n"
    assert desk.call("leads.csv", "--dry-run").status == 0
    assert desk.call("leads.csv").status == 0
    assert "import  exit 0" in desk.call("history").out
    runs = [json.loads(line) for line in desk.call("history", "--json").out.splitlines()]
    assert runs[0]["mode"] == "import"
    assert runs[0]["counts"] == {"created": 1}
    assert runs[0]["report"].endswith("leads.report.csv")


def test_one_run_is_told_whole_by_its_number(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "fault": "drop_after"})
    desk.write([("Ravi", "Rao", "", "", "City 2", ""), KEYED])
    desk.configure(workers=1)
    assert desk.call("leads.csv").status == 1
    told = dict(line.split(":", 1) for line in desk.call("history", "1").out.splitlines())
    told = {name: text.strip() for name, text in told.items()}
    assert told["run"] == "#1, import"
    assert told["report"] == str(desk.folder / "leads.report.csv")
    assert told["rows"] == "1 created, 1 unknown"
    assert told["ledger"] == "1 unknown, 1 created"
    assert told["in doubt"] == "rows 2"
    assert "exit 1 after" in told["ended"]
    assert json.loads(desk.call("history", "1", "--json").out)["run"] == 1
    (desk.folder / "leads.report.csv").unlink()
    assert "(not there any more)" in desk.call("history", "1").out
    run = desk.call("history", "7")
    assert (run.status, "no run of number 7" in run.err) == (2, True)


def test_a_run_that_was_refused_has_its_end_in_the_history(desk: Desk, account: Account) -> None:
    desk.write([KEYED])
    desk.configure(columns={"First Name": "mx_No_Such_Field"})
    assert desk.call("leads.csv").status == 2
    (run,) = [json.loads(line) for line in desk.call("history", "--json").out.splitlines()]
    assert (run["state"], run["exit_status"], run["calls"], run["counts"]) == ("ended", 2, 0, {})
    assert account.calls() == 0


def test_a_run_that_was_stopped_before_its_first_call_has_its_end_in_the_history(desk: Desk, account: Account) -> None:
    account.script({"call": "UserByAccessKey.Get", "delay_ms": 500, "fault": "none"})
    desk.write([KEYED])
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["arrivals"] == 1)
    process.send_signal(signal.SIGINT)
    assert finish(process).status == 130
    (run,) = [json.loads(line) for line in desk.call("history", "--json").out.splitlines()]
    assert (run["state"], run["exit_status"], run["calls"], run["counts"]) == ("ended", 130, 0, {})


def test_a_run_whose_report_could_not_be_written_has_its_end_and_its_calls_in_the_history(
    desk: Desk, account: Account
) -> None:
    account.script({"call": "Lead.Create", "fault": "none", "delay_ms": 500})
    desk.write([KEYED])
    process = desk.start("leads.csv")
    account.wait_until(lambda stats: stats["calls"].get("Lead.Create", 0) == 1)
    (desk.folder / "leads.report.csv").mkdir()
    assert finish(process).status == 5
    (run,) = [json.loads(line) for line in desk.call("history", "--json").out.splitlines()]
    assert (run["state"], run["exit_status"]) == ("ended", 5)
    assert run["calls"] >= 1


def test_prune_drops_old_refusals_and_no_created_row(desk: Desk, account: Account) -> None:
    desk.configure(bad_email="send")
    desk.write([KEYED, ("Bad", "Mail", "no address", "", "City 9", "")])
    assert desk.call("leads.csv").status == 1
    run = desk.call("prune", "--older-than", 0)
    assert (run.status, run.out) == (0, "1 rows and 0 runs were dropped.\n")
    before = account.stats()["creates"]
    assert desk.call("leads.csv").status == 1
    assert account.stats()["creates"] == before + 1
