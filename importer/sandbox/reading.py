"""The calls that find leads: look-ups by one value, searches, listings. None of them changes anything."""

from collections.abc import Iterable, Mapping

from importer.sandbox.account import Account
from importer.sandbox.answers import Reply, answer_json
from importer.sandbox.body import parse_json
from importer.sandbox.listing import Listing, part_of, read_listing, read_period
from importer.sandbox.metadata import SYSTEM_FIELDS
from importer.sandbox.search import Search, read_search
from importer.sandbox.store import Lead
from importer.sandbox.users import SELF, find_user, tell_user
from importer.sandbox.values import Rejected, is_stored_phone, store_phone

__all__ = ["Reading"]

Query = Mapping[str, str]

_QUICK = ("FirstName", "LastName", "EmailAddress", "Phone", "Mobile", "Company")


class Reading:
    """What finds the leads of an account. Rejected and Malformed tell why it does not."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def by_id(self, query: Query, body: bytes, now: float) -> Reply:
        """Leads.GetById (doc)."""
        del body
        return self._tell(filter(None, [self._account.store.get(query.get("id", ""))]), now)

    def by_email(self, query: Query, body: bytes, now: float) -> Reply:
        """Leads.GetByEmailaddress (doc)."""
        del body
        return self._tell(self._account.store.find("EmailAddress", query.get("emailaddress", "")), now)

    def by_phone(self, query: Query, body: bytes, now: float) -> Reply:
        """RetrieveLeadByPhoneNumber: one lead whose Phone or Mobile it is, of several the latest with activity (doc).

        Which form a number must have is said by the switch `phone_lookup`. `any` takes its digits as they were sent,
        else in the form in which such a number is stored (both invented).
        """
        del body
        sent, accepted = query.get("phone", ""), self._account.settings.phone_lookup
        if (accepted == "stored" and not is_stored_phone(sent)) or (accepted == "bare" and not sent.isdecimal()):
            return self._tell((), now)
        found = self._find_number(sent, now)
        if not found and accepted != "stored":
            try:
                found = self._find_number(store_phone(sent, country_code=self._account.settings.country_code), now)
            except Rejected:
                found = []
        return self._tell(found[-1:], now)

    def quick(self, query: Query, body: bytes, now: float) -> Reply:
        """Leads.GetByQuickSearch (client): a part of a name, a contact or the company (invented), in any case."""
        del body
        key = query.get("key", "").strip().casefold()
        leads = self._account.store.leads if key else ()
        found = (lead for lead in leads if any(key in lead.attributes.get(name, "").casefold() for name in _QUICK))
        return self._tell(found, now)

    def search(self, query: Query, body: bytes, now: float) -> Reply:
        """Leads.Get: a flat array of leads (live)."""
        del query
        account = self._account
        numbers = {name for name, one in account.metadata.fields.items() if one.data_type == "Number"}
        search = read_search(parse_json(body), names=(*account.metadata.fields, *SYSTEM_FIELDS), numbers=numbers)
        found = account.visible(self._narrow(search), now)
        if (name := search.name) is not None:
            is_found = search.test()
            found = [lead for lead in found if is_found(account.tell_field(lead, name))]
        shown = search.page.show(list(map(account.tell, found)), draws=account.draws)
        return answer_json(shown, "found" if shown else "not_found")

    def by_ids(self, query: Query, body: bytes, now: float) -> Reply:
        """Leads/Retrieve/ByIds: `{RecordCount, Leads: [flat leads]}` (client), in the order of the ids (invented)."""
        del query
        asked = parse_json(body)
        ids = part_of(asked, "SearchParameters").get("LeadIds")
        store = self._account.store
        wanted = dict.fromkeys(str(one) for one in ids) if isinstance(ids, list) else {}
        found = self._account.visible(filter(None, map(store.get, wanted)), now)
        shown = self._page(asked).show(list(map(self._account.tell, found)), draws=self._account.draws)
        return answer_json({"RecordCount": len(found), "Leads": shown}, "found" if shown else "not_found")

    def recent(self, query: Query, body: bytes, now: float) -> Reply:
        """Leads.RecentlyModified: leads by the moment of their last change, which has hidden milliseconds (live)."""
        del query
        asked = parse_json(body)
        since, until = read_period(part_of(asked, "Parameter"))
        found = [
            lead for lead in self._account.visible(self._account.store.leads, now) if since <= lead.modified_at <= until
        ]
        page = self._page(asked, largest=5000)
        shown = page.show(list(map(self._account.tell, found)), draws=self._account.draws)
        leads = [
            {"LeadPropertyList": [{"Attribute": name, "Value": value} for name, value in lead.items()]}
            for lead in shown
        ]
        return answer_json({"RecordCount": len(found), "Leads": leads}, "found" if shown else "not_found")

    def owner(self, query: Query, body: bytes, now: float) -> Reply:
        """LeadOwner.Get: the owner of the lead with this value in this field, in an array (client)."""
        del body
        name, value = query.get("leadidentifier", ""), query.get("value", "")
        account = self._account
        search = Search(name="ProspectID" if name.lower() == "leadid" else name, value=value)
        is_found = search.test()
        leads = account.visible(account.store.leads, now) if value else []
        lead = next((one for one in leads if is_found(account.tell_field(one, search.name or ""))), None)
        user = lead and find_user(user_id=lead.attributes.get("OwnerId", SELF.id))
        return answer_json([tell_user(user)] if user else [], "user" if user else "not_found")

    def _tell(self, leads: Iterable[Lead], now: float) -> Reply:
        found = list(map(self._account.tell, self._account.visible(leads, now)))
        return answer_json(found, "found" if found else "not_found")

    def _find_number(self, number: str, now: float) -> list[Lead]:
        """The leads with this number that are found by now, the one without activity for longest first."""
        store = self._account.store
        found = {lead.id: lead for name in ("Phone", "Mobile") for lead in store.find(name, number)}
        return sorted(self._account.visible(found.values(), now), key=lambda lead: lead.active_at)

    def _narrow(self, search: Search) -> Iterable[Lead]:
        """The leads among which a search finds all of its own: few where an index knows them, else every lead."""
        store, name = self._account.store, search.name
        if name is None or search.operator != "=" or not store.knows(name):
            return store.leads
        field = self._account.metadata.fields[name]
        return store.find(name, search.value) if field.data_type in ("Text", "Email") else store.leads

    def _page(self, asked: object, *, largest: int | None = None) -> Listing:
        return read_listing(asked, names=(*self._account.metadata.fields, *SYSTEM_FIELDS), largest=largest)
