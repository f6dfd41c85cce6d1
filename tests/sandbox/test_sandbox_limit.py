import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.sandbox.limit import Limit, Peak

STEPS = st.lists(st.integers(min_value=0, max_value=3000), max_size=120)  # milliseconds between arrivals


def arrivals(steps: list[int]) -> list[float]:
    now, times = 0.0, []
    for step in steps:
        now += step / 1000
        times.append(now)
    return times


@given(STEPS)
def test_no_sliding_window_holds_more_accepted_calls_than_the_limit(steps: list[int]) -> None:
    limit = Limit(calls=4, per_seconds=5.0, window="sliding")
    accepted = [time for time in arrivals(steps) if limit.admit(time)]
    assert all(later - earlier >= 5 for earlier, later in zip(accepted, accepted[4:], strict=False))


@given(STEPS)
def test_a_call_is_refused_only_while_the_sliding_window_is_full(steps: list[int]) -> None:
    limit = Limit(calls=4, per_seconds=5.0, window="sliding")
    accepted: list[float] = []
    for time in arrivals(steps):
        full = sum(time - 5.0 < earlier for earlier in accepted) >= 4
        assert limit.admit(time) is not full
        if not full:
            accepted.append(time)


@given(STEPS)
def test_each_fixed_window_holds_as_many_calls_as_the_limit_and_no_more(steps: list[int]) -> None:
    limit = Limit(calls=4, per_seconds=5.0, window="fixed")
    counts: dict[float, int] = {}
    for time in arrivals(steps):
        window = time // 5.0
        assert limit.admit(time) is (counts.get(window, 0) < 4)
        counts[window] = min(4, counts.get(window, 0) + 1)


def test_a_fixed_window_lets_twice_the_limit_pass_around_its_border() -> None:
    limit = Limit(calls=25, per_seconds=5.0, window="fixed")
    assert all(limit.admit(4.9) for _ in range(25))
    assert all(limit.admit(5.0) for _ in range(25))
    assert not limit.admit(5.1)


def test_a_refused_call_does_not_occupy_a_place() -> None:
    limit = Limit(calls=1, per_seconds=5.0, window="sliding")
    assert limit.admit(0)
    assert not any(limit.admit(time) for time in (1, 2, 3, 4, 4.999))
    assert limit.admit(5)


def test_a_limit_changed_midway_counts_what_was_accepted_before() -> None:
    limit = Limit(calls=25, per_seconds=5.0, window="sliding")
    assert all(limit.admit(time / 10) for time in range(10))
    limit.calls = 5
    assert not limit.admit(1.0)
    limit.calls = None
    assert limit.admit(1.0)


@given(STEPS)
def test_the_peak_is_the_fullest_sliding_window(steps: list[int]) -> None:
    peak = Peak(per_seconds=5.0)
    times = arrivals(steps)
    for time in times:
        peak.arrive(time)
    assert peak.most == max(
        (sum(end - 5.0 < time <= end for time in times[: i + 1]) for i, end in enumerate(times)), default=0
    )


@pytest.mark.parametrize("window", ["sliding", "fixed"])
def test_a_cleared_limit_has_forgotten_its_calls(window: str) -> None:
    limit = Limit(calls=1, per_seconds=5.0, window=window)  # type: ignore[arg-type]
    assert limit.admit(1)
    limit.clear()
    assert limit.admit(1)
