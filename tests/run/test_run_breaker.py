"""The breaker pauses a run that gets no answers, stops it in the end, and stops one whose rows all fail alike."""

import signal
import socket
import time
from collections import Counter
from pathlib import Path

import pytest
from truth import find_lies
from workbench import Account, Desk, finish, person

from importer.outcome import Outcome, Status
from importer.ratelimit.breaker import FIRST_PAUSE_S, MOST_PAUSES, Breaker, BreakerError

CREATE, LOOK_UP = "Lead.Create", "look-up"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def breaker(
    clock: Clock | None = None, *, failures: int = 3, same_error: int = 3, longest_call_s: float = 0
) -> Breaker:
    return Breaker(failures=failures, same_error=same_error, clock=clock or Clock(), longest_call_s=longest_call_s)


def rejected(error: str = "MXInvalidInputException") -> Outcome:
    return Outcome(Status.REJECTED, error=error, message="Invalid Input!", tip="Correct it.", attempts=1)


def test_failures_in_a_row_pause_and_what_was_on_its_way_then_does_not_count() -> None:
    clock = Clock()
    one = breaker(clock)
    assert [one.failed(CREATE) for _ in range(5)] == [0, 0, FIRST_PAUSE_S, 0, 0]
    clock.now += FIRST_PAUSE_S - 0.1
    assert one.failed(CREATE) == 0


def test_each_pause_that_did_not_help_is_followed_by_one_twice_as_long_and_the_last_by_the_end() -> None:
    clock = Clock()
    one = breaker(clock)
    one.failed(CREATE), one.failed(CREATE)
    pauses = []
    for _ in range(MOST_PAUSES):
        pauses.append(one.failed(CREATE))
        clock.now += pauses[-1]
    assert pauses == [30, 60, 120, 240]
    with pytest.raises(BreakerError, match="4 minutes") as ended:
        one.failed(CREATE)
    assert ended.value.exit_status == 3
    assert "breaker.failures" in ended.value.hint


def test_an_answer_sets_everything_back() -> None:
    clock = Clock()
    one = breaker(clock)
    assert not one.answered(CREATE)
    for _ in range(10):
        assert [one.failed(CREATE) for _ in range(3)] == [0, 0, FIRST_PAUSE_S]
        clock.now += FIRST_PAUSE_S
        assert one.answered(CREATE)


def test_look_ups_that_are_answered_hide_no_outage_of_creations() -> None:
    clock = Clock()
    one = breaker(clock)
    told = []
    for _ in range(3):
        told.append(one.failed(CREATE))
        assert not one.answered(LOOK_UP)
    assert told == [0, 0, FIRST_PAUSE_S]
    clock.now += FIRST_PAUSE_S
    assert one.failed(CREATE) == 2 * FIRST_PAUSE_S


def test_a_pause_is_no_shorter_than_a_call_may_take() -> None:
    one = breaker(failures=1, longest_call_s=90)
    assert one.failed(CREATE) == 90


def test_with_0_both_rules_are_off() -> None:
    one = breaker(failures=0, same_error=0)
    assert {one.failed(CREATE) for _ in range(1000)} == {0}
    for _ in range(1000):
        one.settled(rejected())


def test_the_same_error_on_each_of_the_first_rows_ends_the_run_and_says_which_and_how_to_go_on() -> None:
    one = breaker()
    one.settled(rejected())
    one.settled(rejected())
    with pytest.raises(BreakerError, match=r"first 3 rows.*MXInvalidInputException: Invalid Input!") as ended:
        one.settled(rejected())
    assert "Correct it." in ended.value.hint
    assert "same_error: 0" in ended.value.hint


@pytest.mark.parametrize(
    "other",
    [Outcome(Status.CREATED, lead_id="x", attempts=1), rejected("HTTP 403")],
    ids=["a created row", "another error"],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_row_among_the_first_that_went_otherwise_turns_the_rule_off(other: Outcome, place: int) -> None:
    one = breaker()
    for _ in range(place):
        one.settled(rejected())
    one.settled(other)
    for _ in range(100):
        one.settled(rejected())


@pytest.mark.parametrize(
    "other",
    [
        Outcome(Status.DUPLICATE, error="MXDuplicateEntryException", attempts=1),
        Outcome(Status.UNSENT),
        Outcome(Status.UNKNOWN, error="interrupted"),
    ],
    ids=["duplicate", "unsent", "looked up"],
)
def test_rows_that_tell_nothing_count_neither_for_nor_against(other: Outcome) -> None:
    one = breaker()
    for _ in range(100):
        one.settled(other)
    for _ in range(2):
        one.settled(rejected())
        one.settled(other)
    with pytest.raises(BreakerError):
        one.settled(rejected())


REFUSED = '{"Status":"Error","ExceptionType":"MXInvalidInputException","ExceptionMessage":"Invalid Input! mx_City"}'
ROWS = [person(number) for number in range(1, 31)]


def said(desk: Desk) -> Counter[str]:
    return Counter(line.status for line in desk.report())


def test_a_mapping_that_fails_on_every_row_costs_few_calls_and_the_rest_is_unsent(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "status": 500, "body": REFUSED, "times": 1000})
    desk.configure(workers=1, breaker={"same_error": 5})
    desk.write(ROWS)
    run = desk.call("leads.csv")
    assert run.status == 3
    assert "MXInvalidInputException: Invalid Input! mx_City" in run.err
    assert "same_error: 0" in run.err
    assert said(desk) == {"rejected": 5, "unsent": 25}
    assert account.calls() == 5


