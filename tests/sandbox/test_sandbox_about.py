from typing import Any

import pytest
from sandbox_account import Account

from importer.sandbox.calls import CALLS, NAMES

LIST_ADD = "LeadSegmentation.svc/AddLeadsToStaticList"


async def test_users_are_told_with_id_role_and_whether_they_are_active(account: Account) -> None:
    users = (await account.call("UserManagement.svc/Users.Get")).json
    assert all(list(user) == ["ID", "FirstName", "LastName", "EmailAddress", "Role", "StatusCode"] for user in users)
    assert {user["StatusCode"] for user in users} == {0, 1}
    names = [(user["FirstName"], user["LastName"]) for user in users]
    assert len(names) > len(set(names)), "two users of one name are there to be told apart"


@pytest.mark.parametrize(
    ("email", "found"),
    [("Asha.Verma@example.com", 1), ("meera.iyer@example.com", 0), ("nobody@example.com", 0), ("", 0)],
    ids=["active", "inactive", "unknown", "none"],
)
async def test_a_user_is_found_by_address_only_while_active(account: Account, email: str, found: int) -> None:
    answer = await account.call("UserManagement.svc/User/Retrieve/ByEmailAddress", query=f"emailAddress={email}")
    assert [user["UserId"][-1] for user in answer.json] == ["2"] * found


async def test_a_lead_tells_its_owner_by_id_name_and_address(account: Account) -> None:
    owner = "00000000-0000-4000-8000-000000000002"
    mine = (await account.create(FirstName="Asha")).json["Message"]["Id"]
    theirs = (await account.create(FirstName="Binu", OwnerId=owner)).json["Message"]["Id"]
    told = [
        (await account.call("LeadManagement.svc/Leads.GetById", query=f"id={one}")).json[0] for one in (mine, theirs)
    ]
    assert [lead["OwnerIdName"] for lead in told] == ["Sandbox User", "Asha Verma"]
    assert [lead["OwnerIdEmailAddress"] for lead in told] == ["sandbox.user@example.com", "asha.verma@example.com"]
    answer = await account.call("LeadManagement.svc/LeadOwner.Get", query=f"LeadIdentifier=LeadId&value={theirs}")
    assert [user["ID"] for user in answer.json] == [owner]
    assert (await account.call("LeadManagement.svc/LeadOwner.Get", query="LeadIdentifier=LeadId&value=x")).json == []


async def test_the_answer_about_the_keys_names_the_services_that_clients_go_on_with(account: Account) -> None:
    told = (await account.call("Authentication.svc/UserByAccessKey.Get")).json
    assert f"http://{told['LSQCommonServiceURLs']['api']}" == account.sandbox.url
    assert (told["Name"], told["PassPhrase"]) == ("Sandbox User", "sandbox.user@example.com")


async def test_leads_are_put_into_a_list_once_and_all_or_none(account: Account) -> None:
    made = await account.post("LeadSegmentation.svc/CreateEmptyList", {"Name": "Night of 3 May", "Description": ""})
    list_id = made.json["Message"]["Id"]
    ids = [(await account.create(FirstName=f"N{number}")).json["Message"]["Id"] for number in range(3)]

    async def put(*lead_ids: str, into: Any = list_id) -> str:
        answer = await account.post(LIST_ADD, {"listId": into, "leadIds": list(lead_ids)})
        status: str = answer.json["Status"]
        return status

    assert await put(ids[0], ids[1]) == "Success"
    assert await put(ids[1]) == "Success"
    assert await put(ids[2], "no lead") == "Error"
    assert await put(ids[2], into="no list") == "Error"
    assert await put() == "Error"
    (told,) = (await account.call("LeadManagement.svc/Lists.Get")).json
    assert (told["ID"], told["Name"], told["MemberCount"]) == (list_id, "Night of 3 May", 2)
    assert account.sandbox.lists() == [{"id": list_id, "name": "Night of 3 May", "leads": ids[:2]}]
    assert (await account.control("lists")).json["lists"] == account.sandbox.lists()


async def test_a_deleted_lead_leaves_its_lists(account: Account) -> None:
    account.sandbox.change(allow_delete=True)
    made = await account.post("LeadSegmentation.svc/CreateEmptyList", {"Name": "A"})
    lead_id = (await account.create(FirstName="Asha")).json["Message"]["Id"]
    await account.post(LIST_ADD, {"listId": made.json["Message"]["Id"], "leadIds": [lead_id]})
    await account.call("LeadManagement.svc/Lead/Delete/ById", query=f"leadId={lead_id}")
    assert account.sandbox.lists()[0]["leads"] == []


async def test_every_call_of_the_table_is_answered_with_either_verb(account: Account) -> None:
    assert len(set(NAMES)) == len(CALLS)
    for path, (name, verb) in CALLS.items():
        answer = await account.call(path.removeprefix("/v2/"), verb=verb, body=b"{}" if verb == "POST" else None)
        assert answer.status != 404, name
        other = "GET" if verb == "POST" else "POST"
        assert (await account.call(path.removeprefix("/v2/"), verb=other)).status == 405, name
