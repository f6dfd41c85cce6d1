from collections.abc import Sequence

import pytest

from importer.errors import UsageError
from importer.lead import (
    Column,
    Constant,
    FieldName,
    LeadMapping,
    MissingHeaderError,
    UnmappedColumns,
    cell_name,
    plan_mapping,
)

CONSTANT = Constant(FieldName("Source"), "Fair", 9)


def plan(
    header: Sequence[str],
    mapping: dict[str, str],
    *,
    constants: Sequence[Constant] = (),
    unmapped: UnmappedColumns = "ignore",
) -> LeadMapping:
    columns = [Column(name, FieldName.parse(field), nth) for nth, (name, field) in enumerate(mapping.items(), 2)]
    return plan_mapping(header, columns, constants, unmapped)


def refusal(*args: Sequence[str] | dict[str, str], **kwargs: object) -> UsageError:
    with pytest.raises(UsageError) as caught:
        plan(*args, **kwargs)  # type: ignore[arg-type]  # handed on as it came
    return caught.value


@pytest.mark.parametrize(
    ("header", "wanted", "index"),
    [
        (["Name", "Email"], "Email", 1),
        ([" Email\u00a0", "Name"], "Email", 0),
        (["\ufeffEmail", "Name"], "Email", 0),
        (["E\u200bmail", "Name"], "Email", 0),
        (["Email"], "  Email ", 0),
        (["EMAIL", "Name"], "email", 0),
        (["EMAIL", "Email"], "Email", 1),
        (["Straße"], "STRASSE", 0),
        (["E-mail\naddress"], "E-mail address", 0),
        (["Pre\u0301nom"], "Prénom", 0),
    ],
)
def test_a_header_is_found_though_written_slightly_otherwise(header: list[str], wanted: str, index: int) -> None:
    assert [column.index for column in plan(header, {wanted: "EmailAddress"}).columns] == [index]


def test_columns_keep_the_order_of_the_mapping() -> None:
    mapping = plan(["A", "B", "C"], {"C": "LastName", "A": "FirstName"}, constants=[CONSTANT])
    assert [str(name) for name in mapping.fields] == ["LastName", "FirstName", "Source"]


def test_a_missing_header_is_told_with_its_line_and_the_nearest() -> None:
    error = refusal(["Name", "E-mail"], {"Name": "FirstName", "Email": "EmailAddress", "Zip": "mx_Zip"})
    assert isinstance(error, MissingHeaderError)
    assert error.missing == ("Email", "Zip")
    assert "`Email` (line 3): the spreadsheet has no such header, did you mean `E-mail`?" in str(error)
    assert "`Zip` (line 4): the spreadsheet has no such header\n" in str(error)
    assert "headers are: Name, E-mail" in str(error)


def test_a_header_that_is_taken_is_not_proposed() -> None:
    assert "did you mean" not in str(refusal(["Phone"], {"Phone": "Phone", "Phone 2": "mx_Phone_2"}))


@pytest.mark.parametrize(
    ("header", "wanted", "places"),
    [
        (["Email", "Name", "Email "], "Email", "A `Email`, C `Email`"),
        (["EMAIL", "Email"], "email", "A `EMAIL`, B `Email`"),
    ],
)
def test_a_mapped_header_that_is_there_twice_is_refused(header: list[str], wanted: str, places: str) -> None:
    error = refusal(header, {wanted: "EmailAddress"})
    assert not isinstance(error, MissingHeaderError)
    assert places in str(error)


def test_repeated_headers_that_are_not_mapped_do_no_harm() -> None:
    assert plan(["Email", "x", "x", ""], {"Email": "EmailAddress"}).unmapped == ("x", "x")


def test_two_mapped_names_for_one_column_are_refused() -> None:
    assert "`Email` (line 2) and `EMAIL` (line 3) both mean column A" in str(
        refusal(["Email"], {"Email": "EmailAddress", "EMAIL": "mx_Email_2"})
    )


def test_unmapped_columns_are_listed_or_refused() -> None:
    header = ["Email", "Remark", "", "City", "lsq_status"]
    assert plan(header, {"Email": "EmailAddress"}).unmapped == ("Remark", "City")
    error = refusal(header, {"Email": "EmailAddress"}, unmapped="error")
    assert "2 columns are not mapped: Remark, City (" in str(error)


def test_pass_sends_a_column_under_a_header_that_is_a_schema_name() -> None:
    header = ["Email", "mx_City", "Internal Remark", "mx_KYC.Status", "lsq_row"]
    mapping = plan(header, {"Email": "EmailAddress"}, unmapped="pass", constants=[CONSTANT])
    assert [str(name) for name in mapping.fields] == ["EmailAddress", "mx_City", "mx_KYC.Status", "Source"]
    assert mapping.unmapped == ("Internal Remark",)


@pytest.mark.parametrize("header", [["Email", "EmailAddress"], ["Email", "Source"], ["Email", "x", "x "]])
def test_pass_fills_no_field_twice(header: list[str]) -> None:
    error = refusal(header, {"Email": "EmailAddress"}, unmapped="pass", constants=[CONSTANT])
    assert "which is mapped already" in str(error)


def test_all_problems_are_told_at_once() -> None:
    error = refusal(["A", "A", "B"], {"A": "FirstName", "C": "LastName"}, unmapped="error")
    assert isinstance(error, MissingHeaderError)
    for part in ("`C` (line 3)", "more than one column", "not mapped"):
        assert part in str(error)


def test_a_very_long_header_is_shortened() -> None:
    assert len(str(refusal(["x" * 5000, *map(str, range(500))], {"A": "FirstName"}))) < 1000


@pytest.mark.parametrize(
    ("index", "name"), [(0, "A7"), (25, "Z7"), (26, "AA7"), (51, "AZ7"), (52, "BA7"), (701, "ZZ7"), (702, "AAA7")]
)
def test_a_cell_is_named_as_spreadsheets_name_it(index: int, name: str) -> None:
    assert cell_name(index, 7) == name
