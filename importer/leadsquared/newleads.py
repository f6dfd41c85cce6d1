"""The leads that were created since a moment, told by listings that can be trusted, or by none.

A body that LeadSquared does not understand is passed over in silence, and the answer is any leads at all (live). So a
listing that must be empty is asked for first, and a lead that is older than was asked for spoils the whole listing.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from importer.clocks import ServerSeconds
from importer.leadsquared.answers import Answer, FoundLead, Kind
from importer.leadsquared.matching import CREATED_ALLOWANCE_S, created_at
from importer.leadsquared.questions import Questions
from importer.leadsquared.tips import SERVER_TIP
from importer.leadsquared.transport import BulkTransport

__all__ = ["NewLeads"]

PAGE_SIZE = 200
"""How many leads the vendor's page asks for at once; how many may be, no page tells."""

MOST_PAGES = 50
"""Beyond so many pages the account is too busy for a listing to tell of fifty rows of ours."""

FUTURE = "2190-01-01 00:00:00"

_UNTRUSTED = Answer(
    Kind.REJECTED,
    message="LeadSquared answered a listing of new leads with leads that were not asked for.",
    tip=SERVER_TIP,
)
_TOO_MANY = Answer(
    Kind.REJECTED,
    message="Too many leads were created meanwhile for a listing to tell which are ours.",
    tip=SERVER_TIP,
)


class NewLeads:
    """Lists the leads of an account by when they were created."""

    def __init__(self, client: BulkTransport, questions: Questions) -> None:
        self._client = client
        self._questions = questions
        self._is_trusted: bool | None = None

    async def since(self, moment: ServerSeconds, *, columns: Sequence[str]) -> tuple[FoundLead, ...] | Answer:
        """The leads that were created at `moment` or later (with the allowance of `matching`), with these columns.

        An Answer where that cannot be told. FatalError where LeadSquared ends the run.
        """
        if self._is_trusted is None:
            nobody = await self._ask(FUTURE, ">", ("ProspectID", "CreatedOn"), 1)
            if isinstance(nobody, Answer):
                return nobody
            self._is_trusted = not nobody
        if not self._is_trusted:
            return _UNTRUSTED
        oldest = int(moment - CREATED_ALLOWANCE_S)
        text = datetime.fromtimestamp(oldest, UTC).strftime("%Y-%m-%d %H:%M:%S")
        found: dict[str, FoundLead] = {}
        for page in range(1, MOST_PAGES + 1):
            leads = await self._ask(text, ">=", columns, page)
            if isinstance(leads, Answer):
                return leads
            if any((at := created_at(lead.attributes)) is None or at < oldest for lead in leads):
                return _UNTRUSTED
            found |= {lead.lead_id: lead for lead in leads}
            if len(leads) < PAGE_SIZE:
                return tuple(found.values())
        return _TOO_MANY

    async def _ask(
        self, moment: str, operator: str, columns: Sequence[str], page: int
    ) -> tuple[FoundLead, ...] | Answer:
        send = partial(self._client.list_leads, moment, operator=operator, columns=columns, page=page, size=PAGE_SIZE)
        return await self._questions.ask(send)
