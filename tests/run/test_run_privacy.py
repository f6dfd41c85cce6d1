"""A run's traces hold no lead data and no key: not the ledger, whatever LeadSquared put into its messages."""

from collections import Counter

from workbench import Account, Desk, person

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
