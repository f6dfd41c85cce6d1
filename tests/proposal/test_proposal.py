"""What is proposed for a header, what is only asked about, and what is left alone."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

import importer.sandbox
from importer.config import load_config
from importer.lead.metadata import Field, FieldList, read_fields
from importer.proposal.configtext import Setting, write_config
from importer.proposal.country import find_country
from importer.proposal.headerrow import find_header
from importer.proposal.options import fit_options
from importer.proposal.proposal import propose
from importer.proposal.tables import load_tables
from importer.sheet.joined import join_header

FIELDS = read_fields((Path(importer.sandbox.__file__).parent / "fields.json").read_bytes())


def proposed(*header: str) -> dict[str, str]:
    found = propose(header, {}, FIELDS)
    return {one.header: "+".join(one.entry.fields) for one in found.columns if one.entry is not None}


def header_row(rows: Sequence[tuple[int, Sequence[str]]]) -> int | None:
    found = find_header(rows, FIELDS, join=join_header)
    return None if found is None else found.row


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


@pytest.mark.parametrize("header", ["Phone 3", "Email sent", "Internal Remark", "Statuses", "City of birth"])
def test_what_only_looks_like_a_field_is_not_taken_for_it(header: str) -> None:
    assert proposed(header) == {}


def test_a_consent_is_no_address() -> None:
    assert proposed("Email consent") == {"Email consent": "mx_Email_Consent"}
    without = FieldList(tuple(field for field in FIELDS if "Consent" not in field.schema_name))
    assert propose(["Email consent"], {}, without).columns[0].entry is None


def test_no_field_is_proposed_twice_and_the_likelier_header_has_it() -> None:
    assert proposed("Mobile", "Phone") == {"Phone": "Phone", "Mobile": "Mobile"}
    assert proposed("Email", "EmailAddress", "E mail") == {"EmailAddress": "EmailAddress"}


def test_a_doubtful_match_stands_in_the_text_as_a_comment_with_its_score() -> None:
    text = write_config(propose(["Phone Numbers", "Email"], {}, FIELDS), Setting("leads.csv"))
    line = next(line for line in text.splitlines() if "Phone Numbers" in line)
    assert line.startswith("  # Phone Numbers: ")
    assert "of 100 alike" in line


def test_a_header_that_names_a_field_goes_nowhere_with_the_reason() -> None:
    samples = {"Surname": ["Rao 1", "Rao 2"], "E-Mail": ["a@example.com"], "Email": ["b@example.com"]}
    text = write_config(propose([*samples, "Grömpf"], samples, FIELDS), Setting("leads.csv"))
    assert "# Surname is not mapped (LastName by its header, but its values are of another kind)\n" in text
    assert '# "Grömpf" is not mapped (nothing like it among the account\'s fields)\n' in text
    assert text.count("EmailAddress by its header, but another column goes there)\n") == 1


def test_a_full_name_is_split_unless_first_or_last_names_stand_beside_it() -> None:
    assert proposed("Full Name", "Email")["Full Name"] == "FirstName+LastName"
    assert proposed("Full Name", "First Name", "Last Name")["Full Name"] == "mx_Full_Name"
    without = FieldList(tuple(field for field in FIELDS if field.schema_name != "mx_Full_Name"))
    found = propose(["Full Name", "First Name", "Last Name"], {}, without)
    assert [one.entry is None for one in found.columns] == [True, False, False]


@pytest.mark.parametrize(
    ("headers", "cells", "name"),
    [
        (("Name", "Vorname"), ("Huber", "Anna"), "LastName"),
        (("Nom", "Prénom"), ("LEFÈVRE", "Camille"), "LastName"),
        (("Nombre", "Apellidos"), ("Lucía", "García López"), "FirstName"),
        (("Name", "Vorname"), ("Anna Huber", "Anna"), "mx_Full_Name"),
    ],
)
def test_whose_name_a_lone_word_means_is_told_by_the_column_beside_it(
    headers: tuple[str, ...], cells: tuple[str, ...], name: str
) -> None:
    samples = {header: [cell] for header, cell in zip(headers, cells, strict=True)}
    entry = propose(headers, samples, FIELDS).columns[0].entry
    assert entry is not None
    assert entry.fields == (name,)


def test_headers_that_are_blank_or_stand_twice_are_left_out() -> None:
    assert [one.header for one in propose(["", "City", "City", "Email"], {}, FIELDS).columns] == ["Email"]


def test_values_that_are_no_option_are_told() -> None:
    found = propose(["Lead Source"], {"Lead Source": ["Website", "Carrier pigeon", " website "]}, FIELDS)
    entry = found.columns[0].entry
    assert entry is not None
    assert entry.off_list == ("Carrier pigeon",)


def test_a_mandatory_field_that_nothing_fills_is_told() -> None:
    fields = FieldList((Field("FirstName", "First Name"), Field("mx_PAN", "PAN", is_mandatory=True)))
    text = write_config(propose(["First Name"], {}, fields), Setting("leads.csv"))
    assert "demands mx_PAN (PAN)" in text


def test_the_header_is_found_below_a_title() -> None:
    rows = [(1, ("Leads of October",)), (2, ()), (3, ("First Name", "Email", "City")), (4, ("Asha", "a@b.c", "Pune"))]
    assert header_row(rows) == 3
    assert header_row(rows[:2]) is None


def test_cells_without_a_letter_are_no_headers() -> None:
    rows = [(1, ("-", "***", "", " ")), (2, ("First Name", "Email", "#", "-"))]
    assert header_row(rows) == 2


def test_headers_in_a_language_that_nobody_knows_are_the_first_row_of_words_as_wide_as_the_table() -> None:
    rows = [(1, ("Luettelo",)), (2, ("Nimi", "Puhelin", "Kaupunki")), (3, ("Aino", "+358 40 123 4567", "Oulu"))]
    assert header_row(rows) == 2


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


NAMES = ("Asha Rao", "Ravi Iyer", "Meena Shah", "Imran Khan")
ADDRESSES = ("a@example.com", "b@example.com", "c@example.com", "d@example.com")
PHONES = ("9845010137", "9845010138", "9845010139", "9845010140")
DAYS = ("2026-10-01", "2026-10-02", "2026-10-03", "2026-10-04")


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        *((header, NAMES) for header in ("Agent Name", "Created By", "Nominee Name", "Assigned To", "Doctor Name")),
        *(
            (header, NAMES)
            for header in ("Campaign Name 2", "Project Name", "Ad Name", "Emergency Contact", "Child Name")
        ),
        *((header, ADDRESSES) for header in ("Parent Email", "Sales Rep Email", "Executive Email")),
        *((header, PHONES) for header in ("RECEIVER_MOBILE", "Manager Mobile", "Father's Mobile", "Driver Phone")),
        *((header, DAYS) for header in ("Last Modified", "Modified Time", "Spouse DOB", "Policy Expiry", "Updated at")),
        ("Father Occupation", ("Salaried", "Retired", "Business owner", "Salaried")),
        ("Gender of child", ("Male", "Female", "Male", "Male")),
        ("Product Rating", ("Hot", "Warm", "Cold", "Hot")),
        ("Billing City", ("Pune", "Thane", "Kochi", "Patna")),
        ("Course Fee", ("1000", "2000", "3000", "4000")),
        ("Email", NAMES),
        ("Mobile", NAMES),
        ("City", ("Open", "Closed", "Open", "Pending")),
        ("Date of Birth", ("34", "51", "28", "63")),
        ("Email Opt Out", ("sometimes", "never", "always", "once")),
    ],
)
def test_what_is_somebody_elses_or_does_not_fit_is_not_even_asked_about(header: str, cells: tuple[str, ...]) -> None:
    found = propose([header], {header: cells}, FIELDS).columns[0]
    assert (found.entry, found.doubtful) == (None, None)


@pytest.mark.parametrize(
    ("header", "cells", "name"),
    [
        ("Contact", PHONES, "Phone"),
        ("Contact", ADDRESSES, "EmailAddress"),
        ("Contact", NAMES, "FirstName+LastName"),
        ("Title", ("Mr", "Ms", "Dr", "Mr"), "mx_Salutation"),
        ("Title", ("CFO", "Head of Sales", "Buyer", "Owner"), "JobTitle"),
        ("Work", PHONES, "mx_Work_Phone"),
        ("Emial", ADDRESSES, "EmailAddress"),
        ("Email", ("a b@example.com", "a@@example.com", "a@example", "x"), "EmailAddress"),
    ],
)
def test_values_tell_what_a_header_leaves_open(header: str, cells: tuple[str, ...], name: str) -> None:
    entry = propose([header], {header: cells}, FIELDS).columns[0].entry
    assert entry is not None
    assert "+".join(entry.fields) == name


def test_a_status_of_which_no_value_is_an_option_is_left_alone_and_told_why() -> None:
    found = propose(["Status"], {"Status": ["Delivered", "Read"]}, FIELDS).columns[0]
    assert (found.entry, found.doubtful) == (None, None)
    assert found.reason == "ProspectStage by its header, but none of its values is an option of the field"


@pytest.mark.parametrize(
    ("cell", "option"),
    [
        ("Referral Site", "Referral Sites"),
        ("Organic Serch", "Organic Search"),
        ("Inactive", None),
        ("Uninterested", None),
        ("Paid", None),
    ],
)
def test_a_slip_of_one_letter_is_translated_and_what_negates_is_not(cell: str, option: str | None) -> None:
    options = ("Organic Search", "Paid Search", "Referral Sites", "Active", "Interested")
    found = fit_options([cell], options, load_tables())
    assert found.translations.get(cell) == option


@pytest.mark.parametrize("header", ["Lead Owner", "Lead Owner.email", "Contact owner", "Owner Email", "Sales owner"])
@pytest.mark.parametrize("cells", [ADDRESSES, NAMES])
def test_the_owner_of_a_lead_is_asked_about_as_a_user(header: str, cells: tuple[str, ...]) -> None:
    found = propose([header], {header: cells}, FIELDS).columns[0]
    assert found.entry is None
    assert found.doubtful is not None
    assert (found.doubtful.fields, found.doubtful.type) == (("OwnerId",), "owner")


@pytest.mark.parametrize(
    ("countries", "numbers", "found"),
    [
        (["Deutschland"] * 3, ["0151 23456789", "030 1234567", "+49 151 23456789"], ("DE", "Land")),
        (["Deutschland"] * 3, ["98450 10001", "98450 10002", "98450 10003"], ("", "")),
        (["Deutschland", "Schweiz", "Deutschland"], ["0151 23456789"] * 3, ("", "")),
        (["Nowhere"] * 3, ["0151 23456789"] * 3, ("", "")),
        (["Deutschland"] * 3, ["+49 151 23456789"] * 3, ("", "")),
    ],
)
def test_a_column_that_names_one_country_names_that_of_the_numbers_if_they_bear_it_out(
    countries: list[str], numbers: list[str], found: tuple[str, str]
) -> None:
    assert find_country({"Telefon": numbers, "Land": countries}, usual="IN") == found


def test_the_phone_by_which_leads_are_known_is_the_number_that_most_rows_have() -> None:
    samples = {"Phone": ["", "", "", "020 2543 1100"], "Mobile": PHONES}
    found = {one.header: one.entry for one in propose(["Phone", "Mobile"], samples, FIELDS).columns}
    assert {header: entry.fields[0] for header, entry in found.items() if entry} == {
        "Mobile": "Phone",
        "Phone": "mx_Work_Phone",
    }
