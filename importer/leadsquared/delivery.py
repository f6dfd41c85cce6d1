"""One lead to LeadSquared: sent until what became of it is known, and never a second time while it may exist.

What is known after an attempt decides what may follow:

- known not created (no connection, a refusal because of the limit): it is sent again;
- in doubt (a lost reply, a server error): it is looked up by its row's reference or a unique value, and only when it is
  not found sent again under the protection of that; without either it stays unknown and is never sent again;
- a final answer is the outcome.
"""

import random
import time
from collections.abc import Callable, Sequence

from importer.clocks import Moment
from importer.errors import AmbiguousError, FatalError, ImporterError, QuotaError, TransientError, WithdrawnError
from importer.lead.lead import Lead
from importer.leadsquared.answers import Answer, Kind, Reply, read_answer
from importer.leadsquared.course import Course, EarlierCalls
from importer.leadsquared.evidence import ABSENT, Evidence, may_be_reference
from importer.leadsquared.lookup import LookUp
from importer.leadsquared.questions import Questions
from importer.leadsquared.retries import MOST_RETRIES, Retries
from importer.leadsquared.tips import KEYLESS_TIP, SERVER_TIP
from importer.leadsquared.transport import Transport
from importer.outcome import Outcome, Status
from importer.ratelimit.record import UNRECORDED, CallRecord
from importer.ratelimit.watchdog import CREATE, Watchdog
from importer.servertime import MomentClock

__all__ = ["Delivery", "StopError"]


class StopError(FatalError):
    """The account ended the run while a lead was being delivered; `outcome` is what is known of that lead.

    `reason` is the error that says so to a person: this one, unless there was no slot for the lead's call.
    """

    def __init__(self, message: str, *, hint: str, outcome: Outcome, reason: ImporterError | None = None) -> None:
        super().__init__(message, hint=hint)
        self.outcome = outcome
        self.reason = reason or self


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
        self._clock = MomentClock(wall_clock=wall_clock, skew_s=lambda: client.skew_s)
        self._retries = Retries(draws or random.Random(), rest=client.limiter.rest)  # noqa: S311 - jitter is no secret
        questions = Questions(client.limiter, watchdog, retries=self._retries)
        look_up = LookUp(client, questions, country_code=country_code, wall_clock=wall_clock)
        self._evidence = Evidence(look_up, unique=unique, country_code=country_code, owns=owns)
        self._watchdog = watchdog
        self._secrets = secrets
        self._is_ending = False

    def now(self) -> Moment:
        """This moment, by the server's clock where that is known."""
        return self._clock.now()

    async def deliver(
        self, lead: Lead, *, earlier: EarlierCalls | None = None, record: CallRecord = UNRECORDED
    ) -> Outcome:
        """Send a lead and tell what became of it; StopError where the account ends the run.

        `earlier`: calls of an earlier run may have created it, so it is looked up first. `record` is told before each
        call that may create it, and what it raises comes out here.
        """
        course = Course(lead, clock=self._clock, record=record, earlier=earlier, secrets=self._secrets)
        try:
            return await self._pursue(course)
        except StopError:
            raise
        except WithdrawnError:
            return course.withdrawn()
        except ImporterError as error:
            if isinstance(error, FatalError) and not isinstance(error, QuotaError):
                # A look-up or a spell without an accepted call ended the run; what is known of this lead stays true.
                answer = Answer(Kind.FATAL, error="stopped", message=error.message, tip=error.hint)
                raise _stop(course, answer, error.message) from None
            # There was no slot for its next call (a day's quota, the ledger): that call did not go.
            raise StopError(error.message, hint=error.hint, outcome=course.withdrawn(), reason=error) from None

    def stop(self) -> None:
        """Withdraw the leads that were not sent yet: they are `unsent`. What may exist is still found out."""
        self._is_ending = True
        self._client.limiter.resume()

    def close(self) -> None:
        """Let no call go any more, look-ups included."""
        self._is_ending = True
        self._client.limiter.close()

    async def _pursue(self, course: Course) -> Outcome:
        while True:
            if course.is_unchecked:
                outcome = await self._check(course)
                if outcome is not None:
                    return outcome
                course.is_unchecked = False
            try:
                reply = await self._send(course)
            except TransientError as error:
                return course.unreachable(error)
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

    def _doubt(self, course: Course, answer: Answer) -> None:
        course.put_in_doubt(answer)
        self._watchdog.failed(CREATE)  # last, since it may end the run

    async def _send(self, course: Course) -> Reply:
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

    async def _check(self, course: Course) -> Outcome | None:
        """Settle a doubt by look-ups; None where the lead does not exist and may be sent again."""
        lead, doubt = course.lead, course.doubt
        if lead.reference is None and not lead.keys:
            return course.unknown(tip=KEYLESS_TIP)
        verdict = await self._evidence.by_reference(lead, doubt)
        if verdict is ABSENT and lead.keys and (lead.reference is None or course.may_lack_reference):
            verdict = await self._evidence.by_unique_value(lead, doubt)
        if verdict is not ABSENT:
            return course.judged(verdict)
        if not lead.keys and course.may_lack_reference:
            return course.unknown(tip=KEYLESS_TIP)
        if course.doubts > MOST_RETRIES:
            return course.unknown()
        return None

    async def _conclude(self, course: Course, answer: Answer) -> Outcome:
        if answer.kind is Kind.CREATED:
            self._watchdog.accepted(CREATE)
            return course.created(answer.lead_id)
        if answer.kind is Kind.FATAL:
            raise _stop(course, answer, f"LeadSquared ended the run: {answer.message}")
        self._watchdog.accepted(CREATE)
        if answer.kind is Kind.DUPLICATE and (course.doubts or may_be_reference(course.lead, answer)):
            return await self._whose(course, answer)
        if not course.doubts:
            return course.refused(Status.REJECTED if answer.kind is Kind.REJECTED else Status.DUPLICATE, answer)
        if answer.error.startswith("MX"):
            # The same lead was refused for what it is, so the attempts before were refused as well.
            return course.refused(Status.REJECTED, answer)
        return course.unknown()

    async def _whose(self, course: Course, answer: Answer) -> Outcome:
        """A duplicate where an earlier call may have created the lead: is the one that is there ours?"""
        lead, doubt = course.lead, course.doubt
        verdict = await self._evidence.by_reference(lead, doubt)
        if not course.doubts and not verdict.is_ours:
            return course.refused(Status.DUPLICATE, answer)
        if verdict is ABSENT and lead.keys:
            verdict = await self._evidence.by_unique_value(lead, doubt, fields=answer.fields)
        if verdict.lead_id:
            return course.judged(verdict)
        return course.unknown(f"{answer.message} It may be the lead of an earlier attempt of ours.".strip())


def _stop(course: Course, answer: Answer, message: str) -> StopError:
    return StopError(message, hint=answer.tip, outcome=course.stopped(answer))
