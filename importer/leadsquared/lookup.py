"""Finding a lead that may exist: look-ups by its unique values, patient with the lag of a new lead.

`Leads.Get` searches by any field, but it may answer with leads that nobody asked for: a body that it does not
understand is passed over in silence (reported from a live account). So a lead counts as found only where it holds our
value in our field, and an answer that holds none but other leads is no "not there".
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from importer.clocks import WallSeconds
from importer.lead.uniquekeys import PHONE_FIELDS, UniqueKey
from importer.leadsquared.answers import Answer, FoundLead, Kind
from importer.leadsquared.matching import holds
from importer.leadsquared.questions import Questions
from importer.leadsquared.tips import SERVER_TIP
from importer.leadsquared.transport import Transport

__all__ = ["LookUp", "is_off_target", "phone_forms"]

WAITS_S = (1.0, 2.0, 4.0)
"""Before each try: a new lead is findable only after a small lag (reported from live accounts)."""

SURELY_FINDABLE_S = 60.0
"""A lead that was sent this long ago is found at the first try or never."""

COLUMNS = ("ProspectID", "CreatedOn", "FirstName", "LastName")
"""What is asked of each lead, beside the unique fields of ours: by these it is recognised."""

STORED_PHONE = re.compile(r"\+(\d{1,3})-(\d+)", re.ASCII)
NOT_DIGITS = re.compile(r"\D+")

OFF_TARGET = Answer(
    Kind.REJECTED,
    error="look_up_off_target",
    message="The look-up was answered with leads that do not hold the value that was asked for.",
    tip=SERVER_TIP,
)


class LookUp:
    """Asks LeadSquared for leads by a unique value of one of ours.

    `country_code` is the account's (digits), None where nobody knows it. `wall_clock` gives seconds since 1970.
    """

    def __init__(
        self,
        client: Transport,
        questions: Questions,
        *,
        country_code: str | None,
        wall_clock: Callable[[], float],
    ) -> None:
        self._client = client
        self._questions = questions
        self._country_code = country_code
        self._wall_clock = wall_clock

    async def find(
        self, key: UniqueKey, *, fields: Sequence[str], sent_at: WallSeconds, hidden: Sequence[str] = ()
    ) -> tuple[FoundLead, ...] | Answer:
        """The leads that hold this unique value: none only after several tries, if it may have been sent just now.

        `fields` are those of ours by which a lead is recognised, `sent_at` is the latest moment at which it may have
        been sent, `hidden` what no message may show. An Answer where LeadSquared does not say: the
        look-up was refused, got no answer however often, or one about other leads. FatalError where it ends the run.
        """
        waits = (0.0,) if self._wall_clock() - sent_at > SURELY_FINDABLE_S else WAITS_S
        columns = tuple(dict.fromkeys([*COLUMNS, key.field, *fields]))
        found: tuple[FoundLead, ...] | Answer = ()
        for wait_s in waits:
            await self._client.limiter.rest(wait_s)
            found = await self._search(key, columns, hidden)
            if found and not is_off_target(found):
                break
        return found

    async def _search(
        self, key: UniqueKey, columns: Sequence[str], hidden: Sequence[str]
    ) -> tuple[FoundLead, ...] | Answer:
        """One try: a phone is asked for in each form in which it may be stored, until it is found."""
        is_astray = False
        values = phone_forms(key, self._country_code) if key.field in PHONE_FIELDS else (key.value,)
        for value in values:
            found = await self._questions.ask(
                partial(self._client.find_leads, key.field, value, columns=columns), hidden
            )
            if isinstance(found, Answer):
                return found
            if mine := tuple(lead for lead in found if holds(lead, key, country_code=self._country_code)):
                return mine
            is_astray |= bool(found)
        return OFF_TARGET if is_astray else ()


def is_off_target(found: object) -> bool:
    """Whether a look-up told of other leads only, so that ours may be there or not."""
    return found is OFF_TARGET


def phone_forms(key: UniqueKey, country_code: str | None) -> tuple[str, ...]:
    """The forms in which a phone that was sent as `key.value` may be stored, the likeliest first, the bare one last.

    Numbers are stored as `+91-9845098450`; one account put its code before all of our digits: `+91-919845098450` (both
    reported from live accounts). What an account makes of a number without its code is not known.
    """
    return tuple(dict.fromkeys(filter(None, _phone_forms(key, country_code))))


def _phone_forms(key: UniqueKey, country_code: str | None) -> Iterator[str]:
    stored = STORED_PHONE.fullmatch(key.value)
    digits = NOT_DIGITS.sub("", key.exact)
    if stored is not None:
        yield key.value
        yield stored[2]
    elif key.exact.startswith("+") and country_code and digits.startswith(country_code):
        national = digits.removeprefix(country_code)
        yield f"+{country_code}-{national}"
        if key.value.startswith("+"):
            yield f"+{country_code}-{digits}"
        yield key.value
        yield national
    else:
        if key.exact.startswith("?") and country_code:
            yield f"+{country_code}-{digits}"
        yield key.value
        yield digits
