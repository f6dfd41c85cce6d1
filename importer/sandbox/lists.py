"""The calls about lists: an empty one is made, and leads are put into it."""

from collections.abc import Mapping

from importer.sandbox.account import Account
from importer.sandbox.answers import Reply, answer_json, answer_success
from importer.sandbox.body import Malformed, parse_json
from importer.sandbox.values import Rejected

__all__ = ["Lists"]

Query = Mapping[str, str]


class Lists:
    """The lists of an account. The texts of all refusals are invented."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def create(self, query: Query, body: bytes, now: float) -> Reply:
        """CreateEmptyList (doc); two lists of one name are two lists (invented)."""
        del query, now
        asked = _read_object(body)
        name = str(asked.get("Name") or "").strip()
        if not name:
            raise Rejected("MXInvalidInputException", "Invalid Input! Parameter Name: Name")
        made = self._account.store.add_list(name, str(asked.get("Description") or ""))
        return answer_success({"Id": made.id}, "list_created")

    def add(self, query: Query, body: bytes, now: float) -> Reply:
        """AddLeadsToStaticList: leads that are in it are not added twice (doc), one wrong id refuses all (client)."""
        del query, now
        asked = {name.lower(): value for name, value in _read_object(body).items()}
        chosen = self._account.store.lists.get(str(asked.get("listid") or "").strip().lower())
        ids = asked.get("leadids")
        if chosen is None:
            raise Rejected("MXInvalidInputException", "Invalid Input! Parameter Name: listId")
        if not isinstance(ids, list) or not ids:
            raise Rejected("MXInvalidInputException", "Invalid Input! Parameter Name: leadIds")
        leads = [self._account.store.get(str(one)) for one in ids]
        known = [lead.id for lead in leads if lead is not None]
        if len(known) < len(leads):
            raise Rejected("MXInvalidInputException", "Records not associated with List")  # a part of a text (client)
        chosen.lead_ids.update(dict.fromkeys(known))
        return answer_success({"AffectedRows": len(known)}, "list_filled")  # AffectedRows is invented

    def tell(self, query: Query, body: bytes, now: float) -> Reply:
        """Lists.Get: an array (client); the word for a list of this kind is invented."""
        del query, body, now
        entries = [
            {"ID": one.id, "Name": one.name, "ListType": "Static", "MemberCount": len(one.lead_ids)}
            for one in self._account.store.lists.values()
        ]
        return answer_json(entries, "lists")


def _read_object(body: bytes) -> dict[str, object]:
    asked = parse_json(body)
    if not isinstance(asked, dict):
        raise Malformed("an object is expected")
    return asked
