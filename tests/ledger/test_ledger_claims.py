"""What stands in a row's way: its own past, and whoever has one of its unique values."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ledger_cases import CREATED, FAILED, UNKNOWN, begin_run, claim, digest, intent, open_ledger, settle

from importer.ledger.ledger import Ledger
from importer.ledger.records import Intent, State
from importer.outcome import Outcome, Status

DUPLICATE = Outcome(Status.DUPLICATE, lead_id="theirs")
REJECTED = Outcome(Status.REJECTED, error="MXInvalidInputException")


@pytest.fixture(params=["file", "server"])
def ledger_path(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    if request.param == "file":
        return tmp_path / "ledger.sqlite3"
    return str(request.getfixturevalue("server_url"))


@pytest.fixture
def ledger(ledger_path: Path | str) -> Iterator[Ledger]:
    with open_ledger(ledger_path) as ledger:
        begin_run(ledger)
        yield ledger


def leave_behind(path: Path | str, ref: str, *keys: str, outcome: Outcome | None) -> None:
    """A run that claims a row, settles it perhaps, and is gone."""
    with open_ledger(path) as ledger:
        begin_run(ledger)
        assert claim(ledger, intent(ref, *keys)) == [None]
        if outcome is not None:
            settle(ledger, ref, outcome)


@pytest.mark.parametrize(
    ("outcome", "words"),  # as it is, after a look-up, with --again
    [
        (None, ("held", "free", "held")),
        (UNKNOWN, ("held", "free", "held")),
        (CREATED, ("held", "held", "free")),
        (DUPLICATE, ("free", "free", "free")),
        (REJECTED, ("free", "free", "free")),
        (FAILED, ("free", "free", "free")),
    ],
)
def test_a_rows_own_past_decides_how_it_may_be_sent(
    ledger: Ledger, ledger_path: Path | str, outcome: Outcome | None, words: tuple[str, str, str]
) -> None:
    for way, word in zip(("plain", "resolving", "forced"), words, strict=True):
        leave_behind(ledger_path, way, outcome=outcome)
        (conflict,) = claim(ledger, intent(way, is_forced=way == "forced", resolves=way == "resolving"))
        assert ("free" if conflict is None else "held") == word, way


@pytest.mark.parametrize(
    ("outcome", "word"),
    [(None, "free"), (UNKNOWN, "free"), (CREATED, "held"), (DUPLICATE, "free"), (REJECTED, "free"), (FAILED, "free")],
)
def test_another_row_of_the_past_is_in_the_way_only_when_it_is_the_created_lead(
    ledger: Ledger, ledger_path: Path | str, outcome: Outcome | None, word: str
) -> None:
    leave_behind(ledger_path, "other", "mail", outcome=outcome)
    (conflict,) = claim(ledger, intent("mine", "phone", "mail"))
    assert ("free" if conflict is None else "held") == word
    assert (ledger.rows.find_rows([digest("mine")]) == {}) == (word == "held")


@pytest.mark.parametrize("way", [{}, {"is_forced": True}, {"resolves": True}])
def test_what_is_in_flight_in_another_live_run_is_in_the_way_whatever_is_wanted(
    ledger: Ledger, ledger_path: Path | str, way: dict[str, Any]
) -> None:
    with open_ledger(ledger_path) as other:
        begin_run(other)
        assert claim(other, intent("other", "mail")) == [None]
        by_key, by_ref = claim(ledger, intent("mine", "mail", **way), intent("other", **way))
        assert by_key is not None
        assert by_ref is not None
        assert by_key.ref == by_ref.ref == digest("other")
        settle(other, "other", REJECTED)
        assert claim(ledger, intent("mine", "mail", **way)) == [None]


def test_a_run_is_not_in_its_own_way(ledger: Ledger) -> None:
    assert claim(ledger, intent("a", "mail")) == [None]
    settle(ledger, "a", REJECTED)
    assert claim(ledger, intent("b", "mail"), intent("a", "phone")) == [None, None]


def test_a_value_belongs_to_the_row_that_claimed_it_last(ledger: Ledger) -> None:
    claim(ledger, intent("a", "mail", "phone"))
    settle(ledger, "a", REJECTED)
    claim(ledger, intent("b", "mail"))
    settle(ledger, "b", CREATED)
    found = ledger.rows.find_keys([digest("mail"), digest("phone"), digest("none")])
    assert {key: row.ref for key, row in found.items()} == {
        digest("mail"): digest("b"),
        digest("phone"): digest("a"),
    }
    lead = ledger.rows.find_lead("lead-1")
    assert lead is not None
    assert lead.ref == digest("b")


def test_one_conflict_in_a_batch_keeps_no_other_row_back(ledger: Ledger, ledger_path: Path | str) -> None:
    leave_behind(ledger_path, "old", "mail", outcome=CREATED)
    conflicts = claim(ledger, intent("a", "one"), intent("b", "mail"), intent("c"))
    assert [conflict is None for conflict in conflicts] == [True, False, True]
    assert set(ledger.rows.find_rows([digest(name) for name in "abc"])) == {digest("a"), digest("c")}


def test_what_came_back_is_known_in_full(ledger: Ledger) -> None:
    wanted = Intent(digest("a"), digest("its cells"), (digest("mail"), digest("phone")), 7, intent_at=1000.5)
    claim(ledger, wanted)
    outcome = Outcome(Status.UNKNOWN, "id", "error", "message", "tip", attempts=3)
    settle(ledger, "a", outcome)
    row = ledger.rows.find_rows([digest("a")])[digest("a")]
    assert (row.cells, row.keys, row.row_number, row.intent_at) == (wanted.cells, wanted.keys, 7, 1000.5)
    assert (row.lead_id, row.error, row.message, row.tip, row.attempts) == ("id", "error", "message", "tip", 3)
    assert row.state is State.UNKNOWN
    assert ledger.locks.is_live(row.run_token)


def test_an_edited_row_is_found_again_only_by_values_that_every_intent_had(
    ledger: Ledger, ledger_path: Path | str
) -> None:
    """It may have been created by the first intent or by the second: what only one of them had protects nothing."""
    leave_behind(ledger_path, "a", "mail 1", "phone", outcome=None)
    with open_ledger(ledger_path) as second:
        begin_run(second)
        assert claim(second, intent("a", "mail 2", "phone", resolves=True)) == [None]
    row = ledger.rows.find_rows([digest("a")])[digest("a")]
    assert row.keys == (digest("phone"),)
    assert set(ledger.rows.find_keys([digest("mail 2")])) == {digest("mail 2")}


def test_a_row_that_was_refused_is_known_by_the_values_it_has_now(ledger: Ledger, ledger_path: Path | str) -> None:
    leave_behind(ledger_path, "a", "mail 1", outcome=REJECTED)
    claim(ledger, intent("a", "mail 2"))
    assert ledger.rows.find_rows([digest("a")])[digest("a")].keys == (digest("mail 2"),)


def test_a_row_written_down_without_a_run_is_known_all_the_same(ledger_path: Path | str, ledger: Ledger) -> None:
    with open_ledger(ledger_path) as other, other.begin() as connection:
        other.rows.record(connection, intent("a", "mail"), State.CREATED, CREATED)
    row = ledger.rows.find_rows([digest("a")])[digest("a")]
    assert (row.state, row.run_token) == (State.CREATED, "")
    assert not ledger.locks.is_live(row.run_token)


def test_nothing_asked_is_nothing_found(ledger: Ledger) -> None:
    assert ledger.rows.find_rows([]) == {}
    assert ledger.rows.find_keys([]) == {}
    assert claim(ledger) == []


def test_an_outcome_is_written_only_by_the_run_that_owns_the_row(ledger: Ledger, ledger_path: Path | str) -> None:
    with open_ledger(ledger_path) as other:
        begin_run(other)
        claim(other, intent("a", "mail"))
        other.locks.release()  # as if its folder had been removed: nobody sees it any more
        assert claim(ledger, intent("a", "mail", resolves=True)) == [None]
        settle(other, "a", REJECTED)
        assert ledger.rows.find_rows([digest("a")])[digest("a")].state is State.INTENT
        settle(ledger, "a", CREATED)
        settle(other, "a", UNKNOWN)
    assert ledger.rows.find_rows([digest("a")])[digest("a")].state is State.CREATED


def test_a_created_row_stays_created_while_it_is_sent_again(ledger: Ledger, ledger_path: Path | str) -> None:
    leave_behind(ledger_path, "a", "mail", outcome=CREATED)
    assert claim(ledger, intent("a", "mail", is_forced=True)) == [None]
    row = ledger.rows.find_rows([digest("a")])[digest("a")]
    assert (row.state, row.lead_id) == (State.CREATED, "lead-1")
