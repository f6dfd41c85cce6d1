"""One lead's way to an outcome: never sent again while it may exist, never given up while it is known not to."""

import json
from itertools import pairwise
from typing import Any

import pytest
from scripted_client import (
    CREATED,
    LOST,
    NOBODY,
    NOW,
    OUR_ID,
    RATE,
    SERVER_ERROR,
    SINCE,
    THEIR_ID,
    UNREACHABLE,
    Told,
    deliver,
    duplicate,
    found,
    lead_of,
    mx,
)

from importer.leadsquared.answers import Reply
from importer.leadsquared.delivery import StopError
from importer.leadsquared.tips import KEYLESS_TIP, SERVER_TIP
from importer.outcome import Status, utc_text
from importer.ratelimit.watchdog import Watchdog

KEYLESS: dict[str, Any] = {"LastName": "John"}
DOUBTS = [LOST, SERVER_ERROR, Reply(200, b'{"Status":"Success"}'), Reply(500, b"Internal Server Error")]
THEIRS = found(THEIR_ID, created_at=NOW - 86400)


def test_a_created_lead_costs_one_call() -> None:
    outcome, client = deliver([CREATED])
    assert (outcome.status, outcome.lead_id, outcome.attempts) == (Status.CREATED, OUR_ID, 1)
    assert (outcome.error, outcome.message, outcome.tip) == ("", "", "")
    assert outcome.time == utc_text(NOW)
    assert (len(client.sent), client.looked_up) == (1, [])
    assert json.loads(client.sent[0][1]) == lead_of().body


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (duplicate(), Status.DUPLICATE, "MXDuplicateEntryException"),
        (duplicate("Phone Number"), Status.DUPLICATE, "MXDuplicateEntryException"),
        (mx("MXInvalidInputException"), Status.REJECTED, "MXInvalidInputException"),
        (Reply(400, b"Bad Request"), Status.REJECTED, "HTTP 400"),
        (Reply(403, b""), Status.REJECTED, "HTTP 403"),
    ],
)
def test_a_final_answer_is_the_outcome(answer: Reply, status: Status, error: str) -> None:
    outcome, client = deliver([answer])
    assert (outcome.status, outcome.error, outcome.attempts, outcome.lead_id) == (status, error, 1, "")
    assert outcome.message
    assert outcome.tip
    assert (len(client.sent), client.looked_up) == (1, [])


def test_a_refusal_because_of_the_limit_is_waited_out_and_no_attempt() -> None:
    watchdog = Watchdog()
    outcome, client = deliver([RATE] * 12 + [CREATED], watchdog=watchdog)
    assert (outcome.status, outcome.attempts, watchdog.refusals) == (Status.CREATED, 1, 12)
    times = [time for time, _ in client.sent]
    assert all(later - earlier >= 5 for earlier, later in pairwise(times))


@pytest.mark.parametrize(
    ("told", "wait_s"),
    [
        (Reply(429, b"", "30"), 30.0),
        (Reply(429, b"", "1"), 5.0),
        (Reply(429, b"API calls exceeded the limit of 10 in 60 second(s)"), 60.0),
        (Reply(503, b"", "40"), 40.0),
    ],
)
def test_a_wait_that_the_server_asks_for_is_kept(told: Reply, wait_s: float) -> None:
    outcome, client = deliver([told, CREATED])
    assert outcome.status is Status.CREATED
    first, second = sorted([*client.sent, *client.looked_up])[:2]
    assert wait_s <= second[0] - first[0] < wait_s + 2


def test_a_connection_that_is_never_made_is_tried_five_times_more_with_growing_waits() -> None:
    outcome, client = deliver([UNREACHABLE])
    assert (outcome.status, outcome.error, outcome.attempts) == (Status.FAILED, "no_connection", 6)
    assert "Connection refused" in outcome.message
    assert "account.host" in outcome.tip
    waits = [later - earlier - 0.1 for (earlier, _), (later, _) in pairwise(client.sent)]
    assert all(least <= wait <= least + 0.5 for wait, least in zip(waits, [0.5, 1, 2, 4, 8], strict=True))
    assert len({wait % 0.5 for wait in waits}) == 5, "no two waits are jittered alike"
    assert client.looked_up == [], "nothing arrived, so there is nothing to look for"


