"""A run's traces hold no lead data and no key: not the ledger, whatever LeadSquared put into its messages."""

import signal
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from workbench import PATIENCE_S, Account, Desk, person

ECHO = '{"Status":"Error","ExceptionType":"MXDuplicateEntryException","ExceptionMessage":"Duplicate entry \'%s\' for key \'UQ_Prospect_Base_EmailAddress\'"}'  # noqa: E501
WORDS = ("first1", "last1", "@example.com", "00000001", "city 1", "+91-98")


def test_a_run_leaves_no_lead_data_and_no_key_in_the_ledger(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "status": 500, "body": ECHO % "p1@example.com"})
    desk.write([person(number) for number in range(1, 20)] + [person(1)])
    desk.call("leads.csv")
    assert Counter(line.status for line in desk.report()) == {"created": 18, "duplicate": 2}
    dump = b"".join(file.read_bytes() for file in desk.ledger.parent.rglob("*") if file.is_file()).lower()
    ids = [line.lead_id for line in desk.report() if line.status == "created"]
    assert all(lead_id.encode() in dump for lead_id in ids)
    secrets = [account.environ[name].lower() for name in ("LSQ_ACCESS_KEY", "LSQ_SECRET_KEY")]
    assert [word for word in (*WORDS, *secrets) if word.encode() in dump] == []
    assert desk.ledger.stat().st_mode & 0o77 == 0


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_run_that_is_killed_leaves_nothing_of_its_payloads_and_its_report(desk: Desk) -> None:
    """Where the file system keeps no file without a name, the next run removes what was left."""
    rows = [person(number) for number in range(1, 30_001)]
    desk.write(rows)
    command = ("leads.csv", "--dry-run", "--payloads", "bodies.jsonl", "--no-html")
    before = {path.name for path in desk.folder.iterdir()}
    process = desk.start(*command)
    until = time.monotonic() + PATIENCE_S
    while len(unfinished(process.pid, desk.folder)) < 2:  # payloads and report
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.002)
    has_names = any(path.exists() for path in unfinished(process.pid, desk.folder))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    if has_names:
        assert desk.run(*command).status == 0
        before |= {"bodies.jsonl", "leads.report.csv"}
    assert {path.name for path in desk.folder.iterdir()} - {"state"} == before


def unfinished(process_id: int, folder: Path) -> list[Path]:
    """The files of a folder that a process has open and has written something into, with a name or without."""
    found = []
    for link in Path(f"/proc/{process_id}/fd").iterdir():
        try:
            path, size = link.readlink(), link.stat().st_size
        except OSError:  # closed meanwhile
            continue
        if path.parent == folder.resolve() and path.name != "leads.csv" and size:
            found.append(path)
    return found


def test_only_its_owner_reads_the_payloads(desk: Desk) -> None:
    desk.write([person(1)])
    assert desk.call("leads.csv", "--dry-run", "--payloads", "bodies.jsonl").status == 0
    assert (desk.folder / "bodies.jsonl").stat().st_mode & 0o77 == 0
