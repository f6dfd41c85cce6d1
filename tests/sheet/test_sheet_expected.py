"""Real files with real defects read as a person would read them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from importer.errors import SheetError
from importer.sheet import Row, open_table

SPREADSHEETS = Path(__file__).resolve().parents[2] / ".." / "shared" / "spreadsheets"
EXPECTED = SPREADSHEETS / "expected.json"
FACTS: list[dict[str, Any]] = json.loads(EXPECTED.read_text("utf-8")) if EXPECTED.exists() else []

pytestmark = pytest.mark.skipif(not FACTS, reason="the real spreadsheets are not at hand")


def cell_at(rows: dict[int, Row], address: str) -> tuple[str, str | None]:
    match = re.fullmatch(r"([A-Z]+)(\d+)", address)
    assert match
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    row = rows[int(match[2])]
    return (*row.cells, *row.extra)[column - 1], row.bad.get(column - 1)


@pytest.mark.parametrize("fact", [fact for fact in FACTS if not fact.get("refuse")], ids=lambda fact: fact["file"])
def test_every_fact_about_a_real_file_holds(fact: dict[str, Any]) -> None:
    with open_table(SPREADSHEETS / fact["file"], **fact.get("config", {})) as table:
        data = list(table.rows())
        rows = {row.number: row for row in (*table.top, *data)}
        assert len(table.header) == fact["header_cols"]
        assert table.header_row == fact["header_row"]
        assert table.row_count == len(data) == fact["data_rows"]
        for address, wanted in fact["cells"].items():
            text, bad = cell_at(rows, address)
            if isinstance(wanted, dict):
                assert bad == wanted["error"], address
            else:
                assert (text, bad) == (wanted, None), address


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact.get("refuse")], ids=lambda fact: fact["file"])
def test_an_unreadable_real_file_is_refused_in_one_line_with_a_hint(fact: dict[str, Any]) -> None:
    with pytest.raises(SheetError) as caught:
        open_table(SPREADSHEETS / fact["file"])
    assert "\n" not in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("fact", [fact for fact in FACTS if "without_config" in fact], ids=lambda fact: fact["file"])
def test_a_file_of_another_encoding_is_refused_with_a_suggestion_and_sample_cells(fact: dict[str, Any]) -> None:
    with pytest.raises(SheetError) as caught:
        open_table(SPREADSHEETS / fact["file"])
    assert f"encoding: {fact['config']['encoding']}" in caught.value.hint
    assert "row 1: “première”" in caught.value.hint


@pytest.mark.parametrize("name", ["test_files-ErrorTypes.xlsx"])
def test_texts_that_only_look_like_errors_stay_texts(name: str) -> None:
    with open_table(SPREADSHEETS / name) as table:
        rows = {row.number: row for row in table.rows()}
    assert rows[2].bad == {0: "#NULL!", 1: "#NULL!"}
    assert rows[2].cells[2:4] == ("#NULL?", "#NULL")
