"""The samples are what the README says: about 60 leads, most of them fine, a few that teach something."""

import importlib.util
import io
from collections import Counter
from pathlib import Path
from types import ModuleType

import openpyxl
import pytest

from importer.sheet import open_table
from importer.sheet.table import Row

FOLDER = Path(__file__).resolve().parents[2] / "samples"
HEADER = [
    "First Name",
    "Last Name",
    "Email",
    "Mobile",
    "Company",
    "City",
    "Postal Code",
    "Lead Source",
    "Stage",
    "Notes",
    "KYC Status",
    "KYC Document",
    "KYC Number",
    "Enquiry Date",
    "Internal Remark",
]
OPTIONS = {
    "Lead Source": {"Website", "Referral", "Trade Show", "Walk-in", "Social Media", "Email Campaign"},
    "Stage": {"Prospect", "Opportunity", "Interested", "Contacted"},
    "KYC Status": {"Pending", "Verified", "Rejected"},
}


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_samples", FOLDER / "make_samples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(name: str) -> tuple[tuple[str, ...], list[Row]]:
    with open_table(FOLDER / name) as table:
        return table.header, list(table.rows())


def column(rows: list[Row], name: str) -> list[str]:
    return [row.cells[HEADER.index(name)] for row in rows]


def test_the_csv_is_what_the_script_makes(script: ModuleType) -> None:
    assert (FOLDER / "leads.csv").read_bytes() == script.csv_bytes(script.LEADS)


def test_the_workbook_is_what_the_script_makes(script: ModuleType) -> None:
    kept = openpyxl.load_workbook(FOLDER / "leads.xlsx").worksheets[0]
    made = openpyxl.load_workbook(io.BytesIO(script.xlsx_bytes(script.LEADS))).worksheets[0]
    assert [[(cell.value, cell.data_type, cell.number_format) for cell in row] for row in kept.iter_rows()] == [
        [(cell.value, cell.data_type, cell.number_format) for cell in row] for row in made.iter_rows()
    ]


@pytest.mark.parametrize("name", ["leads.csv", "leads.xlsx"])
def test_both_files_have_the_header_and_about_sixty_leads(name: str) -> None:
    header, rows = read(name)
    assert header == tuple(HEADER)
    assert len(rows) == 60
    assert 31 not in [row.number for row in rows], "a blank row keeps its number"
    assert rows[-1].number == 62


def test_both_files_show_the_same_texts() -> None:
    _, as_csv = read("leads.csv")
    _, as_xlsx = read("leads.xlsx")
    day = HEADER.index("Enquiry Date")
    for left, right in zip(as_csv, as_xlsx, strict=True):
        assert left.number == right.number
        assert left.cells[:day] == right.cells[:day]
        assert right.cells[day].startswith(left.cells[day]), "a date alone is shown with midnight in a workbook"
        assert left.bad == right.bad


@pytest.mark.parametrize("name", ["leads.csv", "leads.xlsx"])
def test_a_first_run_has_something_to_teach(name: str) -> None:
    _, rows = read(name)
    mails = Counter(mail.casefold() for mail in column(rows, "Email") if mail)
    phones = Counter(phone for phone in column(rows, "Mobile") if phone)
    assert [mail for mail, count in mails.items() if count > 1] == ["ravi.kumar@example.com"]
    assert [phone for phone, count in phones.items() if count > 1] == ["+91-98450 10002"]
    assert [mail for mail in mails if "@" not in mail] == ["ravi.kumar(at)example.com"]
    assert [row.number for row in rows if not any(row.cells[:4])] == [38]
    assert {row.number: dict(row.bad) for row in rows if row.bad} == {42: {HEADER.index("City"): "#N/A"}}


@pytest.mark.parametrize("name", ["leads.csv", "leads.xlsx"])
def test_zeros_in_front_are_there_to_be_kept(name: str) -> None:
    _, rows = read(name)
    codes = column(rows, "Postal Code")
    assert {"01250", "02139", "07030", "01100", "0800"} <= set(codes)
    assert {len(number) for number in column(rows, "KYC Number")} == {0, 12}


def test_dropdown_columns_hold_options_alone() -> None:
    _, rows = read("leads.csv")
    for name, options in OPTIONS.items():
        assert set(column(rows, name)) == options


def test_no_address_belongs_to_anybody() -> None:
    _, rows = read("leads.csv")
    domains = {mail.replace("(at)", "@").partition("@")[2] for mail in column(rows, "Email") if mail}
    assert domains == {"example.com", "example.net", "example.org"}
