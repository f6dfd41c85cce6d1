"""What a person does to the ledger: forget, settle, prune; and which promises hold all the same."""

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ledger_cases import CREATED, FAILED, UNKNOWN, begin_run, claim, digest, intent, open_ledger, settle

from importer.errors import RowProblem, UsageError
from importer.lead import PayloadPlan
from importer.lead.lead import Lead
from importer.ledger.ledger import Ledger
from importer.ledger.maintenance import Forgotten, forget, prune, settle_by_hand
from importer.ledger.records import State
from importer.outcome import Outcome, Status
from importer.report import PastLine
from importer.run.decision import decide
from importer.run.preparedrow import PreparedRow
from importer.sheet import Row

DIGESTS: Any = SimpleNamespace(of_cells=lambda _cells: digest("cells"))
DUPLICATE = Outcome(Status.DUPLICATE, error="MXDuplicateEntryException")
DAY_S = 86_400.0


@pytest.fixture(params=["file", "server"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    is_file = request.param == "file"
    with open_ledger(tmp_path / "ledger.sqlite3" if is_file else request.getfixturevalue("server_url")) as ledger:
        begin_run(ledger)
        yield ledger


def put(ledger: Ledger, ref: str, *keys: str, outcome: Outcome | None = None) -> None:
    assert claim(ledger, intent(ref, *keys)) == [None]
    if outcome is not None:
        settle(ledger, ref, outcome)


def leave_behind(ledger: Ledger, ref: str, *keys: str, outcome: Outcome | None = None) -> None:
    """A row of a run that is gone."""
    with open_ledger(ledger.where) as gone:
        begin_run(gone)
        put(gone, ref, *keys, outcome=outcome)


def state(ledger: Ledger, ref: str) -> State | None:
    row = ledger.rows.find_rows([digest(ref)]).get(digest(ref))
    return None if row is None else row.state


def report_line(status: Status, ref: str) -> PreparedRow:
    past = PastLine(2, 2, status, lead_id="lead-1", time="2026-01-01T00:00:00Z")
    problems: tuple[RowProblem, ...] = ()
    return PreparedRow(
        0,
        Row(2, ("x",)),
        past,
        Lead(PayloadPlan([]), [], ()),
        problems,
        DIGESTS,
        (),
        digest(ref),
        is_foreign=False,
    )


def decided(ledger: Ledger, status: Status, ref: str) -> Status:
    known = ledger.rows.find_rows([digest(ref)]).get(digest(ref))
    return decide(report_line(status, ref), known, (), ()).outcome.status


@pytest.mark.parametrize("by", ["ref", "lead_id", "key"])
def test_a_lead_that_is_forgotten_is_sent_again_even_where_a_report_calls_it_created(ledger: Ledger, by: str) -> None:
    put(ledger, "a", "mail", "phone", outcome=CREATED)
    put(ledger, "b", "other", outcome=Outcome(Status.CREATED, lead_id="lead-2"))
    assert decided(ledger, Status.CREATED, "a") is Status.CREATED
    given: dict[str, Any] = {
        "ref": {"refs": [digest("a")]},
        "lead_id": {"lead_ids": ["lead-1"]},
        "key": {"keys": [digest("phone")]},
    }
    assert forget(ledger, **given[by]) == Forgotten(created=1)
    assert decided(ledger, Status.CREATED, "a") is Status.READY
    assert ledger.rows.find_keys([digest("mail"), digest("phone")]) == {}
    assert ledger.rows.find_lead("lead-1") is None
    assert state(ledger, "b") is State.CREATED
    assert claim(ledger, intent("a", "mail", "phone")) == [None]


def test_a_row_of_a_report_that_this_ledger_never_saw_can_be_forgotten(ledger: Ledger) -> None:
    assert decided(ledger, Status.CREATED, "elsewhere") is Status.CREATED
    assert forget(ledger, refs=[digest("elsewhere")]) == Forgotten()
    assert decided(ledger, Status.CREATED, "elsewhere") is Status.READY


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(Outcome(Status.DUPLICATE, lead_id="lead-1"), id="by its lead id"),
        pytest.param(DUPLICATE, id="by a value they share"),
    ],
)
def test_rows_that_were_duplicates_of_a_forgotten_lead_are_released(ledger: Ledger, outcome: Outcome) -> None:
    put(ledger, "follower", "mail", outcome=outcome)
    put(ledger, "stranger", "other", outcome=DUPLICATE)
    put(ledger, "a", "mail", outcome=CREATED)
    assert decided(ledger, Status.DUPLICATE, "follower") is Status.DUPLICATE
    assert forget(ledger, lead_ids=["lead-1"]) == Forgotten(created=1, duplicates=1)
    assert decided(ledger, Status.DUPLICATE, "follower") is Status.READY
    assert state(ledger, "stranger") is State.DUPLICATE


