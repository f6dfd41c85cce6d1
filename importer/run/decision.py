"""What is to be done with a row, from what is known of it. Pure rules, in the order in which they hold.

An open decision is carried out by sending: `ready` is sent, `unknown` is looked up first, `duplicate` waits for the
row that holds the same unique value. Until then its outcome is what a dry run reports.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from importer.clocks import Moment
from importer.errors import RowProblem
from importer.leadsquared.tips import KEYLESS_TIP, SERVER_TIP
from importer.ledger.records import KnownRow, State
from importer.ledger.scratch import KeyOwner
from importer.outcome import Outcome, Status, utc_text
from importer.run.preparedrow import LEAD_OF_ANOTHER_LINE, REFERENCE_LOST, UNCLEAR_COPY, PreparedRow

__all__ = [
    "Decision",
    "decide",
    "of_key_holder",
    "of_known_lead",
    "of_question",
    "unresolved_since",
]

OURS_TIP = (
    "This lead was created by an earlier import. Lead.Create does not update: change the lead in LeadSquared, or give "
    "this row another value if it is somebody else."
)
UNRESOLVED = "The run that sent this row ended before it knew the outcome; the lead may exist."
EDITED_TIP = (
    "The row was edited since it was sent, so its lead cannot be looked up. Look for the old values in LeadSquared, "
    "then say what you found with lsq-import settle."
)
UNFIT_TIP = (
    "Until that is mended the lead cannot be looked up; or look for it in LeadSquared yourself, and say what you found "
    "with lsq-import settle."
)
HELD_TIP = "Two rows of this file have the same unique value. Keep one of them, or correct the value."
_THERE = frozenset({State.CREATED, State.UPDATED})
_NEW_ROW_TIP = "If it is a new row, empty its lsq_ columns."
_QUESTIONS = {
    REFERENCE_LOST: (
        "The line says created, but its lsq_ref or its lead id is gone, and this ledger does not know the lead.",
        f"Give the line its lsq_ref back, or run with --trust-lead-ids if its lead id is right. {_NEW_ROW_TIP}",
    ),
    LEAD_OF_ANOTHER_LINE: (
        "The line says created with a lead that another line of this report created.",
        f"{_NEW_ROW_TIP} If it is a copy, delete it.",
    ),
    UNCLEAR_COPY: (
        "Several lines carry this lsq_ref, and none has the cells that were sent: any of them may be the row.",
        "On the line that was sent, leave lsq_ref; on its copies, empty the lsq_ columns, and they are new rows.",
    ),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """`holds`: this row now holds its unique values in this file. `adopts`: the ledger must learn of this lead."""

    outcome: Outcome
    is_open: bool = False
    holds: bool = False
    adopts: bool = False


SEND = Decision(Outcome(Status.READY), is_open=True, holds=True)
"""The decision for a row of which nothing is known."""


def decide(
    prepared: PreparedRow,
    known: KnownRow | None,
    by_key: Sequence[KnownRow],
    holders: Sequence[KeyOwner],
    *,
    again: bool = False,
    is_in_flight: bool = False,
    may_list: bool = False,
) -> Decision:
    """Decide about a row. `known` is its own entry in the ledger, `by_key` the rows that claimed its unique values
    before, in any file, and `holders` the rows of this file that hold one of them. `again` sends created rows too.
    `is_in_flight`: a run that is alive is sending it; sending waits for that one's outcome. `may_list`: listings of new
    leads may tell of a row without unique values whose run was killed.
    """
    if not again and (created := _created_before(prepared, known)) is not None:
        return created
    if is_in_flight:
        return SEND
    if (unresolved := _unresolved(prepared, known, may_list=may_list)) is not None:
        return unresolved
    if prepared.problems:
        return Decision(Outcome.of_problems([*prepared.problems, *_twin(prepared, by_key, holders, again=again)]))
    if holders:
        return Decision(of_key_holder(prepared, holders[0]), is_open=True)
    if known is not None and known.state is State.DUPLICATE and prepared.has_cells(known.cells) and not again:
        return Decision(_remembered(known))
    if not again:
        for row in by_key:
            if row.state is State.CREATED:
                return Decision(of_known_lead(prepared, row), holds=True)
    return SEND


def of_known_lead(prepared: PreparedRow, row: KnownRow) -> Outcome:
    """The outcome of a row whose unique value, or whose very self, the ledger knows as created."""
    if row.ref == prepared.given_ref or prepared.has_cells(row.cells):
        return _remembered(row)
    return Outcome(
        Status.DUPLICATE,
        lead_id=row.lead_id,
        error="created_before",
        message="A lead with the same unique value was created by an earlier import, from other cells.",
        tip=OURS_TIP,
        time=utc_text(row.changed_at),
    )


def of_key_holder(prepared: PreparedRow, holder: KeyOwner, lead_id: str = "") -> Outcome:
    """The outcome of a row whose unique value another row of the file holds; in a report, maybe a copy of its line."""
    is_copy = holder.row_number == prepared.row.number
    other = f"Another line whose lsq_row is {holder.row_number}" if is_copy else f"Row {holder.row_number}"
    return Outcome(
        Status.DUPLICATE,
        lead_id=lead_id,
        error="duplicate_in_file",
        message=f"{other} has the same unique value.",
        tip=HELD_TIP,
    )


def of_question(question: str, lead_id: str) -> Outcome:
    """The outcome of a report's line that is not sent before a person has said what it is."""
    message, tip = _QUESTIONS[question]
    return Outcome(Status.INVALID, lead_id=lead_id, error=question, message=message, tip=tip)


