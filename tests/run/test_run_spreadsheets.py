"""Real files with real defects, through the whole command: each fact about them stands in payloads and report."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from truth import Line
from workbench import Desk

from importer.sheet import open_table

SPREADSHEETS = Path(__file__).resolve().parents[2] / ".." / "shared" / "spreadsheets"
EXPECTED = SPREADSHEETS / "expected.json"
FACTS: list[dict[str, Any]] = json.loads(EXPECTED.read_text("utf-8")) if EXPECTED.exists() else []
UNMAPPABLE = "readxl-unnamed-duplicated-columns.xlsx"  # its headers are blank, or stand twice
READABLE = [fact for fact in FACTS if not fact.get("refuse") and fact["data_rows"] and fact["file"] != UNMAPPABLE]
HEADER_ONLY = [fact for fact in FACTS if not fact.get("refuse") and not fact["data_rows"]]

pytestmark = pytest.mark.skipif(not FACTS, reason="the real spreadsheets are not at hand")


def by_name(facts: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fact", facts, ids=lambda fact: fact["file"])


@dataclass(frozen=True)
class Place:
    """A cell's address: its column counted from 0, and its row."""

    column: int
    row: int

    @classmethod
    def of(cls, address: str) -> "Place":
        match = re.fullmatch(r"([A-Z]+)(\d+)", address)
        assert match
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - 64
        return cls(column - 1, int(match[2]))


def headers_of(fact: dict[str, Any]) -> tuple[str, ...]:
    with open_table(SPREADSHEETS / fact["file"], **fact.get("config", {})) as table:
        return table.header


def mapping_of(headers: tuple[str, ...]) -> dict[str, str]:
    """Every header that can be mapped, to a field of its own; the first one to FirstName."""
    folded = [" ".join(header.split()).casefold() for header in headers]
    usable = [header.strip() for header, key in zip(headers, folded, strict=True) if key and folded.count(key) == 1]
    return {header: "FirstName" if nth == 0 else f"mx_C{nth}" for nth, header in enumerate(usable)}


def configure(desk: Desk, fact: dict[str, Any], columns: dict[str, str]) -> None:
    desk.account = None
    desk.configure(columns=columns, **fact.get("config", {}))


@by_name(READABLE)
def test_every_fact_about_a_real_file_stands_in_payloads_and_report(fact: dict[str, Any], desk: Desk) -> None:
    headers = headers_of(fact)
    columns = mapping_of(headers)
    configure(desk, fact, columns)
    run = desk.call(SPREADSHEETS / fact["file"], "--dry-run", "-r", "report.csv", "--payloads", "bodies.jsonl")
    assert run.status in {0, 1}, run.err
    lines = {int(line.row): line for line in desk.report("report.csv")}
    assert len(lines) == fact["data_rows"]
    check_cells_unchanged(fact, list(lines.values()))
    texts = (desk.folder / "bodies.jsonl").read_text("utf-8").splitlines()
    bodies = {
        body["row"]: {item["Attribute"]: item["Value"] for item in body["lead"]} for body in map(json.loads, texts)
    }
    assert {row for row, line in lines.items() if line.status != "invalid"} == set(bodies)
    for address, wanted in fact["cells"].items():
        place = Place.of(address)
        if place.row == fact["header_row"]:
            continue
        line = lines[place.row]
        field = columns.get(headers[place.column].strip()) if place.column < len(headers) else None
        if isinstance(wanted, dict):
            check_bad_cell(line, address, wanted["error"], is_mapped=field is not None)
        else:
            assert line.cells[place.column] == wanted, address
            if field is not None and place.row in bodies:
                assert bodies[place.row].get(field, "") == wanted.strip(), address


def check_bad_cell(line: Line, address: str, error: str, *, is_mapped: bool) -> None:
    place = Place.of(address)
    assert error in line.cells[place.column]
    assert is_mapped
    assert line.status == "invalid"
    if line.error == "cell_error" and f"Cell {address} " not in line.message:
        # The message names the first bad cell of the row only.
        assert re.search(rf"Cell [A-Z]+{place.row} ", line.message)
    assert error in line.message or f"Cell {address} " not in line.message


def check_cells_unchanged(fact: dict[str, Any], lines: list[Line]) -> None:
    with open_table(SPREADSHEETS / fact["file"], **fact.get("config", {})) as table:
        rows = list(table.rows())
    assert [line.row for line in lines] == [str(row.number) for row in rows]
    for line, row in zip(lines, rows, strict=True):
        good = [index for index in range(len(row.cells)) if index not in row.bad]
        assert [line.cells[index] for index in good] == [row.cells[index] for index in good]
        assert bool(line.extra) == bool(row.extra)
        assert not row.extra or line.status == "invalid"


@by_name([fact for fact in FACTS if fact.get("refuse")])
def test_an_unreadable_real_file_ends_with_2_in_one_line_and_a_hint(fact: dict[str, Any], desk: Desk) -> None:
    configure(desk, fact, {"Name": "FirstName"})
    run = desk.call(SPREADSHEETS / fact["file"], "--dry-run", "-r", "report.csv")
    assert run.status == 2
    first, *hint = run.err.splitlines()
    assert first.startswith("error: ")
    assert fact["file"] in first
    assert all(line.startswith("  ") for line in hint)
    assert not (desk.folder / "report.csv").exists()


@by_name(HEADER_ONLY)
def test_a_real_file_with_a_header_and_nothing_below_ends_with_0(fact: dict[str, Any], desk: Desk) -> None:
    (wanted,) = fact["cells"].values()
    configure(desk, fact, {"Name": "FirstName"})
    run = desk.call(SPREADSHEETS / fact["file"], "--dry-run")
    assert run.status == 2
    assert " ".join(wanted.split()) in run.err
    configure(desk, fact, {" ".join(wanted.split()): "FirstName"})
    run = desk.call(SPREADSHEETS / fact["file"], "--dry-run")
    assert run.status == 0
    assert "no data row" in run.err


@by_name([fact for fact in FACTS if "without_config" in fact])
def test_a_real_file_in_another_encoding_ends_with_2_and_a_suggestion(fact: dict[str, Any], desk: Desk) -> None:
    desk.configure(columns={"Name": "FirstName"})
    run = desk.call(SPREADSHEETS / fact["file"], "--dry-run")
    assert run.status == 2
    assert f"encoding: {fact['config']['encoding']}" in run.err


def test_a_real_file_whose_headers_stand_twice_cannot_pass_by_itself(desk: Desk) -> None:
    desk.configure(columns={}, unmapped_columns="pass")
    run = desk.call(SPREADSHEETS / UNMAPPABLE, "--dry-run", "-r", "report.csv")
    assert run.status == 2
    assert "var2" in run.err
    assert not (desk.folder / "report.csv").exists()
