"""The rule by which slots are left to others and won back: small, and tested whole."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.ratelimit.adaptive import GROW_EVERY_S, AdaptiveLimit, Limit, fair_parts

CONFIG = Limit(25, 5)


def refuse(adaptive: AdaptiveLimit, *times: float, share: float = 1.0) -> AdaptiveLimit:
    for now in times:
        adaptive = adaptive.refused(now, advertised=CONFIG, share=share)
    return adaptive


@pytest.mark.parametrize(
    ("calls", "share", "allowed"),
    [(25, 1.0, 25), (25, 0.8, 20), (25, 0.5, 12), (10, 0.05, 1), (1, 0.01, 1), (100, 0.29, 29), (3, 1.0, 3)],
)
def test_a_share_of_the_limit_is_rounded_down_but_never_to_nothing(calls: int, share: float, allowed: int) -> None:
    assert AdaptiveLimit(Limit(calls, 5)).calls(0.0, share=share) == allowed


def test_slots_shrink_by_a_tenth_for_each_window_with_a_refusal_and_never_below_one() -> None:
    adaptive, seen = AdaptiveLimit(CONFIG), list[int]()
    for window in range(25):
        now = 6.0 * window
        adaptive = refuse(adaptive, now, now + 0.1, now + 4.9)  # three refusals in a window count as one
        seen.append(adaptive.calls(now))
    assert seen[:8] == [22, 19, 17, 15, 13, 11, 9, 8]
    assert seen[-1] == 1


def test_slots_grow_back_one_a_minute() -> None:
    adaptive = refuse(AdaptiveLimit(CONFIG), 100.0)
    assert [adaptive.calls(100.0 + GROW_EVERY_S * minutes) for minutes in (0, 0.99, 1, 2, 2.5, 3, 600)] == [
        *(22, 22, 23, 24, 24, 25, 25),
    ]
    again = refuse(adaptive, 100.0 + 2 * GROW_EVERY_S)  # 24 by then
    assert again.calls(100.0 + 2 * GROW_EVERY_S) == 21


def test_a_share_shrinks_and_grows_like_a_whole_limit() -> None:
    adaptive = refuse(AdaptiveLimit(CONFIG), 0.0, share=0.8)
    assert [adaptive.calls(now, share=0.8) for now in (0.0, 60.0, 120.0, 9000.0)] == [18, 19, 20, 20]


def test_a_change_that_lies_ahead_is_another_clocks_and_over() -> None:
    assert refuse(AdaptiveLimit(CONFIG), 5000.0).calls(10.0) == 25
    assert refuse(refuse(AdaptiveLimit(CONFIG), 5000.0), 10.0).calls(10.0) == 22


@pytest.mark.parametrize(
    ("told", "adopted"),
    [
        (Limit(10, 5), True),
        (Limit(24, 5), True),
        (Limit(100, 60), True),  # 25 per 5 s are 300 in a minute
        (Limit(49, 6), True),  # the last second of one window and a whole one of ours
        (Limit(10, 1), True),  # 25 at once would break it
        (Limit(25, 5), False),
        (Limit(72, 5), False),
        (Limit(50, 10), False),
        (Limit(25, 1), False),
        (Limit(0, 5), False),  # nonsense is not believed
        (Limit(5, 0), False),
        (Limit(1000, 86_400), False),  # a day's quota is no pace
    ],
)
def test_a_told_limit_is_adopted_at_once_where_ours_would_break_it(told: Limit, adopted: bool) -> None:  # noqa: FBT001
    after = AdaptiveLimit(CONFIG).refused(1.0, advertised=told)
    assert after.limit == (told if adopted else CONFIG)
    assert after.calls(1.0) == (told.calls if adopted else 22)
    assert after.calls(1e9) == (told.calls if adopted else 25), "what was told stays, what was held back grows back"


def test_refusals_of_the_window_in_which_a_limit_was_told_shrink_nothing() -> None:
    told = Limit(10, 5)
    adaptive = AdaptiveLimit(CONFIG)
    for now in (1.0, 1.1, 1.2, 5.9):
        adaptive = adaptive.refused(now, advertised=told)
    assert (adaptive.limit, adaptive.calls(6.0)) == (told, 10)
    assert adaptive.refused(6.1, advertised=told).calls(6.1) == 9, "later ones mean that others use it"


def test_two_limits_that_are_told_in_turn_are_both_kept() -> None:
    adaptive = AdaptiveLimit(Limit(100, 5))
    for now, told in ((0.0, Limit(20, 1)), (10.0, Limit(50, 5)), (20.0, Limit(20, 1)), (30.0, Limit(50, 5))):
        adaptive = adaptive.refused(now, advertised=told)
    assert adaptive.limit == Limit(20, 5)
    assert all(limit.is_kept_by(adaptive.limit) for limit in (Limit(20, 1), Limit(50, 5)))


def test_a_refusal_that_tells_nothing_means_others_too() -> None:
    assert AdaptiveLimit(CONFIG).refused(0.0).calls(0.0) == 22


limits = st.builds(Limit, st.integers(1, 100), st.sampled_from([0.5, 1.0, 5.0, 10.0, 60.0]))


@given(limits, limits)
def test_whoever_keeps_a_limit_that_keeps_another_keeps_both(kept: Limit, other: Limit) -> None:
    # The worst that `other` allows: all its calls at once, each window anew, a hair apart.
    windows = math.ceil(kept.per_seconds / other.per_seconds)
    worst = sum(other.calls for window in range(windows + 1) if window * (other.per_seconds + 1e-6) < kept.per_seconds)
    assert kept.is_kept_by(other) is (worst <= kept.calls)


@given(
    st.lists(st.tuples(st.floats(0.0, 100.0), st.one_of(st.none(), limits)), max_size=30),
    st.sampled_from([0.1, 0.8, 1.0]),
)
def test_whatever_is_refused_at_least_one_slot_stays_and_never_more_than_the_share(
    refusals: list[tuple[float, Limit | None]], share: float
) -> None:
    adaptive, now = AdaptiveLimit(CONFIG), 0.0
    for later_s, told in refusals:
        now += later_s
        before = adaptive.calls(now, share=share)
        adaptive = adaptive.refused(now, advertised=told, share=share)
        after = adaptive.calls(now, share=share)
        assert 1 <= after <= max(1, adaptive.limit.calls * share + 1e-9)
        assert after <= before or adaptive.limit != CONFIG
        assert adaptive.calls(now + 1e6, share=share) >= after


@pytest.mark.parametrize(
    ("total", "demands", "parts"),
    [
        (25, [100], [25]),
        (25, [3], [3]),
        (25, [100, 100, 100], [9, 8, 8]),
        (25, [2, 100, 100], [2, 12, 11]),
        (25, [100, 0, 5], [20, 0, 5]),
        (2, [9, 9, 9], [1, 1, 0]),
        (0, [1, 1], [0, 0]),
        (5, [], []),
    ],
)
def test_parts_are_equal_unless_less_is_wanted(total: int, demands: list[int], parts: list[int]) -> None:
    assert fair_parts(total, demands) == parts


@given(st.integers(0, 200), st.lists(st.integers(0, 60), max_size=8))
def test_nothing_is_wasted_and_nobody_has_more_than_another_who_wants_more(total: int, demands: list[int]) -> None:
    parts = fair_parts(total, demands)
    assert sum(parts) == min(total, sum(demands))
    for part, demand in zip(parts, demands, strict=True):
        assert 0 <= part <= demand
        assert part == demand or part >= max(parts) - 1