def unresolved_since(prepared: PreparedRow, known: KnownRow | None) -> Moment | None:
    """When an unresolved row was first about to be sent, None where nobody knows; a report has the server's time."""
    if known is not None:
        return known.intent
    if prepared.past is not None and prepared.past.time:
        try:
            return Moment(datetime.fromisoformat(prepared.past.time).timestamp(), 0.0)
        except ValueError:
            return None
    return None


def _twin(
    prepared: PreparedRow, by_key: Sequence[KnownRow], holders: Sequence[KeyOwner], *, again: bool
) -> Iterator[RowProblem]:
    """What would be wrong with a row that is not fit to send if it were: another row has its unique value."""
    created = next((row for row in by_key if row.state is State.CREATED and not again), None)
    if holders:
        outcome = of_key_holder(prepared, holders[0])
    elif created is not None:
        outcome = of_known_lead(prepared, created)
    else:
        return
    if outcome.status is Status.DUPLICATE:
        yield RowProblem(outcome.error, outcome.message, outcome.tip)


def _created_before(prepared: PreparedRow, known: KnownRow | None) -> Decision | None:
    if known is not None and known.state in _THERE:
        return Decision(_remembered(known), holds=True)
    past = prepared.past
    is_there = past is not None and past.status is not None and past.status.facts.kept_as in _THERE
    is_ours = prepared.given_ref is not None and is_there
    if is_ours and past is not None and (known is None or known.state is not State.RESEND):
        outcome = past.outcome()
        if outcome is not None and outcome.lead_id:
            return Decision(outcome, holds=True, adopts=True)
    return None


def _unresolved(prepared: PreparedRow, known: KnownRow | None, *, may_list: bool) -> Decision | None:
    """A row that may have been created: looked up where its reference, or one of its unique values, still is what it
    was, looked for once where it has none and listings may tell, else unknown. A report does not tell whether its row
    was sent with the reference: if no lead holds it, the row stays unknown.
    """
    if known is not None:
        if not known.state.is_unresolved:
            return None
        attempts, error = known.attempts, known.error
        can_look_up = bool(set(known.keys) & set(prepared.protection))
        is_keyless = not known.keys
        is_untried = may_list and known.state is State.INTENT and is_keyless and not prepared.protection
        can_look_up |= is_untried and prepared.has_cells(known.cells)
    else:
        past = prepared.past
        if prepared.given_ref is None or past is None or past.status is not Status.UNKNOWN:
            return None
        attempts, error = past.attempts, past.error
        can_look_up = bool(prepared.protection) and unresolved_since(prepared, known) is not None
        is_keyless = not prepared.keys
    since = unresolved_since(prepared, known)
    if prepared.problems:
        tip = " ".join([*(problem.message for problem in prepared.problems), UNFIT_TIP])
    else:
        tip = KEYLESS_TIP if is_keyless else EDITED_TIP
    outcome = Outcome(
        Status.UNKNOWN,
        error=error or "interrupted",
        message=UNRESOLVED,
        tip=tip,
        attempts=attempts,
        time="" if since is None else utc_text(since.at),
    )
    if can_look_up and not prepared.problems:
        return Decision(replace(outcome, tip=SERVER_TIP), is_open=True, holds=True)
    return Decision(outcome, holds=True)


def _remembered(row: KnownRow) -> Outcome:
    """What an earlier run found out about a row, or a lead, at no cost."""
    is_updated = row.state is State.UPDATED  # by an earlier run: this one wrote nothing
    return Outcome(
        Status.UNCHANGED if is_updated else Status(row.state.value),
        lead_id=row.lead_id,
        error=row.error,
        message="The lead got this row's values from an earlier import." if is_updated else row.message,
        tip=row.tip,
        attempts=row.attempts,
        time=utc_text(row.changed_at),
    )
