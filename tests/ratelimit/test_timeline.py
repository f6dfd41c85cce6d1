"""Calls are counted per window, no peak is lost by merging, and memory stays bounded."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.ratelimit.timeline import Bucket, Timeline

GAPS = st.lists(
    st.one_of(st.floats(0, 0.5), st.floats(0, 20), st.just(5.0), st.floats(0, 1e6)), min_size=1, max_size=120
)


def test_calls_are_counted_in_windows_from_the_first_call_on() -> None:
    timeline = Timeline(5, 25)
    for at_s in (100.0, 104.9, 105.0, 116.0):
        timeline.sent(at_s)
    timeline.refused(105.2)
    counts = timeline.counts()
    assert [bucket.calls for bucket in counts.buckets] == [2, 1, 0, 1]
    assert counts.windows == 1
    assert (counts.calls, counts.refusals, counts.duration_s) == (4, 1, 20.0)


def test_a_refusal_belongs_to_the_window_in_which_it_came() -> None:
    timeline = Timeline(5, 25)
    timeline.sent(0.0)
    timeline.refused(5.1)
    assert [bucket.refusals for bucket in timeline.counts().buckets] == [0, 1]


def test_merging_keeps_the_fullest_window_and_tells_the_mean() -> None:
    timeline = Timeline(1, 25, buckets=2)
    for at_s, calls in enumerate([4, 0, 0, 1]):
        for _ in range(calls):
            timeline.sent(float(at_s))
    counts = timeline.counts()
    assert counts.buckets == (Bucket(2, 4, 4, 0), Bucket(2, 1, 1, 0))
    assert [bucket.mean for bucket in counts.buckets] == [2.0, 0.5]


def test_a_peak_across_two_windows_is_seen() -> None:
    timeline = Timeline(5, 3)
    for at_s in (0.0, 4.0, 4.5, 5.5, 6.0):
        timeline.sent(at_s)
    assert [bucket.fullest for bucket in timeline.counts().buckets] == [3, 2]
    assert timeline.counts().most == 4


def test_calls_just_a_window_apart_are_not_in_one() -> None:
    timeline = Timeline(5, 1)
    for at_s in (0.0, 5.0, 10.0):
        timeline.sent(at_s)
    assert timeline.counts().most == 1


@given(GAPS, st.sampled_from([2, 4, 10]))
def test_nothing_is_lost_however_far_apart_the_calls_are(gaps: list[float], most_buckets: int) -> None:
    timeline = Timeline(5, 25, buckets=most_buckets)
    moments = list(accumulate(gaps))
    for number, at_s in enumerate(moments):
        timeline.sent(at_s)
        if number % 3 == 0:
            timeline.refused(at_s)
    counts = timeline.counts()
    assert len(counts.buckets) <= most_buckets
    assert counts.calls == len(moments)
    assert counts.refusals == (len(moments) + 2) // 3
    windows = [int((at_s - moments[0]) / 5) for at_s in moments]
    assert sum(bucket.windows for bucket in counts.buckets) == windows[-1] + 1
    assert max(bucket.fullest for bucket in counts.buckets) == max(map(windows.count, windows))
    assert counts.most == max(
        sum(last - 5 < at_s <= last for at_s in moments[: end + 1]) for end, last in enumerate(moments)
    )


def test_a_long_run_has_at_most_200_buckets() -> None:
    timeline = Timeline(5, 25)
    for window in range(10_001):
        timeline.sent(5.0 * window)
    counts = timeline.counts()
    assert 100 <= len(counts.buckets) <= 200
    assert counts.windows == 64
    assert [bucket.windows for bucket in counts.buckets[-2:]] == [64, 10_001 % 64]


def test_a_clock_that_goes_back_is_held() -> None:
    timeline = Timeline(5, 25)
    timeline.sent(20.0)
    timeline.sent(3.0)
    assert [bucket.calls for bucket in timeline.counts().buckets] == [2]


def test_without_a_call_there_is_nothing() -> None:
    counts = Timeline(5, 25).counts()
    assert (counts.buckets, counts.calls, counts.most, counts.duration_s) == ((), 0, 0, 0)


@pytest.mark.parametrize(("per_seconds", "buckets"), [(0, 200), (-1, 200), (5, 3), (5, 0)])
def test_a_timeline_that_could_not_merge_is_refused(per_seconds: float, buckets: int) -> None:
    with pytest.raises(ValueError, match="merged in pairs"):
        Timeline(per_seconds, 25, buckets=buckets)
