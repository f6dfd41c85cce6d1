"""The rows of one call are claimed together, one row or fifty, and taken back where the call did not go."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sending_cases import CREATED, ScriptedWriter, known_row, open_row, reference

from importer.clocks import Moment, WallSeconds
from importer.errors import ImporterError
from importer.ledger.failure import LedgerError
from importer.ledger.records import KnownRow, State
from importer.ledger.scratch import Scratch
from importer.outcome import Outcome, Status
from importer.run.claiming import Claim, InTheWayError
from importer.run.recording import Recorder
from importer.run.rowrecord import RowRecord

AT = WallSeconds(5.0)


@dataclass
class Bench:
    """A claim's surroundings: `moments` are what the clock shows, one after another."""

    scratch: Scratch
    writer: ScriptedWriter = field(default_factory=ScriptedWriter)
    failures: list[ImporterError] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=lambda: [Moment(100.0, 1.0), Moment(200.0, 2.0), Moment(300.0, 3.0)])

    def __post_init__(self) -> None:
        self.recorder = Recorder(self.writer, self.scratch, told=lambda _row, _state: None, fail=self.failures.append)

    def claim(self, *records: RowRecord) -> Claim:
        return Claim(records, writer=self.writer, recorder=self.recorder, now=lambda: self.moments.pop(0))


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Scratch() as scratch:
        yield Bench(scratch)


def record(place: int, *, known: KnownRow | None = None, in_doubt_since: Moment | None = None) -> RowRecord:
    return RowRecord(open_row(place, f"mail {place}"), known=known, in_doubt_since=in_doubt_since)


async def test_the_rows_of_a_call_are_claimed_in_one_go_at_one_moment_and_only_once(bench: Bench) -> None:
    records = [record(place) for place in range(50)]
    claim = bench.claim(*records)
    assert await claim.about_to_send() == Moment(100.0, 1.0)
    assert await claim.about_to_send() == Moment(100.0, 1.0)  # the next try of the same call
    (intents,) = bench.writer.claimed
    assert [intent.ref for intent in intents] == [reference(place) for place in range(50)]
    assert {(intent.intent_at, intent.skew_s) for intent in intents} == {(100.0, 1.0)}
    assert all(one.is_written for one in records)


async def test_a_call_that_did_not_go_takes_all_its_rows_back_in_one_go(bench: Bench) -> None:
    records = [record(0), record(1, known=known_row(reference(1), State.RESEND))]
    claim = bench.claim(*records)
    await claim.about_to_send()
    claim.known_not_sent()
    ((first, second),) = bench.writer.settled
    assert (first.withdrawn_to, second.withdrawn_to) == (State.FAILED, State.RESEND)
    assert not any(one.is_written for one in records)
    claim.known_not_sent()  # there is nothing to take back any more
    assert len(bench.writer.settled) == 1
    assert await claim.about_to_send() == Moment(200.0, 2.0)


async def test_where_a_row_is_in_the_way_the_others_are_claimed_and_can_go_without_it(bench: Bench) -> None:
    other = known_row(reference(9), State.CREATED)
    bench.writer.conflicts[reference(1)] = other
    records = [record(place) for place in range(3)]
    with pytest.raises(InTheWayError) as stopped:
        await bench.claim(*records).about_to_send()
    assert stopped.value.conflicts == [(records[1], other)]
    assert [one.is_written for one in records] == [True, False, True]
    assert bench.writer.settled == []
    assert await bench.claim(records[0], records[2]).about_to_send() == Moment(100.0, 1.0)
    assert len(bench.writer.claimed) == 1


@pytest.mark.parametrize("error", [LedgerError("the disk is full"), asyncio.CancelledError()])
async def test_a_claim_that_fails_may_be_on_disk_and_is_taken_back(bench: Bench, error: BaseException) -> None:
    async def claim(_intents: object) -> list[KnownRow | None]:
        raise error

    bench.writer.claim = claim  # type: ignore[method-assign, assignment]
    records = [record(0), record(1)]
    with pytest.raises(type(error)):
        await bench.claim(*records).about_to_send()
    assert [[entry.withdrawn_to for entry in entries] for entries in bench.writer.settled] == [[State.FAILED] * 2]


