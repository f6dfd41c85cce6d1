"""A call with its query and body → a reply; every call has its entry here. Pure: the clock is a parameter."""

from collections.abc import Callable, Mapping

from importer.sandbox.about import About
from importer.sandbox.account import Account
from importer.sandbox.answers import NO_SUCH_API, Reply, answer_malformed, answer_mx, answer_wrong_verb
from importer.sandbox.body import Malformed
from importer.sandbox.bulk import Bulk
from importer.sandbox.calls import CALLS
from importer.sandbox.lists import Lists
from importer.sandbox.parts import ChooseRows
from importer.sandbox.reading import Reading
from importer.sandbox.values import Rejected
from importer.sandbox.writing import Writing

__all__ = ["Api"]

Handler = Callable[[Mapping[str, str], bytes, float], Reply]
BulkHandler = Callable[[bytes, float, ChooseRows], Reply]

_NO_QUERY: Mapping[str, str] = {}


class Api:
    """How one account answers. Names in a query are in small letters: their case does not matter (live)."""

    def __init__(self, account: Account) -> None:
        self.account = account
        writing, reading, about, lists = Writing(account), Reading(account), About(account), Lists(account)
        self._handlers: Mapping[str, Handler] = {
            "Lead.Create": writing.create,
            "Lead.Update": writing.update,
            "Lead.CreateOrUpdate": writing.create_or_update,
            "Lead.Capture": writing.capture,
            "Lead/Delete/ById": writing.delete,
            "Leads.Get": reading.search,
            "Leads.RecentlyModified": reading.recent,
            "Leads/Retrieve/ByIds": reading.by_ids,
            "Leads.GetById": reading.by_id,
            "Leads.GetByEmailaddress": reading.by_email,
            "RetrieveLeadByPhoneNumber": reading.by_phone,
            "Leads.GetByQuickSearch": reading.quick,
            "LeadOwner.Get": reading.owner,
            "LeadsMetaData.Get": about.fields,
            "Lists.Get": lists.tell,
            "CreateEmptyList": lists.create,
            "AddLeadsToStaticList": lists.add,
            "Users.Get": about.users,
            "User/Retrieve/ByEmailAddress": about.user_by_email,
            "UserByAccessKey.Get": about.self,
        }
        bulk = Bulk(account, writing)
        self._bulk_handlers: Mapping[str, BulkHandler] = {
            "Lead/Bulk/Create": bulk.create,
            "Lead/Bulk/CreateOrUpdate": bulk.create_or_update,
        }
        self._verbs = dict(CALLS.values())

    def answer(
        self,
        call: str,
        verb: str,
        *,
        query: Mapping[str, str] = _NO_QUERY,
        body: bytes,
        now: float,
        choose: ChooseRows = range,
    ) -> Reply:
        """What the account answers to a call whose keys are good; `now` is the sandbox's own clock.

        `choose` says which rows of a bulk call are worked on now: all of them, unless something strikes it.
        """
        right = self._verbs.get(call)
        if right is None:
            return NO_SUCH_API
        if verb != right:
            return answer_wrong_verb(right)
        try:
            if bulk := self._bulk_handlers.get(call):
                return bulk(body, now, choose)
            return self._handlers[call](query, body, now)
        except Malformed as error:
            return answer_malformed(str(error))
        except Rejected as error:
            return answer_mx(error.exception_type, error.message, status=self.account.settings.mx_status)
