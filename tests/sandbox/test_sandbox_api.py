import json
from typing import Any
from urllib.parse import quote

import pytest
from sandbox_account import LEAD_CREATE, Account, Clock, Open

PERSON = {"FirstName": "Asha", "EmailAddress": "asha@example.com", "Phone": "9845098450"}


async def test_a_lead_is_created_and_found_by_each_look_up(open_account: Open) -> None:
    account = await open_account(wall_clock=Clock(1_767_225_600.9))
    kyc = {"Attribute": "mx_KYC", "Value": "", "Fields": [{"Attribute": "Status", "Value": "Pending"}]}
    answer = await account.create(kyc, **PERSON, DoNotCall="true")
    assert answer.status == 200
    assert list(answer.json) == ["Status", "Message"]
    assert "Date" in answer.headers
    lead_id = answer.json["Message"]["Id"]
    for path, query in [
        ("Leads.GetByEmailaddress", "emailaddress=ASHA%40example.com"),
        ("RetrieveLeadByPhoneNumber", "phone=9845098450"),
        ("RetrieveLeadByPhoneNumber", f"phone={quote('+91-9845098450')}"),
        ("RetrieveLeadByPhoneNumber", "phone=919845098450"),
        ("Leads.GetById", f"id={lead_id.upper()}"),
    ]:
        (lead,) = (await account.call(f"LeadManagement.svc/{path}", query=query)).json
        assert lead["ProspectID"] == lead_id
        assert lead["CreatedOn"] == "2026-01-01 00:00:00.000"
        assert (lead["Phone"], lead["DoNotCall"], lead["mx_KYC"]) == ("+91-9845098450", "1", '{"Status":"Pending"}')
        assert lead["mx_City"] is None
        assert lead["ProspectStage"] == "Prospect"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("Leads.GetByEmailaddress", "emailaddress=nobody%40example.com"),
        ("Leads.GetByEmailaddress", ""),
        ("RetrieveLeadByPhoneNumber", "phone=1"),
        ("RetrieveLeadByPhoneNumber", "phone=x"),
        ("Leads.GetById", "id=x"),
    ],
)
async def test_a_look_up_that_finds_nothing_answers_an_empty_array(account: Account, path: str, query: str) -> None:
    await account.create(**PERSON)
    answer = await account.call(f"LeadManagement.svc/{path}", query=query)
    assert (answer.status, answer.json) == (200, [])


async def test_a_new_lead_is_found_only_after_the_lag(open_account: Open, clock: Clock) -> None:
    account = await open_account(clock=clock, lag_s=2.0)
    await account.create(**PERSON)
    look_up = ("LeadManagement.svc/RetrieveLeadByPhoneNumber", "phone=9845098450")
    assert (await account.call(look_up[0], query=look_up[1])).json == []
    assert (await account.create(**PERSON)).json["ExceptionType"] == "MXDuplicateEntryException"
    clock.now += 2.0
    assert len((await account.call(look_up[0], query=look_up[1])).json) == 1


@pytest.mark.parametrize("in_headers", [False, True])
async def test_both_forms_of_keys_are_accepted(account: Account, *, in_headers: bool) -> None:
    answer = await account.call("Authentication.svc/UserByAccessKey.Get", in_headers=in_headers)
    assert answer.status == 200
    assert answer.json["DefaultCountryCode"] == "91"
    assert {"TimeZone", "OrgDisplayName", "Role"} <= set(answer.json)


@pytest.mark.parametrize("in_headers", [False, True])
@pytest.mark.parametrize("keys", [("u$r0", "x"), ("", ""), ("u", "s4nd+b0x/k3y=with&odd%signs")])
async def test_other_keys_are_refused(account: Account, keys: tuple[str, str], *, in_headers: bool) -> None:
    answer = await account.call(LEAD_CREATE, verb="POST", body=b"[]", keys=keys, in_headers=in_headers)
    assert (answer.status, answer.json["ExceptionType"]) == (401, "MXInvalidAccessDetailsException")
    assert answer.json["ExceptionMessage"] == "Invalid Access Details provided."


