import json
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from built_lead import read_lead

from importer.errors import UsageError
from importer.lead import Column, Constant, FieldName, LeadMapping, Policies, ValueRule, plan_mapping
from importer.lead.metadata import Field, FieldList, read_fields
from importer.sandbox.metadata import load_metadata
from importer.sheet.table import Row

FIELDS = read_fields(json.dumps(load_metadata(None).entries).encode())
TEXT = ValueRule(type="text")


def plan(
    targets: dict[str, str],
    *,
    rules: dict[str, ValueRule] | None = None,
    constants: dict[str, str] | None = None,
    fields: FieldList | None = FIELDS,
    **given: Any,
) -> LeadMapping:
    columns = [
        Column(header, FieldName.parse(field), line, (rules or {}).get(header, ValueRule()))
        for line, (header, field) in enumerate(targets.items(), 5)
    ]
    lines = [Constant(FieldName.parse(field), value, 90) for field, value in (constants or {}).items()]
    return plan_mapping(list(targets), columns, lines, fields=fields, **given)


def told(*args: Any, **given: Any) -> str:
    with pytest.raises(UsageError) as caught:
        plan(*args, **given)
    return str(caught.value)


def with_mandatory(*names: str) -> FieldList:
    return read_fields(json.dumps(load_metadata(None).with_mandatory(names).entries).encode())


@pytest.mark.parametrize(
    ("name", "proposal"),
    [
        ("mx_Citty", "did you mean mx_City (City)?"),
        ("firstname", "did you mean FirstName (First Name)?"),
        ("Email", "did you mean EmailAddress (Email)?"),
        ("LeadSource", "did you mean Source (Lead Source)?"),
        ("City", "did you mean mx_City (City)?"),
        ("Enquiry_Date", "did you mean mx_Enquiry_Date (Enquiry Date)?"),
    ],
)
def test_an_unknown_field_is_told_with_the_one_that_was_probably_meant(name: str, proposal: str) -> None:
    message = told({"Name": "FirstName", "X": name})
    assert f"`X` (line 6): the account has no field {name}, {proposal}" in message


def test_a_field_like_no_other_is_told_without_a_guess() -> None:
    assert re.search(r"has no field Qwrtz$", told({"X": "Qwrtz"}), re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mx_KYC", "mx_KYC is a custom field set; map its sub-fields, such as mx_KYC.Status (KYC Status), "),
        ("mx_KYC.Stat", "mx_KYC (KYC) has no sub-field Stat, did you mean mx_KYC.Status (KYC Status)?"),
        ("mx_KYC.Qwrtz", "mx_KYC (KYC) has no sub-field Qwrtz; it has mx_KYC.Status (KYC Status)"),
        ("mx_City.Status", "mx_City is no custom field set; map it without a dot"),
    ],
)
def test_a_custom_field_set_is_filled_through_its_sub_fields_only(name: str, message: str) -> None:
    assert message in told({"Name": "FirstName", "X": name})


def test_a_parent_beside_its_sub_fields_is_no_mistake() -> None:
    assert len(plan({"A": "mx_KYC", "B": "mx_KYC.Status"}).columns) == 2


def test_a_set_whose_sub_fields_are_not_told_takes_any() -> None:
    fields = FieldList((Field("mx_S", sub_fields=()), Field("mx_T", data_type="Lookup"), Field("FirstName")))
    assert len(plan({"A": "mx_S.Anything", "B": "mx_T.Status"}, fields=fields).columns) == 2


def test_a_mandatory_field_that_nothing_fills_is_told_before_any_row() -> None:
    fields = with_mandatory("Company", "mx_City")
    message = told({"Name": "FirstName"}, constants={"mx_City": "Pune"}, fields=fields)
    assert "Company is mandatory in the account, and nothing fills it" in message
    assert "mx_City" not in message


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("mx_Nowhere", "x", "the constant mx_Nowhere (line 90): the account has no field mx_Nowhere"),
        ("Source", "Websit", "Did you mean `Website`"),
        ("DoNotCall", "maybe", "it holds neither yes nor no"),
        ("mx_PAN", "x" * 11, "more than the 10 characters"),
    ],
)
def test_a_constant_is_held_against_its_field(field: str, value: str, word: str) -> None:
    assert word in told({"Name": "FirstName"}, constants={field: value})


