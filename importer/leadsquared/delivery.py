"""One lead to LeadSquared: sent until what became of it is known, and never a second time while it may exist.

What is known after an attempt decides what may follow:

- known not created (no connection, a refusal because of the limit): it is sent again;
- in doubt (a lost reply, a server error): it is looked up by its row's reference or a unique value, and only when it is
  not found sent again under the protection of that; without either it stays unknown and is never sent again;
- a final answer is the outcome.
"""

import random
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from importer.errors import AmbiguousError, FatalError, ImporterError, QuotaError, TransientError, WithdrawnError
from importer.lead.lead import Lead
from importer.leadsquared.answers import Answer, Kind, Reply, read_answer
from importer.leadsquared.evidence import ABSENT, Doubt, Evidence, Verdict, may_be_reference
from importer.leadsquared.lookup import LookUp
from importer.leadsquared.retries import MOST_RETRIES, Retries
from importer.leadsquared.tips import (
    CONNECT_TIP,
    EDITED_TIP,
    KEYLESS_TIP,
    SERVER_TIP,
    UNSENT_MESSAGE,
    UNSENT_TIP,
    tip_for,
)
from importer.leadsquared.transport import Transport
from importer.outcome import Outcome, Status, utc_text
from importer.ratelimit.record import UNRECORDED, CallRecord
from importer.ratelimit.watchdog import CREATE, Watchdog
from importer.servertime import Moment

__all__ = ["Delivery", "StopError"]

LONGEST_DELIVERY_S = 3600.0
"""How long after its intent an earlier run may still have sent a lead: refusals and a slow server hold it up."""


class StopError(FatalError):
    """The account ended the run while a lead was being delivered; `outcome` is what is known of that lead.

    `reason` is the error that says so to a person: this one, unless there was no slot for the lead's call.
    """

    def __init__(self, message: str, *, hint: str, outcome: Outcome, reason: ImporterError | None = None) -> None:
        super().__init__(message, hint=hint)
        self.outcome = outcome
        self.reason = reason or self


@dataclass(slots=True)
class _Course:
    """How one lead's delivery went so far.

    `since` is the first intent that may have created it, `sent_at` the latest moment at which a call may have, `doubts`
    counts the attempts that may have, and `is_unchecked` says that it must be looked up before it may be sent again.
    `may_lack_reference`: an earlier run may have sent it without its row's reference. `hidden` is what no message may
    show, `agreeing` the unique fields that were not edited since, None for all.
    """

    lead: Lead
    record: CallRecord
    hidden: Sequence[str]
    since: Moment
    sent_at: float
    is_unchecked: bool
    doubts: int
    agreeing: Collection[str] | None = None
    may_lack_reference: bool = False
    attempts: int = 0
    last: Answer = field(default_factory=lambda: Answer(Kind.AMBIGUOUS, error="interrupted", tip=SERVER_TIP))

    async def about_to_send(self) -> Moment | None:
        """Write down that a call goes now: while no other may have created the lead, that is its intent."""
        moment = await self.record.about_to_send()
        if moment is not None and not self.doubts:
            self.since = moment
        return moment

    def known_not_sent(self) -> None:
        """Write down that no call created the lead, unless an earlier one may have."""
        if not self.doubts:
            self.record.known_not_sent()

    def doubt(self, answer: Answer, *, now: float) -> None:
        self.last = answer
        self.sent_at = now
        self.is_unchecked = True
        self.doubts += 1


