"""The rules of what is to be done with a row, each guarded by name."""

from types import SimpleNamespace
from typing import Any

import pytest

from importer.clocks import WallSeconds
from importer.errors import RowProblem
from importer.lead import FieldName, PayloadPlan
from importer.lead.lead import Lead
from importer.ledger.cellmarks import pack_marks
from importer.ledger.digestkinds import CellsDigest, KeyDigest, RowRef
from importer.ledger.records import KnownRow, State
from importer.ledger.scratch import KeyOwner
from importer.outcome import Status
from importer.report import PastLine
from importer.run.decision import decide
from importer.run.preparedrow import PreparedRow
from importer.sheet import Row

REF, OTHER_REF = RowRef(b"r" * 16), RowRef(b"o" * 16)
CELLS, OTHER_CELLS = (pack_marks([(b"name", mark)]) for mark in (b"cell", b"edit"))
KEY, OTHER_KEY = KeyDigest(b"k" * 16), KeyDigest(b"l" * 16)
PROBLEM = RowProblem("cell_error", "Cell A2 holds #N/A.", "Mend it.")


def made_of(cells: CellsDigest) -> Any:
    """Digests that find these cells in any row."""
    return SimpleNamespace(of_each=lambda _cells: cells)


DIGESTS, OTHER_DIGESTS = made_of(CELLS), made_of(OTHER_CELLS)
ROW = PreparedRow(
    place=0,
    row=Row(2, ("Asha",)),
    past=None,
    lead=Lead(PayloadPlan([FieldName("FirstName")]), ["Asha"], ()),
    problems=(),
    digests=DIGESTS,
    keys=(KEY,),
    given_ref=None,
    is_foreign=False,
)
KEYLESS = ROW._replace(keys=())
LINE = ROW._replace(given_ref=REF, past=PastLine(line=2, number=2, ref="r…"))


def known(
    state: State, *, ref: RowRef = REF, cells: CellsDigest = CELLS, keys: tuple[KeyDigest, ...] = (KEY,)
) -> KnownRow:
    return KnownRow(
        ref=ref,
        cells=cells,
        keys=keys,
        state=state,
        run_id=1,
        run_token="t",
        row_number=2,
        lead_id="lead-1" if state in {State.CREATED, State.DUPLICATE} else "",
        error="",
        message="",
        tip="",
        attempts=1,
        intent_at=1_000_000.0,
        changed_at=WallSeconds(1_000_010.0),
    )


def past(status: Status, *, lead_id: str = "", time: str = "2026-11-24T10:00:00Z") -> PastLine:
    return PastLine(line=2, number=2, status=status, lead_id=lead_id, time=time, ref="r…")


def test_a_new_row_is_to_be_sent() -> None:
    decision = decide(ROW, None, (), ())
    assert (decision.outcome.status, decision.is_open, decision.holds) == (Status.READY, True, True)


def test_a_created_row_costs_no_call() -> None:
    decision = decide(ROW, known(State.CREATED), (), ())
    assert (decision.outcome.status, decision.outcome.lead_id, decision.is_open) == (Status.CREATED, "lead-1", False)


def test_a_created_row_stays_created_even_if_its_line_would_be_invalid_now() -> None:
    assert decide(ROW._replace(problems=(PROBLEM,)), known(State.CREATED), (), ()).outcome.status is Status.CREATED


def test_again_sends_a_created_row_once_more() -> None:
    decision = decide(ROW, known(State.CREATED), [known(State.CREATED, ref=OTHER_REF)], (), again=True)
    assert (decision.outcome.status, decision.is_open) == (Status.READY, True)


@pytest.mark.parametrize("state", [State.REJECTED, State.FAILED, State.RESEND])
def test_a_row_known_not_to_exist_is_tried_again(state: State) -> None:
    assert decide(ROW, known(state), (), ()).outcome.status is Status.READY


def test_a_row_with_a_problem_is_invalid_and_holds_nothing() -> None:
    decision = decide(ROW._replace(problems=(PROBLEM,)), None, (), ())
    assert (decision.outcome.status, decision.is_open, decision.holds) == (Status.INVALID, False, False)


def test_a_duplicate_is_remembered_while_its_cells_are_unchanged() -> None:
    assert not decide(ROW, known(State.DUPLICATE), (), ()).is_open
    edited = decide(ROW._replace(digests=OTHER_DIGESTS), known(State.DUPLICATE), (), ())
    assert edited.outcome.status is Status.READY


@pytest.mark.parametrize("state", [State.INTENT, State.UNKNOWN])
def test_an_unresolved_row_with_a_unique_value_is_looked_up_before_anything_is_sent(state: State) -> None:
    decision = decide(ROW, known(state), (), ())
    assert (decision.outcome.status, decision.is_open, decision.holds) == (Status.UNKNOWN, True, True)


