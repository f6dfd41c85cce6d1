"""No setting, however odd, ends in a defect: it is refused with the reason, or taken."""

import os
import stat
import sys

import pytest
from workbench import Account, Desk, person


@pytest.mark.parametrize(
    "change",
    [
        {"header_row": 2**63},
        {"header_rows": 2**63},
        {"limits": {"per_seconds": 1e308}},
        {"limits": {"per_seconds": 1e-320}},
        {"limits": {"calls": 10**31}},
        {"limits": {"calls_per_day": 10**31}},
        {"limits": {"share": 1e-320}},
        {"timeout_s": 1e308},
        {"breaker": {"failures": 10**31}},
    ],
)
def test_a_number_out_of_all_bounds_is_refused_with_its_line(desk: Desk, change: dict[str, object]) -> None:
    desk.write([person(1)])
    desk.configure(**change)
    run = desk.call("leads.csv", "--dry-run")
    assert (run.status, "must be at" in run.err) == (2, True)


@pytest.mark.parametrize(
    "place", ["/", "..", "~noperson/x", "x" * 300, "sqlite:////", f"sqlite:///{'x' * 300}", "sqlite:///~noperson/x"]
)
@pytest.mark.parametrize("command", [["leads.csv"], ["leads.csv", "--dry-run"], ["history"]])
def test_a_ledger_s_path_that_no_file_has_is_refused(desk: Desk, place: str, command: list[str]) -> None:
    desk.write([person(1)])
    desk.environ = {"LSQ_LEDGER": place}
    run = desk.call(*command)
    assert (run.status, "The ledger's path" in run.err) == (2, True)


def test_a_nul_in_a_ledger_s_path_is_refused(desk: Desk) -> None:
    desk.write([person(1)])
    desk.configure(ledger="a\0b")
    desk.environ = {"LSQ_LEDGER": ""}
    run = desk.call("leads.csv")
    assert (run.status, "holds a NUL" in run.err) == (2, True)


def test_an_organisation_s_name_of_half_a_character_is_taken(desk: Desk, account: Account) -> None:
    body = '{"OrgDisplayName":"Acme \\ud800\\u001b[2J","TimeZone":"\\ud83d","DefaultCountryCode":"91"}'
    account.script({"call": "UserByAccessKey.Get", "status": 200, "body": body})
    desk.write([person(1)])
    assert desk.call("leads.csv").status == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_what_a_run_writes_is_its_owner_s_alone(desk: Desk) -> None:
    desk.write([person(1)])
    before = os.umask(0)
    try:
        assert desk.call("leads.csv", "--payloads", "bodies.jsonl", "--log-file", "run.log").status == 0
        report = desk.folder / "leads.report.csv"
        report.write_text(report.read_text("utf-8") + "\n", "utf-8")  # so that it is kept
        desk.call("leads.csv")
    finally:
        os.umask(before)
    written = [
        file for file in desk.folder.iterdir() if file.is_file() and file.name not in {"leads.csv", "config.yaml"}
    ]
    assert len(written) >= 5
    assert [file.name for file in written if stat.S_IMODE(file.stat().st_mode) != 0o600] == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_workbooks_lists_of_what_was_undone_and_proposed_configs_are_their_owner_s_alone(desk: Desk) -> None:
    desk.write([person(1)])
    (desk.folder / "inbox").mkdir()
    desk.write([person(2)], name="inbox/more.csv")
    os.utime(desk.folder / "inbox" / "more.csv", (0, 0))
    before = os.umask(0)
    try:
        assert desk.call("leads.csv", "-r", "leads.report.xlsx").status == 0
        assert desk.call("leads.csv", "--first", "1").status == 0
        assert desk.call("undo", "1").status == 0
        assert desk.call("map", "leads.csv", "-o", "proposed.yaml").status == 0
        assert desk.call("watch", "inbox", "--once").status == 0
    finally:
        os.umask(before)
    given = {"leads.csv", "more.csv", "config.yaml", "config.schema.json"}
    files = (file for file in desk.folder.rglob("*") if file.is_file() and file.parent != desk.ledger.parent)
    written = [file for file in files if file.name not in given and file.suffix != ".lock"]
    kinds = {"".join(file.suffixes[-2:]).partition("-")[0] for file in written}
    assert {".report.xlsx", ".report.csv", ".report.html", ".undo", ".yaml"} <= kinds
    assert [file.name for file in written if stat.S_IMODE(file.stat().st_mode) != 0o600] == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
@pytest.mark.parametrize(("mode", "told"), [(0o644, "others on this machine"), (0o600, "its owner alone")])
def test_the_doctor_warns_of_keys_that_others_can_read(desk: Desk, mode: int, told: str) -> None:
    keys = desk.folder / ".env"
    keys.write_text("LSQ_SECRET_KEY='x'\n", "utf-8")
    keys.chmod(mode)
    assert f".env: {told}" in desk.call("doctor").out
