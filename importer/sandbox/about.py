"""The calls that tell of the account itself: its fields, its users, whose keys these are."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from importer.sandbox.account import Account
from importer.sandbox.answers import Reply, answer_json
from importer.sandbox.users import SELF, USERS, find_user, tell_user

__all__ = ["About"]

Query = Mapping[str, str]


class About:
    """What an account says of itself."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def fields(self, query: Query, body: bytes, now: float) -> Reply:
        """LeadsMetaData.Get; an unknown `schemaName` answers an empty array (invented)."""
        del body, now
        entries: Iterable[Mapping[str, Any]] = self._account.metadata.entries
        if wanted := query.get("schemaname"):
            entries = (entry for entry in entries if entry["SchemaName"] == wanted)
        if query.get("excludeoptionsets") in ("1", "true"):
            entries = map(_without_options, entries)
        return answer_json(list(entries), "fields")

    def users(self, query: Query, body: bytes, now: float) -> Reply:
        """Users.Get: every user, inactive ones too (doc)."""
        del query, body, now
        return answer_json(list(map(tell_user, USERS)), "users")

    def user_by_email(self, query: Query, body: bytes, now: float) -> Reply:
        """User/Retrieve/ByEmailAddress: an array with one user, empty for an unknown or inactive one (doc).

        That the id is called `UserId` there is documented; that the other names are those of Users.Get is invented.
        """
        del body, now
        user = find_user(email=query.get("emailaddress", ""))
        if user is None or user.status:
            return answer_json([], "not_found")
        fields = tell_user(user)
        return answer_json([{"UserId": fields.pop("ID"), **fields}], "user")

    def self(self, query: Query, body: bytes, now: float) -> Reply:
        """UserByAccessKey.Get. TimeZone, DefaultCountryCode, OrgDisplayName and Role are documented.

        LSQCommonServiceURLs, Name, PassPhrase (the e-mail address) and OrgShortCode are what clients read; the others
        and all values are invented. Every service is this sandbox.
        """
        del query, body, now
        settings, host = self._account.settings, self._account.host
        user = {
            "Id": SELF.id,
            "EmailAddress": SELF.email,
            "FirstName": SELF.first_name,
            "LastName": SELF.last_name,
            "Name": SELF.name,
            "PassPhrase": SELF.email,
            "Role": settings.role,
            "TimeZone": settings.time_zone,
            "DefaultCountryCode": settings.country_code,
            "OrgDisplayName": settings.org_name,
            "OrgShortName": quote(settings.org_name.lower().replace(" ", "-")),
            "OrgShortCode": "10001",
            "LSQCommonServiceURLs": {"api": host, "app": host, "tracking": host},
        }
        return answer_json(user, "user")


def _without_options(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """A field without its options, nor those of its sub-fields."""
    bare = {key: value for key, value in entry.items() if key != "Options"}
    if isinstance(bare.get("Fields"), list):
        bare["Fields"] = [_without_options(sub) for sub in bare["Fields"]]
    return bare