async def test_rows_in_doubt_are_taken_over_each_at_its_own_moment_and_stay_in_doubt(bench: Bench) -> None:
    records = [record(0, in_doubt_since=Moment(7.0)), record(1), record(2, in_doubt_since=Moment(9.0, 2.0))]
    claim = bench.claim(*records)
    await claim.take_over()
    (intents,) = bench.writer.claimed
    assert [(intent.ref, intent.intent_at, intent.resolves) for intent in intents] == [
        (reference(0), 7.0, True),
        (reference(2), 9.0, True),
    ]
    assert [one.is_written for one in records] == [True, False, True]


async def test_a_row_in_doubt_that_cannot_be_taken_over_is_not_taken_back(bench: Bench) -> None:
    bench.writer.error = LedgerError("the disk is full")
    with pytest.raises(LedgerError):
        await bench.claim(record(0, in_doubt_since=Moment(7.0))).take_over()
    assert bench.writer.settled == []


@pytest.mark.parametrize(
    ("outcome", "is_written", "word"),
    [
        (CREATED, True, (Status.CREATED, None)),
        (Outcome(Status.UNKNOWN), True, (Status.UNKNOWN, None)),
        (Outcome(Status.UNSENT), True, (Status.UNSENT, State.FAILED)),
        (CREATED, False, None),
    ],
)
def test_an_outcome_is_written_where_the_intent_is(
    outcome: Outcome, *, is_written: bool, word: tuple[Status, State | None] | None
) -> None:
    one = record(0)
    if is_written:
        one.written(Moment(1.0))
    entry = one.ended(outcome, AT)
    assert word == (None if entry is None else (entry.outcome.status, entry.withdrawn_to))


@pytest.mark.parametrize("outcome", [Outcome(Status.UNKNOWN), Outcome(Status.DUPLICATE), Outcome(Status.UNSENT)])
def test_a_created_lead_is_not_forgotten_because_a_second_sending_failed(outcome: Outcome) -> None:
    one = record(0, known=known_row(reference(0), State.CREATED, lead_id="lead-7"))
    one.written(Moment(1.0))
    entry = one.ended(outcome, AT)
    assert entry is not None
    assert (entry.outcome.status, entry.outcome.lead_id) == (Status.CREATED, "lead-7")
    assert entry.withdrawn_to in {None, State.CREATED}


async def test_what_the_ledger_does_not_take_is_kept_and_told(bench: Bench) -> None:
    one = record(0)
    one.written(Moment(1.0))
    entry = one.ended(CREATED, AT)
    assert entry is not None
    bench.writer.error = LedgerError("the disk is full")
    bench.recorder.settle([entry])
    await bench.recorder.flush()
    assert bench.recorder.unsettled == [entry]
    assert bench.failures == [bench.writer.error]


async def test_the_end_waits_for_what_is_on_its_way_to_the_disk(bench: Bench) -> None:
    written = asyncio.get_running_loop().create_future()
    bench.writer.settle = lambda _entries: written  # type: ignore[method-assign, assignment]
    bench.recorder.settle([])
    flush = asyncio.create_task(bench.recorder.flush())
    await asyncio.sleep(0)
    assert not flush.done()
    written.set_result(None)
    await asyncio.wait_for(flush, 5)


async def test_a_finished_row_stands_in_the_scratch_pad_and_is_told(bench: Bench) -> None:
    told: list[tuple[int, Outcome]] = []
    recorder = Recorder(
        bench.writer,
        bench.scratch,
        told=lambda prepared, state: told.append((prepared.place, state.outcome)),
        fail=bench.failures.append,
    )
    recorder.finish(open_row(3), CREATED)
    assert bench.scratch.outcome(3) == CREATED
    assert told == [(3, CREATED)]


async def test_where_locks_may_be_lost_a_call_that_is_made_once_more_is_claimed_once_more_at_its_first_moment(
    bench: Bench,
) -> None:
    bench.writer.renews = True
    claim = bench.claim(record(0), record(1))
    assert await claim.about_to_send() == Moment(100.0, 1.0)
    assert await claim.about_to_send() == Moment(100.0, 1.0)
    assert [[intent.intent_at for intent in intents] for intents in bench.writer.claimed] == [[100.0] * 2] * 2


async def test_a_row_that_another_run_took_over_meanwhile_is_not_sent_once_more(bench: Bench) -> None:
    bench.writer.renews = True
    one = record(0)
    claim = bench.claim(one)
    await claim.about_to_send()
    bench.writer.conflicts[one.row.state.ref] = known_row(one.row.state.ref, State.INTENT)
    with pytest.raises(InTheWayError):
        await claim.about_to_send()
    assert one.is_written
    assert bench.writer.settled == []
