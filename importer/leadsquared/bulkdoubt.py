"""What became of the rows of a bulk call whose answer does not tell: none, all or any of them may have been stored.

The server may still be at work when the call is given up. So after a quiet spell the leads that were created since are
listed, and again later, until two listings tell the same of our rows.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from importer.clocks import ServerSeconds
from importer.errors import CallError
from importer.lead.lead import Lead
from importer.lead.uniquekeys import unique_keys
from importer.leadsquared.answers import Answer, FoundLead
from importer.leadsquared.evidence import ABSENT, Verdict
from importer.leadsquared.lookup import COLUMNS
from importer.leadsquared.matching import is_equal, is_ours
from importer.leadsquared.newleads import NewLeads
from importer.leadsquared.transport import BulkTransport
from importer.leadsquared.user import read_user

__all__ = ["BulkDoubt"]

QUIET_S = 5.0
"""Before the first listing: what is on its way arrives, and a new lead is findable only after a small lag (live)."""

APART_S = 30.0
"""Between two listings."""

MOST_LISTINGS = 6

_SEEN = Verdict(untold="A lead with one of its unique values is there, and it may be another's.")
_SEVERAL = Verdict(untold="Several leads are there that hold what this row sent.")
_UNTOLD_USER = Verdict(untold="LeadSquared does not tell whose the keys are, so its leads cannot be told from others'.")
_UNSETTLED = Verdict(untold="The listings of new leads did not agree on what is there.")


class BulkDoubt:
    """Settles doubts by listings. `find_owned` tells which lead ids are known as created for rows of ours.

    `unique` are the account's unique fields, `rest` waits so many seconds.
    """

    def __init__(
        self,
        client: BulkTransport,
        new_leads: NewLeads,
        *,
        unique: Sequence[str],
        country_code: str | None,
        find_owned: Callable[[Sequence[str]], Collection[str]],
        rest: Callable[[float], Awaitable[None]],
    ) -> None:
        self._client = client
        self._new_leads = new_leads
        self._unique = unique
        self._country_code = country_code
        self._find_owned = find_owned
        self._rest = rest
        self._user_id: str | None = None

    async def settle(self, leads: Sequence[Lead], *, since: Callable[[], ServerSeconds]) -> list[Verdict]:
        """For each lead: it is there and ours, ABSENT, or why nobody can tell.

        `since` tells the intent of their call. WithdrawnError where no call may go any more.
        """
        needs_user = any(not lead.keys and lead.reference is None for lead in leads)
        if needs_user and self._user_id is None:
            self._user_id = await self._ask_user()
        columns = self._columns(leads)
        before: list[Verdict] | None = None
        for number in range(MOST_LISTINGS):
            await self._rest(APART_S if number else QUIET_S)
            found = await self._new_leads.since(since(), columns=columns)
            if isinstance(found, Answer):
                return [Verdict(untold=found.message)] * len(leads)
            verdicts = self._judge(leads, found, since())
            if verdicts == before or all(verdict.is_ours for verdict in verdicts):
                return verdicts
            before = verdicts
        return [verdict if verdict.is_ours else _UNSETTLED for verdict in before or ()]

    async def _ask_user(self) -> str:
        """The id of the user whose keys these are, empty where it is not told."""
        try:
            user = read_user(await self._client.user())
        except CallError:
            return ""
        return "" if user is None else user.user_id

    def _columns(self, leads: Sequence[Lead]) -> tuple[str, ...]:
        """What is asked of each lead: whatever tells one of ours by."""
        wanted = [*COLUMNS, "CreatedBy", *self._unique]
        for lead in leads:
            if lead.reference is not None:
                wanted.append(lead.reference.field)
            elif not lead.keys:
                wanted += [name.parent for name in lead.payload_plan.fields]
        return tuple(dict.fromkeys(wanted))

    def _judge(self, leads: Sequence[Lead], found: Sequence[FoundLead], since: ServerSeconds) -> list[Verdict]:
        fields = {*self._unique, *(lead.reference.field for lead in leads if lead.reference)}
        holders: dict[tuple[str, str], list[FoundLead]] = {}
        keyless: list[FoundLead] = []  # without any unique value
        owned = self._find_owned([one.lead_id for one in found])
        for one in found:
            if one.lead_id in owned:
                continue
            values = [
                (field, str(told)) for field in fields if isinstance(told := one.attributes.get(field), str | int)
            ]
            theirs = unique_keys(values, country_code=self._country_code)
            for key in theirs:
                holders.setdefault((key.field, key.loose.strip()), []).append(one)
            if not theirs and self._is_by_us(one):
                keyless.append(one)
        verdicts = [self._verdict(lead, holders, keyless, since) for lead in leads]
        ids = [verdict.lead_id for verdict in verdicts if verdict.lead_id]
        return [_SEVERAL if verdict.lead_id and ids.count(verdict.lead_id) > 1 else verdict for verdict in verdicts]

    def _verdict(
        self,
        lead: Lead,
        holders: Mapping[tuple[str, str], Sequence[FoundLead]],
        keyless: Sequence[FoundLead],
        since: ServerSeconds,
    ) -> Verdict:
        keys = (*lead.keys, *([lead.reference] if lead.reference else ()))
        if not keys:
            mine = [one for one in keyless if is_equal(one, lead, unique=self._unique)]
            if not mine:
                return ABSENT if self._user_id else _UNTOLD_USER
            return Verdict(mine[0].lead_id, is_ours=True) if len(mine) == 1 else _SEVERAL
        like = [one for key in keys for one in holders.get((key.field, key.loose.strip()), ())]
        for one in like:
            if self._is_ours(one, lead, since):
                return Verdict(one.lead_id, is_ours=True)
        return _SEEN if like else ABSENT

    def _is_by_us(self, found: FoundLead) -> bool:
        told = found.attributes.get("CreatedBy")
        return bool(self._user_id) and isinstance(told, str) and told.casefold() == (self._user_id or "").casefold()

    def _is_ours(self, found: FoundLead, lead: Lead, since: ServerSeconds) -> bool:
        return is_ours(
            found, lead, unique=self._unique, country_code=self._country_code, since=since, needs_reference=True
        )
