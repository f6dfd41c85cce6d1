"""The calls of the API: a call with its query and body → a reply. Pure: the clocks are parameters."""

import datetime as dt
import random
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from importer.sandbox.answers import (
    NO_SUCH_API,
    Reply,
    answer_created,
    answer_json,
    answer_malformed,
    answer_mx,
    answer_wrong_verb,
)
from importer.sandbox.body import Malformed, parse_body, parse_json, read_attributes
from importer.sandbox.metadata import Metadata
from importer.sandbox.search import Search, read_search
from importer.sandbox.settings import Settings
from importer.sandbox.store import Lead, Store
from importer.sandbox.values import Refused, is_stored_phone, store_phone

__all__ = ["CALLS", "Api"]

_CALLS = (
    ("LeadManagement.svc/Lead.Create", "POST"),
    ("LeadManagement.svc/Leads.Get", "POST"),
    ("LeadManagement.svc/Leads.GetByEmailaddress", "GET"),
    ("LeadManagement.svc/RetrieveLeadByPhoneNumber", "GET"),
    ("LeadManagement.svc/Leads.GetById", "GET"),
    ("LeadManagement.svc/LeadsMetaData.Get", "GET"),
    ("Authentication.svc/UserByAccessKey.Get", "GET"),
)
CALLS: Mapping[str, tuple[str, str]] = {
    f"/v2/{path}".lower(): (path.partition(".svc/")[2], verb) for path, verb in _CALLS
}
"""Path in small letters → the call's short name and its verb: the case of a path does not matter (live)."""

_SYSTEM = ("ProspectID", "CreatedOn", "ModifiedOn")
_NO_QUERY: Mapping[str, str] = {}