@pytest.mark.parametrize("tries", [1, 5])
def test_a_connection_that_is_made_at_last_is_enough(tries: int) -> None:
    outcome, client = deliver([UNREACHABLE] * tries + [CREATED])
    assert (outcome.status, outcome.attempts, len(client.sent)) == (Status.CREATED, tries + 1, tries + 1)


@pytest.mark.parametrize("doubt", DOUBTS)
def test_a_lead_without_a_unique_value_that_may_exist_is_never_sent_again(doubt: Told) -> None:
    outcome, client = deliver([doubt, CREATED], [found()], lead=lead_of(**KEYLESS))
    assert (outcome.status, outcome.tip, outcome.attempts) == (Status.UNKNOWN, KEYLESS_TIP, 1)
    assert outcome.time == utc_text(SINCE), "the intent's time, so that anybody can tell what it may have created"
    assert (len(client.sent), client.looked_up) == (1, [])


@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize("lag", [0, 1, 2])
def test_a_lead_that_may_exist_is_looked_up_patiently_and_found(doubt: Told, lag: int) -> None:
    outcome, client = deliver([doubt, duplicate()], [NOBODY] * lag + [found()])
    assert (outcome.status, outcome.lead_id, len(client.sent)) == (Status.CREATED, OUR_ID, 1)
    assert outcome.error == ""
    times = [client.sent[0][0], *(time for time, _ in client.looked_up)]
    assert [round(later - earlier - 0.1) for earlier, later in pairwise(times)] == [1, 2, 4][: lag + 1]
    assert {what for _, what in client.looked_up} == {"zoe@example.com"}


@pytest.mark.parametrize("doubt", DOUBTS)
def test_a_lead_that_is_somebody_elses_is_a_duplicate_with_its_id(doubt: Told) -> None:
    outcome, client = deliver([doubt, CREATED], [THEIRS])
    assert (outcome.status, outcome.lead_id, len(client.sent)) == (Status.DUPLICATE, THEIR_ID, 1)
    assert "e-mail address" in outcome.tip


@pytest.mark.parametrize("doubt", DOUBTS)
def test_a_lead_that_is_not_found_is_sent_again(doubt: Told) -> None:
    outcome, client = deliver([doubt, CREATED])
    assert (outcome.status, outcome.attempts, len(client.sent), len(client.looked_up)) == (Status.CREATED, 2, 2, 3)


def test_a_lead_that_stays_in_doubt_is_sent_again_five_times_and_looked_up_after_the_last() -> None:
    outcome, client = deliver([SERVER_ERROR])
    assert (outcome.status, outcome.error, outcome.tip) == (Status.UNKNOWN, "HTTP 502", SERVER_TIP)
    assert (outcome.attempts, len(client.sent), len(client.looked_up)) == (6, 6, 18)
    assert outcome.time == utc_text(SINCE)
    outcome, _ = deliver([SERVER_ERROR], [*[NOBODY] * 17, found()])
    assert outcome.status is Status.CREATED


def test_a_look_up_is_patient_after_the_last_attempt_however_old_the_intent() -> None:
    """The first try is too early for the lag, though the row has been waiting for minutes."""
    outcome, client = deliver([*[RATE] * 30, LOST, duplicate()], [NOBODY, NOBODY, found(created_at=NOW + 200)])
    assert (outcome.status, outcome.lead_id, len(client.sent)) == (Status.CREATED, OUR_ID, 31)


