"""No lead twice and none lost, whatever the order in which runs claim, send, settle and are killed.

Review, sender, delivery and ledger are the real ones; see `stepped_run`. The account enforces its unique fields, and a
call may reach it long after its run was killed.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from stepped_run import FAULTS, SOURCES, Account, SteppedRun

from importer.outcome import Outcome, Status

KEYS = {email or phone[-6:] for rows in SOURCES.values() for _, email, phone in rows if email or phone}
MOST_STEPS = 2000
MEMORY = Path("/dev/shm")  # noqa: S108 - a ledger that need not outlive the machine: no wait for the disk


class Interleavings(RuleBasedStateMachine):
    """Runs of two files with common values, at the same time and one after another, killed anywhere."""

    has_reference = False
    is_bulk = False

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="lsq-import-", dir=MEMORY if MEMORY.is_dir() else None)
        self.path = Path(self.folder.name) / "ledger.sqlite3"
        self.account = Account()
        self.runs: dict[str, SteppedRun] = {}

    @rule(source=st.sampled_from(sorted(SOURCES)))
    def start(self, source: str) -> None:
        if source not in self.runs:
            self.runs[source] = self.begin(source)

    def begin(self, source: str) -> SteppedRun:
        return SteppedRun(self.path, source, self.account, has_reference=self.has_reference, is_bulk=self.is_bulk)

    @precondition(lambda self: self.runs)
    @rule(
        source=st.sampled_from(sorted(SOURCES)),
        steps=st.lists(st.tuples(st.integers(0, 5), st.sampled_from(FAULTS)), min_size=1, max_size=16),
    )
    def go_on(self, source: str, steps: list[tuple[int, str]]) -> None:
        source = source if source in self.runs else next(iter(self.runs))
        if not all(self.runs[source].step(choice, fault) for choice, fault in steps):
            self.kill(source)

    @precondition(lambda self: self.runs)
    @rule(source=st.sampled_from(sorted(SOURCES)))
    def stop(self, source: str) -> None:
        if source in self.runs:
            self.runs[source].stop()

    @precondition(lambda self: self.runs)
    @rule(source=st.sampled_from(sorted(SOURCES)))
    def kill(self, source: str) -> None:
        if source in self.runs:
            self.runs.pop(source).kill()

    @precondition(lambda self: self.account.in_the_air)
    @rule(index=st.integers(0, 5))
    def arrive_late(self, index: int) -> None:
        in_the_air = self.account.in_the_air
        self.account.store(in_the_air[index % len(in_the_air)])

    @invariant()
    def no_row_is_created_twice(self) -> None:
        assert set(Counter(lead.tag for lead in self.account.leads).values()) <= {1}

    def teardown(self) -> None:
        try:
            for run in self.runs.values():
                run.kill()
            outcomes = {source: self.finish(source) for _ in range(2) for source in SOURCES}
            for call in list(self.account.in_the_air):
                self.account.store(call)
            self.check(outcomes)
        finally:
            self.folder.cleanup()

    def finish(self, source: str) -> list[Outcome]:
        """A run that nothing disturbs."""
        run = self.begin(source)
        try:
            for _ in range(MOST_STEPS):
                if not run.step(0, ""):
                    return run.outcomes()
        finally:
            run.kill()
        pytest.fail("the run does not end")

    def check(self, outcomes: dict[str, list[Outcome]]) -> None:
        self.no_row_is_created_twice()
        assert Counter(lead.key for lead in self.account.leads if lead.key) == dict.fromkeys(KEYS, 1)
        told = [outcome.lead_id for lines in outcomes.values() for outcome in lines if outcome.status is Status.CREATED]
        assert len(set(told)) == len(told), "two lines are one lead"
        leads = {lead.id: lead for lead in self.account.leads}
        tags = {lead.tag for lead in leads.values()}
        for source, place, (_name, email, phone) in rows():
            key = email or phone
            outcome = outcomes[source][place]
            if outcome.status is Status.CREATED:
                assert leads[outcome.lead_id].tag == (source, place)
            elif key:
                assert outcome.status is Status.DUPLICATE
                assert (source, place) not in tags
            else:
                assert outcome.status is Status.UNKNOWN
                assert not self.has_reference


class InterleavingsWithReference(Interleavings):
    """The same where each lead carries its row's reference: then nothing stays unknown."""

    has_reference = True


class InterleavingsByBulk(Interleavings):
    """The same by bulk calls: a row that shares its call with others, and a reply that tells of none of them."""

    is_bulk = True


class InterleavingsByBulkWithReference(InterleavingsWithReference):
    """The same where each lead of a bulk call carries its row's reference."""

    is_bulk = True


def rows() -> Iterator[tuple[str, int, tuple[str, str, str]]]:
    for source, lines in SOURCES.items():
        for place, cells in enumerate(lines):
            yield source, place, cells


TestInterleavings = Interleavings.TestCase
TestInterleavingsWithReference = InterleavingsWithReference.TestCase
TestInterleavingsByBulk = InterleavingsByBulk.TestCase
TestInterleavingsByBulkWithReference = InterleavingsByBulkWithReference.TestCase
for case in (
    TestInterleavings,
    TestInterleavingsWithReference,
    TestInterleavingsByBulk,
    TestInterleavingsByBulkWithReference,
):
    case.settings = settings(max_examples=10, stateful_step_count=25)


@pytest.mark.parametrize(
    ("route", "fault", "choice"),
    [
        (Interleavings, "", 0),
        (Interleavings, "lost after", -1),
        (InterleavingsByBulk, "", 0),
        (InterleavingsByBulk, "lost after", -1),
        (InterleavingsByBulk, "part", 0),
        (InterleavingsByBulkWithReference, "part late", -1),
    ],
)
def test_a_run_killed_after_each_of_its_steps_in_turn_leaves_the_right_leads(
    route: type[Interleavings], fault: str, choice: int
) -> None:
    """Every single kill point, one by one: the run is killed after its n-th step, then the file is run again.

    `choice` is what goes on first where several things can: the oldest call, or the newest thing.
    """
    for last in range(100):
        machine = route()
        machine.start("one.csv")
        run = machine.runs["one.csv"]
        went_on = [run.step(choice, fault) for _ in range(last)]
        machine.teardown()
        if not all(went_on):
            break
    assert 5 < last < 99
