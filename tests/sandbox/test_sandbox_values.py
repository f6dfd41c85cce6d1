import json
import random
from pathlib import Path
from typing import Any

import pytest

from importer.sandbox.body import Malformed, parse_body, read_attributes
from importer.sandbox.metadata import load_metadata
from importer.sandbox.store import Store
from importer.sandbox.values import Rejected

METADATA = load_metadata(None)


def read(*items: dict[str, Any], **values: str) -> dict[str, str]:
    lead = [*({"Attribute": name, "Value": value} for name, value in values.items()), *items]
    return read_attributes(lead, METADATA, country_code="91")


def store_of(*, unique: tuple[str, ...] = ("EmailAddress", "Phone")) -> Store:
    return Store(METADATA, unique=unique, ids=random.Random(7))


@pytest.mark.parametrize(
    ("field", "sent", "stored"),
    [
        ("Phone", "9845098450", "+91-9845098450"),
        ("Phone", "+91-9845098450", "+91-9845098450"),
        ("Phone", "+919999730196", "+91-919999730196"),
        ("Phone", "+1-4155550100", "+1-4155550100"),
        ("Phone", "+44-20 7946 0958", "+44-2079460958"),
        ("Phone", "098450-98450", "+91-09845098450"),
        ("mx_WhatsApp_Number", "9845098450", "+91-9845098450"),
        ("EmailAddress", " Asha@Example.com ", "Asha@Example.com"),
        ("DoNotCall", "true", "1"),
        ("DoNotCall", "false", "0"),
        ("DoNotCall", "True", "1"),
        ("mx_Enquiry_Date", "2026-03-04 05:06:07", "2026-03-04 05:06:07.000"),
        ("mx_Enquiry_Date", "2026-03-04", "2026-03-04 00:00:00.000"),
        ("mx_Date_of_Birth", "0999-03-04", "0999-03-04 00:00:00.000"),
        ("mx_Opening_Time", "09:30", "09:30"),
        ("mx_Budget", "-12.50", "-12.50"),
        ("Source", "No such source", "No such source"),
        ("mx_City", "x" * 300, "x" * 200),
        ("mx_PAN", "ABCDE1234FGH", "ABCDE1234F"),
        ("Notes", "=1+1\nनमस्ते 👋", "=1+1\nनमस्ते 👋"),
        ("FirstName", "  blanks stay ", "  blanks stay "),
    ],
)
def test_a_value_is_stored_as_the_account_stores_it(field: str, sent: str, stored: str) -> None:
    assert read(**{"LastName": "Rao"} | {field: sent})[field] == stored


@pytest.mark.parametrize(
    ("field", "sent", "kind"),
    [
        ("EmailAddress", "nobody", "MXInvalidInputException"),
        ("EmailAddress", "a@b@example.com", "MXInvalidInputException"),
        ("EmailAddress", "a b@example.com", "MXInvalidInputException"),
        ("Phone", "none", "MXInvalidInputException"),
        ("Phone", "98450 or 98451", "MXInvalidInputException"),
        ("Phone", "+", "MXInvalidInputException"),
        ("DoNotCall", "yes", "MXInvalidDataTypeException"),
        ("mx_Enquiry_Date", "04/03/2026", "MXInvalidDataTypeException"),
        ("mx_Enquiry_Date", "2026-02-30", "MXInvalidDataTypeException"),
        ("mx_Budget", "1,000", "MXInvalidDataTypeException"),
        ("mx_Opening_Time", "25:00", "MXInvalidDataTypeException"),
    ],
)
def test_a_value_that_does_not_fit_its_field_is_refused_by_name(field: str, sent: str, kind: str) -> None:
    with pytest.raises(Rejected, match=field) as refused:
        read(**{"LastName": "Rao"} | {field: sent})
    assert refused.value.exception_type == kind


def test_all_unknown_names_are_told_at_once_those_of_sub_fields_too() -> None:
    kyc = {"Attribute": "mx_KYC", "Value": "", "Fields": [{"Attribute": "mx_C", "Value": ""}]}
    with pytest.raises(Rejected) as refused:
        read(kyc, LastName="Rao", mx_A="1", mx_B="2", lastname="3")
    assert refused.value.message == "Attribute(s) does not exist - mx_A,mx_B,lastname,mx_C."