def test_a_strangers_lead_that_was_deleted_is_forgotten_by_its_value(ledger: Ledger) -> None:
    put(ledger, "a", "mail", outcome=DUPLICATE)
    assert forget(ledger, keys=[digest("mail")]) == Forgotten(duplicates=1)
    assert decided(ledger, Status.DUPLICATE, "a") is Status.READY


@pytest.mark.parametrize("outcome", [None, UNKNOWN])
def test_what_may_exist_is_not_forgotten(ledger: Ledger, outcome: Outcome | None) -> None:
    put(ledger, "a", "mail", outcome=outcome)
    before = state(ledger, "a")
    assert forget(ledger, refs=[digest("a")], keys=[digest("mail")]) == Forgotten(unresolved=1)
    assert state(ledger, "a") is before


def test_forgetting_again_or_nothing_changes_nothing(ledger: Ledger) -> None:
    put(ledger, "a", "mail", outcome=CREATED)
    assert forget(ledger) == forget(ledger, lead_ids=[""]) == forget(ledger, lead_ids=["none"]) == Forgotten()
    assert forget(ledger, refs=[digest("a")]).created == 1
    assert forget(ledger, refs=[digest("a")], keys=[digest("mail")]) == Forgotten()
    assert state(ledger, "a") is State.RESEND


def test_another_accounts_lead_is_not_forgotten(ledger: Ledger) -> None:
    with open_ledger(ledger.where, identity="another") as other:
        begin_run(other)
        put(other, "a", "mail", outcome=CREATED)
        forget(ledger, refs=[digest("a")], lead_ids=["lead-1"], keys=[digest("mail")])
        assert state(other, "a") is State.CREATED
        assert set(other.rows.find_keys([digest("mail")])) == {digest("mail")}


def test_more_leads_than_one_statement_takes_are_forgotten(ledger: Ledger) -> None:
    with ledger.begin() as connection:
        ledger.rows.claim(connection, [intent(f"row {number}", f"key {number}") for number in range(1201)])
    for number in range(1201):
        if number % 400 == 0:
            settle(ledger, f"row {number}", CREATED)
    with ledger.begin() as connection:
        connection.exec_driver_sql("UPDATE lead_row SET state = 'created', lead_id = 'lead-1'")
    assert forget(ledger, lead_ids=["lead-1"]) == Forgotten(created=1201)


@pytest.mark.parametrize("outcome", [None, UNKNOWN])
def test_an_unknown_row_that_exists_becomes_created_with_its_values(ledger: Ledger, outcome: Outcome | None) -> None:
    leave_behind(ledger, "a", "mail", outcome=outcome)
    settle_by_hand(ledger, digest("a"), lead_id="lead-9")
    assert decided(ledger, Status.UNKNOWN, "a") is Status.CREATED
    assert ledger.rows.find_keys([digest("mail")])[digest("mail")].lead_id == "lead-9"


def test_a_value_that_another_row_claimed_since_comes_back_to_the_row_that_exists(ledger: Ledger) -> None:
    leave_behind(ledger, "a", "mail", outcome=UNKNOWN)
    leave_behind(ledger, "b", "mail", outcome=DUPLICATE)
    settle_by_hand(ledger, digest("a"), lead_id="lead-9")
    assert ledger.rows.find_keys([digest("mail")])[digest("mail")].ref == digest("a")


@pytest.mark.parametrize("outcome", [None, UNKNOWN])
def test_an_unknown_row_that_does_not_exist_is_sent(ledger: Ledger, outcome: Outcome | None) -> None:
    leave_behind(ledger, "a", outcome=outcome)
    assert decided(ledger, Status.UNKNOWN, "a") is Status.UNKNOWN
    settle_by_hand(ledger, digest("a"), lead_id=None)
    assert decided(ledger, Status.UNKNOWN, "a") is Status.READY
    assert claim(ledger, intent("a")) == [None]


@pytest.mark.parametrize(("lead_id", "wanted"), [("lead-9", Status.CREATED), (None, Status.READY)])
def test_an_unknown_line_of_another_machines_report_is_settled(
    ledger: Ledger, lead_id: str | None, wanted: Status
) -> None:
    with pytest.raises(UsageError, match="does not know this row"):
        settle_by_hand(ledger, digest("a"), lead_id=lead_id)
    settle_by_hand(ledger, digest("a"), lead_id=lead_id, unseen=intent("a", "mail"))
    assert decided(ledger, Status.UNKNOWN, "a") is wanted
    assert (digest("mail") in ledger.rows.find_keys([digest("mail")])) == (wanted is Status.CREATED)


