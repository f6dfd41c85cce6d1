"""One run's memory of its file: who holds which value first, how often a row came before, what became of each."""

import sqlite3
import tracemalloc
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_cases import digest

from importer.errors import Remedy, RowProblem
from importer.ledger.database import LedgerError
from importer.ledger.scratch import BATCH, KeyOwner, RowState, Scratch
from importer.outcome import Outcome, Status


@pytest.fixture
def scratch() -> Iterator[Scratch]:
    with Scratch() as scratch:
        yield scratch


def note(place: int, status: Status = Status.READY, *, is_open: bool = True) -> RowState:
    return RowState(place, digest(f"ref {place}"), is_open, Outcome(status, "id", "error", "message", "tip", 3, "time"))


HOLDERS = st.builds(KeyOwner, st.integers(0, 9), st.integers(2, 11))
NAMES = st.sampled_from([digest(name) for name in "abcdefgh"])
STEP = st.one_of(
    st.tuples(st.just("prefetch"), st.dictionaries(NAMES, HOLDERS, max_size=4), st.lists(NAMES, max_size=4)),
    st.tuples(st.just("hold"), NAMES, st.integers(0, 2**62)),
    st.tuples(st.just("holder"), NAMES),
    st.tuples(st.just("ordinal"), NAMES),
)


@settings(max_examples=150)
@given(st.lists(STEP, max_size=60), st.sampled_from([2, BATCH]))
def test_every_order_of_questions_is_answered_as_plain_dictionaries_would(
    steps: list[tuple[Any, ...]], batch: int
) -> None:
    holders: dict[bytes, KeyOwner] = {}
    counts: Counter[bytes] = Counter()
    with pytest.MonkeyPatch.context() as patch, Scratch() as scratch:
        patch.setattr("importer.ledger.digesttable.BATCH", batch)
        for word, *values in steps:
            if word == "prefetch":
                scratch.prefetch(values=values[0], rows=values[1])
            elif word == "hold":
                holders[values[0]] = KeyOwner(values[1], values[1] + 2)
                scratch.hold(values[0], holders[values[0]])
            elif word == "holder":
                assert scratch.holder(values[0]) == holders.get(values[0])
            else:
                assert scratch.next_ordinal(values[0]) == counts[values[0]]
                counts[values[0]] += 1


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from(Status), st.booleans()), max_size=60),
    st.sampled_from([2, BATCH]),
)
def test_the_last_word_on_each_row_is_kept_in_the_files_order(
    words: list[tuple[int, Status, bool]], batch: int
) -> None:
    wanted: dict[int, RowState] = {}
    with pytest.MonkeyPatch.context() as patch, Scratch() as scratch:
        patch.setattr("importer.ledger.scratch.BATCH", batch)
        for place, status, is_open in words:
            wanted[place] = note(place, status, is_open=is_open)
            scratch.keep(wanted[place])
        assert list(scratch.notes()) == [wanted[place] for place in sorted(wanted)]
        for place in range(31):
            assert scratch.outcome(place) == (wanted[place].outcome if place in wanted else None)


def test_more_values_than_one_statement_takes_are_prefetched(scratch: Scratch) -> None:
    names = [digest(f"value {number}") for number in range(2500)]
    for place, name in enumerate(names):
        scratch.hold(name, KeyOwner(place, place + 2))
        scratch.next_ordinal(name)
    scratch.prefetch(values=dict.fromkeys(names, KeyOwner(9, 9)), rows=names)
    assert [scratch.holder(name) for name in names] == [KeyOwner(place, place + 2) for place in range(2500)]
    assert {scratch.next_ordinal(name) for name in names} == {1}


def test_huge_numbers_come_back_whole(scratch: Scratch) -> None:
    place = 2**62
    scratch.keep(note(place))
    scratch.hold(digest("a"), KeyOwner(place, place + 1))
    scratch.prefetch(values={digest("a"): KeyOwner(1, 2)}, rows=[])
    assert [kept.place for kept in scratch.notes()] == [place]
    assert scratch.holder(digest("a")) == KeyOwner(place, place + 1)


def test_notes_that_change_while_they_are_read_are_not_lost(scratch: Scratch) -> None:
    for place in range(BATCH + 5):
        scratch.keep(note(place))
    for kept in scratch.notes():
        scratch.keep(note(kept.place, Status.CREATED, is_open=False))
    assert {kept.outcome.status for kept in scratch.notes()} == {Status.CREATED}


def test_texts_that_are_no_characters_can_be_kept(scratch: Scratch) -> None:
    scratch.keep(RowState(0, digest("a"), is_open=False, outcome=Outcome(Status.REJECTED, message="half \ud83d")))
    assert [kept.outcome.message for kept in scratch.notes()] == ["half \\ud83d"]


def test_every_problem_of_a_row_is_kept_with_all_that_is_known_of_it(scratch: Scratch) -> None:
    problems = (
        RowProblem(
            "off_list", "Cell D2 (Stage) …\ud800.", "Correct it.", "Stage", (3,), "…", Remedy("values", "A", "a")
        ),
        RowProblem("no_name_or_contact", "None of …", "Fill one.", cells=(0, 1)),
    )
    kept = RowState(0, digest("ref"), is_open=False, outcome=Outcome.of_problems(problems))
    scratch.keep(kept)
    (note,) = scratch.notes()
    assert note.outcome.problems == problems


def test_memory_does_not_grow_with_the_rows(scratch: Scratch) -> None:
    def fill(start: int) -> None:
        for place in range(start, start + 6000, 400):
            places = range(place, place + 400)
            names = [digest(str(number)) for number in places]
            scratch.prefetch(
                values={name: KeyOwner(number, number) for number, name in zip(places, names, strict=True)}, rows=names
            )
            for number, name in zip(places, names, strict=True):
                scratch.hold(name, KeyOwner(number, number))
                scratch.next_ordinal(name)
                scratch.keep(note(number))

    def send(start: int) -> None:
        for number in range(start, start + 6000):
            scratch.hold(digest(str(number)), KeyOwner(number, number))
            scratch.holder(digest(str(number)))
            scratch.keep(note(number, Status.CREATED))

    tracemalloc.start()
    try:
        fill(0)
        send(0)
        before = tracemalloc.get_traced_memory()[0]
        fill(6000)
        send(6000)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 300_000


def test_no_room_is_an_error_that_names_the_folder(scratch: Scratch) -> None:
    pages = scratch._database.execute("PRAGMA page_count").fetchone()[0]
    scratch._database.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LedgerError, match=r"cannot be written to .*full"):
        deque(map(scratch.keep, map(note, range(10 * BATCH))), maxlen=0)


def test_a_folder_that_takes_no_file_is_such_an_error_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr(sqlite3, "connect", refuse)
    with pytest.raises(LedgerError, match="unable to open"):
        Scratch()


def test_nothing_is_left_in_the_folder_for_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    with Scratch() as scratch:
        for place in range(5 * BATCH):
            scratch.keep(note(place))
        assert list(tmp_path.iterdir()) == []
