"""The drawings show every status and every bucket, in true order and within the frame."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.html_report.charts import draw_calls, draw_shares, tell_percent
from importer.outcome import Status
from importer.ratelimit.timeline import CallCounts, Timeline


def counts_of(*moments: float, limit: int = 25, refusals: int = 0) -> CallCounts:
    timeline = Timeline(5, limit)
    for at_s in moments:
        timeline.sent(at_s)
    for _ in range(refusals):
        timeline.refused(moments[-1])
    return timeline.counts()


def test_one_row_among_a_million_is_seen_and_not_rounded_away() -> None:
    created, unknown = draw_shares({Status.CREATED: 999_999, Status.UNKNOWN: 1})
    assert (created.percent, unknown.percent) == (">99.9 %", "<0.1 %")
    assert unknown.width > 0.7


@given(st.dictionaries(st.sampled_from(sorted(Status)), st.integers(0, 10**7)))
def test_shares_fill_the_bar_side_by_side(counts: dict[Status, int]) -> None:
    shares = draw_shares(counts)
    assert sum(share.count for share in shares) == sum(counts.values())
    assert all(share.count for share in shares)
    end = 0.0
    for share in shares:
        assert share.x == pytest.approx(end, abs=0.01)
        end = share.x + share.width
    if shares:
        assert end == pytest.approx(100, abs=0.01)


@pytest.mark.parametrize(
    ("count", "total", "expected"),
    [(1, 1, "100 %"), (1, 2, "50 %"), (1, 3, "33.3 %"), (1, 3000, "<0.1 %"), (2999, 3000, ">99.9 %")],
)
def test_a_share_is_never_rounded_to_nothing_or_all(count: int, total: int, expected: str) -> None:
    assert tell_percent(count, total) == expected


def test_a_full_window_reaches_the_limits_line() -> None:
    chart = draw_calls(counts_of(*[0.0] * 25))
    assert chart.columns[0].mean == pytest.approx(chart.limit_y)
    assert chart.limit_y < 100


def test_calls_over_the_limit_stay_within_the_frame() -> None:
    chart = draw_calls(counts_of(*[0.0] * 80))
    assert chart.limit_y < chart.columns[0].fullest < 100


def test_one_refusal_in_a_long_bucket_is_seen() -> None:
    moments = [5.0 * window for window in range(3000)]
    chart = draw_calls(counts_of(*moments, refusals=1))
    assert chart.is_merged
    assert chart.columns[-1].refused >= 3
    assert not chart.columns[0].refused


def test_a_shorter_last_bucket_is_drawn_narrower() -> None:
    chart = draw_calls(counts_of(*[5.0 * window for window in range(401)]))
    assert chart.columns[-1].width == pytest.approx(chart.columns[0].width / 4, abs=0.01)
    assert chart.columns[-1].x + chart.columns[-1].width == pytest.approx(100, abs=0.01)


@pytest.mark.parametrize(("windows", "ticks"), [(2, ["+10 s"]), (120, ["+5 min", "+10 min"])])
def test_the_axis_tells_the_middle_and_the_end(windows: int, ticks: list[str]) -> None:
    chart = draw_calls(counts_of(*[5.0 * window for window in range(windows)]))
    assert [tick.replace("\xa0", " ") for tick in chart.ticks] == ticks
