"""The words that people write into headers, and what they are not taken for."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import importer.sandbox
from importer.lead.metadata import Field, FieldList, read_fields
from importer.proposal.finish import Entry
from importer.proposal.meaning import UNKNOWN, Reader
from importer.proposal.proposal import propose
from importer.proposal.similarity import FieldNames
from importer.proposal.tables import load_tables
from importer.proposal.tokens import words_of

FIELDS = read_fields((Path(importer.sandbox.__file__).parent / "fields.json").read_bytes())
TABLES = load_tables()
NAMES = FieldNames(FIELDS, TABLES)
READER = Reader(TABLES, NAMES.keys)


def named(entry: Entry | None) -> str | None:
    return None if entry is None else "+".join(entry.fields)


def meant(header: str, fields: FieldList = FIELDS) -> str | None:
    return named(propose([header], {}, fields).columns[0].entry)


HEADERS = {
    "EmailAddress": (
        *("Email", "EMAIL", "E-mail", "E-Mail ID", "Email ID", "EmailId", "Mail", "Mail ID", "MailID"),
        *("e-mail address", "Email Addr", "Email-Address", "EMAIL_ID"),
    ),
    "Phone": (
        *("Mobile", "Mob", "Mob.", "Mob No", "Mob. No.", "MobNo", "MOBILE NO", "Mobile No.", "MobileNumber"),
        *("Mobile Num", "Mobile Phone", "Ph", "Ph.", "Ph No", "Ph. No.", "PhNo", "Phn", "Phone", "Phone No", "PHONENO"),
        *("Phone #", "Phone Number", "Tel", "Tel.", "Tel No", "Telephone", "Tel. Nr.", "Contact No", "ContactNo"),
        *("Contact No.", "Contact Number", "Contact Num", "Cell", "Cell No", "Cell Phone", "Cellphone"),
    ),
    "FirstName": ("Fname", "FName", "First Name", "firstname", "FIRST_NAME", "Given Name", "Forename"),
    "LastName": ("Lname", "LName", "Last Name", "lastname", "Surname", "Family name"),
    "Company": ("Co.", "Co", "Company", "Co. Name", "Org", "Org.", "Org Name", "Organisation", "Organization Name"),
    "JobTitle": ("Job Title", "Position"),
    "mx_Designation": ("Designation", "Desig", "Desig."),
    "mx_Department": ("Dept", "Dept.", "Department"),
    "mx_Street1": ("Addr", "Addr.", "Address", "Addr 1", "Address Line 1", "Street"),
    "mx_Street2": ("Addr 2", "Address 2", "Address Line 2"),
    "mx_City": ("City", "Town", "City/Town", "Town / City"),
    "mx_District": ("District", "Dist", "Dist."),
    "mx_State": ("State", "STATE", "State/Province"),
    "mx_Country": ("Country",),
    "mx_Zip": ("Zip", "Zip Code", "Pin", "PIN", "Pin No", "Pincode", "PinCode", "Pin Code", "Postal Code", "Post Code"),
    "mx_Date_of_Birth": ("DOB", "DoB", "D.O.B.", "D.O.B", "Dob", "Birth Date", "Birthday", "date of birth"),
    "mx_Highest_Qualification": ("Qual", "Qual.", "Qualification", "Highest Qual"),
    "mx_Gender": ("Gender", "Sex"),
    "mx_WhatsApp_Number": ("WhatsApp No", "WhatsApp No.", "whatsapp number"),
    "mx_Alternate_Email": ("Alt Email", "Alternative e-mail"),
    "mx_Alternate_Phone": ("Alt Phone", "Alt. Ph."),
    "mx_Enquiry_Date": ("Enq Date", "Enq. Dt.", "Inquiry Date"),
    "mx_Employees": ("No. of Employees",),
    "mx_Years_of_Experience": ("Yrs of Exp",),
    "mx_Remarks": ("Remark", "Remarks"),
    "Source": ("Source", "Lead Source", "Lead Src"),
    "ProspectStage": ("Stage", "Status", "Lead Status"),
    "Website": ("Website", "Web Site", "Web Address"),
}


@pytest.mark.parametrize(
    ("header", "name"), [(header, name) for name, headers in HEADERS.items() for header in headers]
)
def test_the_usual_short_forms_go_to_the_field_that_people_mean(header: str, name: str) -> None:
    assert meant(header) == name


@pytest.mark.parametrize(
    "header",
    [
        *(
            "Phone 3",
            "Office Ph Ext",
            "Receiver Mobile",
            "Nominee Name",
            "Guest Name",
            "Reference Phone",
            "Ansprechpartner (intern)",
        ),
        *("Phone verified", "Mobile OTP", "Tel code", "Cell colour", "Contact", "Contact mode", "Ph D", "PhD"),
        *("Email sent", "Mail merge", "Mail date", "Email bounced", "Parent Email", "Father Mob No", "Parent Ph No"),
        *("F Name", "Fathers Mob", "Co-worker", "Co ordinator", "State code", "Pin verified", "Address type"),
        *("No", "No.", "Sr No", "S.No.", "Internal Remark", "City of birth", "Place of birth", "Statuses", "-", "#"),
    ],
)
def test_what_only_looks_like_a_field_is_left_to_a_person(header: str) -> None:
    assert meant(header) is None


@pytest.mark.parametrize("header", ["Email consent", "E-mail Consent", "EMAIL_CONSENT"])
def test_a_consent_is_no_address(header: str) -> None:
    assert meant(header) == "mx_Email_Consent"
    assert meant(header, FieldList(tuple(field for field in FIELDS if "Consent" not in field.schema_name))) is None


def test_of_two_phone_columns_the_one_named_as_the_account_names_it_is_the_phone() -> None:
    found = propose(["Mob No", "Ph No", "Mail ID", "Email"], {}, FIELDS).columns
    assert [named(one.entry) for one in found] == ["Mobile", "Phone", None, "EmailAddress"]


@pytest.mark.parametrize(
    ("header", "own"),
    [
        ("DOB", Field("mx_DOB", "DOB")),
        ("Qual", Field("mx_Qualification", "Qualification")),
        ("Address", Field("mx_Address", "Address")),
        ("Status", Field("mx_Status", "Status")),
        ("Org", Field("mx_Org", "Organization")),
    ],
)
def test_a_field_of_the_accounts_own_wins_over_the_usual_one(header: str, own: Field) -> None:
    assert meant(header, FieldList((*FIELDS, own))) == own.schema_name


@pytest.mark.parametrize("header", ["Mobile", "Mob No", "Mobile Number"])
def test_a_lone_mobile_is_the_phone_by_which_leads_are_known_though_the_account_has_a_field_mobile(header: str) -> None:
    assert FIELDS.get("Mobile") is not None
    assert meant(header) == "Phone"


def test_a_name_spelt_out_finds_the_field_that_the_account_names_by_a_short_form() -> None:
    fields = FieldList((Field("mx_DOB", "DOB"), Field("mx_Alt_Mob", "Alt. Mob. No.")))
    assert [meant(header, fields) for header in ("Date of Birth", "Alternate mobile number")] == [
        "mx_DOB",
        "mx_Alt_Mob",
    ]


def test_a_usual_name_counts_only_where_the_account_has_the_field() -> None:
    assert meant("Mob No", FieldList((Field("FirstName", "First Name"),))) is None


def test_a_second_number_is_no_first_one() -> None:
    headers = ("Phone 2", "Mob No 2", "Alt Mob No", "Email ID 2", "Secondary Email")
    assert [meant(header) for header in headers] == [*["mx_Alternate_Phone"] * 3, *["mx_Alternate_Email"] * 2]


def test_names_are_compared_as_plain_words() -> None:
    texts = ("mx_EnquiryDate", "Enquiry date:", "enquiry_date", "ÉNQUIRY DATE", "enquiry’s date")
    assert {words_of(text) for text in texts} == {("enquiry", "date")}
    assert words_of("D.O.B.") == ("dob",)
    assert words_of("ज़िला") == words_of("जिला")
    assert words_of("الاسم") == words_of("إسم")


def test_words_of_other_scripts_are_not_run_together() -> None:
    fields = FieldList((Field("mx_A", "काल"), Field("mx_B", "कल")))
    assert [meant(header, fields) for header in ("काल", "कल")] == ["mx_A", "mx_B"]


WORDS = st.sampled_from(
    ["mob", "No", "email", "Phone", "KYC", "Status", "mx_", "City", "2", "-", " ", "DoB", "काल", "."]
)


@given(
    st.one_of(st.lists(WORDS, max_size=4).map(" ".join), st.lists(WORDS, max_size=4).map("".join), st.text(max_size=8))
)
def test_whatever_a_header_holds_it_is_read_and_a_doubt_is_never_sure(header: str) -> None:
    meaning = READER.read(header)
    assert all(not match.is_sure for match in NAMES.alike(header))
    assert meaning != UNKNOWN or not NAMES.matches(header, meaning) or header.strip() in NAMES.keys or "_" in header


def test_every_name_of_every_field_means_that_field_unless_leadsquared_fills_it() -> None:
    for field in FIELDS:
        if field.is_set:
            continue
        for name in (field.schema_name, field.display_name):
            found = NAMES.matches(name, READER.read(name))
            if field.is_system:
                assert field.schema_name not in {match.name for match in found}
            elif field.schema_name not in IN_OTHER_HANDS:
                assert found[0].is_sure
                assert field.schema_name in {match.name for match in found if match.is_sure}


IN_OTHER_HANDS: frozenset[str] = frozenset()


def test_every_phrase_is_found_again_and_no_concept_names_a_field_of_the_system() -> None:
    assert len(TABLES.phrases) > 2500
    for concept in TABLES.concepts.values():
        assert not any(field.is_system for field in FIELDS if field.schema_name in concept.fields), concept.name
    unused = set(TABLES.concepts) - {*TABLES.phrases.values(), *TABLES.bare.values()}
    assert not unused


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("मोबाइल नंबर / Mobile No.", "Phone"),
        ("Ville (City)", "mx_City"),
        ("Budget (Rs.)", "mx_Budget"),
        ("3. What is your highest qualification? *", "mx_Highest_Qualification"),
        ("Lead: City", "mx_City"),
        ("SENDER_PINCODE", "mx_Zip"),
        ("Patient's Date of Birth", "mx_Date_of_Birth"),
        ("Straße", "mx_Street1"),
        ("Strasse", "mx_Street1"),
        ("Téléphone portable", "Phone"),
        ("CÓDIGO POSTAL", "mx_Zip"),
        ("رقم الجوال", "Phone"),
        ("जन्म तिथि", "mx_Date_of_Birth"),
        ("Kaise pata chala?", "Source"),
    ],
)
def test_two_languages_units_questions_and_words_for_the_person_do_not_hide_a_meaning(header: str, name: str) -> None:
    assert meant(header) == name


def test_a_header_that_speaks_of_two_things_is_left_alone() -> None:
    assert [meant(header) for header in ("Name / Company", "PLZ / Ort", "Mobile or Email")] == [None, None, None]


def test_a_prefix_of_most_headers_is_left_out() -> None:
    headers = ["Enq_Name", "Enq_Mobile", "Enq_City", "Enq_Email", "Enq_Status"]
    found = propose(headers, {}, FIELDS).columns
    assert [named(one.entry) for one in found] == [
        "FirstName+LastName", "Phone", "mx_City", "EmailAddress", "ProspectStage",
    ]  # fmt: skip