def test_all_problems_are_told_at_once() -> None:
    message = told({"A": "mx_Citty", "B": "mx_KYC"}, constants={"Source": "x"}, fields=with_mandatory("Company"))
    for part in ("mx_Citty", "mx_KYC is", "Company is mandatory", "the constant Source"):
        assert part in message


def test_nothing_is_held_against_fields_that_are_not_known() -> None:
    mapping = plan({"A": "mx_Citty", "B": "mx_KYC"}, constants={"Source": "x" * 500}, fields=None)
    assert read_lead(mapping, Row(2, ("a", "b")))[0]


def test_pass_takes_headers_that_are_fields_and_leaves_other_words() -> None:
    columns = [Column("Email", FieldName("EmailAddress"), 2)]
    header = ["Email", "mx_City", "Remark"]
    mapping = plan_mapping(header, columns, (), "pass", fields=FIELDS)
    assert mapping.unmapped == ("Remark",)
    with pytest.raises(UsageError, match="did you mean mx_City"):
        plan_mapping(["Email", "mx_Citty"], columns, (), "pass", fields=FIELDS)


@pytest.mark.parametrize(
    ("field", "cell", "error"),
    [
        ("DoNotCall", "maybe", "bad_boolean"),
        ("mx_Budget", "1,000", "bad_number"),
        ("mx_Enquiry_Date", "03/04/2026", "bad_date"),
        ("mx_Opening_Time", "9 am", "bad_time"),
        ("EmailAddress", "asha(at)example.com", "bad_email"),
        ("Phone", "98450 10001 or 2", "several_phones"),
        ("Source", "Websit", "off_list"),
        ("Source", "website", "off_list"),
        ("mx_PAN", "ABCDE1234FGH", "too_long"),
        ("mx_KYC.Status", "Pnding", "off_list"),
        ("mx_KYC.mx_CustomObject_2", "9" * 51, "too_long"),
        ("mx_Product_Interest", "Savings;Nothing", "off_list"),
    ],
)
@pytest.mark.parametrize("rule", [ValueRule(), TEXT])
def test_what_the_account_would_refuse_or_spoil_is_not_sent(field: str, cell: str, error: str, rule: ValueRule) -> None:
    _, problems = read_lead(plan({"Name": "LastName", "X": field}, rules={"X": rule}), Row(7, ("Rao", cell)))
    assert [problem.error for problem in problems] == [error]
    assert problems[0].message.startswith("Cell B7 (X) holds ")
    assert problems[0].column == "X"
    assert cell not in problems[0].message or "Did you mean" in problems[0].tip  # like an option, so nobody's own


@pytest.mark.parametrize(
    ("field", "cell", "sent"),
    [
        ("DoNotCall", "Yes", "true"),
        ("mx_Budget", "+12.50", "12.50"),
        ("mx_Enquiry_Date", "2026-10-06T11:30", "2026-10-06 11:30:00"),
        ("mx_Enquiry_Date", "2026-10-05", "2026-10-05"),
        ("mx_Opening_Time", "9:30", "09:30"),
        ("Phone", "98450 10001", "98450 10001"),
        ("Phone", "+919845010001", "+919845010001"),
        ("EmailAddress", "Asha@Example.com", "Asha@Example.com"),
        ("mx_Product_Interest", "Savings;Insurance", "Savings;Insurance"),
        ("mx_City", "yes", "yes"),
    ],
)
def test_a_column_without_a_type_takes_its_fields_where_that_alters_nothing(field: str, cell: str, sent: str) -> None:
    body, problems = read_lead(plan({"Name": "LastName", "X": field}), Row(7, ("Rao", cell)))
    assert problems == ()
    assert body[1]["Value"] == sent


