from datetime import UTC, datetime

import pytest

from importer.ratelimit.estimate import estimate_s, tell_duration, tell_estimate, tell_left

NOON = datetime(2026, 11, 24, 13, 58, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("calls", "expected_s"),
    [(0, 0), (1, 0), (25, 0), (26, 5), (150, 25), (151, 30), (1_000, 195), (10_000, 1_995), (100_000, 19_995)],
    ids=str,
)
def test_the_first_window_costs_no_time_and_each_further_one_its_length(calls: int, expected_s: float) -> None:
    assert estimate_s(calls, limit=25, per_seconds=5) == expected_s


@pytest.mark.parametrize(
    ("calls", "ago", "expected_s"),
    [
        (0, [0.0] * 25, 0),
        (25, [6.0] * 25, 0),
        (1, [2.0] * 25, 3),
        (25, [2.0] * 25, 3),
        (26, [2.0] * 25, 8),
        (15, [2.0] * 10, 0),
        (16, [2.0] * 10, 3),
        (16, [1.0, 2.0, *[9.0] * 40], 0),
        (24, [1.0, 2.0, *[9.0] * 40], 3),
        (25, [1.0, 2.0, *[9.0] * 40], 4),
        (125, [0.0] * 25, 25),
        (125, [0.0] * 60, 25),
    ],
    ids=str,
)
def test_calls_of_the_last_window_still_hold_their_places(calls: int, ago: list[float], expected_s: float) -> None:
    assert estimate_s(calls, limit=25, per_seconds=5, ago=ago) == expected_s


def test_the_estimate_names_rows_limit_duration_and_the_time_of_day() -> None:
    told = tell_estimate(10_000, 1_995, limit=25, per_seconds=5, now=NOON)
    assert told == "10,000 rows at 25 per 5 s: about 34 minutes, until 14:31"


def test_an_estimate_beyond_midnight_names_the_day() -> None:
    told = tell_estimate(200_000, 39_995, limit=25, per_seconds=5, now=NOON)
    assert told == "200,000 rows at 25 per 5 s: about 11 hours 7 minutes, until 2026-11-25 01:04"


def test_one_row_is_a_row() -> None:
    assert tell_estimate(1, 0, limit=2, per_seconds=0.5, now=NOON).startswith(
        "1 row at 2 per 0.5 s: about 1 second, until"
    )


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 s"), (0.2, "1 s"), (59.2, "1 min 0 s"), (252, "4 min 12 s"), (3600, "1 h 0 min"), (18_720, "5 h 12 min")],
    ids=str,
)
def test_the_time_left_is_short_and_ends_at_nothing(seconds: float, told: str) -> None:
    assert tell_left(seconds) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "1 second"),
        (0.2, "1 second"),
        (59.2, "60 seconds"),
        (60, "1 minute"),
        (61, "2 minutes"),
        (3599, "60 minutes"),
        (3600, "1 hour"),
        (7199, "2 hours"),
        (5400, "1 hour 30 minutes"),
    ],
    ids=str,
)
def test_a_duration_reads_as_a_person_would_say_it(seconds: float, told: str) -> None:
    assert tell_duration(seconds) == told
