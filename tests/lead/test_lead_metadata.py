import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.lead.metadata import Field, read_fields
from importer.sandbox.metadata import load_metadata


def read(*entries: Any) -> list[Field]:
    return list(read_fields(json.dumps(entries).encode()))


def test_a_field_is_read_as_the_vendors_page_shows_it() -> None:
    entry = {"SchemaName": "mx_City", "DisplayName": "City", "DataType": "Text", "IsMandatory": False}
    entry |= {"MaxLength": "200", "RenderTypeTextValue": "Textbox", "Options": [{"Value": "Pune"}, {"Value": "Goa"}]}
    assert read(entry) == [Field("mx_City", "City", "Text", max_length=200, options=("Pune", "Goa"))]


@pytest.mark.parametrize(
    ("told", "length"),
    [("200", 200), (200, 200), (" 50 ", 50), ("", None), ("0", None), (None, None), ("many", None), ("9" * 5000, None)],
)
def test_a_length_is_a_number_however_it_is_told(told: object, length: int | None) -> None:
    assert read({"SchemaName": "A", "MaxLength": told})[0].max_length == length


@pytest.mark.parametrize("told", [True, 1, "1", "true", "True"])
def test_mandatory_is_mandatory_however_it_is_told(told: object) -> None:
    assert read({"SchemaName": "A", "IsMandatory": told})[0].is_mandatory


def test_a_custom_field_set_is_read_with_its_sub_fields() -> None:
    inner = [{"SchemaName": "Status", "DataType": "Select", "Options": [{"Value": "Pending"}]}]
    (one,) = read({"SchemaName": "mx_KYC", "DataType": "CustomFieldSet", "Fields": inner})
    assert one.is_set
    assert one.sub("Status") == Field("Status", "Status", "Select", options=("Pending",))
    assert one.sub("status") is None


@pytest.mark.parametrize("is_text", [False, True])
def test_sub_fields_are_read_as_the_vendors_interface_shows_them(*, is_text: bool) -> None:
    inner = [
        {"SchemaName": "Status", "DisplayName": "Status", "DataType": "Select", "OptionSet": [{"Value": "Pending"}]},
        {"SchemaName": "mx_CustomObject_1", "IsMultiSelectDropdown": True, "OptionSet": '["A", "B"]', "MaxLength": "9"},
    ]
    told: object = {"Fields": inner}
    (one,) = read({"SchemaName": "mx_KYC", "CustomObjectMetaData": json.dumps(told) if is_text else told})
    assert one.sub("Status") == Field("Status", "Status", "Select", options=("Pending",))
    sub = one.sub("mx_CustomObject_1")
    assert sub is not None
    assert (sub.data_type, sub.options, sub.max_length) == ("MultiSelect", ("A", "B"), 9)


@pytest.mark.parametrize("told", [None, "", {}, {"Fields": None}, "{", 7])
def test_a_plain_field_has_no_sub_fields_whatever_stands_there(told: object) -> None:
    assert not read({"SchemaName": "A", "CustomObjectMetaData": told})[0].is_set


@pytest.mark.parametrize(
    ("entry", "is_system"),
    [
        ({"SchemaName": "A"}, False),
        ({"SchemaName": "A", "ShowInImport": True}, False),
        ({"SchemaName": "A", "ShowInImport": False}, True),
        ({"SchemaName": "A", "ShowInImport": "false"}, True),
        ({"SchemaName": "OwnerId", "ShowInImport": False}, False),
        ({"SchemaName": "ProspectAutoId", "ShowInImport": True}, True),
        ({"SchemaName": "createdon"}, True),
        ({"SchemaName": "LeadType", "ShowInImport": True}, True),
    ],
)
def test_a_field_that_leadsquared_fills_is_known(*, entry: dict[str, Any], is_system: bool) -> None:
    assert read(entry)[0].is_system == is_system


@pytest.mark.parametrize(
    ("entry", "must"),
    [
        ({"IsMandatory": True}, True),
        ({"IsMandatory": True, "DefaultValue": ""}, True),
        ({"IsMandatory": True, "DefaultValue": "Prospect"}, False),
        ({"IsMandatory": True, "ShowInImport": False}, False),
        ({"IsMandatory": False}, False),
    ],
)
def test_a_mandatory_field_that_the_server_fills_need_not_be_filled(*, entry: dict[str, Any], must: bool) -> None:
    assert read({"SchemaName": "A"} | entry)[0].must_be_filled == must


def test_a_set_that_does_not_tell_its_sub_fields_is_a_set_all_the_same() -> None:
    assert read({"SchemaName": "mx_KYC", "DataType": "CustomObject"})[0].sub_fields == ()


def test_the_sandboxs_fields_are_all_understood() -> None:
    metadata = load_metadata(None)
    fields = read_fields(json.dumps(metadata.entries).encode())
    assert [one.schema_name for one in fields] == list(metadata.fields)
    for known in metadata.fields.values():
        one = fields.get(known.schema_name)
        assert one is not None
        assert (one.display_name, one.data_type, one.max_length) == (
            known.display_name,
            known.data_type,
            known.max_length,
        )
        assert one.is_set == (known.sub_fields is not None)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 99_999, b"{}", b"null", b"[]", b"[1, {}]", b'"x"'])
def test_an_answer_that_names_no_fields_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="the answer"):
        read_fields(body)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = ("SchemaName", "DisplayName", "DataType", "IsMandatory", "MaxLength", "Options", "Fields", "Unknown")


@given(st.lists(st.dictionaries(st.sampled_from(KEYS), JUNK), max_size=4))
def test_whatever_stands_beside_a_good_field_does_no_harm(entries: list[dict[str, Any]]) -> None:
    assert "Good" in {one.schema_name for one in read(*entries, {"SchemaName": "Good"})}


@pytest.mark.parametrize(
    "name",
    ["a: b", "mx_A\nconstants:\n  Source: Evil", "mx_A}", "mx_A #", "-", "1a", "mx_é", "mx_A\u202e", "m" * 201, "a.b"],
)
def test_what_can_be_no_schema_name_is_no_field(name: str) -> None:
    told = [{"SchemaName": name}, {"SchemaName": "Phone", "CustomObjectMetaData": {"Fields": [{"SchemaName": name}]}}]
    fields = read_fields(json.dumps(told).encode())
    assert [one.schema_name for one in fields] == ["Phone"]
    assert fields.fields[0].sub_fields == ()


def test_what_the_metadata_says_prints() -> None:
    odd = "a\x1b[2J\u202eb\ud800\x9bc"
    told = [{"SchemaName": "Phone", "DisplayName": odd, "DataType": odd, "Options": [odd, "plain", "क्\u200dष"]}]
    (field,) = read_fields(json.dumps(told).encode())
    assert (field.display_name, field.data_type) == ("a[2Jbc", "a[2Jbc")
    assert field.options == ("plain", "क्\u200dष")