LEAD: dict[str, str] = {"LastName": "Rao"}
ERRORS: list[tuple[dict[str, str], str, str]] = [
    ({"Phone": "+91-9845098450"}, "MXDuplicateEntryException", "A Lead with same Phone Number already exists."),
    ({"EmailAddress": "ASHA@EXAMPLE.COM"}, "MXDuplicateEntryException", "A Lead with same Email already exists."),
    (LEAD | {"mx_A": "1", "mx_B": "2"}, "MXUnknownAttributeException", "Attribute(s) does not exist - mx_A,mx_B."),
    (LEAD | {"EmailAddress": "?"}, "MXInvalidInputException", "Invalid Input! Parameter Name: EmailAddress"),
    (LEAD | {"mx_Budget": "?"}, "MXInvalidDataTypeException", "Invalid data type for attribute - mx_Budget."),
]


@pytest.mark.parametrize("status", [500, 200, 412])
@pytest.mark.parametrize(("values", "kind", "message"), ERRORS)
async def test_an_mx_error_comes_in_its_envelope(
    open_account: Open, values: dict[str, str], kind: str, message: str, status: int
) -> None:
    account = await open_account(mx_status=status)
    await account.create(**PERSON)
    answer = await account.create(**values)
    assert answer.status == status
    assert answer.json["Status"] == "Error"
    assert (answer.json["ExceptionType"], answer.json["ExceptionMessage"]) == (kind, message)
    assert len(account.sandbox.leads()) == 1


async def test_the_older_text_for_a_duplicate_mail_can_be_had(open_account: Open) -> None:
    account = await open_account(duplicate_text="old")
    await account.create(**PERSON)
    message = (await account.create(**PERSON)).json["ExceptionMessage"]
    assert message == "Duplicate entry 'asha@example.com' for key 'UQ_Prospect_Base_EmailAddress'"


async def test_a_missing_mandatory_field_refuses_the_lead_and_shows_in_the_metadata(open_account: Open) -> None:
    account = await open_account(mandatory=("mx_City",))
    answer = await account.create(**PERSON)
    assert answer.json["ExceptionType"] == "MXMandatoryAttributeMissingException"
    assert "mx_City" in answer.json["ExceptionMessage"]
    (field,) = (await account.call("LeadManagement.svc/LeadsMetaData.Get", query="schemaName=mx_City")).json
    assert field["IsMandatory"] is True
    assert (await account.create(**PERSON, mx_City="Pune")).status == 200


async def test_a_unique_field_of_ones_own_is_kept_unique(open_account: Open) -> None:
    account = await open_account(unique=("mx_PAN",))
    assert (await account.create(**PERSON, mx_PAN="ABCDE1234F")).status == 200
    assert (await account.create(**PERSON)).status == 200
    answer = await account.create(FirstName="Other", mx_PAN="abcde1234f")
    assert answer.json["ExceptionMessage"] == "A Lead with same PAN already exists."


@pytest.mark.parametrize("body", [b"[", b"{}", b"[]", b'[{"Attribute":1,"Value":"x"}]', b"\xff\xfe"])
async def test_a_malformed_body_is_a_400_in_free_text(account: Account, body: bytes) -> None:
    answer = await account.call(LEAD_CREATE, verb="POST", body=body)
    assert answer.status == 400
    assert "Exception" not in answer.text


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [
        ("GET", "LeadManagement.svc/Lead.Creat", 404),
        ("POST", "LeadManagement.svc/Lead.CreateOrUpdat", 404),
        ("GET", LEAD_CREATE, 405),
        ("POST", "LeadManagement.svc/LeadsMetaData.Get", 405),
        ("DELETE", "LeadManagement.svc/Leads.GetById", 405),
        ("GET", "LeadManagement.svc/Leads.Get", 405),
    ],
)
async def test_a_wrong_path_and_a_wrong_verb_are_told_apart(
    account: Account, verb: str, path: str, status: int
) -> None:
    answer = await account.call(path, verb=verb, body=b"[]" if verb == "POST" else None)
    assert answer.status == status
    assert "Exception" not in answer.text


