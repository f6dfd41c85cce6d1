"""What is proposed for a header, what is only asked about, and what is left alone."""

import json
from pathlib import Path

import pytest

import importer.sandbox
from importer.config import load_config
from importer.leadsquared.fields import Field, FieldList, read_fields
from importer.proposal.proposal import best_header_row, propose
from importer.proposal.text import Setting, write_config

FIELDS = read_fields((Path(importer.sandbox.__file__).parent / "fields.json").read_bytes())


def proposed(*header: str) -> dict[str, str]:
    found = propose(header, {}, FIELDS)
    return {one.header: one.match.name for one in found.columns if one.match is not None}


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("First Name", "FirstName"),
        ("first_name", "FirstName"),
        ("FirstName", "FirstName"),
        ("Surname", "LastName"),
        ("Email", "EmailAddress"),
        ("E-mail address", "EmailAddress"),
        ("Mobile", "Phone"),
        ("Phone No.", "Phone"),
        ("Pin Code", "mx_Zip"),
        ("Lead Source", "Source"),
        ("KYC Status", "mx_KYC.Status"),
        ("mx_KYC.Status", "mx_KYC.Status"),
        ("Enquiry date", "mx_Enquiry_Date"),
        ("mx_City", "mx_City"),
    ],
)
def test_a_header_goes_to_the_field_that_people_mean_by_it(header: str, name: str) -> None:
    assert proposed(header) == {header: name}


@pytest.mark.parametrize("header", ["Phone 2", "Email 2", "Internal Remark", "Statuses", "City of birth"])
def test_what_only_looks_like_a_field_is_not_taken_for_it(header: str) -> None:
    assert proposed(header) == {}


def test_a_consent_is_no_address() -> None:
    assert proposed("Email consent") == {"Email consent": "mx_Email_Consent"}
    without = FieldList(tuple(field for field in FIELDS if "Consent" not in field.schema_name))
    assert propose(["Email consent"], {}, without).columns[0].match is None


def test_no_field_is_proposed_twice_and_the_likelier_header_has_it() -> None:
    assert proposed("Mobile", "Phone") == {"Phone": "Phone", "Mobile": "Mobile"}
    assert proposed("Email", "EmailAddress", "E mail") == {"EmailAddress": "EmailAddress"}


def test_a_doubtful_match_stands_in_the_text_as_a_comment_with_its_score() -> None:
    text = write_config(propose(["Phone Numbers", "Email"], {}, FIELDS), Setting("leads.csv"))
    line = next(line for line in text.splitlines() if "Phone Numbers" in line)
    assert line.startswith("  # Phone Numbers: ")
    assert "of 100 alike" in line


def test_a_full_name_is_split_unless_first_or_last_names_stand_beside_it() -> None:
    fields = FieldList((Field("FirstName", "First Name"), Field("LastName", "Last Name")))
    assert propose(["Full Name"], {}, fields).columns[0].is_full_name
    assert not propose(["Full Name", "First Name"], {}, fields).columns[0].is_full_name


def test_headers_that_are_blank_or_stand_twice_are_left_out() -> None:
    assert [one.header for one in propose(["", "City", "City", "Email"], {}, FIELDS).columns] == ["Email"]


def test_values_that_are_no_option_are_told() -> None:
    found = propose(["Lead Source"], {"Lead Source": ["Website", "Carrier pigeon", " website "]}, FIELDS)
    assert found.columns[0].off_list == ("Carrier pigeon",)


def test_a_mandatory_field_that_nothing_fills_is_told() -> None:
    fields = FieldList((Field("FirstName", "First Name"), Field("mx_PAN", "PAN", is_mandatory=True)))
    text = write_config(propose(["First Name"], {}, fields), Setting("leads.csv"))
    assert "demands mx_PAN (PAN)" in text


def test_the_header_is_found_below_a_title() -> None:
    rows = [(1, ("Leads of October",)), (2, ()), (3, ("First Name", "Email", "City")), (4, ("Asha", "a@b.c", "Pune"))]
    assert best_header_row(rows, FIELDS) == 3
    assert best_header_row(rows[:2], FIELDS) is None


def test_cells_without_a_letter_are_no_headers() -> None:
    rows = [(1, ("-", "***", "", " ")), (2, ("First Name", "Email", "#", "-"))]
    assert best_header_row(rows, FIELDS) == 2


@pytest.mark.parametrize(
    "header", ["No", "Phone #", "Note: internal", "2024", "मोबाइल", 'say "hi"', "a\nb", "- x", "Email?"]
)
def test_any_header_makes_a_config_that_loads(tmp_path: Path, header: str) -> None:
    path = tmp_path / "config.yaml"
    fields = FieldList((Field("FirstName", header), Field("mx_Age", "Age", "DateTime")))
    path.write_text(
        write_config(
            propose([header, "Age"], {}, fields), Setting("x.csv", region="IN", header_row=3, sheet="Blätter")
        ),
        "utf-8",
    )
    config = load_config(path, environ={})
    assert config.columns[0].header.split() == header.split()
    assert (config.header_row, config.sheet) == (3, "Blätter")


def test_the_field_list_is_the_one_that_the_sandbox_serves() -> None:
    served = json.loads((Path(importer.sandbox.__file__).parent / "fields.json").read_text("utf-8"))
    assert len(FIELDS) == len(served) >= 150
