"""The calls that change leads: create, update, create or update, capture, delete."""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from importer.sandbox.account import Account
from importer.sandbox.answers import Reply, answer_created, answer_success
from importer.sandbox.body import complete, parse_body, read_attributes, read_changes
from importer.sandbox.store import Lead, UniqueKey
from importer.sandbox.values import Rejected, store_value

__all__ = ["Writing", "set_aside"]

Query = Mapping[str, str]
Items = list[dict[str, Any]]

_ASIDE = ("SearchBy", "ProspectID")


class Writing:
    """What changes the leads of an account. Rejected and Malformed tell why it does not."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def create(self, query: Query, body: bytes, now: float) -> Reply:
        """Lead.Create (doc)."""
        del query
        return answer_created(self.add(parse_body(body), now).id)

    def update(self, query: Query, body: bytes, now: float) -> Reply:
        """Lead.Update (doc, client); what an id that is no lead's answers is invented."""
        lead = self._account.store.get(query.get("leadid", ""))
        if lead is None:
            raise Rejected("MXInvalidInputException", "Invalid Input! Parameter Name: leadId")
        items, _ = set_aside(parse_body(body))
        self._change(lead, self._read(items), now)
        return answer_success({"AffectedRows": 1}, "updated")

    def create_or_update(self, query: Query, body: bytes, now: float) -> Reply:
        """Lead.CreateOrUpdate: its reply does not tell the one from the other (doc). `postUpdatedLead` is ignored."""
        del query
        lead, _ = self.put(parse_body(body), now)
        return answer_success({"Id": lead.id, "AffectedRows": 1}, "created_or_updated")

    def capture(self, query: Query, body: bytes, now: float) -> Reply:
        """Lead.Capture: a lead that is found is updated as `LeadUpdateBehavior` says (doc), else one is made (doc).

        A second capture leaves the Source alone (doc). The lead's id stands under RelatedId (client); the Id beside it
        is a new one each time (invented). A behaviour that there is not counts as none (invented).
        """
        store = self._account.store
        items, aside = set_aside(parse_body(body))
        lead = store.get(aside.get("ProspectID", "")) or self._match(items, aside.get("SearchBy", ""))
        if lead is None:
            lead = self.add(items, now)
        else:
            changes = self._read(items)
            changes.pop("Source", None)
            behaviour = query.get("leadupdatebehavior", "").lower()
            if behaviour == "updateonlyemptyfields":
                changes = {name: value for name, value in changes.items() if not lead.attributes.get(name)}
            elif behaviour == "donotupdateuniquefields":
                changes = {name: value for name, value in changes.items() if name not in store.unique}
            if behaviour != "donotupdate":
                self._change(lead, changes, now)
        return answer_success({"Id": store.new_id(), "RelatedId": lead.id}, "captured")

    def delete(self, query: Query, body: bytes, now: float) -> Reply:
        """Lead/Delete/ById: off until support enables it, and final (doc). How it refuses is invented."""
        del body, now
        if not self._account.settings.allow_delete:
            raise Rejected("MXInvalidOperationException", "Lead deletion is not enabled for this account.")
        lead = self._account.store.get(query.get("leadid", ""))
        if lead is None:
            raise Rejected("MXInvalidInputException", "Invalid Input! Parameter Name: leadId")
        self._account.store.remove(lead)
        return Reply(200, json.dumps({"Status": "Success"}).encode(), "deleted")

    def add(
        self, items: Items, now: float, *, besides: Collection[str] = (), barred: Collection[UniqueKey] = ()
    ) -> Lead:
        """A new lead with these attributes; Rejected where the account takes them not.

        The unique values of the leads `besides` (their ids) are free to it, those that are `barred` are not.
        """
        account, attributes = self._account, self._read_new(items)
        self._check_free(attributes, besides=besides, barred=barred)
        return account.store.add(attributes, created_on=account.say_now(), now=now, modified_at=account.wall_clock())

    def put(self, items: Items, now: float) -> tuple[Lead, bool]:
        """The lead that these attributes mean, with these values, or else a new one; and whether it is new."""
        items, aside = set_aside(items)
        lead = self._match(items, aside.get("SearchBy", ""))
        if lead is None:
            return self.add(items, now), True
        self._change(lead, self._read(items), now)
        return lead, False

    def read_keys(self, items: Items) -> list[UniqueKey]:
        """The unique values that a new lead with these attributes would have; Rejected as `add` is."""
        return list(self._account.store.unique_keys(self._read_new(items)))

    def _read_new(self, items: Items) -> dict[str, str]:
        account = self._account
        return read_attributes(items, account.metadata, country_code=account.settings.country_code)

    def _read(self, items: Items) -> dict[str, str]:
        account = self._account
        return read_changes(items, account.metadata, country_code=account.settings.country_code)

    def _change(self, lead: Lead, changes: Mapping[str, str], now: float) -> None:
        account = self._account
        merged = {name: value for name, value in {**lead.attributes, **changes}.items() if value}
        attributes = complete(merged, account.metadata)
        self._check_free(changes, besides=(lead.id,))
        account.store.change_lead(lead, attributes, now=now, modified_at=account.wall_clock())

    def _match(self, items: Items, search_by: str) -> Lead | None:
        """The lead that the values of an array mean: by the field of SearchBy, else by e-mail, then by phone (client).

        A value that the account would refuse means no lead (invented); the refusal comes when it is written.
        """
        account = self._account
        if search_by and search_by not in account.metadata.fields:
            raise Rejected("MXInvalidInputException", "Invalid Input! Parameter Name: SearchBy")  # invented
        given = {item["Attribute"]: str(item["Value"] or "") for item in items}
        for name in (search_by,) if search_by else ("EmailAddress", "Phone"):
            field, value = account.metadata.fields.get(name), given.get(name, "")
            if field is None or not value:
                continue
            try:
                stored = store_value(field, value, country_code=account.settings.country_code)
            except Rejected:
                continue
            if lead := next(iter(self._find(name, stored)), None):
                return lead
        return None

    def _find(self, name: str, stored: str) -> Iterable[Lead]:
        store = self._account.store
        if store.knows(name):
            return store.find(name, stored)
        return (lead for lead in store.leads if lead.attributes.get(name) == stored)

    def _check_free(
        self, attributes: Mapping[str, str], *, besides: Collection[str] = (), barred: Collection[UniqueKey] = ()
    ) -> None:
        taken = self._account.store.find_taken(attributes, besides=besides, barred=barred)
        if taken is not None:
            raise Rejected("MXDuplicateEntryException", self._say_duplicate(taken, attributes[taken]))

    def _say_duplicate(self, name: str, value: str) -> str:
        """The texts for e-mail (client) and phone (live); for other unique fields the account's text is not known."""
        if name == "EmailAddress":
            if self._account.settings.duplicate_text == "old":
                return f"Duplicate entry '{value}' for key 'UQ_Prospect_Base_EmailAddress'"
            return "A Lead with same Email already exists."
        if name == "Phone":
            return "A Lead with same Phone Number already exists."
        return f"A Lead with same {self._account.metadata.fields[name].display_name} already exists."


def set_aside(items: Items) -> tuple[Items, dict[str, str]]:
    """The attributes of the lead, and those that say which lead is meant: SearchBy (doc) and ProspectID (doc)."""
    aside = {item["Attribute"]: str(item["Value"] or "") for item in items if item["Attribute"] in _ASIDE}
    return [item for item in items if item["Attribute"] not in _ASIDE], aside
