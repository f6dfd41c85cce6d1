"""Cells as real lists hold them, through the whole command: what goes out, what is refused, what is said."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from workbench import Desk, Run

HEADER = ("First Name", "Email", "Value")


def look(desk: Desk, column: Any, cells: Sequence[str], **config: Any) -> tuple[Run, list[dict[str, str] | None]]:
    """A dry run over one row for each cell, and what each row would send; None for a row that is not sent."""
    desk.configure(columns={"First Name": "FirstName", "Email": "EmailAddress", "Value": column}, **config)
    desk.write([("Asha", f"a{nth}@example.com", cell) for nth, cell in enumerate(cells)], header=HEADER)
    run = desk.call("leads.csv", "--dry-run", "--payloads", "payloads.jsonl")
    return run, sent(desk.folder / "payloads.jsonl", len(cells))


def sent(payloads: Path, count: int) -> list[dict[str, str] | None]:
    lines = [json.loads(line) for line in payloads.read_text("utf-8").splitlines()]
    bodies = {line["row"]: {one["Attribute"]: one["Value"] for one in line["lead"]} for line in lines}
    return [bodies.get(number) for number in range(2, count + 2)]


def values(bodies: Sequence[dict[str, str] | None], field: str) -> list[str | None]:
    return [None if body is None else body.get(field, "") for body in bodies]


def test_a_country_code_without_its_plus_is_not_doubled(desk: Desk) -> None:
    cells = ["4915155501234", "49 171 5550123", "496131555012", "0049171 5550123", "0171 5550123", "+49 171 5550123"]
    _run, bodies = look(desk, {"field": "Phone", "type": "phone", "region": "DE"}, cells)
    assert values(bodies, "Phone") == [
        "+49-15155501234",
        "+49-1715550123",
        "+49-6131555012",
        *["+49-1715550123"] * 3,
    ]


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("030 5550123/4", "more than one phone number"),
        ("+49 30 555012-33/34", "more than one phone number"),
        ("0821-555012/3", "more than one phone number"),
        ("+49 49171 5550123", "country code twice"),
        ("+49 30 1", "of 3 digits"),
        ("9.19845E+11", "calculated number"),
    ],
)
def test_a_phone_that_is_none_for_sure_is_refused_by_row_and_column_with_its_reason(
    desk: Desk, cell: str, word: str
) -> None:
    run, bodies = look(desk, {"field": "Phone", "type": "phone", "region": "DE"}, [cell])
    assert bodies == [None]
    assert desk.report()[0].status == "invalid"
    assert "Cell C2 (Value)" in desk.report()[0].message
    assert word in desk.report()[0].message
    assert run.status == 1
