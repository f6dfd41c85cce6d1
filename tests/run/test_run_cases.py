"""Small files with one defect each, through the whole command: what `cases.json` says of each holds."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from workbench import Desk

CASES = Path(__file__).resolve().parents[2] / ".." / "shared" / "cases"
LISTED = CASES / "cases.json"
FACTS: list[dict[str, Any]] = json.loads(LISTED.read_text("utf-8")) if LISTED.exists() else []

pytestmark = pytest.mark.skipif(not FACTS, reason="the cases are not at hand")


def leads_of(payloads: Path) -> dict[str, dict[str, str]]:
    """Each row's lead that would be sent, by the row's number."""
    if not payloads.exists():
        return {}
    records = [json.loads(line) for line in payloads.read_text("utf-8").splitlines()]
    return {str(record["row"]): {pair["Attribute"]: pair["Value"] for pair in record["lead"]} for record in records}


def column_of(address: str) -> tuple[int, str]:
    match = re.fullmatch(r"([A-Z])(\d+)", address)
    assert match
    return ord(match[1]) - ord("A"), match[2]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact["file"])
def test_every_case_comes_out_as_it_should(fact: dict[str, Any], desk: Desk) -> None:
    shutil.copy(CASES / fact["file"], desk.folder)
    shutil.copy(CASES / fact["config"], desk.folder / "config.yaml")
    run = desk.call(fact["file"], "--dry-run", "--no-html", "--payloads", "payloads.jsonl")
    leads = leads_of(desk.folder / "payloads.jsonl")
    report = f"{Path(fact['file']).stem}.report.csv"
    lines = desk.report(report) if (desk.folder / report).exists() else []
    by_row = {line.row: line for line in lines}
    assert "exit" not in fact or run.status == fact["exit"]
    assert "rows" not in fact or len(lines) == fact["rows"]
    assert len(lines) >= fact.get("rows_at_least", 0)
    assert re.search(fact.get("says", ""), run.text)
    assert "says_not" not in fact or fact["says_not"] not in run.text
    for row, status in fact.get("status", {}).items():
        assert by_row[row].status == status
    for row, status in fact.get("says_or_status", {}).items():
        assert by_row[row].status == status or re.search(rf"(?i)row {row}\b", run.text)
    for row, wanted in fact.get("values", {}).items():
        assert {name: leads[row].get(name) for name in wanted} == wanted
    for row, unwanted in fact.get("not_values", {}).items():
        assert all(leads.get(row, {}).get(name) != value for name, value in unwanted.items())
    for address, text in fact.get("cells", {}).items():
        column, row = column_of(address)
        assert by_row[row].cells[column] == text
