"""How one lead's delivery went so far, and what can be said of the lead at each point of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from importer.clocks import Moment, WallSeconds
from importer.errors import TransientError
from importer.lead.lead import Lead
from importer.leadsquared.answers import Answer, Kind
from importer.leadsquared.evidence import Doubt, Verdict
from importer.leadsquared.tips import CONNECT_TIP, EDITED_TIP, SERVER_TIP, UNSENT_MESSAGE, UNSENT_TIP, tip_for
from importer.outcome import Outcome, Status, utc_text
from importer.ratelimit.record import CallRecord
from importer.servertime import MomentClock

__all__ = ["Course", "EarlierCalls", "outcome_of"]

LONGEST_DELIVERY_S = 3600.0
"""How long after its intent an earlier run may still have sent a lead: refusals and a slow server hold it up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierCalls:
    """What is known of an earlier run's calls for a lead, any of which may have created it.

    The first may have gone at `since`. `carried_reference`: they carried the row's reference. `agreeing` are the unique
    fields whose values were not edited since, None where none was edited: the lead is found by these. `is_looked_up`:
    the lead was looked for since, and is not there.
    """

    since: Moment
    carried_reference: bool = False
    is_looked_up: bool = False
    agreeing: Collection[str] | None = None


class Course:
    """One lead's delivery so far. It is the `CallRecord` of the lead's calls, before `record`, which it keeps right.

    `doubts` counts the calls that may have created the lead, and `is_unchecked` says that it must be looked up before
    it may be sent again. `last` is the last answer that proved nothing. `hidden` is what no message may show.
    """

    def __init__(
        self,
        lead: Lead,
        *,
        clock: MomentClock,
        record: CallRecord,
        earlier: EarlierCalls | None,
        secrets: Sequence[str],
    ) -> None:
        self.lead = lead
        self.hidden = (*lead.values(), *secrets)
        self.attempts = 0
        self.doubts = 0
        self.is_unchecked = False
        self.may_lack_reference = False
        self.last = Answer(Kind.AMBIGUOUS, error="interrupted", tip=SERVER_TIP)
        self._clock = clock
        self._record = record
        self._agreeing: Collection[str] | None = None
        self._sent_at = WallSeconds(0.0)  # the latest moment at which a call may have created it
        if earlier is None:
            self._since = clock.now()
        else:
            self.doubts = 1
            self.is_unchecked = not earlier.is_looked_up
            self.may_lack_reference = not earlier.carried_reference
            self._agreeing = earlier.agreeing
            self._since = earlier.since
            self._sent_at = WallSeconds(min(clock.wall(), clock.by_wall(earlier.since) + LONGEST_DELIVERY_S))

    async def about_to_send(self) -> Moment | None:
        """Write down that a call goes now: while no other may have created the lead, that is its intent."""
        moment = await self._record.about_to_send()
        if moment is not None and not self.doubts:
            self._since = moment
        return moment

    def known_not_sent(self) -> None:
        """Write down that no call created the lead, unless an earlier one may have."""
        if not self.doubts:
            self._record.known_not_sent()

    def put_in_doubt(self, answer: Answer) -> None:
        """The last call may have created the lead, for its answer proves nothing."""
        self.last = answer
        self._sent_at = self._clock.wall()
        self.is_unchecked = True
        self.doubts += 1

    @property
    def doubt(self) -> Doubt:
        """What a look-up has to know of the calls that may have created the lead."""
        return Doubt(
            since=lambda: self._clock.by_server(self._since),
            sent_at=self._sent_at,
            may_lack_reference=self.may_lack_reference,
            agreeing=self._agreeing,
            hidden=self.hidden,
        )

    def created(self, lead_id: str) -> Outcome:
        """The lead is there, and ours."""
        return self._outcome(Status.CREATED, Answer(Kind.CREATED), lead_id=lead_id)

    def refused(self, status: Status, answer: Answer, *, lead_id: str = "") -> Outcome:
        """The lead is known not to be created, for the reason that an answer gives."""
        return self._outcome(status, answer, lead_id=lead_id)

    def judged(self, verdict: Verdict) -> Outcome:
        """A lead that is ours or another's, or of which look-ups did not tell."""
        if not verdict.lead_id:
            return self.unknown(f"{self.last.message} {verdict.untold}".strip())
        if verdict.is_ours:
            outcome = self.created(verdict.lead_id)
            return outcome if self._agreeing is None else replace(outcome, tip=EDITED_TIP)
        answer = Answer(
            Kind.DUPLICATE,
            error="MXDuplicateEntryException",
            message="A look-up found another lead with the same unique value.",
            tip=tip_for("MXDuplicateEntryException", verdict.fields),
        )
        return self.refused(Status.DUPLICATE, answer, lead_id=verdict.lead_id)

    def withdrawn(self) -> Outcome:
        """The run ended before the lead's next call: unsent, or unknown where an earlier call may have created it."""
        if self.doubts:
            return self.unknown()
        time = utc_text(self._clock.wall())
        return Outcome(Status.UNSENT, message=UNSENT_MESSAGE, tip=UNSENT_TIP, time=time)

    def stopped(self, answer: Answer) -> Outcome:
        """The account ended the run, as an answer says."""
        return self.unknown() if self.doubts else self.refused(Status.UNSENT, answer)

    def unreachable(self, error: TransientError) -> Outcome:
        """No connection was made, however often it was tried."""
        if self.doubts:
            return self.unknown()
        message = f"LeadSquared could not be reached: {error}."
        return self.refused(
            Status.FAILED, Answer(Kind.REJECTED, error="no_connection", message=message, tip=CONNECT_TIP)
        )

    def unknown(self, message: str | None = None, tip: str = SERVER_TIP) -> Outcome:
        """Nobody knows; by default as the last answer says it.

        It carries the time of the intent, so that another machine can still tell what it may have created.
        """
        message = self.last.message if message is None else message
        return Outcome(
            Status.UNKNOWN,
            error=self.last.error,
            message=message or "The run that sent this lead ended before it knew the outcome.",
            tip=tip,
            attempts=self.attempts,
            time=utc_text(self._clock.by_server(self._since)),
        )

    def _outcome(self, status: Status, answer: Answer, *, lead_id: str) -> Outcome:
        return outcome_of(status, answer, attempts=self.attempts, at=self._clock.wall(), lead_id=lead_id)


def outcome_of(status: Status, answer: Answer, *, attempts: int, at: WallSeconds, lead_id: str = "") -> Outcome:
    """The outcome of a lead that was sent, in the words of an answer; `lead_id` is one that it does not tell."""
    return Outcome(
        status,
        lead_id=lead_id or answer.lead_id,
        error=answer.error,
        message=answer.message,
        tip=answer.tip,
        attempts=attempts,
        time=utc_text(at),
    )
