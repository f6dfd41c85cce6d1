from typing import Any

import pytest

from importer.sandbox import Settings, is_loopback, parse_latency, parse_limit
from importer.sandbox.settings import change_settings


@pytest.mark.parametrize(
    ("text", "limit"), [("25/5", (25, 5.0)), (" 10 / 2.5 ", (10, 2.5)), ("off", (None, 5.0)), ("72/5", (72, 5.0))]
)
def test_a_limit_is_calls_per_seconds(text: str, limit: tuple[int | None, float]) -> None:
    assert parse_limit(text) == limit


@pytest.mark.parametrize("text", ["", "25", "0/5", "25/0", "-1/5", "25/5/5", "a/b", "25/-5"])
def test_what_is_no_limit_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as 25/5"):
        parse_limit(text)


@pytest.mark.parametrize(("text", "range_ms"), [("30-300", (30, 300)), ("100", (100, 100)), ("0.5 - 2 ms", (0.5, 2))])
def test_a_latency_is_a_range_or_one_number(text: str, range_ms: tuple[float, float]) -> None:
    assert parse_latency(text) == range_ms


@pytest.mark.parametrize("text", ["", "300-30", "-5", "fast", "1-2-3"])
def test_what_is_no_latency_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as 30-300"):
        parse_latency(text)


@pytest.mark.parametrize(
    ("switches", "named"),
    [
        ({"drop_after": 1.5}, "drop_after"),
        ({"drop_after": True}, "drop_after"),
        ({"drop_before": 0.6, "hang_after": 0.6}, "add up"),
        ({"calls": 0}, "calls"),
        ({"calls": 2.5}, "calls"),
        ({"per_seconds": 0}, "per_seconds"),
        ({"per_seconds": float("nan")}, "per_seconds"),
        ({"window": "rolling"}, "window"),
        ({"refusal": 500}, "refusal"),
        ({"latency_ms": (300, 30)}, "latency_ms"),
        ({"latency_ms": 30}, "latency_ms"),
        ({"lag_s": -1}, "lag_s"),
        ({"mx_status": 404}, "mx_status"),
        ({"country_code": "+91"}, "country_code"),
        ({"unique": "Phone"}, "unique"),
        ({"port": 70000}, "port"),
        ({"access_key": ""}, "keys"),
        ({"log_bodies": "yes"}, "log_bodies"),
        ({"seed": "7"}, "seed"),
        ({"faults_on": "none"}, "faults_on"),
        ({"bulk_reply": "long"}, "bulk_reply"),
        ({"bulk_twins": "second"}, "bulk_twins"),
        ({"bulk_unknown": "never"}, "bulk_unknown"),
        ({"duplicate_text": "x"}, "duplicate_text"),
    ],
)
def test_a_value_out_of_range_is_named(switches: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Settings(**switches)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(ValueError, match=r"hang_before.*calls.*window"):
        Settings(hang_before=2, calls=-1, window="x")  # type: ignore[arg-type]


def test_json_switches_become_settings() -> None:
    changed = change_settings(Settings(), {"limit": "off", "latency": "1-2", "mandatory": ["mx_City"], "drop_after": 1})
    assert (changed.calls, changed.latency_ms, changed.mandatory, changed.drop_after) == (None, (1, 2), ("mx_City",), 1)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("drop_aftr", "did you mean drop_after"),
        ("zzz", "no switch"),
        ("port", "at the start"),
        ("fields_path", "start"),
    ],
)
def test_a_switch_that_there_is_not_is_told(name: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        change_settings(Settings(), {name: 0})


@pytest.mark.parametrize(
    ("host", "own"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("example.com", False)],  # noqa: S104 - judged, not bound
)
def test_only_loopback_addresses_are_this_machine(host: str, *, own: bool) -> None:
    assert is_loopback(host) is own