@pytest.mark.parametrize(("age_s", "tries"), [(10.0, 3), (1800.0, 3), (86400.0, 1)])
def test_a_doubt_of_an_earlier_run_begins_with_a_look_up(age_s: float, tries: int) -> None:
    outcome, client = deliver([CREATED], [NOBODY], since=NOW - age_s, is_in_doubt=True)
    assert (outcome.status, outcome.attempts, len(client.looked_up)) == (Status.CREATED, 1, tries)
    assert client.looked_up[0][0] < client.sent[0][0]
    outcome, client = deliver([CREATED], [found(created_at=NOW - age_s)], since=NOW - age_s, is_in_doubt=True)
    assert (outcome.status, outcome.lead_id, client.sent) == (Status.CREATED, OUR_ID, [])


def test_a_doubt_of_an_earlier_run_without_a_unique_value_costs_no_call() -> None:
    outcome, client = deliver([CREATED], lead=lead_of(**KEYLESS), is_in_doubt=True)
    assert (outcome.status, outcome.error, outcome.attempts) == (Status.UNKNOWN, "interrupted", 0)
    assert "ended before it knew" in outcome.message
    assert (client.sent, client.looked_up) == ([], [])


def test_a_duplicate_after_a_doubt_that_is_found_late_is_ours() -> None:
    outcome, client = deliver([LOST, duplicate()], [NOBODY] * 4 + [found()])
    assert (outcome.status, outcome.lead_id, len(client.sent), len(client.looked_up)) == (Status.CREATED, OUR_ID, 2, 5)


def test_a_duplicate_after_a_doubt_is_looked_up_by_the_field_that_is_taken() -> None:
    theirs = found(THEIR_ID, created_at=NOW - 86400, EmailAddress="other@example.com")
    outcome, client = deliver([LOST, duplicate("Phone Number")], [NOBODY] * 3 + [theirs])
    assert (outcome.status, outcome.lead_id) == (Status.DUPLICATE, THEIR_ID)
    assert client.asked[-1] == ("Phone", "+91-9845098450")
    assert "phone number" in outcome.tip


def test_a_duplicate_after_a_doubt_that_is_never_found_stays_unknown() -> None:
    outcome, client = deliver([LOST, duplicate()])
    assert (outcome.status, outcome.error, len(client.sent)) == (Status.UNKNOWN, "lost_reply", 2)
    assert "earlier attempt of ours" in outcome.message


def test_a_lead_that_another_row_of_ours_created_is_not_this_ones() -> None:
    outcome, _ = deliver([LOST], [found()], owns=lambda lead_id: lead_id == OUR_ID)
    assert (outcome.status, outcome.lead_id) == (Status.DUPLICATE, OUR_ID)


@pytest.mark.parametrize("skew_s", [-7200.0, 0.0, 7200.0])
def test_the_servers_clock_decides_which_lead_is_new(skew_s: float) -> None:
    outcome, _ = deliver([LOST], [found(created_at=SINCE + skew_s)], skew_s=skew_s)
    assert outcome.status is Status.CREATED
    outcome, _ = deliver([LOST], [found(THEIR_ID, created_at=SINCE + skew_s - 7)], skew_s=skew_s)
    assert outcome.status is Status.DUPLICATE


@pytest.mark.parametrize("told", [Reply(403, b"not for you"), mx("MXInvalidInputException", "zoe@example.com"), LOST])
@pytest.mark.parametrize("creates", [[LOST], [LOST, duplicate()]], ids=["in doubt", "duplicate after a doubt"])
def test_a_look_up_that_is_refused_leaves_the_doubt(told: Told, creates: list[Told]) -> None:
    finds = [NOBODY] * 3 * (len(creates) - 1) + [told]
    outcome, client = deliver(creates, finds)
    assert (outcome.status, outcome.error, outcome.tip) == (Status.UNKNOWN, "lost_reply", SERVER_TIP)
    assert len(client.sent) == len(creates)
    assert "zoe" not in outcome.message


