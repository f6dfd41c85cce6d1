import pytest
from built_lead import read_lead

from importer.errors import UsageError
from importer.lead import Body, Column, FieldName, LeadMapping, ValueRule, plan_mapping
from importer.lead.metadata import Field, FieldList
from importer.sheet.table import Row


def mapping_of(rule: ValueRule, *, field: str = "mx_X", fields: FieldList | None = None) -> LeadMapping:
    columns = [Column("Name", FieldName("LastName"), 2), Column("X", FieldName.parse(field), 3, rule)]
    return plan_mapping(["Name", "X"], columns, fields=fields)


def sent(rule: ValueRule, cell: str, **given: object) -> str | None:
    body, problems = read_lead(mapping_of(rule, **given), Row(2, ("Rao", cell)))  # type: ignore[arg-type]
    assert problems == ()
    return body[1]["Value"] if len(body) > 1 else None


STAGES = ValueRule(values=(("Y", "Interested"), ("N", "Lost"), ("n/a", "")))


@pytest.mark.parametrize(
    ("cell", "value"),
    [("Y", "Interested"), ("y", "Interested"), (" N ", "Lost"), ("n/a", None), ("Other", "Other"), ("", None)],
)
def test_values_translate_a_cell_before_all_else(cell: str, value: str | None) -> None:
    assert sent(STAGES, cell) == value


def test_translated_values_go_through_the_type() -> None:
    rule = ValueRule(type="boolean", values=(("ja", "yes"), ("nein", "no")))
    assert sent(rule, "JA") == "true"
    assert sent(rule, "no") == "false"


def test_values_that_differ_in_case_only_are_told_apart() -> None:
    rule = ValueRule(values=(("y", "small"), ("Y", "large")))
    assert (sent(rule, "y"), sent(rule, "Y")) == ("small", "large")


def test_a_default_fills_blanks_and_words_that_mean_none() -> None:
    rule = ValueRule(type="phone", region="IN", default="98450 10001", values=(("-", ""),))
    assert sent(rule, "") == "+91-9845010001"
    assert sent(rule, "\u200b ") == "+91-9845010001"
    assert sent(rule, "-") == "+91-9845010001"


def test_a_required_column_lets_no_blank_through() -> None:
    mapping = mapping_of(ValueRule(is_required=True, values=(("-", ""),)))
    for cell in ("", " ", "-"):
        (problem,) = read_lead(mapping, Row(7, ("Rao", cell)))[1]
        assert problem.error == "required"
        assert problem.message == "Cell B7 (X) is empty, and the column is required."
    assert read_lead(mapping, Row(7, ("Rao", "x")))[1] == ()


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        (ValueRule(type="phone", default="12"), "`X` (line 3): the default `12` holds a phone number with too few"),
        (ValueRule(type="boolean", values=(("J", "ja"),)), "the value `ja` holds neither yes nor no"),
        (ValueRule(type="choice", options=("A", "B"), default="C"), "none of the field's options. The options are `A`"),
    ],
)
def test_a_default_or_value_that_does_not_fit_is_told_before_any_row(rule: ValueRule, word: str) -> None:
    with pytest.raises(UsageError) as caught:
        mapping_of(rule)
    assert word in str(caught.value)


def split(cell: str, *, rule: ValueRule | None = None, fields: FieldList | None = None) -> Body:
    names = [FieldName("FirstName"), FieldName("LastName")]
    columns = [Column("Name", names[0], 2, rule or ValueRule(), names[1])]
    mapping = plan_mapping(["Name"], columns, fields=fields)
    body, problems = read_lead(mapping, Row(2, (cell,)))
    assert problems == ()
    return body


def test_a_full_name_fills_two_fields() -> None:
    assert split("Asha  Raman") == [
        {"Attribute": "FirstName", "Value": "Asha"},
        {"Attribute": "LastName", "Value": "Raman"},
    ]
    assert split("Asha") == [{"Attribute": "FirstName", "Value": "Asha"}]


def test_a_name_is_translated_and_filled_before_it_is_split() -> None:
    rule = ValueRule(values=(("?", "No Name"),), default="Not Known")
    assert [part["Value"] for part in split("?", rule=rule)] == ["No", "Name"]
    assert [part["Value"] for part in split("", rule=rule)] == ["Not", "Known"]


def test_each_part_of_a_name_is_held_against_its_own_field_and_told_once() -> None:
    fields = FieldList((Field("FirstName", max_length=4), Field("LastName", max_length=4)))
    assert split("Asha Rao", fields=fields)
    columns = [Column("Name", FieldName("FirstName"), 2, ValueRule(), FieldName("LastName"))]
    mapping = plan_mapping(["Name"], columns, fields=fields)
    assert [problem.error for problem in read_lead(mapping, Row(2, ("Asha Raman",)))[1]] == ["too_long"]
    assert [problem.error for problem in read_lead(mapping, Row(2, ("Ashaaa Raman",)))[1]] == ["too_long"]
    assert len(read_lead(mapping, Row(2, ("#N/A",), bad={0: "#N/A"}))[1]) == 1
    assert read_lead(mapping, Row(2, ("Ashaaa Raman",)))[0] == [], "neither part of an unfit cell is sent"


def test_a_workbooks_date_reaches_its_column_with_its_kind() -> None:
    from zoneinfo import ZoneInfo

    rule = ValueRule(type="datetime", timezone=ZoneInfo("Asia/Kolkata"))
    mapping = mapping_of(rule)
    cells = ("Rao", "2026-10-05 00:00:00")
    assert read_lead(mapping, Row(2, cells, dates={1: "date"}))[0][1]["Value"] == "2026-10-05 00:00:00"
    assert read_lead(mapping, Row(2, cells, dates={1: "datetime"}))[0][1]["Value"] == "2026-10-04 18:30:00"
    nested = read_lead(mapping_of(rule, field="mx_KYC.mx_CustomObject_3"), Row(2, cells, dates={1: "datetime"}))[0]
    assert nested[1]["Fields"][0]["Value"] == "2026-10-04 18:30:00"


def test_the_problem_of_a_sub_fields_cell_leaves_the_others_in_place() -> None:
    columns = [
        Column("Name", FieldName("LastName"), 2),
        Column("When", FieldName("mx_KYC", "mx_CustomObject_3"), 3, ValueRule(type="date")),
        Column("State", FieldName("mx_KYC", "Status"), 4),
    ]
    body, problems = read_lead(plan_mapping(["Name", "When", "State"], columns), Row(2, ("Rao", "soon", "Pending")))
    assert [problem.error for problem in problems] == ["bad_date"]
    assert body[1]["Fields"] == [{"Attribute": "Status", "Value": "Pending"}]
