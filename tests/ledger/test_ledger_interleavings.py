"""No lead twice and none lost, whatever the order in which runs claim, send, settle and are killed.

The review, the decisions and the ledger are the real ones. The sending is a model of `importer.run.sending`, cut into
its steps, and so is the account: it enforces its unique field, and a call may reach it long after its run was killed.
"""

import tempfile
import time
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from ledger_cases import ACCOUNT, open_ledger

from importer.lead import Column, FieldName, Policies, plan_mapping
from importer.ledger.digests import Digests
from importer.ledger.records import Intent, KnownRow, Settled, State
from importer.ledger.scratch import KeyOwner, RowState, Scratch
from importer.outcome import Outcome, Status
from importer.run.decision import decide, of_key_holder, of_known_lead, unresolved_since
from importer.run.preparedrow import PreparedRow, RowPreparer
from importer.run.review import Review
from importer.sheet import Row

HEADER = ("Name", "Email")
SOURCES = {
    "one.csv": [("Ann", "k1"), ("John", ""), ("John", ""), ("Bob", "k1"), ("Cid", "k2")],
    "two.csv": [("Dan", "k2"), ("Eve", "k3"), ("John", "")],
}
MAPPING = plan_mapping(
    HEADER,
    [Column("Name", FieldName("FirstName")), Column("Email", FieldName("EmailAddress"))],
    policies=Policies(bad_email="send"),  # the keys are short names, no addresses
)
KEYS = {key for rows in SOURCES.values() for _, key in rows if key}
WORKERS = 2
MOST_RETRIES = 5
FAULTS = ("", "", "lost before", "lost after", "late")
Tag = tuple[str, int]
Course = Generator[None, str, None]


@dataclass(frozen=True, eq=False)
class Lead:
    id: str
    name: str
    key: str
    tag: Tag
    created_at: float


@dataclass
class Account:
    """LeadSquared: it stores what arrives unless the key is taken. `in_the_air` has yet to arrive."""

    leads: list[Lead] = field(default_factory=list)
    in_the_air: list[Lead] = field(default_factory=list)

    def find(self, key: str) -> Lead | None:
        return next((lead for lead in self.leads if lead.key == key), None) if key else None

    def store(self, wanted: Lead) -> str:
        """The new lead's id, empty where its key is taken."""
        self.in_the_air.remove(wanted)
        if self.find(wanted.key) is not None:
            return ""
        lead = replace(wanted, id=f"lead {len(self.leads)}", created_at=time.time())
        self.leads.append(lead)
        return lead.id


class Run:
    """One run of a source. Each open row is a generator that stops where a kill may fall."""

    def __init__(self, path: Path, source: str, account: Account) -> None:
        self.source = source
        self.account = account
        self.ledger = open_ledger(path)
        assert self.ledger.locks.take_source(ACCOUNT, source)
        self.ledger.rows.run_id = self.ledger.runs.begin(mode="import", source=source, file=source, report="r")
        self.scratch = Scratch()
        digests = Digests(self.ledger.secret, account=ACCOUNT, source=source, header=HEADER)
        rows = [(place, Row(place + 2, cells), None) for place, cells in enumerate(SOURCES[source])]
        input_file: Any = SimpleNamespace(rows=lambda: iter(rows), shape=None, mapping=MAPPING)
        maker = RowPreparer(input_file, digests, account=ACCOUNT, unique=["EmailAddress"], country_code=None)
        Review(
            input_file=input_file,
            maker=maker,
            digests=digests,
            ledger=self.ledger,
            scratch=self.scratch,
            again=False,
            payloads=None,
        ).run(may_write=True)
        notes = list(self.scratch.notes())
        self.waiting = [(maker.make(*rows[note.place]), note) for note in notes if note.is_open]
        self.unfinished = {note.place for _, note in self.waiting}
        self.courses: list[Course] = []
        self.in_flight: set[str] = set()

    def step(self, choice: int, fault: str) -> bool:
        """Let one of the rows in flight do its next step; False when nothing is left to do."""
        while len(self.courses) < WORKERS and self.waiting:
            course = self.handle(*self.waiting.pop(0))
            self.courses.append(course)
            next(course, None)
        if not self.courses:
            return False
        course = self.courses[choice % len(self.courses)]
        try:
            course.send(fault)
        except StopIteration:
            self.courses.remove(course)
        return True

    def kill(self) -> None:
        """The kernel takes back the locks; what is in the air stays there."""
        self.scratch.__exit__(None, None, None)
        self.ledger.close()

    def handle(self, prepared: PreparedRow, note: RowState) -> Course:
        yield
        if note.outcome.status is Status.DUPLICATE:
            held = yield from self.await_holder(prepared)
            if held is not None:
                self.finish(note, held)
                return
        likeness = {key.loose for key in prepared.lead.keys}
        while likeness & self.in_flight:
            yield
        self.in_flight |= likeness
        yield from self.deliver(prepared, note)
        self.in_flight -= likeness

    def await_holder(self, prepared: PreparedRow) -> Generator[None, str, Outcome | None]:
        for key in prepared.keys:
            while (holder := self.scratch.holder(key)) is not None and holder.place != prepared.place:
                if holder.place < prepared.place and holder.place in self.unfinished:
                    yield
                    continue
                outcome = self.scratch.outcome(holder.place)
                if outcome is not None and outcome.status in {Status.CREATED, Status.DUPLICATE, Status.UNKNOWN}:
                    return of_key_holder(holder, outcome.lead_id)
                break
            self.scratch.hold(key, KeyOwner(prepared.place, prepared.row.number))
        return None

    def deliver(self, prepared: PreparedRow, note: RowState) -> Course:
        known = self.ledger.rows.find_rows([note.ref]).get(note.ref)
        is_in_doubt = note.outcome.status is Status.UNKNOWN
        doubt = unresolved_since(prepared, known) if is_in_doubt else None
        since = time.time() if doubt is None else doubt.at
        while (conflict := self.claim(prepared, note, since, resolves=is_in_doubt)) is not None:
            if conflict.state is State.CREATED:
                self.finish(note, of_known_lead(prepared, conflict))
                return
            if conflict.ref == note.ref and not self.ledger.locks.is_live(conflict.run_token):
                decision = decide(prepared, conflict, (), ())
                if not decision.is_open:
                    self.finish(note, decision.outcome)
                    return
                is_in_doubt, since = True, conflict.intent_at
            yield
        yield
        outcome = yield from self.send(prepared, since, is_in_doubt=is_in_doubt)
        yield
        with self.ledger.begin() as connection:
            self.ledger.rows.settle(connection, [Settled(note.ref, outcome, time.time())])
        self.finish(note, outcome)

    def claim(self, prepared: PreparedRow, note: RowState, since: float, *, resolves: bool) -> KnownRow | None:
        number = prepared.row.number
        intent = Intent(note.ref, prepared.cells, prepared.keys, number, since, resolves=resolves)
        with self.ledger.begin() as connection:
            return self.ledger.rows.claim(connection, [intent])[0]

    def send(  # noqa: C901 - every way in which a call can end, in one place
        self, prepared: PreparedRow, since: float, *, is_in_doubt: bool
    ) -> Generator[None, str, Outcome]:
        name, key = prepared.row.cells
        doubts, is_unchecked = int(is_in_doubt), is_in_doubt
        while True:
            if is_unchecked:
                if not key:
                    return Outcome(Status.UNKNOWN)
                found = self.account.find(key)
                yield
                if found is not None:
                    return self.judge(found, name, since)
                if doubts > MOST_RETRIES:
                    return Outcome(Status.UNKNOWN)
            call = Lead("", name, key, (self.source, prepared.place), 0.0)
            self.account.in_the_air.append(call)
            fault = yield
            if fault == "lost before" and call in self.account.in_the_air:
                self.account.in_the_air.remove(call)
            if fault in {"", "lost after"} and call in self.account.in_the_air:
                lead_id = self.account.store(call)
                if not fault and lead_id:
                    return Outcome(Status.CREATED, lead_id=lead_id)
                if not fault and not doubts:
                    return Outcome(Status.DUPLICATE)
                if not fault:
                    found = self.account.find(key)
                    assert found is not None
                    return self.judge(found, name, since)
            doubts += 1
            is_unchecked = True

    def judge(self, found: Lead, name: str, since: float) -> Outcome:
        is_ours = found.name == name and found.created_at >= since
        if is_ours and self.ledger.rows.find_lead(found.id) is None:
            return Outcome(Status.CREATED, lead_id=found.id)
        return Outcome(Status.DUPLICATE, lead_id=found.id)

    def finish(self, note: RowState, outcome: Outcome) -> None:
        self.scratch.keep(note._replace(is_open=False, outcome=outcome))
        self.unfinished.discard(note.place)


