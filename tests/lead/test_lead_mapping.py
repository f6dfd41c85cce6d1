import json
import subprocess
import sys
from pathlib import Path

import pytest
from built_lead import read_lead
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import RowProblem
from importer.lead import Body, Column, Constant, FieldName, LeadMapping, UnreadableTextError, clean, plan_mapping
from importer.lead.text import LONE_DASHES
from importer.sheet.table import Row

ROOT = Path(__file__).resolve().parents[2]
FIELDS = {
    "First": "FirstName",
    "Mail": "EmailAddress",
    "KYC": "mx_KYC.Status",
    "City": "mx_City",
    "Document": "mx_KYC.mx_CustomObject_1",
}


TEXTS = FIELDS | {"Mail": "LastName"}
"""Fields that take any text."""


def mapping_of(fields: dict[str, str], constants: dict[str, str] | None = None) -> LeadMapping:
    return plan_mapping(
        list(fields),
        [Column(header, FieldName.parse(field)) for header, field in fields.items()],
        [Constant(FieldName.parse(field), value) for field, value in (constants or {}).items()],
    )


def build(fields: dict[str, str], *cells: str, constants: dict[str, str] | None = None) -> Body:
    body, problems = read_lead(mapping_of(fields, constants), Row(2, cells))
    assert problems == ()
    return body


def test_the_body_has_the_shape_of_the_apis_example() -> None:
    fields = {
        "Email": "EmailAddress",
        "Name": "FirstName",
        "Status": "mx_KYC.Status",
        "Document": "mx_KYC.mx_CustomObject_1",
        "Number": "mx_KYC.mx_CustomObject_2",
    }
    body = build(fields, "john.smith@example.com", "John", "Pending", "XYZ12345.png", "864563")
    assert json.dumps(body) == (
        '[{"Attribute": "EmailAddress", "Value": "john.smith@example.com"}, '
        '{"Attribute": "FirstName", "Value": "John"}, '
        '{"Attribute": "mx_KYC", "Value": "", "Fields": ['
        '{"Attribute": "Status", "Value": "Pending"}, '
        '{"Attribute": "mx_CustomObject_1", "Value": "XYZ12345.png"}, '
        '{"Attribute": "mx_CustomObject_2", "Value": "864563"}]}]'
    )


def test_sub_fields_are_gathered_at_the_place_of_the_first_even_where_that_is_empty() -> None:
    assert build(FIELDS, "A", "a@example.com", "", "Pune", "x.png") == [
        {"Attribute": "FirstName", "Value": "A"},
        {"Attribute": "EmailAddress", "Value": "a@example.com"},
        {"Attribute": "mx_KYC", "Value": "", "Fields": [{"Attribute": "mx_CustomObject_1", "Value": "x.png"}]},
        {"Attribute": "mx_City", "Value": "Pune"},
    ]


def test_empty_cells_and_empty_field_sets_are_left_out() -> None:
    assert build(FIELDS, "A", " \u200b", "", "\u00a0", " ") == [{"Attribute": "FirstName", "Value": "A"}]


@pytest.mark.parametrize(
    ("parent", "sub", "expected"),
    [
        ("p", "s", [{"Attribute": "mx_KYC", "Value": "p", "Fields": [{"Attribute": "Status", "Value": "s"}]}]),
        ("", "s", [{"Attribute": "mx_KYC", "Value": "", "Fields": [{"Attribute": "Status", "Value": "s"}]}]),
        ("p", "", [{"Attribute": "mx_KYC", "Value": "p"}]),
        ("", "", []),
    ],
)
@pytest.mark.parametrize("parent_first", [True, False])
def test_a_parent_may_be_mapped_beside_its_sub_fields(
    parent: str, sub: str, expected: Body, *, parent_first: bool
) -> None:
    pairs = [("Parent", "mx_KYC", parent), ("Sub", "mx_KYC.Status", sub)]
    pairs = pairs if parent_first else pairs[::-1]
    fields = {"Name": "FirstName", **{header: field for header, field, _ in pairs}}
    body = build(fields, "A", *(cell for _, _, cell in pairs))
    assert body[1:] == expected


def test_constants_come_last_and_join_a_field_set() -> None:
    constants = {"mx_KYC.mx_CustomObject_2": "1", "Source": "Fair", "mx_Other.A": "x", "mx_Other.B": "y"}
    assert build({"Name": "FirstName", "KYC": "mx_KYC.Status"}, "A", "", constants=constants)[1:] == [
        {"Attribute": "mx_KYC", "Value": "", "Fields": [{"Attribute": "mx_CustomObject_2", "Value": "1"}]},
        {"Attribute": "Source", "Value": "Fair"},
        {
            "Attribute": "mx_Other",
            "Value": "",
            "Fields": [{"Attribute": "A", "Value": "x"}, {"Attribute": "B", "Value": "y"}],
        },
    ]


def problems_of(row: Row, fields: dict[str, str] | None = None) -> tuple[RowProblem, ...]:
    return read_lead(mapping_of(fields or FIELDS), row)[1]