class Delivery:
    """Delivers leads through a client. `owns` tells whether a lead id is known as created for another row of ours.

    `secrets` are texts (the keys) that no outcome may show, `draws` gives the jitter of waits, `wall_clock` tells
    seconds since 1970. Waits go by the running event loop's clock.
    """

    def __init__(
        self,
        client: Transport,
        *,
        unique: Sequence[str],
        country_code: str | None,
        watchdog: Watchdog,
        owns: Callable[[str], bool] = lambda _lead_id: False,
        secrets: Sequence[str] = (),
        wall_clock: Callable[[], float] = time.time,
        draws: random.Random | None = None,
    ) -> None:
        self._client = client
        self._retries = Retries(draws or random.Random(), rest=client.limiter.rest)  # noqa: S311 - jitter is no secret
        look_up = LookUp(client, watchdog, retries=self._retries, country_code=country_code, wall_clock=wall_clock)
        self._evidence = Evidence(look_up, unique=unique, country_code=country_code, owns=owns)
        self._wall_clock = wall_clock
        self._watchdog = watchdog
        self._secrets = secrets
        self._is_ending = False

    def now(self) -> Moment:
        """This moment, by the server's clock where that is known."""
        skew_s = self._client.skew_s
        return Moment(self._wall_clock() + (skew_s or 0.0), skew_s)

    async def deliver(
        self,
        lead: Lead,
        *,
        since: Moment,
        is_in_doubt: bool = False,
        carried_reference: bool = False,
        agreeing: Collection[str] | None = None,
        record: CallRecord = UNRECORDED,
    ) -> Outcome:
        """Send a lead and tell what became of it; StopError where the account ends the run.

        `record` is told before each call that may create it, and what it raises comes out here. `since` is when an
        earlier run may first have sent it, and without a record the intent. `is_in_doubt`: it may have created it,
        and if so with its reference, where `carried_reference` says that it was sent with it. `agreeing`: its unique
        values were edited since, and only these fields' are what they were; by them it is found.
        """
        skew_s = self._client.skew_s or 0.0
        course = _Course(
            lead,
            record=record,
            hidden=(*lead.values(), *self._secrets),
            since=since,
            sent_at=min(self._wall_clock(), since.by_server(skew_s) - skew_s + LONGEST_DELIVERY_S)
            if is_in_doubt
            else 0.0,
            is_unchecked=is_in_doubt,
            doubts=int(is_in_doubt),
            may_lack_reference=is_in_doubt and not carried_reference,
            agreeing=agreeing,
        )
        try:
            return await self._pursue(course)
        except StopError:
            raise
        except WithdrawnError:
            return self._withdrawn(course)
        except ImporterError as error:
            if isinstance(error, FatalError) and not isinstance(error, QuotaError):
                # A look-up or a spell without an accepted call ended the run; what is known of this lead stays true.
                answer = Answer(Kind.FATAL, error="stopped", message=error.message, tip=error.hint)
                raise self._stop(course, answer, error.message) from None
            # There was no slot for its next call (a day's quota, the ledger): that call did not go.
            outcome = self._withdrawn(course)
            raise StopError(error.message, hint=error.hint, outcome=outcome, reason=error) from None

    def stop(self) -> None:
        """Withdraw the leads that were not sent yet: they are `unsent`. What may exist is still found out."""
        self._is_ending = True
        self._client.limiter.resume()

    def close(self) -> None:
        """Let no call go any more, look-ups included."""
        self._is_ending = True
        self._client.limiter.close()

    async def _pursue(self, course: _Course) -> Outcome:
        while True:
            if course.is_unchecked:
                outcome = await self._check(course)
                if outcome is not None:
                    return outcome
                course.is_unchecked = False
            try:
                reply = await self._send(course)
            except TransientError as error:
                return self._unreachable(course, error)
            except AmbiguousError as error:
                message = f"The lead was sent, but the outcome is not known: {error}."
                self._doubt(course, Answer(Kind.AMBIGUOUS, error="lost_reply", message=message, tip=SERVER_TIP))
                continue
            answer = read_answer(reply, values=course.hidden)
            if answer.kind is Kind.RATE_LIMITED:
                course.attempts -= 1  # such a refusal is no attempt
                course.known_not_sent()
                self._client.limiter.refused(answer.limit, seconds=answer.wait_s)
                self._watchdog.refused()
            elif answer.kind is Kind.AMBIGUOUS:
                if answer.wait_s is not None:
                    self._client.limiter.pause(answer.wait_s)
                self._doubt(course, answer)
            else:
                return await self._conclude(course, answer)

    def _doubt(self, course: _Course, answer: Answer) -> None:
        course.doubt(answer, now=self._wall_clock())
        self._watchdog.failed(CREATE)  # last, since it may end the run

    async def _send(self, course: _Course) -> Reply:
        """Send once; connections that were never made are tried again, with growing waits."""
        body = course.lead.encode()

        async def attempt() -> Reply:
            course.attempts += 1
            try:
                return await self._client.create_lead(
                    body, unless=lambda: self._is_ending and not course.doubts, record=course
                )
            except TransientError:
                course.known_not_sent()
                self._watchdog.failed(CREATE)
                raise

        return await self._retries.call(attempt, TransientError)

    async def _check(self, course: _Course) -> Outcome | None:
        """Settle a doubt by look-ups; None where the lead does not exist and may be sent again."""
        lead, doubt = course.lead, self._doubt_of(course)
        if lead.reference is None and not lead.keys:
            return self._unknown(course, course.last.message, KEYLESS_TIP)
        verdict = await self._evidence.by_reference(lead, doubt)
        if verdict is ABSENT and lead.keys and (lead.reference is None or course.may_lack_reference):
            verdict = await self._evidence.by_unique_value(lead, doubt)
        if verdict is not ABSENT:
            return self._judge(course, verdict)
        if not lead.keys and course.may_lack_reference:
            return self._unknown(course, course.last.message, KEYLESS_TIP)
        if course.doubts > MOST_RETRIES:
            return self._unknown(course, course.last.message, SERVER_TIP)
        return None

    async def _conclude(self, course: _Course, answer: Answer) -> Outcome:
        if answer.kind is Kind.CREATED:
            self._watchdog.accepted(CREATE)
            return self._outcome(course, Status.CREATED, lead_id=answer.lead_id)
        if answer.kind is Kind.FATAL:
            raise self._stop(course, answer, f"LeadSquared ended the run: {answer.message}")
        self._watchdog.accepted(CREATE)
        if answer.kind is Kind.DUPLICATE and (course.doubts or may_be_reference(course.lead, answer)):
            return await self._whose(course, answer)
        if not course.doubts:
            is_refused = answer.kind is Kind.REJECTED
            return self._outcome(course, Status.REJECTED if is_refused else Status.DUPLICATE, answer)
        if answer.error.startswith("MX"):
            # The same lead was refused for what it is, so the attempts before were refused as well.
            return self._outcome(course, Status.REJECTED, answer)
        return self._unknown(course, course.last.message, SERVER_TIP)

    async def _whose(self, course: _Course, answer: Answer) -> Outcome:
        """A duplicate where an earlier call may have created the lead: is the one that is there ours?"""
        lead, doubt = course.lead, self._doubt_of(course)
        verdict = await self._evidence.by_reference(lead, doubt)
        if not course.doubts and not verdict.is_ours:
            return self._outcome(course, Status.DUPLICATE, answer)
        if verdict is ABSENT and lead.keys:
            verdict = await self._evidence.by_unique_value(lead, doubt, fields=answer.fields)
        if verdict.lead_id:
            return self._judge(course, verdict)
        message = f"{answer.message} It may be the lead of an earlier attempt of ours.".strip()
        return self._unknown(course, message, SERVER_TIP)

    def _doubt_of(self, course: _Course) -> Doubt:
        return Doubt(
            since=lambda: course.since.by_server(self._client.skew_s),
            sent_at=course.sent_at,
            may_lack_reference=course.may_lack_reference,
            agreeing=course.agreeing,
            hidden=course.hidden,
        )

    def _judge(self, course: _Course, verdict: Verdict) -> Outcome:
        """The outcome of a lead that is ours or another's, or of which look-ups did not tell."""
        if not verdict.lead_id:
            return self._unknown(course, f"{course.last.message} {verdict.untold}".strip(), SERVER_TIP)
        if verdict.is_ours:
            outcome = self._outcome(course, Status.CREATED, lead_id=verdict.lead_id)
            return outcome if course.agreeing is None else replace(outcome, tip=EDITED_TIP)
        answer = Answer(
            Kind.DUPLICATE,
            error="MXDuplicateEntryException",
            message="A look-up found another lead with the same unique value.",
            tip=tip_for("MXDuplicateEntryException", verdict.fields),
        )
        return self._outcome(course, Status.DUPLICATE, answer, lead_id=verdict.lead_id)

    def _withdrawn(self, course: _Course) -> Outcome:
        """The run ended before this lead's next call: unsent, or unknown where an earlier call may have created it."""
        if course.doubts:
            return self._unknown(course, course.last.message, SERVER_TIP)
        return Outcome(
            Status.UNSENT,
            message=UNSENT_MESSAGE,
            tip=UNSENT_TIP,
            time=utc_text(self._wall_clock()),
        )

    def _unreachable(self, course: _Course, error: TransientError) -> Outcome:
        if course.doubts:
            return self._unknown(course, course.last.message, SERVER_TIP)
        answer = Answer(
            Kind.REJECTED,
            error="no_connection",
            message=f"LeadSquared could not be reached: {error}.",
            tip=CONNECT_TIP,
        )
        return self._outcome(course, Status.FAILED, answer)

    def _stop(self, course: _Course, answer: Answer, message: str) -> StopError:
        outcome = (
            self._unknown(course, course.last.message, SERVER_TIP)
            if course.doubts
            else self._outcome(course, Status.UNSENT, answer)
        )
        return StopError(message, hint=answer.tip, outcome=outcome)

    def _unknown(self, course: _Course, message: str, tip: str) -> Outcome:
        """Unknown carries the time of the intent, so that another machine can still tell what it may have created."""
        return Outcome(
            Status.UNKNOWN,
            error=course.last.error,
            message=message or "The run that sent this lead ended before it knew the outcome.",
            tip=tip,
            attempts=course.attempts,
            time=utc_text(course.since.by_server(self._client.skew_s)),
        )

    def _outcome(self, course: _Course, status: Status, answer: Answer | None = None, *, lead_id: str = "") -> Outcome:
        answer = answer or Answer(Kind.CREATED)
        return Outcome(
            status,
            lead_id=lead_id or answer.lead_id,
            error=answer.error,
            message=answer.message,
            tip=answer.tip,
            attempts=course.attempts,
            time=utc_text(self._wall_clock()),
        )
