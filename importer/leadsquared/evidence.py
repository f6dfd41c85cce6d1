"""What look-ups tell of a lead that may exist: it is there, another has its unique value, it is not there, or nothing.

The row's reference proves most: no other lead holds it. After it come the unique values.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from importer.clocks import ServerSeconds, WallSeconds
from importer.lead.lead import Lead
from importer.lead.uniquekeys import UniqueKey
from importer.leadsquared.answers import Answer, FoundLead
from importer.leadsquared.lookup import LookUp, is_off_target
from importer.leadsquared.matching import holds, is_ours

__all__ = ["ABSENT", "Doubt", "Evidence", "Verdict", "may_be_reference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What is known of the calls that may have created a lead.

    `since` tells the first intent. It is asked after the look-up: that reply may be the first that tells the server's
    time. `sent_at` is the latest moment at which a call may have been sent. `may_lack_reference`: an earlier run may
    have sent it without its row's reference. `agreeing` are the unique fields whose values all calls had as they are
    now, None for all. `hidden` is what no message may show.
    """

    since: Callable[[], ServerSeconds]
    sent_at: WallSeconds
    may_lack_reference: bool
    agreeing: Collection[str] | None
    hidden: Sequence[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`is_ours` where the lead `lead_id` came from our call; otherwise it is another's that has the values of `fields`.

    Without a `lead_id`, `untold` says why nothing is known; where that is empty too, the lead is not there.
    """

    lead_id: str = ""
    is_ours: bool = False
    fields: tuple[str, ...] = ()
    untold: str = ""


ABSENT = Verdict()


def may_be_reference(lead: Lead, answer: Answer) -> bool:
    """Whether the value that is taken may be the row's reference: then the lead that has it is the row's own."""
    return lead.reference is not None and (not answer.fields or lead.reference.field in answer.fields)


class Evidence:
    """Looks up leads. `owns` tells whether a lead id is known as created for another row of ours."""

    def __init__(
        self, look_up: LookUp, *, unique: Sequence[str], country_code: str | None, owns: Callable[[str], bool]
    ) -> None:
        self._look_up = look_up
        self._unique = unique
        self._country_code = country_code
        self._owns = owns

    async def by_reference(self, lead: Lead, doubt: Doubt) -> Verdict:
        """What the row's reference tells: who holds it is ours. ABSENT where the lead carries none."""
        if lead.reference is None:
            return ABSENT
        found = await self._find(lead, [lead.reference], doubt)
        if isinstance(found, Answer):
            return Verdict(untold=found.message)
        return Verdict(found[0].lead_id, is_ours=True) if found else ABSENT

    async def by_unique_value(self, lead: Lead, doubt: Doubt, *, fields: Sequence[str] = ()) -> Verdict:
        """What the first unique value tells that was not edited, or one of `fields` where the lead has any of these."""
        known = _agreeing(lead, doubt)
        named = [key for key in lead.keys if key.field in fields]
        found = await self._find(lead, named or known.keys, doubt)
        if isinstance(found, Answer):
            return Verdict(untold=found.message)
        if not found:
            return ABSENT
        for one in found:
            if not self._owns(one.lead_id) and self._is_ours(one, known, doubt):
                return Verdict(one.lead_id, is_ours=True)
        code = self._country_code
        shared = tuple(key.field for key in lead.keys if holds(found[0], key, country_code=code))
        return Verdict(found[0].lead_id, fields=shared)

    async def _find(self, lead: Lead, keys: Sequence[UniqueKey], doubt: Doubt) -> tuple[FoundLead, ...] | Answer:
        """The leads that hold the first of these unique values; by the next one where an answer was about others."""
        fields = [key.field for key in (*lead.keys, *([lead.reference] if lead.reference else ()))]
        found: tuple[FoundLead, ...] | Answer = ()
        for key in keys:
            found = await self._look_up.find(key, fields=fields, sent_at=doubt.sent_at, hidden=doubt.hidden)
            if not is_off_target(found):
                break
        return found

    def _is_ours(self, found: FoundLead, lead: Lead, doubt: Doubt) -> bool:
        return is_ours(
            found,
            lead,
            unique=self._unique,
            country_code=self._country_code,
            since=doubt.since(),
            needs_reference=not doubt.may_lack_reference,
        )


def _agreeing(lead: Lead, doubt: Doubt) -> Lead:
    """The lead with only those of its unique values that the calls in doubt sent as well."""
    if doubt.agreeing is None:
        return lead
    return lead._replace(keys=tuple(key for key in lead.keys if key.field in doubt.agreeing))