@pytest.mark.parametrize(
    ("field", "cell", "policies", "sent"),
    [
        ("mx_PAN", "ABCDE1234FGH", Policies(too_long="cut"), "ABCDE1234F"),
        ("mx_PAN", "ABCDE1234 FGH", Policies(too_long="cut"), "ABCDE1234"),
        ("Source", "Fair", Policies(off_list="send"), "Fair"),
        ("EmailAddress", "asha(at)example.com", Policies(bad_email="send"), "asha(at)example.com"),
    ],
)
def test_a_policy_lets_a_value_through_for_all_columns_or_one(
    field: str, cell: str, policies: Policies, sent: str
) -> None:
    targets = {"Name": "LastName", "X": field}
    for mapping in (plan(targets, policies=policies), plan(targets, rules={"X": ValueRule(policies=policies)})):
        body, problems = read_lead(mapping, Row(2, ("Rao", cell)))
        assert problems == ()
        assert body[1]["Value"] == sent


def test_half_a_number_is_never_sent() -> None:
    mapping = plan({"Name": "LastName", "X": "mx_Budget"}, policies=Policies(too_long="cut"))
    assert [problem.error for problem in read_lead(mapping, Row(2, ("Rao", "9" * 40)))[1]] == ["too_long"]


def test_a_mandatory_field_left_blank_is_told_with_its_cell() -> None:
    mapping = plan({"Name": "LastName", "Firm": "Company"}, fields=with_mandatory("Company"))
    (problem,) = read_lead(mapping, Row(9, ("Rao", " ")))[1]
    assert (problem.error, problem.column) == ("mandatory", "Firm")
    assert "Company" in problem.message
    assert "B9 (Firm)" in problem.message


def test_a_mandatory_field_whose_cell_is_refused_is_not_called_missing() -> None:
    mapping = plan({"Name": "LastName", "Call": "DoNotCall"}, fields=with_mandatory("DoNotCall"))
    assert [problem.error for problem in read_lead(mapping, Row(9, ("Rao", "maybe")))[1]] == ["bad_boolean"]


def test_any_sub_field_fills_a_mandatory_set() -> None:
    mapping = plan({"Name": "LastName", "K": "mx_KYC.Status"}, fields=with_mandatory("mx_KYC"))
    assert read_lead(mapping, Row(2, ("Rao", "Pending")))[1] == ()
    assert [problem.error for problem in read_lead(mapping, Row(2, ("Rao", "")))[1]] == ["mandatory"]


def test_local_times_that_would_be_taken_for_utc_are_noted() -> None:
    (note,) = plan({"Name": "LastName", "When": "mx_Enquiry_Date"}).notes
    assert "`When` (line 6)" in note
    assert "UTC" in note
    zoned = ValueRule(type="datetime", timezone=ZoneInfo("Asia/Kolkata"))
    assert plan({"Name": "LastName", "When": "mx_Enquiry_Date"}, rules={"When": zoned}).notes == ()


def test_a_choice_takes_its_options_from_the_field() -> None:
    choice = {"X": ValueRule(type="choice")}
    body, _ = read_lead(plan({"Name": "LastName", "X": "Source"}, rules=choice), Row(2, ("Rao", "WEBSITE")))
    assert body[1]["Value"] == "Website"
    assert "has no options; list them" in told({"Name": "LastName", "X": "mx_City"}, rules=choice)
    (note,) = plan({"Name": "LastName", "X": "Source"}, rules=choice, fields=None).notes
    assert "not checked" in note


def test_options_of_the_config_must_be_the_accounts() -> None:
    rules = {"X": ValueRule(type="choice", options=("Website", "Fair"))}
    assert "the option `Fair` is none of the field's" in told({"Name": "LastName", "X": "Source"}, rules=rules)