@pytest.mark.parametrize("state", [State.INTENT, State.UNKNOWN])
def test_an_unresolved_row_without_a_unique_value_is_never_sent_again(state: State) -> None:
    decision = decide(KEYLESS, known(state, keys=()), (), ())
    assert (decision.outcome.status, decision.is_open) == (Status.UNKNOWN, False)
    assert "settle" in decision.outcome.tip


def test_an_unresolved_row_whose_unique_values_were_all_edited_is_not_sent() -> None:
    decision = decide(ROW._replace(keys=(OTHER_KEY,)), known(State.UNKNOWN), (), ())
    assert (decision.outcome.status, decision.is_open) == (Status.UNKNOWN, False)
    assert "edited" in decision.outcome.tip


def test_a_keyless_row_that_was_given_a_unique_value_since_is_not_sent_either() -> None:
    assert not decide(ROW, known(State.UNKNOWN, keys=()), (), ()).is_open


def test_an_unresolved_row_that_is_invalid_now_stays_unknown() -> None:
    decision = decide(ROW._replace(problems=(PROBLEM,)), known(State.INTENT), (), ())
    assert (decision.outcome.status, decision.is_open) == (Status.UNKNOWN, False)
    assert decision.outcome.tip.startswith(PROBLEM.message)


def test_an_unknown_line_keeps_the_time_of_its_intent_for_other_machines() -> None:
    assert decide(KEYLESS, known(State.UNKNOWN, keys=()), (), ()).outcome.time == "1970-01-12T13:46:40Z"


def test_another_files_row_with_the_same_cells_and_unique_value_is_created() -> None:
    decision = decide(ROW, None, [known(State.CREATED, ref=OTHER_REF)], ())
    assert (decision.outcome.status, decision.outcome.lead_id, decision.is_open) == (Status.CREATED, "lead-1", False)


def test_another_files_row_with_other_cells_is_a_duplicate_of_our_lead() -> None:
    decision = decide(ROW, None, [known(State.CREATED, ref=OTHER_REF, cells=OTHER_CELLS)], ())
    assert (decision.outcome.status, decision.outcome.lead_id, decision.is_open) == (Status.DUPLICATE, "lead-1", False)
    assert "does not update" in decision.outcome.tip


@pytest.mark.parametrize("state", [State.INTENT, State.UNKNOWN, State.REJECTED, State.DUPLICATE, State.RESEND])
def test_an_unsettled_row_elsewhere_with_the_same_value_leaves_the_decision_to_leadsquared(state: State) -> None:
    assert decide(ROW, None, [known(state, ref=OTHER_REF)], ()).outcome.status is Status.READY


def test_a_second_row_with_the_same_value_waits_for_the_first_and_names_it() -> None:
    decision = decide(ROW, None, (), [KeyOwner(0, 17)])
    assert (decision.outcome.status, decision.is_open, decision.holds) == (Status.DUPLICATE, True, False)
    assert "Row 17" in decision.outcome.message


def test_a_created_line_of_this_account_stays_as_it_is_where_the_ledger_has_never_seen_it() -> None:
    line = LINE._replace(past=past(Status.CREATED, lead_id="lead-9"), digests=OTHER_DIGESTS)
    decision = decide(line, None, (), ())
    assert (decision.outcome.status, decision.outcome.lead_id, decision.adopts) == (Status.CREATED, "lead-9", True)


def test_a_created_line_that_was_forgotten_on_purpose_is_sent() -> None:
    line = LINE._replace(past=past(Status.CREATED, lead_id="lead-9"))
    assert decide(line, known(State.RESEND), (), ()).outcome.status is Status.READY


def test_a_created_line_of_another_account_is_a_new_row() -> None:
    line = LINE._replace(given_ref=None, is_foreign=True, past=past(Status.CREATED, lead_id="lead-9"))
    assert decide(line, None, (), ()).outcome.status is Status.READY


def test_an_unknown_keyless_line_is_not_sent_on_a_machine_that_has_never_seen_it() -> None:
    line = LINE._replace(keys=(), past=past(Status.UNKNOWN))
    decision = decide(line, None, (), ())
    assert (decision.outcome.status, decision.is_open) == (Status.UNKNOWN, False)


def test_an_unknown_line_with_a_unique_value_is_looked_up_there() -> None:
    decision = decide(LINE._replace(past=past(Status.UNKNOWN)), None, (), ())
    assert (decision.outcome.status, decision.is_open) == (Status.UNKNOWN, True)


def test_an_unknown_line_whose_time_was_lost_is_not_guessed_at() -> None:
    assert not decide(LINE._replace(past=past(Status.UNKNOWN, time="")), None, (), ()).is_open


def test_a_settled_unknown_line_is_sent() -> None:
    assert decide(LINE._replace(past=past(Status.UNKNOWN)), known(State.RESEND), (), ()).outcome.status is Status.READY


def test_a_row_that_a_live_run_is_sending_is_left_to_sending_which_waits_for_it() -> None:
    decision = decide(KEYLESS, known(State.INTENT, keys=()), (), (), is_in_flight=True)
    assert (decision.outcome.status, decision.is_open) == (Status.READY, True)