async def test_off_list_values_and_long_texts_are_taken_in_silence(account: Account) -> None:
    assert (await account.create(FirstName="Asha", Source="Off the list", mx_City="x" * 201)).status == 200
    (lead,) = account.sandbox.leads()
    assert (lead["attributes"]["Source"], len(lead["attributes"]["mx_City"])) == ("Off the list", 200)


async def test_the_metadata_has_the_documented_form(account: Account) -> None:
    entries = (await account.call("LeadManagement.svc/LeadsMetaData.Get")).json
    assert len(entries) >= 150
    by_name = {entry["SchemaName"]: entry for entry in entries}
    assert by_name["mx_City"]["MaxLength"] == "200"
    assert {"Value": "Pending"} in next(sub for sub in by_name["mx_KYC"]["Fields"] if sub["SchemaName"] == "Status")[
        "Options"
    ]
    bare = await account.call("LeadManagement.svc/LeadsMetaData.Get", query="excludeOptionSets=1")
    assert '"Options"' not in bare.text
    assert (await account.call("LeadManagement.svc/LeadsMetaData.Get", query="schemaName=none")).json == []


@pytest.mark.parametrize(("refusal", "status"), [(429, 429), (403, 403), (200, 200)])
async def test_a_call_over_the_limit_is_refused_in_the_form_that_was_chosen(
    open_account: Open, clock: Clock, refusal: int, status: int
) -> None:
    account = await open_account(clock=clock, calls=2, refusal=refusal)
    assert (await account.create(**PERSON)).status == 200
    assert (await account.call("LeadManagement.svc/Leads.GetById", query="id=x")).status == 200
    refused = await account.create(FirstName="Late")
    assert refused.status == status
    assert refused.json["ExceptionType"] == "MXAPIRateLimitExceededException"
    assert refused.json["ExceptionMessage"] == "API calls exceeded the limit of 2 in 5 second(s)"
    clock.now += 5
    assert (await account.create(FirstName="Late")).json["Status"] == "Success"
    stats = account.sandbox.stats()
    assert (stats["arrivals"], stats["accepted"], stats["refusals"], stats["most_in_window"]) == (4, 3, 1, 3)
    assert [arrival["answer"] for arrival in account.sandbox.arrivals()] == [
        "created",
        "not_found",
        "refused",
        "created",
    ]


async def test_mixed_refusals_take_all_three_forms(open_account: Open, clock: Clock) -> None:
    account = await open_account(clock=clock, calls=1, refusal="mixed")
    await account.create(**PERSON)
    assert {(await account.create(**PERSON)).status for _ in range(30)} == {429, 403, 200}


async def test_wrong_paths_and_bad_keys_count_in_the_limit(open_account: Open, clock: Clock) -> None:
    account = await open_account(clock=clock, calls=2)
    await account.call("no/such.call")
    await account.call(LEAD_CREATE, verb="POST", body=b"[]", keys=("a", "b"))
    assert (await account.create(**PERSON)).status == 429
    assert account.sandbox.stats()["calls"] == {"other": 1, "Lead.Create": 2}


async def test_any_text_survives_on_its_way_through(account: Account) -> None:
    texts = ["नमस्ते 👋", 'a"b\\c', "line\nbreak", "</script>", "\u200b", "\ud800", "\x00"]
    body: list[dict[str, Any]] = [{"Attribute": "FirstName", "Value": "Asha"}]
    for text in texts:
        sent = [*body, {"Attribute": "Notes", "Value": text}]
        answer = await account.call(LEAD_CREATE, verb="POST", body=json.dumps(sent).encode())
        found = await account.call("LeadManagement.svc/Leads.GetById", query=f"id={answer.json['Message']['Id']}")
        assert len(found.json) == 1
    told = (await account.control("leads")).json["leads"]
    assert [lead["attributes"]["Notes"] for lead in told] == texts
