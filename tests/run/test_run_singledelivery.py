"""One row's delivery: on disk before its call, recorded after it, and left to the next run where it was cut off."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest
from sending_cases import CREATED, ScriptedWriter, known_row, open_row, reference

from importer.clocks import Moment
from importer.errors import FatalError, ImporterError, TransientError
from importer.leadsquared.course import EarlierCalls
from importer.leadsquared.delivery import StopError
from importer.ledger.digestkinds import CellsDigest
from importer.ledger.failure import LedgerError
from importer.ledger.records import KnownRow, State
from importer.ledger.scratch import Scratch
from importer.outcome import Outcome, Status
from importer.ratelimit.record import CallRecord
from importer.run.conflicts import Conflicts
from importer.run.openrow import OpenRow
from importer.run.recording import Recorder
from importer.run.singledelivery import SingleDelivery

REJECTED = Outcome(Status.REJECTED, error="MXInvalidInputException")


@dataclass
class ScriptedDelivery:
    """Ends as it is told, after it has written down that the call goes."""

    end: Outcome | BaseException
    is_sent: bool = True
    told: list[EarlierCalls | None] = field(default_factory=list)

    def now(self) -> Moment:
        return Moment(100.0, 1.0)

    async def deliver(self, _lead: object, *, earlier: EarlierCalls | None, record: CallRecord) -> Outcome:
        self.told.append(earlier)
        if self.is_sent:
            await record.about_to_send()
        if isinstance(self.end, BaseException):
            raise self.end
        return self.end


@dataclass
class Bench:
    """A delivery's surroundings, and what was heard from it."""

    scratch: Scratch
    writer: ScriptedWriter = field(default_factory=ScriptedWriter)
    rows: dict[bytes, KnownRow] = field(default_factory=dict)
    judged: list[Outcome] = field(default_factory=list)
    failures: list[ImporterError] = field(default_factory=list)

    async def deliver(self, row: OpenRow, delivery: ScriptedDelivery) -> Outcome | None:
        ledger: Any = SimpleNamespace(
            rows=SimpleNamespace(find_rows=lambda refs: {ref: self.rows[ref] for ref in refs if ref in self.rows}),
            locks=SimpleNamespace(is_live=lambda _token: False),
        )
        fail: Callable[[ImporterError], None] = self.failures.append
        recorder = Recorder(self.writer, self.scratch, told=lambda _row, _state: None, fail=fail)
        single = SingleDelivery(
            delivery,  # type: ignore[arg-type]
            ledger=ledger,
            writer=self.writer,
            recorder=recorder,
            conflicts=Conflicts(ledger, is_stopping=lambda: False),
            again=False,
            judge=self.judged.append,
            fail=fail,
        )
        try:
            await single.deliver(row)
        finally:
            self.outcome = self.scratch.outcome(row.state.place)
        return self.outcome

    @property
    def words(self) -> list[tuple[Status, State | None]]:
        """What the ledger was told after the intents."""
        return [(entry.outcome.status, entry.withdrawn_to) for entries in self.writer.settled for entry in entries]


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Scratch() as scratch:
        yield Bench(scratch)


async def test_a_row_is_claimed_sent_and_recorded(bench: Bench) -> None:
    delivery = ScriptedDelivery(CREATED)
    assert await bench.deliver(open_row(0, "mail"), delivery) == CREATED
    assert ([len(intents) for intents in bench.writer.claimed], bench.words) == ([1], [(Status.CREATED, None)])
    assert (delivery.told, bench.judged, bench.failures) == ([None], [CREATED], [])


async def test_a_row_whose_call_never_went_has_no_word_in_the_ledger(bench: Bench) -> None:
    delivery = ScriptedDelivery(Outcome(Status.UNSENT), is_sent=False)
    assert await bench.deliver(open_row(0), delivery) == Outcome(Status.UNSENT)
    assert (bench.writer.claimed, bench.words) == ([], [])


async def test_a_row_in_doubt_is_taken_over_first_and_its_earlier_calls_are_told(bench: Bench) -> None:
    row = open_row(0, "mail", status=Status.UNKNOWN)
    known = replace(known_row(reference(0), State.UNKNOWN, skew_s=2.0), keys=row.prepared.keys)
    bench.rows[known.ref] = known
    delivery = ScriptedDelivery(CREATED)
    await bench.deliver(row, delivery)
    ((intent,),) = bench.writer.claimed
    assert (intent.resolves, intent.intent_at, intent.skew_s) == (True, 1000.0, 2.0)
    (earlier,) = delivery.told
    assert earlier is not None
    assert (earlier.since, earlier.carried_reference) == (Moment(1000.0, 2.0), False)


