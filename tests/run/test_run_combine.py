"""`combine:` from outside: one field from several columns, joined or the first that is filled."""

from typing import Any

import pytest
from workbench import Account, Desk

HEADER = ("Name", "Street", "Place", "Mobile No", "Alt Phone", "Note")
COLUMNS = {"Name": "FirstName"}
COMBINE: dict[str, Any] = {
    "mx_Street2": {"join": ["Street", "Place"], "with": ", "},
    "Phone": {"first_of": ["Mobile No", "Alt Phone"], "type": "phone", "region": "IN"},
}
ROWS = [
    ("Asha", "12 MG Road", "Pune", "98450 10012", "98450 99999", "x"),
    ("Uma", "", " Delhi ", "-", "9845010013", "x"),
    ("Ravi", "", "", "", "", "x"),
]


def sent(account: Account, first: str) -> dict[str, Any]:
    return next(lead["attributes"] for lead in account.leads() if lead["attributes"]["FirstName"] == first)


def test_one_field_is_filled_from_several_columns(desk: Desk, account: Account) -> None:
    desk.configure(columns=COLUMNS, combine=COMBINE)
    desk.write(ROWS, header=HEADER)
    assert desk.call("leads.csv").status == 0, desk.report()
    asha, uma, ravi = (sent(account, name) for name in ("Asha", "Uma", "Ravi"))
    assert (asha["mx_Street2"], asha["Phone"]) == ("12 MG Road, Pune", "+91-9845010012")
    assert (uma["mx_Street2"], uma["Phone"]) == ("Delhi", "+91-9845010013")
    assert not ravi.get("mx_Street2")
    assert not ravi.get("Phone")
    assert (desk.folder / "leads.report.csv").read_text("utf-8-sig").startswith(",".join(HEADER))
    before = account.stats()["creates"]
    assert desk.call("leads.csv").status == 0
    assert desk.call("leads.report.csv").status == 0
    assert account.stats()["creates"] == before


def test_what_is_combined_makes_a_row_the_same_row(desk: Desk, account: Account) -> None:
    desk.configure(columns=COLUMNS, combine={"mx_Street2": COMBINE["mx_Street2"]})
    desk.write([("Uma", "A", "Pune", "", "", "x"), ("Uma", "A", "Delhi", "", "", "x")], header=HEADER)
    assert desk.call("leads.csv").status == 0
    desk.write([("Uma", "A", "Delhi", "", "", "other"), ("Uma", "B", "Delhi", "", "", "x")], header=HEADER)
    assert desk.call("leads.csv").status == 0
    assert len(account.leads()) == 3


def test_a_bad_text_is_told_with_all_its_cells(desk: Desk) -> None:
    desk.configure(columns=COLUMNS, combine=COMBINE)
    desk.write([("Asha", "", "", "12", "", "x"), ("Uma", "#N/A", "Pune", "", "", "x")], header=HEADER)
    assert desk.call("leads.csv", "--dry-run").status == 1
    first, second = desk.report()
    assert "Cell D2, E2 (Mobile No + Alt Phone)" in first.message
    assert "Cell B3, C3 (Street + Place) holds #N/A" in second.message


@pytest.mark.parametrize(
    ("combine", "why"),
    [
        ({"mx_Street2": {"join": ["Street", "Town"]}}, "Town"),
        ({"mx_Street2": {"join": ["Street"], "first_of": ["Place"]}}, "needs one of"),
        ({"mx_Street2": {"first_of": ["Street"], "with": ","}}, "goes with `join`"),
        ({"mx_Street2": {"join": "Street"}}, "list of headers"),
        ({"mx_Street2": {"join": ["Street", "Street"]}}, "names a header twice"),
        ({"mx Street": {"join": ["Street", "Place"]}}, "mx Street"),
        ({"FirstName": {"join": ["Street", "Place"]}}, "goes to FirstName"),
        ({"mx_No_Such": {"join": ["Street", "Place"]}}, "mx_No_Such"),
        ({"mx_Enquiry_Date": {"first_of": ["Street"], "type": "datetime"}}, "needs a timezone"),
    ],
)
def test_what_cannot_be_combined_is_told_before_anything_is_sent(
    desk: Desk, account: Account, combine: dict[str, Any], why: str
) -> None:
    desk.configure(columns=COLUMNS, combine=combine)
    desk.write(ROWS, header=HEADER)
    run = desk.call("leads.csv")
    assert (run.status, account.stats()["creates"]) == (2, 0), run.text
    assert why in run.err