def test_a_look_up_is_asked_again_after_refusals_and_lost_answers() -> None:
    trouble: list[Told] = [LOST, UNREACHABLE, SERVER_ERROR, *[RATE] * 8, Reply(200, b"[{}]")]
    outcome, client = deliver([LOST], [*trouble, found()])
    assert (outcome.status, len(client.looked_up)) == (Status.CREATED, len(trouble) + 1)
    outcome, client = deliver([LOST], [SERVER_ERROR])
    assert (outcome.status, len(client.looked_up)) == (Status.UNKNOWN, 6)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (mx("MXInvalidInputException"), Status.REJECTED),
        # Something between us and LeadSquared says no: that tells nothing about the attempt before.
        (Reply(403, b"<html>Blocked</html>"), Status.UNKNOWN),
        (Reply(400, b""), Status.UNKNOWN),
        (UNREACHABLE, Status.UNKNOWN),
    ],
)
def test_only_leadsquareds_own_no_settles_an_earlier_doubt(answer: Told, status: Status) -> None:
    outcome, _ = deliver([LOST, answer])
    assert outcome.status is status


def stopped(creates: list[Told], **more: Any) -> StopError:
    with pytest.raises(StopError) as caught:
        deliver(creates, **more)
    assert caught.value.exit_status == 3
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("answer", [Reply(401, b""), Reply(404, b""), mx("MXInvalidAccessDetailsException")])
def test_a_fatal_answer_stops_the_run_and_leaves_its_lead_unsent(answer: Reply) -> None:
    outcome = stopped([answer, CREATED]).outcome
    assert (outcome.status, outcome.lead_id) == (Status.UNSENT, "")
    assert outcome.tip


def test_a_fatal_answer_after_a_doubt_leaves_the_doubt() -> None:
    outcome = stopped([LOST, Reply(401, b"")]).outcome
    assert (outcome.status, outcome.error, outcome.time) == (Status.UNKNOWN, "lost_reply", utc_text(SINCE))


def test_a_fatal_answer_to_a_look_up_leaves_the_doubt() -> None:
    error = stopped([LOST], finds=[Reply(401, b"zoe@example.com")])
    assert (error.outcome.status, error.outcome.error) == (Status.UNKNOWN, "lost_reply")
    assert "zoe" not in f"{error}{error.outcome}"


def test_ten_minutes_of_refusals_stop_the_run_and_leave_the_lead_unsent() -> None:
    error = stopped([RATE])
    assert "10 minutes" in error.message
    assert (error.outcome.status, error.outcome.error) == (Status.UNSENT, "stopped")


def test_ten_minutes_of_lost_answers_stop_the_run_and_leave_the_doubt() -> None:
    outcome = stopped([LOST], finds=[LOST], takes_s=130.0).outcome
    assert outcome.status is Status.UNKNOWN
    watchdog = Watchdog(longest_spell_s=1.0)
    outcome = stopped([LOST], lead=lead_of(**KEYLESS), watchdog=watch_that_has_waited(watchdog)).outcome
    assert outcome.status is Status.UNKNOWN, "the very attempt that ends the run may have created it"


def watch_that_has_waited(watchdog: Watchdog) -> Watchdog:
    watchdog._spell_began = -1000.0
    return watchdog


def test_ten_minutes_without_a_connection_stop_the_run_and_leave_the_lead_unsent() -> None:
    outcome = stopped([UNREACHABLE], takes_s=150.0).outcome
    assert outcome.status is Status.UNSENT


def test_accepted_calls_of_other_rows_keep_the_run_going() -> None:
    watchdog = Watchdog()
    outcome, _ = deliver([duplicate()], watchdog=watch_that_has_waited(watchdog))
    assert outcome.status is Status.DUPLICATE
    assert watchdog._spell_began is None


@pytest.mark.parametrize(
    "answer", [Reply(400, b"zoe@example.com key s3cret!k3y Smith"), mx("MXNo", "Smith s3cret!k3y")]
)
def test_no_outcome_shows_the_lead_or_the_keys(answer: Reply) -> None:
    outcome, _ = deliver([answer], secrets=("s3cret!k3y",))
    for piece in ("zoe", "s3cret", "Smith"):
        assert piece not in repr(outcome)
