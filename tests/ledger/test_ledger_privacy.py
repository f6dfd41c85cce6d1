"""The ledger holds no lead data: whoever reads its file byte by byte finds none."""

from pathlib import Path

from ledger_cases import CREATED, begin_run, open_ledger

from importer.clocks import WallSeconds
from importer.lead.uniquekeys import unique_keys
from importer.ledger.digests import Digests
from importer.ledger.records import Intent, Settled

HEADER = ("First Name", "Email", "Mobile", "Remarks")
LEADS = [
    (f"Quixote{number}", f"quixote.{number}@windmill.example", f"+91-98450{number:05d}", f"likes windmill no. {number}")
    for number in range(300)
]
WORDS = ("quixote", "windmill", "98450", "+91-98", "example")


def test_no_value_of_a_lead_is_in_the_ledgers_files(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with open_ledger(path) as ledger:
        begin_run(ledger)
        digests = Digests(ledger.secret, account="a", source="leads.csv", header=HEADER)
        with ledger.begin() as connection:
            for number, cells in enumerate(LEADS):
                keys = unique_keys([("EmailAddress", cells[1]), ("Phone", cells[2])], country_code="91")
                row = digests.of_cells(cells)
                ref = digests.of_row(row, 0)
                claimed = tuple(digests.of_key(key.field, key.exact) for key in keys)
                ledger.rows.claim(connection, [Intent(ref, row, claimed, number + 2, 1.0)])
                ledger.rows.settle(connection, [Settled(ref, CREATED, WallSeconds(2.0))])
        read_dump(path, must_hold=b"lead-1")
    read_dump(path, must_hold=b"lead-1")


def read_dump(path: Path, *, must_hold: bytes) -> None:
    files = [file for file in path.parent.rglob("*") if file.is_file()]
    dump = b"".join(file.read_bytes() for file in files).lower()
    assert must_hold in dump
    assert [word for word in WORDS if word.encode() in dump] == []