def test_a_row_without_a_name_or_contact_is_told_which_columns_would_help() -> None:
    (problem,) = problems_of(Row(3, (" ", "", "Pending", "Pune", "")))
    assert problem.error == "no_name_or_contact"
    assert "First, Mail" in problem.tip


@pytest.mark.parametrize(
    ("field", "cell"),
    [("FirstName", "x"), ("LastName", "x"), ("EmailAddress", "x@example.com"), ("Phone", "9845010001")],
)
def test_any_of_the_four_is_enough(field: str, cell: str) -> None:
    assert build({"City": "mx_City", "X": field}, "Pune", cell)


def test_a_constant_name_is_enough() -> None:
    assert build({"City": "mx_City"}, "Pune", constants={"FirstName": "Unknown"})


@pytest.mark.parametrize(
    ("held", "message"),
    [
        ("#N/A", "Cell D17 (City) holds #N/A."),
        ("formula without a saved result", "Cell D17 (City) holds a formula without a saved result."),
    ],
)
def test_an_unreadable_cell_of_a_mapped_column_is_told_by_its_name(held: str, message: str) -> None:
    (problem,) = problems_of(Row(17, ("A", "", "", "#N/A", ""), bad={3: held}))
    assert (problem.error, problem.message, problem.column) == ("cell_error", message, "City")


def test_an_unreadable_cell_of_another_column_does_no_harm() -> None:
    columns = [Column("First", FieldName("FirstName"))]
    body, problems = read_lead(plan_mapping(["First", "Sum"], columns), Row(2, ("A", "#N/A"), bad={1: "#N/A"}))
    assert (body, problems) == ([{"Attribute": "FirstName", "Value": "A"}], ())


def test_a_row_with_more_cells_than_the_header_is_refused() -> None:
    (problem,) = problems_of(Row(4, ("A", "", "", "", ""), extra=("x", "y")))
    assert (problem.error, problem.message) == ("too_many_cells", "Row 4 has 2 more cells than the header.")


def test_a_cell_that_is_no_text_is_refused_without_repeating_it() -> None:
    (problem,) = problems_of(Row(5, ("A", "", "", "Secret\ud800", "")))
    assert (problem.error, problem.column) == ("unreadable_text", "City")
    assert problem.message == "Cell D5 (City) holds half a character (U+D800), which is no text."


def test_all_problems_of_a_row_are_told_the_shifted_cells_first() -> None:
    row = Row(6, ("", "", "#REF!", "O\x92", ""), extra=("x",), bad={2: "#REF!"})
    assert [problem.error for problem in problems_of(row)] == [
        "too_many_cells",
        "cell_error",
        "unreadable_text",
        "no_name_or_contact",
    ]


def test_a_name_that_cannot_be_read_is_not_called_missing() -> None:
    (problem,) = problems_of(Row(7, ("#N/A", "", "", "", ""), bad={0: "#N/A"}))
    assert problem.error == "cell_error"


CELLS = st.text(st.characters() | st.sampled_from("\u200b\u200d\ufeff \ud800\x92\n"), max_size=8)
ROWS = st.builds(
    Row,
    number=st.integers(1, 10**7),
    cells=st.tuples(*[CELLS] * len(FIELDS)),
    extra=st.lists(CELLS, max_size=2).map(tuple),
    bad=st.dictionaries(st.integers(0, len(FIELDS)), st.just("#N/A"), max_size=2),
)


@given(ROWS)
def test_any_row_gives_a_body_that_is_json_in_utf8_or_says_why_not(row: Row) -> None:
    body, problems = read_lead(mapping_of(TEXTS, {"Source": "Fair"}), row)
    json.dumps(body, ensure_ascii=False).encode()
    assert problems or body
    assert bool(row.extra) <= any(problem.error == "too_many_cells" for problem in problems)
    names = {attribute["Attribute"] for attribute in body}
    assert problems or names & {"FirstName", "LastName"}


@given(ROWS)
def test_no_value_is_altered_lost_or_moved_on_its_way(row: Row) -> None:
    body, _ = read_lead(mapping_of(TEXTS), row)
    sent = {}
    for attribute in body:
        if "Fields" in attribute:
            sent.update({f"{attribute['Attribute']}.{sub['Attribute']}": sub["Value"] for sub in attribute["Fields"]})
        else:
            sent[attribute["Attribute"]] = attribute["Value"]
    expected = {}
    for index, (field, cell) in enumerate(zip(TEXTS.values(), row.cells, strict=True)):
        try:
            value = "" if index in row.bad else clean(cell)
        except UnreadableTextError:
            continue
        if value and value not in LONE_DASHES:
            expected[field] = value
    assert sent == expected


def test_the_room_imports_no_library_that_does_input_or_output() -> None:
    code = (
        "import sys, importer.lead; "
        "print(sorted({'socket', 'sqlite3', 'csv', 'openpyxl', 'pandas', 'aiohttp', 'asyncio', 'importer.sheet',"
        " 'importer.config'} & set(sys.modules)))"
    )
    done = subprocess.run(  # noqa: S603 our own code in our own interpreter
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
