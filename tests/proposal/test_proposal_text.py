"""The proposed config.yaml loads whatever the spreadsheet and the account hold, and says what is left to decide."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.config import Config, Limits, load_config
from importer.config.document import read_document
from importer.lead.header import tidy
from importer.lead.metadata import Field, FieldList
from importer.proposal.configtext import Setting, write_config
from importer.proposal.proposal import Proposal, propose

FIELDS = FieldList(
    (
        Field("FirstName", "First Name"),
        Field("LastName", "Last Name", is_mandatory=True),
        Field("EmailAddress", "Email", "Email"),
        Field("Phone", "Phone", "Phone"),
        Field("mx_Called", "Called", "DateTime"),
        Field("mx_Birthday", "Birthday", "Date"),
    )
)


def loaded(proposal: Proposal, setting: Setting) -> Config:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        path.write_text(write_config(proposal, setting), "utf-8", newline="")
        return load_config(path, environ={})


def text_of(header: str, *values: str, setting: Setting | None = None) -> str:
    return write_config(propose([header], {header: values}, FIELDS), setting or Setting("x.csv"))


anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=150)
@given(header=anything, other=anything, shown=anything, value=anything, file=anything, sheet=anything)
def test_no_text_of_a_spreadsheet_or_an_account_spoils_the_config(
    *, header: str, other: str, shown: str, value: str, file: str, sheet: str
) -> None:
    fields = FieldList(
        (
            Field("EmailAddress", "Email", "Email"),
            Field("mx_Choice", header, "Select", options=("A",)),
            Field("mx_Must", shown, is_mandatory=True),
        )
    )
    names = [header, "Email", other]
    config = loaded(propose(names, {tidy(header): [value]}, fields), Setting(file, sheet=sheet or None))
    assert "Email" in {column.header for column in config.columns} or [tidy(name) for name in names].count("Email") > 1


def test_the_account_of_another_config_and_how_the_file_is_read_are_carried_over() -> None:
    setting = Setting(
        "my leads.csv",
        host="api-in21.leadsquared.com",
        auth="headers",
        account_name="main: one",
        limits=Limits(10, 2.5, share=0.8, calls_per_day=9000),
        ledger='state/my "ledger".sqlite3',
        unique=("EmailAddress",),
        encoding="cp1252",
        delimiter="\t",
    )
    proposal = propose(["Email"], {}, FIELDS)
    config = loaded(proposal, setting)
    assert (config.account.host, config.account.auth, config.account.name) == (setting.host, "headers", "main: one")
    assert (config.limits, config.ledger, config.unique) == (setting.limits, setting.ledger, ("EmailAddress",))
    assert (config.encoding, config.delimiter) == ("cp1252", "\t")
    assert "lsq-import 'my leads.csv' --dry-run" in write_config(proposal, setting)


def test_a_database_url_which_may_hold_a_password_is_not_copied() -> None:
    setting = Setting("x.csv", ledger="postgresql+psycopg://me:secret@db/ledger")
    text = write_config(propose(["Email"], {}, FIELDS), setting)
    assert "secret" not in text
    assert "# ledger: the database that your other config names" in text


def test_times_wait_behind_a_comment_until_somebody_says_where_they_are() -> None:
    assert "  # Called: {field: mx_Called, type: datetime}  # first say timezone:" in text_of("Called")
    known = text_of("Called", setting=Setting("x.csv", time_zone="Asia/Kolkata"))
    assert "\n  Called: {field: mx_Called, type: datetime}\n" in known
    assert "\ntimezone: Asia/Kolkata" in known


def test_dates_are_given_a_format_or_asked_about() -> None:
    assert 'Birthday: {field: mx_Birthday, type: date, format: "%d/%m/%Y"}' in text_of("Birthday", "25/12/1990")
    plain = "\n  Birthday: {field: mx_Birthday, type: date}\n"
    assert f"{plain}  # Birthday: day or month first?" in text_of("Birthday", "03/04/1990")
    assert f"{plain}  # The account demands" in text_of("Birthday", "1990-12-25")


def test_a_phone_column_without_a_country_says_what_that_means() -> None:
    assert "\n  Phone: {field: Phone, type: phone}\n  # Phone: numbers without" in text_of("Phone")
    assert "# Phone" not in text_of("Phone", setting=Setting("x.csv", region="IN"))


@pytest.mark.parametrize("header", ["Full Name", "full_name", "NAME"])
def test_a_full_name_fills_both_names(header: str) -> None:
    proposal = propose([header, "Email"], {}, FIELDS)
    assert proposal.unfilled == ()
    assert len(loaded(proposal, Setting("x.csv")).columns[0].fields) == 2


def test_only_one_full_name_is_split_and_none_where_the_account_lacks_the_names() -> None:
    found = propose(["Name", "Full Name"], {}, FIELDS).columns
    assert [one.entry is not None and len(one.entry.fields) == 2 for one in found] == [False, True]
    assert propose(["Name"], {}, FieldList((Field("FirstName", "First Name"),))).columns[0].entry is None


def test_a_lone_full_name_is_split_and_its_own_field_is_offered_instead() -> None:
    fields = FieldList((*FIELDS, Field("mx_Full_Name", "Full Name")))
    text = write_config(propose(["Full Name"], {}, fields), Setting("x.csv"))
    assert "\n  Full Name: {split: [FirstName, LastName]}\n  # Full Name: mx_Full_Name  # instead" in text


def test_a_header_that_stands_twice_is_said() -> None:
    assert "# City is not mapped (it stands more than once" in write_config(
        propose(["City", "City"], {}, FIELDS), Setting("x.csv")
    )


@pytest.mark.parametrize("mark", ["\n", "\r", "\u2028", "\x85", "\0"])
def test_no_name_of_an_account_or_a_file_brings_a_line_of_its_own(mark: str) -> None:
    evil = f"x{mark}unmapped_columns: pass{mark}"
    fields = FieldList(
        (
            Field("EmailAddress", "Email", "Email"),
            Field(f"mx_A{mark}ledger: evil", "Town"),
            Field("mx_Option", "Choice", "Select", options=(f"A{mark}ledger: evil", "B")),
            Field(f"mx_Must{mark}ledger: evil", "Must", is_mandatory=True),
        )
    )
    samples = {"Choice": [f"a {mark}LEDGER: evil", "b"], "Email": ["a@example.com"]}
    text = write_config(
        propose(["Email", "Town", "Choice", evil], samples, fields), Setting(f"f{mark}ledger: evil.csv")
    )
    assert not any(line.startswith(("ledger", "unmapped_columns: pass")) for line in text.splitlines())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        path.write_text(text, "utf-8", newline="")
        config = load_config(path, environ={})
    assert (config.ledger, config.unmapped_columns) == (None, "ignore")
    assert "mx_A" not in {str(column.field) for column in config.columns}


def test_what_is_to_be_pasted_is_quoted_for_the_shell() -> None:
    text = write_config(propose(["Email"], {}, FIELDS), Setting("it's $(rm) `x`.csv"))
    assert """#   lsq-import 'it'"'"'s $(rm) `x`.csv' --dry-run""" in text