class Api:
    """One account: its leads, its fields and how it answers. `settings` and `metadata` may be changed at any time."""

    def __init__(
        self,
        settings: Settings,
        metadata: Metadata,
        store: Store,
        *,
        wall_clock: Callable[[], float],
        draws: random.Random,
    ) -> None:
        self.settings = settings
        self.metadata = metadata
        self.store = store
        self._wall_clock = wall_clock
        self._draws = draws
        self._second = (-1, "")
        self._lookups: Mapping[str, Callable[[Mapping[str, str]], Iterable[Lead]]] = {
            "Leads.GetByEmailaddress": lambda query: store.find("EmailAddress", query.get("emailaddress", "")),
            "RetrieveLeadByPhoneNumber": lambda query: self._find_phone(query.get("phone", "")),
            "Leads.GetById": lambda query: filter(None, [store.get(query.get("id", ""))]),
        }

    def answer(self, call: str, verb: str, *, query: Mapping[str, str] = _NO_QUERY, body: bytes, now: float) -> Reply:
        """What the account answers to a call whose keys are good; `now` is the sandbox's own clock."""
        if call == "Lead.Create" and verb == "POST":
            return self._create(body, now)
        right = next((right for name, right in CALLS.values() if name == call), None)
        if right is None:
            return NO_SUCH_API
        if verb != right:
            return answer_wrong_verb(right)
        if call == "LeadsMetaData.Get":
            return self._tell_fields(query)
        if call == "UserByAccessKey.Get":
            return self._tell_user()
        if call == "Leads.Get":
            return self._search(body, now)
        return self._look_up(call, query, now)

    def _create(self, body: bytes, now: float) -> Reply:
        settings = self.settings
        try:
            attributes = read_attributes(parse_body(body), self.metadata, country_code=settings.country_code)
        except Malformed as error:
            return answer_malformed(str(error))
        except Refused as error:
            return answer_mx(error.kind, error.message, status=settings.mx_status)
        taken = self.store.find_taken(attributes)
        if taken is not None:
            message = self._say_duplicate(taken, attributes[taken])
            return answer_mx("MXDuplicateEntryException", message, status=settings.mx_status)
        return answer_created(self.store.add(attributes, created_on=self._say_now(), now=now).id)

    def _say_duplicate(self, name: str, value: str) -> str:
        """The texts for e-mail (client) and phone (live); for other unique fields the account's text is not known."""
        if name == "EmailAddress":
            if self.settings.duplicate_text == "old":
                return f"Duplicate entry '{value}' for key 'UQ_Prospect_Base_EmailAddress'"
            return "A Lead with same Email already exists."
        if name == "Phone":
            return "A Lead with same Phone Number already exists."
        return f"A Lead with same {self.metadata.fields[name].display_name} already exists."

    def _say_now(self) -> str:
        """CreatedOn: UTC, whole seconds, read back with `.000`."""
        second = int(self._wall_clock())
        if second != self._second[0]:
            moment = dt.datetime.fromtimestamp(second, dt.UTC)
            self._second = (second, f"{moment:%Y-%m-%d %H:%M:%S}.000")
        return self._second[1]

    def _look_up(self, call: str, query: Mapping[str, str], now: float) -> Reply:
        """An array of leads; one that is younger than the lag is not found yet (live for phone, so for all)."""
        visible = now - self.settings.lag_s
        found = [self._tell(lead) for lead in self._lookups[call](query) if lead.created_at <= visible]
        return answer_json(found, "found" if found else "not_found")

    def _find_phone(self, sent: str) -> Iterable[Lead]:
        """The one lead whose Phone or Mobile is this number, of several the latest with activity (doc).

        Which form a number must have is said by the switch `phone_lookup`. `any` takes its digits as they were sent,
        else in the form in which such a number is stored (both invented).
        """
        accepted = self.settings.phone_lookup
        if (accepted == "stored" and not is_stored_phone(sent)) or (accepted == "bare" and not sent.isdecimal()):
            return ()
        found = self._find_number(sent)
        if not found and accepted != "stored":
            try:
                found = self._find_number(store_phone(sent, country_code=self.settings.country_code))
            except Refused:
                found = []
        return found[-1:]

    def _find_number(self, number: str) -> list[Lead]:
        """The leads with this number, the one without activity for longest first."""
        found = {lead.id: lead for name in ("Phone", "Mobile") for lead in self.store.find(name, number)}
        return sorted(found.values(), key=lambda lead: lead.created_at)

    def _search(self, body: bytes, now: float) -> Reply:
        """Leads.Get: a flat array of leads (live)."""
        visible = now - self.settings.lag_s
        numbers = {name for name, one in self.metadata.fields.items() if one.data_type == "Number"}
        names = (*self.metadata.fields, *_SYSTEM)
        try:
            search = read_search(parse_json(body), names=names, numbers=numbers)
        except Malformed as error:
            return answer_malformed(str(error))
        except Refused as error:
            return answer_mx(error.kind, error.message, status=self.settings.mx_status)
        leads = [lead for lead in self._narrow(search) if lead.created_at <= visible]
        if (name := search.name) is None:
            found = leads
        else:
            is_found = search.test()
            found = [lead for lead in leads if is_found(self._tell_field(lead, name))]
        shown = search.show([self._tell(lead) for lead in found], draws=self._draws)
        return answer_json(shown, "found" if shown else "not_found")

    def _narrow(self, search: Search) -> Iterable[Lead]:
        """The leads among which a search finds all of its own: few where an index knows them, else every lead."""
        name = search.name
        if name is None or search.operator != "=" or self.metadata.fields[name].data_type not in ("Text", "Email"):
            return self.store.leads
        found = self.store.find(name, search.value) if self.store.knows(name) else None
        return self.store.leads if found is None else found

    def _tell_field(self, lead: Lead, name: str) -> str | None:
        """One field of a lead, as `_tell` tells it."""
        if name in lead.attributes:
            return lead.attributes[name]
        told: str | None = {**self.metadata.defaults, **self._tell_system(lead)}.get(name)
        return told

    def _tell(self, lead: Lead) -> dict[str, Any]:
        """A lead as a look-up reads it: every field of the account, its default or null where nothing was sent."""
        told = {**dict.fromkeys(self.metadata.fields), **self.metadata.defaults}
        return {**told, **self._tell_system(lead), **lead.attributes}

    def _tell_system(self, lead: Lead) -> dict[str, str]:
        """What the account itself says of a lead; no lead holds a value of its own for a system field."""
        return {
            "ProspectID": lead.id,
            "CreatedOn": lead.created_on,
            "ModifiedOn": lead.created_on,
            "OwnerId": "00000000-0000-4000-8000-000000000001",
            "OwnerIdName": "Sandbox User",
        }

    def _tell_fields(self, query: Mapping[str, str]) -> Reply:
        """LeadsMetaData.Get; an unknown `schemaName` answers an empty array (invented)."""
        entries: Iterable[Mapping[str, Any]] = self.metadata.entries
        if wanted := query.get("schemaname"):
            entries = (entry for entry in entries if entry["SchemaName"] == wanted)
        if query.get("excludeoptionsets") in ("1", "true"):
            entries = map(_without_options, entries)
        return answer_json(list(entries), "fields")

    def _tell_user(self) -> Reply:
        """UserByAccessKey.Get; the keys beside TimeZone, DefaultCountryCode, OrgDisplayName and Role are invented."""
        settings = self.settings
        user = {
            "Id": "00000000-0000-4000-8000-000000000001",
            "EmailAddress": "sandbox.user@example.com",
            "FirstName": "Sandbox",
            "LastName": "User",
            "Role": settings.role,
            "TimeZone": settings.time_zone,
            "DefaultCountryCode": settings.country_code,
            "OrgDisplayName": settings.org_name,
            "OrgShortName": quote(settings.org_name.lower().replace(" ", "-")),
        }
        return answer_json(user, "user")


def _without_options(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """A field without its options, nor those of its sub-fields."""
    bare = {key: value for key, value in entry.items() if key != "Options"}
    if isinstance(bare.get("Fields"), list):
        bare["Fields"] = [_without_options(sub) for sub in bare["Fields"]]
    return bare