def test_a_custom_field_set_is_kept_as_json_text() -> None:
    fields = [
        {"Attribute": "Status", "Value": "Pending"},
        {"Attribute": "mx_CustomObject_1", "Value": ""},
        {"Attribute": "mx_CustomObject_3", "Value": "2026-03-04 05:06:07"},
    ]
    stored = read({"Attribute": "mx_KYC", "Value": "", "Fields": fields}, FirstName="Asha")["mx_KYC"]
    assert json.loads(stored) == {"Status": "Pending", "mx_CustomObject_3": "2026-03-04 05:06:07.000"}


def test_a_parents_own_value_is_not_lost_beside_its_sub_fields() -> None:
    fields = [{"Attribute": "Status", "Value": "Pending"}]
    stored = read({"Attribute": "mx_KYC", "Value": "x", "Fields": fields}, FirstName="Asha")["mx_KYC"]
    assert json.loads(stored) == {"mx_KYC": "x", "Status": "Pending"}


@pytest.mark.parametrize(
    "items",
    [
        [{"Attribute": "mx_City", "Value": "", "Fields": [{"Attribute": "Status", "Value": "x"}]}],
        [{"Attribute": "mx_City", "Value": "a"}, {"Attribute": "mx_City", "Value": "b"}],
        [{"Attribute": "mx_KYC", "Value": "", "Fields": [{"Attribute": "Status", "Value": "x"}] * 2}],
    ],
    ids=["sub-fields of no set", "attribute twice", "sub-field twice"],
)
def test_a_lead_that_contradicts_itself_is_refused(items: list[dict[str, Any]]) -> None:
    with pytest.raises(Rejected) as refused:
        read(*items, FirstName="Asha")
    assert refused.value.exception_type == "MXInvalidInputException"


@pytest.mark.parametrize("values", [{"mx_City": "Pune"}, {"FirstName": "", "mx_City": "Pune"}])
def test_a_lead_needs_a_name_or_a_contact(values: dict[str, str]) -> None:
    with pytest.raises(Rejected, match="FirstName,LastName,EmailAddress,Phone"):
        read(**values)


