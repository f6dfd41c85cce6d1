"""Causes as a person thinks of them: a sentence, its cells, and a line for config.yaml that may be pasted."""

import json
from typing import Any

import pytest
from workbench import Desk, Run

HEADER = ("First Name", "Value")


def look(desk: Desk, column: Any, *cells: str, **config: Any) -> Run:
    desk.account = None if config.pop("is_offline", False) else desk.account
    desk.configure(columns={"First Name": "FirstName", "Value": column}, **config)
    desk.write([(f"Asha{nth}", cell) for nth, cell in enumerate(cells)], header=HEADER)
    return desk.call("leads.csv", "--dry-run")


def pasted(desk: Desk, run: Run, **config: Any) -> Run:
    """The dry run with the line that an earlier one proposes in the place of the column's own."""
    (line,) = [line.strip() for line in run.out.splitlines() if line.strip().startswith("Value: {")]
    settings = "".join(f"{key}: {json.dumps(value)}\n" for key, value in config.items())
    text = f"{settings}columns:\n  First Name: FirstName\n  {line}\n"
    (desk.folder / "config.yaml").write_text(text, "utf-8")
    page = (desk.folder / "leads.report.html").read_text("utf-8")
    assert "<pre><code>Value: {" in page
    return desk.call("leads.csv", "--dry-run")


QUALIFICATIONS = ["B.Tech", "M.Tech", "MBA"]


def test_words_that_come_near_an_option_are_one_cause_with_a_line_that_translates_them(desk: Desk) -> None:
    column = {"field": "mx_Text", "type": "choice", "options": QUALIFICATIONS}
    run = look(desk, column, "b.tech.", "M-Tech", "B.Tech", "b.tech.", is_offline=True)
    told = next(line for line in run.out.splitlines() if "off_list" in line)
    assert told.startswith(
        "  3 rows: off_list: Each of the cells B2, B3 and B5 (Value) holds a value that is no option"
    )
    assert "`b.tech.` (2 times)" in told
    assert "`M-Tech`" in told
    again = pasted(desk, run)
    assert again.status == 0
    assert "4  ready" in again.out


def test_translations_that_stand_in_the_config_stay_in_the_line(desk: Desk) -> None:
    column = {"field": "mx_Text", "type": "choice", "options": QUALIFICATIONS, "values": {"x": "MBA"}}
    run = look(desk, column, "x", "b.tech.", is_offline=True)
    assert pasted(desk, run).status == 0


def test_a_word_like_no_option_or_like_two_is_not_translated(desk: Desk) -> None:
    column = {"field": "mx_Text", "type": "choice", "options": ["Sales North", "Sales South"]}
    run = look(desk, column, "Sales Nouth", "Private 98450 10001", is_offline=True)
    assert "values: {" not in run.out
    assert "98450" not in run.out


@pytest.mark.parametrize(
    ("column", "cells", "config"),
    [
        ({"field": "Phone", "type": "phone"}, ("98450 10001", "98450 10002", "98450 10003"), {}),
        ("mx_Enquiry_Date", ("31/01/2026", "01/02/2026", "28/02/2026"), {}),
        ("mx_Enquiry_Date", ("31.1.26 10:30", "1.2.26 09:00", "28.2.26 18:00"), {"timezone": "Asia/Kolkata"}),
        ({"field": "mx_City", "type": "number"}, ("1.234,50", "12,5", "3.000.000"), {}),
        ({"field": "mx_City", "type": "number"}, ("1,20,000", "1,234.50", "2,50,00,000"), {}),
        ({"field": "Source", "type": "choice"}, ("Fair Pune", "Fair Delhi", "Fair Goa"), {}),
    ],
)
def test_a_column_that_fails_for_one_reason_gets_a_line_that_lets_it_pass(
    desk: Desk, column: Any, cells: tuple[str, ...], config: dict[str, Any]
) -> None:
    run = look(desk, column, *cells, **config)
    assert "3  invalid" in run.out
    assert "If the whole column is meant so" in run.out
    assert pasted(desk, run, **config).status == 0


def test_a_slip_in_a_few_cells_of_many_proposes_no_setting_for_the_column(desk: Desk) -> None:
    cells = [f"+91 98450 100{nth:02}" for nth in range(10)]
    run = look(desk, {"field": "Phone", "type": "phone"}, *cells, "98450 20001", "98450 20002", "98450 20003")
    assert "3 rows: phone_without_country: Each of the cells B12, B13 and B14 (Value) holds a phone number" in run.out
    assert "region: IN}" not in run.out


def test_dates_in_two_orders_propose_neither(desk: Desk) -> None:
    run = look(desk, "mx_Enquiry_Date", "31/01/2026", "01/31/2026", "28/02/2026")
    assert "3  invalid" in run.out
    assert "format: " not in run.out.replace('such as format: "%d/%m/%Y"', "")


def test_cells_beyond_the_first_ten_are_counted(desk: Desk) -> None:
    run = look(desk, {"field": "Phone", "type": "phone", "region": "IN"}, *["12"] * 25)
    assert "B10, B11 and 15 more (Value) holds a phone number" in run.out


def test_more_causes_than_are_told_are_counted(desk: Desk) -> None:
    emails = ("a", "a@@b.com", "a b@c.com", "a@b", "@b.com", "a@", "a@b..com")
    run = look(desk, {"field": "EmailAddress", "type": "email"}, *emails)
    assert "  and 2 more causes: see lsq_message in the report" in run.out


def test_no_value_of_a_lead_is_said_anywhere_but_in_the_report(desk: Desk) -> None:
    desk.configure(
        columns={
            "First Name": {"field": "FirstName", "required": True},
            "Email": {"field": "EmailAddress", "type": "email"},
            "Mobile": {"field": "Phone", "type": "phone", "region": "IN"},
            "Source": {"field": "Source", "type": "choice"},
            "Day": {"field": "mx_Enquiry_Date", "type": "date"},
        }
    )
    header = ("First Name", "Email", "Mobile", "Source", "Day")
    private = ("", "secret@@person.example", "98450 77@7", "veiled@person.example", "77-77-7777")
    desk.write([private] * 3, header=header)
    run = desk.call("leads.csv", "--dry-run", "-v", "--log-file", "run.log")
    page = (desk.folder / "leads.report.html").read_text("utf-8")
    log = (desk.folder / "run.log").read_text("utf-8")
    for word in ("secret", "person", "77@7", "veiled"):
        assert word not in run.text + page + log
