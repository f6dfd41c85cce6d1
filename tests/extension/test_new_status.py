"""A new status is one entry of one table, and nobody can forget it."""

import csv
from pathlib import Path

import pytest
from changed_house import ChangedHouse

from importer.outcome import State, Status
from importer.report.reader import recognise
from importer.sheet import Row

ENTRY = """    HELD = (
        "held",
        StatusFacts(
            summary="held: somebody looks at it first",
            meaning="waits for somebody to look at it",
            in_account=InAccount.NO,
            next_step=NextStep.CORRECT,
            kept_as=State.REJECTED,
            is_in_vain=None,
            colours=("#112233", "#ddeeff"),
        ),
    )
    UNKNOWN = ("""

GOOD_ENTRY = """    MERGED = (
        "merged",
        StatusFacts(
            summary="merged",
            meaning="its lead was changed",
            in_account=InAccount.OURS,
            next_step=NextStep.NOTHING,
            kept_as=State.CREATED,
            is_in_vain=False,
            colours=("#112233", "#ddeeff"),
            is_good=True,
        ),
    )
    UNKNOWN = ("""


def test_a_new_status_shows_in_summary_report_and_page_by_its_entry_alone(tmp_path: Path) -> None:
    house = ChangedHouse.build(tmp_path)
    house.edit("outcome.py", "    UNKNOWN = (", ENTRY)
    house.edit("outcome.py", "return cls(Status.INVALID, error", "return cls(Status.HELD, error")  # who gives it
    (tmp_path / "config.yaml").write_text("columns:\n  Name: FirstName\n  Email: EmailAddress\n", "utf-8")
    (tmp_path / "leads.csv").write_text("Name,Email\nAsha,asha@example.com\nRavi,<ravi\nMina,mina@\n", "utf-8")
    run = house.run(["leads.csv", "--sandbox"])
    assert run.returncode == 1, run.stderr
    assert "2  held: somebody looks at it first" in run.stdout
    with (tmp_path / "leads.report.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["lsq_status"] for row in csv.DictReader(file)] == ["created", "held", "held"]
    page = (tmp_path / "leads.report.html").read_text("utf-8")
    for told in ("waits for somebody to look at it", "--held: #112233", "--held: #ddeeff", "svg .held", ".pill.held"):
        assert told in page
    assert "Correct the 2 rows marked" in page
    again = house.run(["leads.report.csv", "--sandbox"])
    assert "2  held: somebody looks at it first" in again.stdout, again.stderr


def test_a_new_status_that_is_as_good_as_created_makes_no_failure(tmp_path: Path) -> None:
    house = ChangedHouse.build(tmp_path)
    house.edit("outcome.py", "    UNKNOWN = (", GOOD_ENTRY)
    house.edit("outcome.py", "return cls(Status.INVALID, error", "return cls(Status.MERGED, error")
    (tmp_path / "config.yaml").write_text("columns:\n  Name: FirstName\n  Email: EmailAddress\n", "utf-8")
    (tmp_path / "leads.csv").write_text("Name,Email\nAsha,asha@example.com\nRavi,<ravi\nMina,mina@\n", "utf-8")
    run = house.run(["leads.csv", "--sandbox"])
    assert run.returncode == 0, run.stdout + run.stderr
    assert "2  merged" in run.stdout
    page = (tmp_path / "leads.report.html").read_text("utf-8")
    assert "1 of 3 rows was created in a sandbox, 2 were merged." in page
    assert "What stood in the way" not in page


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    UNKNOWN = (", '    HELD = "held"\n    UNKNOWN = ('),
        ('    REJECTED = "rejected", InAccount.NO, PRUNABLE', '    REJECTED = "rejected"'),
        ("            next_step=NextStep.LOOK_UP,\n", ""),
    ],
    ids=["a status without facts", "a state without facts", "a status without one of them"],
)
def test_an_entry_that_leaves_a_fact_out_is_noticed_at_once(tmp_path: Path, old: str, new: str) -> None:
    house = ChangedHouse.build(tmp_path)
    house.edit("outcome.py", old, new)
    run = house.run(["leads.csv", "--sandbox"])
    assert run.returncode != 0
    assert "TypeError" in run.stdout + run.stderr or "lsq-import has a defect" in run.stderr


@pytest.mark.parametrize("status", Status)
def test_the_ledger_keeps_a_status_under_its_own_word_or_one_that_says_as_much(status: Status) -> None:
    state = status.facts.kept_as
    if state is not None:
        assert state.in_account is status.facts.in_account
        assert state.value == status.value or status in {Status.UNSENT, Status.UNCHANGED, Status.NOT_UPDATED}


def test_every_status_has_words_and_colours_of_its_own() -> None:
    for texts in (
        [status.facts.summary for status in Status],
        [status.facts.meaning for status in Status],
        [status.facts.colours[0] for status in Status],
        [status.facts.colours[1] for status in Status],
    ):
        assert all(texts)
        assert len(set(texts)) == len(Status)


@pytest.mark.parametrize("state", State)
def test_what_may_exist_is_never_pruned(state: State) -> None:
    assert not (state.is_prunable and (state.is_unresolved or state is State.CREATED))


@pytest.mark.parametrize("status", Status)
def test_the_report_gives_every_status_back(status: Status) -> None:
    shape = recognise(["lsq_row", "lsq_status"])
    assert shape is not None
    assert shape.past(Row(2, ("2", status.value))).status is status