def test_system_fields_are_passed_over() -> None:
    assert read(FirstName="Asha", ProspectID="mine") == {"FirstName": "Asha"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[",
        b"[]",
        b"{}",
        b"null",
        b"[1]",
        b'[{"Attribute":"FirstName"}]',
        b'[{"Value":"x"}]',
        b'[{"Attribute":12,"Value":"x"}]',
        b'[{"Attribute":"mx_Budget","Value":[12]}]',
        b'[{"Attribute":"mx_Budget","Value":{}}]',
        b'[{"Attribute":"mx_Budget","Value":NaN}]',
        b'[{"Attribute":"FirstName","Value":"\xff"}]',
        b'[{"Attribute":"mx_KYC","Value":"","Fields":{}}]',
        b'[{"Attribute":"mx_KYC","Value":"","Fields":[{}]}]',
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_not_per_specification_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse_body(body)


@pytest.mark.parametrize(
    ("written", "stored"),
    [("12", "12"), ("-1.50", "-1.50"), ("12345678901234567", "12345678901234567"), ("null", None)],
)
def test_a_number_is_taken_as_its_text(written: str, stored: str | None) -> None:
    body = f'[{{"Attribute":"FirstName","Value":"Asha"}},{{"Attribute":"mx_Budget","Value":{written}}}]'
    assert read(*parse_body(body.encode())).get("mx_Budget") == stored


def test_a_boolean_and_a_number_in_a_sub_field_are_taken_as_texts() -> None:
    body = b"""[{"Attribute":"LastName","Value":7},{"Attribute":"DoNotCall","Value":true},
        {"Attribute":"mx_Loan","Value":"","Fields":[{"Attribute":"mx_CustomObject_1","Value":5000}]}]"""
    stored = read(*parse_body(body))
    assert (stored["LastName"], stored["DoNotCall"]) == ("7", "1")
    assert json.loads(stored["mx_Loan"]) == {"mx_CustomObject_1": "5000"}


def test_a_mandatory_field_with_a_default_is_never_missing_and_gets_it(tmp_path: Path) -> None:
    saved = tmp_path / "fields.json"
    kind = {"SchemaName": "LeadType", "IsMandatory": True, "DefaultValue": "OT_0"}
    saved.write_text(json.dumps([{"SchemaName": "FirstName"}, kind]), encoding="utf-8")
    metadata = load_metadata(saved)
    for sent in ([], [{"Attribute": "LeadType", "Value": ""}]):
        lead = [{"Attribute": "FirstName", "Value": "Asha"}, *sent]
        assert read_attributes(lead, metadata, country_code="91") == {"LeadType": "OT_0", "FirstName": "Asha"}
    other = [{"Attribute": "FirstName", "Value": "Asha"}, {"Attribute": "LeadType", "Value": "OT_1"}]
    assert read_attributes(other, metadata, country_code="91")["LeadType"] == "OT_1"


def test_a_second_lead_of_a_unique_value_is_seen_however_it_is_written() -> None:
    store = store_of()
    store.add(read(EmailAddress="Asha@Example.com", Phone="9845098450"), created_on="", now=0)
    assert store.find_taken(read(EmailAddress="asha@example.COM")) == "EmailAddress"
    assert store.find_taken(read(Phone="+91-98450 98450")) == "Phone"
    assert store.find_taken(read(FirstName="Asha")) is None
    assert store.find_taken(read(EmailAddress="asha2@example.com", Phone="+1-9845098450")) is None


def test_a_number_without_hyphen_is_another_number_as_on_a_real_account() -> None:
    store = store_of()
    store.add(read(Phone="+91-9999730196"), created_on="", now=0)
    assert store.find_taken(read(Phone="+919999730196")) is None


def test_which_fields_are_unique_can_be_changed_with_leads_in_place() -> None:
    store = store_of(unique=())
    asha = read(EmailAddress="asha@example.com", mx_PAN="abcde1234f")
    store.add(asha, created_on="", now=0)
    assert store.find_taken(asha) is None
    store.change(METADATA, unique=("mx_PAN",))
    assert store.find_taken(read(FirstName="Other", mx_PAN="ABCDE1234F")) == "mx_PAN"
    assert len(list(store.find("EmailAddress", "ASHA@example.com"))) == 1


def test_ids_follow_from_the_seed_and_look_like_guids() -> None:
    first, second = ([store.add({}, created_on="", now=0).id for _ in range(3)] for store in (store_of(), store_of()))
    assert first == second
    assert len(set(first)) == 3
    assert [len(part) for part in first[0].split("-")] == [8, 4, 4, 4, 12]


def test_the_built_in_field_list_is_believable() -> None:
    entries = METADATA.entries
    assert len(entries) >= 150
    assert {"FirstName", "LastName", "EmailAddress", "Phone", "Company", "mx_City", "mx_Zip", "Source"} <= set(
        METADATA.fields
    )
    assert {"ProspectStage", "Notes", "mx_Enquiry_Date", "mx_Imported_By", "OwnerId", "Mobile"} <= set(METADATA.fields)
    assert all(isinstance(entry["MaxLength"], str) for entry in entries)
    assert {"Text", "Number", "Email", "Phone", "Website", "Date", "Time", "Select", "Boolean"} <= {
        entry["DataType"] for entry in entries
    }
    assert sum(entry["DataType"] == "CustomFieldSet" for entry in entries) >= 2
    assert all(entry["Options"] for entry in entries if entry["DataType"] == "Select")
    assert METADATA.mandatory == ()
    assert len({entry["DisplayName"] for entry in entries}) == len(entries)


def test_a_saved_field_list_replaces_the_built_in_one(tmp_path: Path) -> None:
    saved = tmp_path / "fields.json"
    entries = [{"SchemaName": "FirstName", "IsMandatory": True}, {"SchemaName": "mx_S", "DataType": "CustomObject"}]
    saved.write_text("\ufeff" + json.dumps(entries), encoding="utf-8")
    metadata = load_metadata(saved)
    assert metadata.mandatory == ("FirstName",)
    some: list[dict[str, Any]] = [{"Attribute": "mx_S", "Value": "", "Fields": [{"Attribute": "Any", "Value": "v"}]}]
    lead = [{"Attribute": "FirstName", "Value": "Asha"}, *some]
    assert read_attributes(lead, metadata, country_code="91")["mx_S"] == '{"Any":"v"}'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "line 1"),
        ("{}", "array"),
        ("[]", "array"),
        ('[{"SchemaName":"A"},1]', "field 2"),
        ('[{"DisplayName":"A"}]', "SchemaName"),
        ('[{"SchemaName":"A"},{"SchemaName":"A"}]', "twice"),
        ('[{"SchemaName":"A","Fields":[{}]}]', "sub-field 1"),
    ],
)
def test_what_is_wrong_with_a_field_list_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    saved = tmp_path / "fields.json"
    saved.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=told):
        load_metadata(saved)


def test_a_field_list_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not there"):
        load_metadata(tmp_path / "none.json")


def test_a_mandatory_field_that_there_is_not_is_told_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean mx_City"):
        METADATA.with_mandatory(["mx_Citty"])