@pytest.mark.parametrize(
    ("kind", "header", "cells", "said"),
    [
        ("Number", "Budget", ["12,50,000", "9,75,000"], {"type": "number", "thousands": ","}),
        ("Number", "Budget", ["1.250.000", "310.500"], {"type": "number", "thousands": ".", "decimal": ","}),
        ("Number", "Budget", ["1 250 000,50"], {"type": "number", "thousands": "blank", "decimal": ","}),
        ("Number", "Budget", ["1250000", "9.5"], {"type": "number"}),
        ("DateTime", "Submit Date (UTC)", ["2026-10-01 09:12:44"], {"type": "datetime", "timezone": "UTC"}),
        ("DateTime", "Lead Date", ["2026-10-01T10:05:13+05:30"], {"type": "datetime", "timezone": "UTC"}),
        ("DateTime", "Lead Date", ["2026-10-01", "2026-10-02"], {"type": "datetime", "timezone": "UTC"}),
        ("Boolean", "Newsletter", ["Ja", "Nein"], {"type": "boolean", "values": {"Ja": "Yes", "Nein": "No"}}),
    ],
)
def test_a_sure_line_says_how_its_values_are_read(
    kind: str, header: str, cells: list[str], said: dict[str, object]
) -> None:
    names = {"Number": "mx_Budget", "DateTime": "mx_Enquiry_Date", "Boolean": "mx_Email_Consent"}
    fields = FieldList((*FIELDS, Field(names[kind], kind, kind)))
    text = write_config(propose([header, "Email"], {header: cells}, fields), Setting("x.csv"))
    entry = read_document(text).data["columns"][header]
    assert entry == {"field": names[kind], **said}