@pytest.mark.parametrize("outcome", [CREATED, DUPLICATE, FAILED, Outcome(Status.REJECTED)])
@pytest.mark.parametrize("lead_id", ["lead-9", None])
def test_a_row_whose_outcome_is_known_is_not_settled(ledger: Ledger, outcome: Outcome, lead_id: str | None) -> None:
    leave_behind(ledger, "a", outcome=outcome)
    with pytest.raises(UsageError, match=f"has it as {outcome.status}"):
        settle_by_hand(ledger, digest("a"), lead_id=lead_id)
    assert state(ledger, "a") == outcome.status.value


def test_a_row_in_the_hands_of_a_live_run_is_not_settled(ledger: Ledger) -> None:
    put(ledger, "a")
    with pytest.raises(UsageError, match="working on this row"):
        settle_by_hand(ledger, digest("a"), lead_id=None)
    assert state(ledger, "a") is State.INTENT


def test_two_rows_are_not_settled_as_one_lead(ledger: Ledger) -> None:
    leave_behind(ledger, "a", outcome=UNKNOWN)
    leave_behind(ledger, "b", outcome=UNKNOWN)
    settle_by_hand(ledger, digest("a"), lead_id="lead-9")
    with pytest.raises(UsageError, match="from another row"):
        settle_by_hand(ledger, digest("b"), lead_id="lead-9")
    assert state(ledger, "b") is State.UNKNOWN


OUTCOMES = {
    "created": CREATED,
    "unknown": UNKNOWN,
    "intent": None,
    "duplicate": DUPLICATE,
    "rejected": Outcome(Status.REJECTED),
    "failed": FAILED,
}


def fill(ledger: Ledger) -> None:
    for name, outcome in OUTCOMES.items():
        leave_behind(ledger, name, f"key of {name}", outcome=outcome)
    put(ledger, "forgotten", outcome=Outcome(Status.CREATED, lead_id="lead-2"))
    forget(ledger, refs=[digest("forgotten")])


def test_pruning_drops_only_what_breaks_no_promise(ledger: Ledger) -> None:
    fill(ledger)
    pruned = prune(ledger, older_than_days=30, now=time.time() + 31 * DAY_S)
    assert pruned.rows == 3
    left = {name for name in (*OUTCOMES, "forgotten") if state(ledger, name) is not None}
    assert left == {"created", "unknown", "intent", "forgotten"}
    assert decided(ledger, Status.CREATED, "forgotten") is Status.READY
    assert set(ledger.rows.find_keys([digest(f"key of {name}") for name in OUTCOMES])) == {
        digest(f"key of {name}") for name in ("created", "unknown", "intent")
    }


def test_what_is_young_stays(ledger: Ledger) -> None:
    fill(ledger)
    pruned = prune(ledger, older_than_days=30, now=time.time() + 29 * DAY_S)
    assert (pruned.rows, pruned.runs) == (0, 0)


def test_runs_go_with_their_last_row_and_live_ones_stay(ledger: Ledger) -> None:
    fill(ledger)
    kept = {ledger.rows.find_rows([digest(name)])[digest(name)].run_id for name in ("created", "unknown", "intent")}
    assert prune(ledger, older_than_days=1, now=time.time() + 2 * DAY_S).runs == 3
    assert {run.id for run in ledger.runs.list()} == kept | {ledger.rows.run_id}


def size_on_disk(ledger: Ledger) -> int:
    path = Path(ledger.where)
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*") if file.is_file())


def test_pruning_makes_the_file_smaller(ledger: Ledger) -> None:
    if ledger.is_on_server:
        pytest.skip("a server gives room back by itself, to what is written next")
    with ledger.begin() as connection:
        ledger.rows.claim(connection, [intent(f"row {number}", f"key {number}") for number in range(3000)])
        connection.exec_driver_sql("UPDATE lead_row SET state = 'rejected'")
    ledger.runs.end(ledger.rows.run_id, exit_status=1, calls=0, counts={}, report_digest=None)
    before = size_on_disk(ledger)
    ledger.locks.release()
    assert prune(ledger, older_than_days=1, now=time.time() + 2 * DAY_S).rows == 3000
    assert size_on_disk(ledger) < before / 4
