"""The calls of the vendor's pages, made with curl as the pages do: the sandbox answers each as they say."""

import json
import shutil
import subprocess
from typing import Any
from urllib.parse import quote

import pytest
from standing import Standing

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")

PERSON = [
    {"Attribute": "EmailAddress", "Value": "john.smith@example.com"},
    {"Attribute": "FirstName", "Value": "John"},
    {"Attribute": "Phone", "Value": "8888888888"},
    {"Attribute": "mx_City", "Value": "Bangalore"},
    {"Attribute": "mx_KYC", "Value": "", "Fields": [{"Attribute": "Status", "Value": "Pending"}]},
]


class Curl:
    """curl with the keys in the query, as the pages show them; `$` is encoded, as a query needs it."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def get(self, path: str, **query: str) -> Any:
        return self._run([self._url(path, query)])

    def post(self, path: str, body: Any, **query: str) -> Any:
        data = ["-X", "POST", "-H", "Content-Type:application/json", "-d", json.dumps(body)]
        return self._run([*data, self._url(path, query)])

    def with_headers(self, path: str) -> Any:
        """The keys in headers, the form that the vendor recommends."""
        one = self._standing
        keys = ["-H", f"x-LSQ-AccessKey: {one.access_key}", "-H", f"x-LSQ-SecretKey: {one.secret_key}"]
        return self._run([*keys, f"http://{one.host}/v2/{path}"])

    def _url(self, path: str, query: dict[str, str]) -> str:
        one = self._standing
        named = {"accessKey": one.access_key, "secretKey": one.secret_key, **query}
        pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in named.items())
        return f"http://{one.host}/v2/{path}?{pairs}"

    def _run(self, arguments: list[str]) -> Any:
        command = ["curl", "--silent", "--show-error", "--max-time", "20", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - curl, to loopback
        return json.loads(done.stdout)


@pytest.fixture
def curl(standing: Standing) -> Curl:
    return Curl(standing)


def test_the_keys_are_checked_by_query_and_by_headers(curl: Curl) -> None:
    by_query = curl.get("Authentication.svc/UserByAccessKey.Get")
    assert by_query == curl.with_headers("Authentication.svc/UserByAccessKey.Get")
    assert {"TimeZone", "DefaultCountryCode", "OrgDisplayName", "Role", "LSQCommonServiceURLs"} <= set(by_query)


def test_a_lead_goes_through_its_life(curl: Curl) -> None:
    made = curl.post("LeadManagement.svc/Lead.Create", PERSON)
    assert (made["Status"], list(made["Message"])) == ("Success", ["Id"])
    lead_id = made["Message"]["Id"]
    for path, query in [
        ("Leads.GetById", {"id": lead_id}),
        ("Leads.GetByEmailaddress", {"emailaddress": "john.smith@example.com"}),
        ("RetrieveLeadByPhoneNumber", {"phone": "8888888888"}),
    ]:
        (lead,) = curl.get(f"LeadManagement.svc/{path}", **query)
        assert (lead["ProspectID"], lead["mx_KYC"]) == (lead_id, '{"Status":"Pending"}')
    again = curl.post("LeadManagement.svc/Lead.Create", PERSON)
    assert (again["Status"], again["ExceptionType"]) == ("Error", "MXDuplicateEntryException")
    city = [{"Attribute": "mx_City", "Value": "Pune"}]
    changed = curl.post("LeadManagement.svc/Lead.Update", city, leadId=lead_id)
    assert changed == {"Status": "Success", "Message": {"AffectedRows": 1}}
    by_mail = [{"Attribute": "SearchBy", "Value": "EmailAddress"}, *PERSON[:2]]
    either = curl.post("LeadManagement.svc/Lead.CreateOrUpdate", by_mail, postUpdatedLead="false")
    assert either["Message"] == {"Id": lead_id, "AffectedRows": 1}
    captured = curl.post("LeadManagement.svc/Lead.Capture", PERSON[:2], LeadUpdateBehavior="DoNotUpdate")
    assert captured["Message"]["RelatedId"] == lead_id
    assert curl.get("LeadManagement.svc/Lead/Delete/ById", leadId=lead_id)["Status"] == "Error"


def test_leads_are_searched_and_listed(curl: Curl) -> None:
    lead_id = curl.post("LeadManagement.svc/Lead.Create", PERSON)["Message"]["Id"]
    columns, paging = {"Include_CSV": "ProspectID,FirstName"}, {"PageIndex": 1, "PageSize": 200}
    wanted = {"ProspectID": lead_id, "FirstName": "John"}
    parameter = {"LookupName": "CreatedOn", "LookupValue": "2020-01-01 00:00:00", "SqlOperator": ">"}
    sorting = {"ColumnName": "CreatedOn", "Direction": "1"}
    search = {"Parameter": parameter, "Columns": columns, "Sorting": sorting, "Paging": paging}
    assert curl.post("LeadManagement.svc/Leads.Get", search) == [wanted]
    period = {"FromDate": "2020-01-01 00:00:00", "ToDate": "2999-01-01 00:00:00"}
    recent = {"Parameter": period, "Columns": columns, "Paging": paging}
    pairs = [{"Attribute": name, "Value": value} for name, value in wanted.items()]
    listed = curl.post("LeadManagement.svc/Leads.RecentlyModified", recent)
    assert listed == {"RecordCount": 1, "Leads": [{"LeadPropertyList": pairs}]}
    by_ids = {"SearchParameters": {"LeadIds": [lead_id]}, "Columns": columns, "Paging": paging}
    assert curl.post("LeadManagement.svc/Leads/Retrieve/ByIds", by_ids)["Leads"] == [wanted]


def test_fields_users_and_lists_are_told(curl: Curl) -> None:
    fields = curl.get("LeadManagement.svc/LeadsMetaData.Get", excludeOptionSets="1")
    assert {"SchemaName", "DisplayName", "DataType", "IsMandatory", "MaxLength"} <= set(fields[0])
    users = curl.get("UserManagement.svc/Users.Get")
    assert {"ID", "FirstName", "LastName", "EmailAddress", "Role", "StatusCode"} == set(users[0])
    (user,) = curl.get("UserManagement.svc/User/Retrieve/ByEmailAddress", emailAddress=users[0]["EmailAddress"])
    assert user["UserId"] == users[0]["ID"]
    lead_id = curl.post("LeadManagement.svc/Lead.Create", PERSON)["Message"]["Id"]
    made = curl.post("LeadSegmentation.svc/CreateEmptyList", {"Name": "A night", "Description": "imported"})
    filled = {"listId": made["Message"]["Id"], "leadIds": [lead_id]}
    assert curl.post("LeadSegmentation.svc/AddLeadsToStaticList", filled)["Status"] == "Success"
