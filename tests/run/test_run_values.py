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


@pytest.mark.parametrize("kind", ["date", "datetime"])
def test_a_birth_with_a_year_of_two_digits_is_never_in_the_future(desk: Desk, kind: str) -> None:
    column = {"field": "mx_Date_of_Birth", "type": kind, "format": "%d/%m/%y"}
    _run, bodies = look(desk, column, ["15/08/60", "25/01/45", "01/01/01", "31/12/99"], timezone="Asia/Kolkata")
    assert values(bodies, "mx_Date_of_Birth") == [
        "1960-08-15 00:00:00",
        "1945-01-25 00:00:00",
        "2001-01-01 00:00:00",
        "1999-12-31 00:00:00",
    ]


@pytest.mark.parametrize("column", ["mx_Date_of_Birth", {"field": "mx_Date_of_Birth", "type": "date"}])
def test_a_birth_written_in_the_future_is_refused(desk: Desk, column: Any) -> None:
    _run, bodies = look(desk, column, ["2960-08-15"])
    assert bodies == [None]
    assert "a birth in the future" in desk.report()[0].message


def test_other_dates_of_two_digit_years_turn_at_69(desk: Desk) -> None:
    column = {"field": "mx_Enquiry_Date", "type": "date", "format": "dd.mm.yy"}
    _run, bodies = look(desk, column, ["15.08.68", "15.08.69"])
    assert values(bodies, "mx_Enquiry_Date") == ["2068-08-15 00:00:00", "1969-08-15 00:00:00"]


@pytest.mark.parametrize(
    ("form", "cell", "utc"),
    [
        ("%Y-%m-%dT%H:%M:%SZ", "2026-10-06T11:30:00Z", "2026-10-06 11:30:00"),
        ("%d/%m/%Y %H:%M:%S.000Z", "06/10/2026 11:30:00.000Z", "2026-10-06 11:30:00"),
        ("yyyy-mm-ddThh:mm:ssZ", "2026-10-06T11:30:00Z", "2026-10-06 11:30:00"),
        ("%d/%m/%Y %H:%M +02:00", "06/10/2026 11:30 +02:00", "2026-10-06 09:30:00"),
        ("%d/%m/%Y %H:%M (UTC)", "06/10/2026 11:30 (UTC)", "2026-10-06 11:30:00"),
        ("%d/%m/%Y %H:%M %Z", "06/10/2026 11:30 GMT", "2026-10-06 11:30:00"),
        ("%d/%m/%Y %H:%M %z", "06/10/2026 11:30 UTC", "2026-10-06 11:30:00"),
        ("%d/%m/%Y %H:%M", "06/10/2026 11:30", "2026-10-06 06:00:00"),
    ],
)
def test_an_offset_in_a_format_means_what_it_says(desk: Desk, form: str, cell: str, utc: str) -> None:
    column = {"field": "mx_Enquiry_Date", "type": "datetime", "format": form, "timezone": "Asia/Kolkata"}
    _run, bodies = look(desk, column, [cell])
    assert values(bodies, "mx_Enquiry_Date") == [utc]


@pytest.mark.parametrize(("form", "right", "wrong"), [("%a %d %b %Y", "Tue 6 Oct 2026", "Mon 6 Oct 2026")])
def test_a_day_of_the_week_that_is_not_the_dates_own_is_refused(desk: Desk, form: str, right: str, wrong: str) -> None:
    column = {"field": "mx_Enquiry_Date", "type": "date", "format": form}
    _run, bodies = look(desk, column, [right, wrong])
    assert values(bodies, "mx_Enquiry_Date") == ["2026-10-06 00:00:00", None]
    assert "a day of the week that is not the one of its date" in desk.report()[1].message


UNTYPED = {"First Name": "FirstName", "Email": "EmailAddress", "Mobile": "Phone"}


@pytest.mark.parametrize("has_account", [True, False])
@pytest.mark.parametrize(
    ("email", "phone", "word"),
    [
        ("mailto:asha@example.com", "9845010001", "mailto: in front"),
        ("<asha@example.com>", "9845010001", "angle brackets"),
        ("Asha Rao <asha@example.com>", "9845010001", "angle brackets"),
        ("asha@example.com;", "9845010001", "comma or semicolon behind"),
        ("asha@example.com;rao@example.com", "9845010001", "more than one e-mail"),
        ("asha@example.com", "9845010001.0", "calculated number"),
        ("asha@example.com", "9.84501E+09", "calculated number"),
        ("asha@example.com", "9845010002/9845010003", "more than one phone"),
        ("asha@example.com", "9845010002 / 03", "more than one phone"),
        ("asha@example.com", "9845010002 9845010003", "more than one phone"),
        ("asha@example.com", "98450100029845010003", "more digits than any phone number"),
        ("asha@example.com", "9845010002 ext 5", "an extension"),
        ("asha@example.com", "9845010002 (Rao)", "letters beside"),
    ],
)
def test_what_is_plainly_not_one_value_is_told_where_a_column_has_no_type(
    desk: Desk, email: str, phone: str, word: str, *, has_account: bool
) -> None:
    if not has_account:
        desk.account = None
    desk.configure(columns=UNTYPED)
    desk.write([("Asha", email, phone), ("Rao", "rao@example.com", "+91 98450-10009")], header=list(UNTYPED))
    desk.call("leads.csv", "--dry-run", "--payloads", "payloads.jsonl")
    assert sent(desk.folder / "payloads.jsonl", 2) == [
        None,
        {"FirstName": "Rao", "EmailAddress": "rao@example.com", "Phone": "+91 98450-10009"},
    ]
    assert word in desk.report()[0].message