def test_rows_that_nobody_mended_since_last_night_do_not_keep_tonights_from_being_sent(
    desk: Desk, account: Account
) -> None:
    account.script({"call": "Lead.Create", "status": 500, "body": REFUSED, "times": 10})
    desk.configure(workers=1, breaker={"same_error": 5})
    desk.write(ROWS[:5])
    assert desk.call("leads.csv").status == 3
    desk.write(ROWS)
    assert desk.call("leads.csv").status == 1
    assert said(desk) == {"rejected": 5, "created": 25}


def test_a_short_outage_costs_a_pause_and_no_row(desk: Desk, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importer.ratelimit.breaker.FIRST_PAUSE_S", 0.3)
    account.script({"call": "Lead.Create", "fault": "drop_after", "times": 4})
    desk.configure(workers=2, timeout_s=0.2, breaker={"failures": 4})
    desk.write(ROWS)
    run = desk.call("leads.csv")
    assert run.status == 0
    assert "all calls of this run pause" in run.err
    assert "LeadSquared answers again." in run.err
    assert find_lies(ROWS, desk.report(), account.leads()) == []


def test_an_outage_that_lasts_ends_the_run_and_the_same_command_goes_on(
    desk: Desk, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importer.ratelimit.breaker.FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr("importer.leadsquared.lookup.WAITS_S", (0.02, 0.04))
    account.change(html_502_before=1.0)
    desk.configure(workers=2, timeout_s=0.02, breaker={"failures": 4})
    desk.write(ROWS)
    run = desk.call("leads.csv")
    assert run.status == 3
    assert "in a row" in run.err
    counts = said(desk)
    assert counts["unsent"] >= 25
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    account.change(html_502_before=0.0)
    desk.configure()
    assert desk.call("leads.csv").status == 0
    assert find_lies(ROWS, desk.report(), account.leads()) == []


@pytest.mark.parametrize(("word", "status"), [("failures", 1), ("ok", 0)])
def test_the_config_says_whether_duplicates_are_failures(desk: Desk, word: str, status: int) -> None:
    desk.configure(duplicates_are=word)
    desk.write([*ROWS[:2], ROWS[0]])
    assert desk.call("leads.csv").status == status
    assert said(desk) == {"created": 2, "duplicate": 1}
    assert desk.call("leads.csv", "--dry-run").status == status


def test_ctrl_c_does_not_wait_for_the_end_of_a_pause(desk: Desk, account: Account) -> None:
    account.script({"call": "Lead.Create", "fault": "drop_after", "times": 4})
    desk.configure(workers=4, breaker={"failures": 4})
    desk.write(ROWS)
    process = desk.start("leads.csv")
    assert process.stderr is not None
    while "all calls of this run pause for 30 seconds" not in process.stderr.readline():
        pass
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert finish(process).status == 130
    assert time.monotonic() - began < FIRST_PAUSE_S / 2
    assert find_lies(ROWS, desk.report(), account.leads()) == []
    assert said(desk) == {"unknown": 4, "unsent": 26}, "what is in doubt is left for the next run"
    assert desk.call("leads.csv").status == 0
    assert find_lies(ROWS, desk.report(), account.leads()) == []


def test_a_small_file_of_which_no_call_was_taken_ends_with_3(
    tmp_path: Path, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importer.leadsquared.retries.FIRST_WAIT_S", 0.0)
    monkeypatch.setattr("importer.leadsquared.retries.JITTER_S", 0.0)
    desk = Desk(tmp_path / "desk", account)
    with socket.socket() as nobody:  # bound, and not listening
        nobody.bind(("127.0.0.1", 0))
        desk.environ["LSQ_HOST"] = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        desk.write([person(1), person(2), ("", "", "", "", "City 90", "")])
        run = desk.call("leads.csv")
        assert run.status == 3
        assert "has not taken a single call of this run" in run.err
        assert Counter(line.status for line in desk.report()) == {"failed": 2, "invalid": 1}
        desk.write([("", "", "", "", "City 90", "")])
        assert desk.call("leads.csv").status == 1, "nothing was to be sent: the file alone is to blame"


def test_a_small_file_with_one_call_that_was_taken_ends_with_1(desk: Desk, account: Account) -> None:
    bad = '{"Status":"Error","ExceptionType":"MXInvalidInputException","ExceptionMessage":"Invalid Input!"}'
    account.script({"call": "Lead.Create", "status": 400, "body": bad, "times": 9})
    desk.write([person(1), person(2)])
    assert desk.call("leads.csv").status == 1
