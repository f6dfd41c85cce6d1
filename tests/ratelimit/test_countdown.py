"""The time left follows the clock, the calls and what holds them up."""

from importer.ratelimit.adaptive import Limit
from importer.ratelimit.countdown import Countdown

LIMIT = Limit(25, 5.0)


def counted(rows: int) -> Countdown:
    countdown = Countdown()
    countdown.begin(rows, LIMIT)
    return countdown


def send(countdown: Countdown, calls: int, at_s: float) -> None:
    for _ in range(calls):
        countdown.sent(at_s)


def test_the_time_left_is_the_estimate_less_what_has_passed_and_ends_at_nothing() -> None:
    countdown = counted(150)
    assert countdown.left_s(100.0) == 25
    for window in range(6):
        begins = 100.0 + 5 * window
        send(countdown, 25, begins)
        assert countdown.left_s(begins) == 25 - 5 * window
        for _ in range(25):
            countdown.done(1)
        assert countdown.left_s(begins + 4) == max(0, 21 - 5 * window)
    assert countdown.left_s(125.0) == 0


def test_calls_before_the_sending_hold_their_places() -> None:
    countdown = Countdown()
    send(countdown, 2, 99.0)
    countdown.begin(25, LIMIT)
    assert countdown.left_s(100.0) == 4


def test_rows_on_their_way_need_no_further_call() -> None:
    countdown = counted(26)
    send(countdown, 25, 100.0)
    assert countdown.left_s(101.0) == 4
    countdown.sent(105.0)
    assert countdown.left_s(105.0) == 0
    assert countdown.left_s(109.0) == 0


def test_a_pause_is_waited_for_and_a_new_limit_is_reckoned_with() -> None:
    countdown = counted(50)
    countdown.pause(130.0)
    assert countdown.left_s(100.0) == 35
    countdown.resume()
    assert countdown.left_s(100.0) == 5
    countdown.keep(Limit(5, 5.0))
    assert countdown.left_s(100.0) == 45


def test_rows_that_share_calls_take_the_time_of_their_calls() -> None:
    countdown = Countdown()
    send(countdown, 2, 99.0)
    countdown.begin(1000, Limit(5, 5.0), rows_per_call=50)
    assert countdown.left_s(100.0) == 15
    send(countdown, 5, 100.0)
    assert countdown.left_s(100.0) == 15
    for _ in range(250):
        countdown.done(1)
    assert countdown.left_s(101.0) == 14
