"""The example of docs/cleaning.md, run: what its keys make of cells, and that a changed key sends nothing again."""

import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from workbench import Account, Desk

PAGE = Path(__file__).parents[2] / "docs" / "cleaning.md"
HEADER = ("Name", "Phone", "City", "Budget", "Enquired")
ROWS = [
    ("RAVI O'NEIL", "Mob: ph. 98450 10012", "Bangalore (HQ)", "2.5 lakh", "05/10/2026"),
    ("asha", "p:+919845010013", "blr", "₹ 45,00,000/-", "5-Oct-26"),
    ("UMA", "", "", "", ""),
]
WANTED: list[dict[str, Any]] = [
    {"FirstName": "Ravi O'Neil", "Phone": "+91-9845010012", "mx_City": "Bengaluru", "mx_Budget": "250000"},
    {"FirstName": "Asha", "Phone": "+91-9845010013", "mx_City": "Bengaluru", "mx_Budget": "4500000"},
    {"FirstName": "Uma"},
]


def example() -> dict[str, Any]:
    found = re.search(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    columns: dict[str, Any] = YAML(typ="safe").load(found[1])["columns"]
    return columns


def test_the_example_cleans_what_it_says(desk: Desk, account: Account) -> None:
    desk.configure(columns=example())
    desk.write(ROWS, header=HEADER)
    assert desk.call("leads.csv").status == 0, desk.report()
    leads = [lead["attributes"] for lead in account.leads()]
    for lead, wanted in zip(sorted(leads, key=lambda one: str(one.get("Phone", "~"))), WANTED, strict=True):
        assert {name: lead[name] for name in wanted} == wanted
    assert {lead.get("mx_Enquiry_Date") for lead in leads} == {"2026-10-05 00:00:00.000", None}
    assert (desk.folder / "leads.report.csv").read_text("utf-8-sig").count("RAVI O'NEIL") == 1


def test_a_key_that_was_changed_sends_nothing_again(desk: Desk, account: Account) -> None:
    desk.configure(columns=example())
    desk.write(ROWS, header=HEADER)
    assert desk.call("leads.csv").status == 0
    before = account.stats()["creates"]
    columns = example()
    columns["Name"] = {"field": "FirstName", "case": "upper"}
    columns["Phone"] = {"field": "Phone", "type": "phone", "region": "IN", "strip": ["mob:", "ph."]}
    desk.configure(columns=columns)
    assert desk.call("leads.csv").status == 0
    assert account.stats()["creates"] == before


def test_what_cannot_be_cleaned_is_told_with_the_line_that_would_read_it(desk: Desk) -> None:
    desk.configure(columns={"Name": "FirstName", "Budget": {"field": "mx_Budget", "type": "number"}})
    desk.write([(f"N{number}", "2 lakh") for number in range(4)], header=("Name", "Budget"))
    run = desk.call("leads.csv", "--dry-run")
    assert run.status == 1
    assert "Budget: {field: mx_Budget, type: number, indian: true}" in run.out