async def test_the_end_of_the_run_is_told_and_what_is_known_of_the_row_is_kept(bench: Bench) -> None:
    reason = ImporterError("the day's quota is used up")
    unknown = Outcome(Status.UNKNOWN, error="lost_reply")
    delivery = ScriptedDelivery(StopError("stop", hint="", outcome=unknown, reason=reason))
    assert await bench.deliver(open_row(0), delivery) == unknown
    assert (bench.failures, bench.words) == ([reason], [(Status.UNKNOWN, None)])


@pytest.mark.parametrize("error", [RuntimeError("a defect"), TransientError("x"), KeyboardInterrupt()])
async def test_a_call_that_is_cut_off_leaves_the_intent_and_an_unknown_row(bench: Bench, error: BaseException) -> None:
    with pytest.raises(type(error)):
        await bench.deliver(open_row(0), ScriptedDelivery(error))
    assert bench.outcome is not None
    assert (bench.outcome.status, bench.outcome.error) == (Status.UNKNOWN, "interrupted")
    assert bench.words == []  # the intent stands: the next run finds out


async def test_a_row_that_is_cut_off_before_its_call_is_left_open(bench: Bench) -> None:
    with pytest.raises(RuntimeError):
        await bench.deliver(open_row(0), ScriptedDelivery(RuntimeError("a defect"), is_sent=False))
    assert (bench.outcome, bench.words) == (None, [])


async def test_a_row_that_the_ledger_does_not_take_is_not_in_doubt(bench: Bench) -> None:
    bench.writer.error = LedgerError("the disk is full")
    with pytest.raises(LedgerError):
        await bench.deliver(open_row(0), ScriptedDelivery(CREATED))
    assert (bench.outcome, bench.words) == (None, [(Status.UNSENT, State.FAILED)])


async def test_a_row_whose_value_was_created_meanwhile_is_a_duplicate_and_not_sent(bench: Bench) -> None:
    bench.writer.conflicts[reference(0)] = known_row(reference(9), State.CREATED, lead_id="lead-9")
    outcome = await bench.deliver(open_row(0, "mail"), ScriptedDelivery(CREATED))
    assert outcome is not None
    assert (outcome.status, outcome.lead_id, bench.words) == (Status.DUPLICATE, "lead-9", [])


async def test_a_row_that_turns_out_to_be_in_doubt_is_looked_up_before_it_is_sent(bench: Bench) -> None:
    row = open_row(0, "mail")
    known = replace(known_row(reference(0), State.INTENT), keys=row.prepared.keys)
    bench.writer.conflicts[reference(0)] = known
    delivery = ScriptedDelivery(CREATED)
    first_claim = bench.writer.claim

    async def claim(intents: Any) -> list[KnownRow | None]:
        answers = await first_claim(intents)
        bench.writer.conflicts.clear()  # an intent that resolves is not in the way
        return answers

    bench.writer.claim = claim  # type: ignore[method-assign]
    assert await bench.deliver(row, delivery) == CREATED
    assert [earlier and earlier.since for earlier in delivery.told] == [None, Moment(1000.0)]
    assert [intent.resolves for intents in bench.writer.claimed for intent in intents] == [False, True]


@pytest.mark.parametrize(("is_edited", "judged"), [(False, []), (True, [REJECTED])])
async def test_an_error_that_an_unchanged_row_had_before_says_nothing_new(
    bench: Bench, judged: list[Outcome], *, is_edited: bool
) -> None:
    row = open_row(0, "mail")
    cells = CellsDigest(b"other cells") if is_edited else row.prepared.cells
    known = replace(known_row(reference(0), State.REJECTED, error=REJECTED.error), cells=cells)
    await bench.deliver(row._replace(known=known), ScriptedDelivery(REJECTED))
    assert bench.judged == judged


async def test_what_judges_the_outcome_may_end_the_run_when_the_row_is_recorded(bench: Bench) -> None:
    def judge(_outcome: Outcome) -> None:
        raise FatalError("twenty rows had this error", hint="look")

    bench.judged = SimpleNamespace(append=judge)  # type: ignore[assignment]
    with pytest.raises(FatalError):
        await bench.deliver(open_row(0), ScriptedDelivery(REJECTED))
    assert (bench.outcome, bench.words) == (REJECTED, [(Status.REJECTED, None)])