class Interleavings(RuleBasedStateMachine):
    """Runs of two files with common values, at the same time and one after another, killed anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="lsq-import-")
        self.path = Path(self.folder.name) / "ledger.sqlite3"
        self.account = Account()
        self.runs: dict[str, Run] = {}

    @rule(source=st.sampled_from(sorted(SOURCES)))
    def start(self, source: str) -> None:
        if source not in self.runs:
            self.runs[source] = Run(self.path, source, self.account)

    @precondition(lambda self: self.runs)
    @rule(
        source=st.sampled_from(sorted(SOURCES)),
        steps=st.lists(st.tuples(st.integers(0, WORKERS - 1), st.sampled_from(FAULTS)), min_size=1, max_size=8),
    )
    def go_on(self, source: str, steps: list[tuple[int, str]]) -> None:
        run = self.runs.get(source) or next(iter(self.runs.values()))
        for choice, fault in steps:
            run.step(choice, fault)

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
        run = Run(self.path, source, self.account)
        for _ in range(500):
            if not run.step(0, ""):
                break
        else:
            pytest.fail("the run does not end")
        outcomes = [note.outcome for note in run.scratch.notes()]
        run.kill()
        return outcomes

    def check(self, outcomes: dict[str, list[Outcome]]) -> None:
        self.no_row_is_created_twice()
        assert Counter(lead.key for lead in self.account.leads if lead.key) == dict.fromkeys(KEYS, 1)
        leads = {lead.id: lead for lead in self.account.leads}
        tags = {lead.tag for lead in leads.values()}
        for source, place, (_, key) in rows():
            outcome = outcomes[source][place]
            if outcome.status is Status.CREATED:
                assert leads[outcome.lead_id].tag == (source, place)
            elif key:
                assert outcome.status is Status.DUPLICATE
                assert (source, place) not in tags
            else:
                assert outcome.status is Status.UNKNOWN


def rows() -> Iterator[tuple[str, int, tuple[str, str]]]:
    for source, lines in SOURCES.items():
        for place, cells in enumerate(lines):
            yield source, place, cells


TestInterleavings = Interleavings.TestCase
TestInterleavings.settings = settings(
    max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.mark.parametrize("fault", ["", "lost after"])
def test_a_run_killed_after_each_of_its_steps_in_turn_leaves_the_right_leads(fault: str) -> None:
    """Every single kill point, one by one: the run is killed after its n-th step, then the file is run again."""
    for last in range(60):
        machine = Interleavings()
        machine.start("one.csv")
        run = machine.runs["one.csv"]
        went_on = [run.step(0, fault) for _ in range(last)]
        machine.teardown()
        if not all(went_on):
            break
    assert last > 15
