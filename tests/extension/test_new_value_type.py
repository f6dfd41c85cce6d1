"""A new value type is one entry of one table: config.yaml, the import and the proposed mapping know it at once."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from changed_house import ChangedHouse

from importer.lead.metadata import Field
from importer.lead.values import TYPES
from importer.proposal.column import Column
from importer.proposal.dates import DateStyle
from importer.proposal.finish import finish
from importer.proposal.fitness import Fitness, Verdict
from importer.proposal.tables import load_tables

MODULE = '''"""Loud words: a cell in capital letters."""

from importer.lead.refusal import Refusal


def read_loud(text: str, _kind: str | None) -> str | Refusal:
    """The text in capital letters."""
    if "?" in text:
        return Refusal("not_loud", "is a question", "Make it a statement.")
    return text.upper()
'''
ENTRY = """    "loud": ValueType(
        make=lambda *_: read_loud, proposed_for=frozenset({"shout"}), is_cuttable=False, is_for_constants=True
    ),
    "choice": ValueType("""
CONFIG = """columns:
  Name: FirstName
  Cry: {field: mx_Cry, type: loud}
constants:
  mx_Motto: {value: onwards, type: loud}
"""


def test_a_new_type_is_known_to_configuration_and_import_by_its_entry_alone(tmp_path: Path) -> None:
    house = ChangedHouse.build(tmp_path)
    (tmp_path / "importer" / "lead" / "values" / "loud.py").write_text(MODULE, "utf-8")
    house.edit("lead/values/__init__.py", '    "choice": ValueType(', ENTRY)
    number = "from importer.lead.values.number"
    house.edit("lead/values/__init__.py", number, f"from importer.lead.values.loud import read_loud\n{number}")
    (tmp_path / "config.yaml").write_text(CONFIG, "utf-8")
    (tmp_path / "leads.csv").write_text("Name,Cry\nAsha,hurrah\nRavi,what?\n", "utf-8")
    run = house.run(["leads.csv", "--dry-run", "--payloads", "calls.jsonl"])
    assert run.returncode == 1, run.stderr
    calls = (tmp_path / "calls.jsonl").read_text("utf-8")
    assert "HURRAH" in calls
    assert "ONWARDS" in calls
    with (tmp_path / "leads.report.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["lsq_error"] for row in csv.DictReader(file)] == ["", "not_loud"]
    (tmp_path / "config.yaml").write_text(CONFIG.replace("type: loud}\nconst", "type: loude}\nconst"), "utf-8")
    wrong = house.run(["leads.csv", "--dry-run"])
    assert "line 3" in wrong.stderr
    assert "did you mean `loud`?" in wrong.stderr


def test_a_new_type_is_proposed_for_its_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TYPES, "loud", replace(TYPES["text"], proposed_for=frozenset({"shout"})))
    column = Column("Cry", ["hurrah"], load_tables())
    field = Field("mx_Cry", data_type="Shout")
    entry = finish("mx_Cry", field, column, Fitness(Verdict.FITS), dates=DateStyle(), zone="", is_continental=None)
    assert entry.type == "loud"