@pytest.mark.parametrize("has_account", [True, False])
def test_facebooks_p_in_front_of_a_phone_is_understood_without_a_type(desk: Desk, *, has_account: bool) -> None:
    if not has_account:
        desk.account = None
    _run, bodies = look(desk, "Phone", ["p:+919845010001", "'9845010001"])
    assert values(bodies, "Phone") == ["+919845010001", "9845010001"]


@pytest.mark.parametrize("dash", ["-", " - ", "–", "—", "--", "−"])
@pytest.mark.parametrize("column", ["Notes", {"field": "Notes", "type": "text"}, "mx_Budget"])
def test_a_lone_dash_is_an_empty_cell(desk: Desk, dash: str, column: Any) -> None:
    _run, bodies = look(desk, column, [dash])
    assert bodies == [{"FirstName": "Asha", "EmailAddress": "a0@example.com"}]
    assert desk.report()[0].cells[2] == dash


def test_a_dash_that_means_something_is_kept(desk: Desk) -> None:
    _run, bodies = look(desk, {"field": "Notes", "values": {"-": "none told"}}, ["-", "a - b"])
    assert values(bodies, "Notes") == ["none told", "a - b"]


def test_a_lone_dash_is_not_enough_for_a_required_column_and_gives_way_to_a_default(desk: Desk) -> None:
    _run, bodies = look(desk, {"field": "Notes", "required": True}, ["-"])
    assert bodies == [None]
    _run, bodies = look(desk, {"field": "Notes", "default": "none"}, ["-"])
    assert values(bodies, "Notes") == ["none"]


def test_letters_read_in_a_wrong_encoding_are_told_with_their_cells(desk: Desk) -> None:
    run, bodies = look(desk, "Notes", ["MÃ¼nchen", "München", "Oâ€™Brien", "Jos\ufffd", "à¤¨à¤®", "नमस्ते"])
    assert "4 cells seem to hold letters that were wrongly read" in run.err
    assert "C2 (Value), C4 (Value), C5 (Value), C6 (Value)." in run.err
    assert values(bodies, "Notes")[:2] == ["MÃ¼nchen", "München"]  # told, and not mended
    assert "nchen" not in run.err


@pytest.mark.parametrize(
    "first", ["Total", "Grand Total:", "TOTAL LEADS 2", "Summe", "कुल", "End of report", "2 rows", "Total: 2 leads"]
)
def test_a_closing_line_is_told(desk: Desk, first: str) -> None:
    desk.configure(columns={"First Name": "FirstName", "Email": "EmailAddress"})
    desk.write([("Asha", "asha@example.com"), (first, "")], header=("First Name", "Email"))
    run = desk.call("leads.csv", "--dry-run")
    assert "Row 3 may be a total or a closing line" in run.err


@pytest.mark.parametrize("row", [("Totaram", ""), ("Total", "total@example.com"), ("Sumana", ""), ("Counti", "")])
def test_a_name_is_no_closing_line(desk: Desk, row: tuple[str, str]) -> None:
    desk.configure(columns={"First Name": "FirstName", "Email": "EmailAddress"})
    desk.write([row], header=("First Name", "Email"))
    run = desk.call("leads.csv", "--dry-run")
    assert "closing line" not in run.text
    assert run.status == 0


def test_a_value_that_is_no_option_is_told_with_the_nearest_ones(desk: Desk) -> None:
    run, bodies = look(desk, {"field": "ProspectStage", "type": "choice"}, ["Prospct", "Rao, 12 MG Road"])
    assert bodies == [None, None]
    near, far = desk.report()
    assert "Cell C2 (Value) holds `Prospct`, which is none of the field's options" in near.message
    assert "Did you mean `Prospect`" in near.tip
    assert "Cell C3 (Value) holds a value that is none of the field's options" in far.message
    assert "The options are" in far.tip
    assert "MG Road" not in run.text


def test_what_map_proposes_for_births_makes_none_in_the_future(desk: Desk) -> None:
    header = ("First Name", "Email", "Date of Birth")
    desk.write([("Asha", "a@example.com", "15/08/60"), ("Ravi", "r@example.com", "25/01/45")], header=header)
    assert desk.call("map", "leads.csv", "-o", "proposed.yaml").status == 0
    desk.call("leads.csv", "-c", "proposed.yaml", "--dry-run", "--payloads", "payloads.jsonl")
    bodies = sent(desk.folder / "payloads.jsonl", 2)
    assert values(bodies, "mx_Date_of_Birth") == ["1960-08-15 00:00:00", "1945-01-25 00:00:00"]
