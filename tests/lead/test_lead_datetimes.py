# ruff: noqa: DTZ001 - a spreadsheet's times have no zone
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.lead.refusal import Refusal
from importer.lead.values.datepattern import compile_pattern
from importer.lead.values.datetimes import (
    make_date_converter,
    make_datetime_converter,
    read_account_date,
    read_account_datetime,
)

INDIA, BERLIN, NEW_YORK = (ZoneInfo(name) for name in ("Asia/Kolkata", "Europe/Berlin", "America/New_York"))
DAY = make_date_converter(())
MOMENT = make_datetime_converter((), INDIA)


def reason_of(result: str | Refusal) -> str:
    assert isinstance(result, Refusal), result
    return result.reason


@pytest.mark.parametrize("zone", [INDIA, BERLIN, NEW_YORK, ZoneInfo("Pacific/Kiritimati")])
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2026-10-05", None),
        ("2026/10/05", None),
        ("2026-10-05 00:00:00", "date"),
        ("2026-10-05 00:00:00", None),  # as a report shows a workbook's date
    ],
)
def test_a_date_never_shifts(text: str, kind: str | None, zone: ZoneInfo) -> None:
    assert DAY(text, kind) == "2026-10-05 00:00:00"
    assert make_datetime_converter((), zone)(text, kind) == "2026-10-05 00:00:00"


@pytest.mark.parametrize(
    ("text", "kind", "utc"),
    [
        ("2026-10-06 11:30:00", None, "2026-10-06 06:00:00"),
        ("2026-10-06 11:30:00", "datetime", "2026-10-06 06:00:00"),
        ("2026-10-06T11:30", None, "2026-10-06 06:00:00"),
        ("2026-10-06 03:00:00", None, "2026-10-05 21:30:00"),
        ("2026-10-06 00:00:00", "datetime", "2026-10-05 18:30:00"),  # its number format shows the time
        ("2026-10-06T00:00:00", None, "2026-10-05 18:30:00"),
        ("2026-10-06 00:00", None, "2026-10-05 18:30:00"),
        ("2026-10-06T11:30:00Z", None, "2026-10-06 11:30:00"),
        ("2026-10-06 00:00:00+05:30", None, "2026-10-05 18:30:00"),
        ("2026-10-06T11:30:00.987654+0200", None, "2026-10-06 09:30:00"),
    ],
)
def test_a_local_time_goes_out_in_utc(text: str, kind: str | None, utc: str) -> None:
    assert MOMENT(text, kind) == utc


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-29 01:59:59", "2026-03-29 00:59:59"),
        ("2026-03-29 03:00:00", "2026-03-29 01:00:00"),
        ("2026-07-01 12:00:00", "2026-07-01 10:00:00"),
        ("2026-10-25 01:59:59", "2026-10-24 23:59:59"),
        ("2026-10-25 03:00:00", "2026-10-25 02:00:00"),
    ],
)
def test_daylight_saving_is_allowed_for(text: str, utc: str) -> None:
    assert make_datetime_converter((), BERLIN)(text, None) == utc


def test_a_local_time_that_does_not_exist_or_exists_twice_is_refused() -> None:
    convert = make_datetime_converter((), BERLIN)
    assert "did not exist" in reason_of(convert("2026-03-29 02:30:00", None))
    assert "came twice" in reason_of(convert("2026-10-25 02:30:00", None))
    assert convert("2026-10-25T02:30:00+02:00", None) == "2026-10-25 00:30:00"


@pytest.mark.parametrize("convert", [DAY, MOMENT, read_account_date, read_account_datetime])
@pytest.mark.parametrize(
    ("text", "kind", "word"),
    [
        ("03/04/2026", None, "order of day and month"),
        ("25/12/2026", None, "order of day and month"),
        ("3.4.26", None, "order of day and month"),
        ("2026-02-30", None, "does not exist"),
        ("2026-10-05 25:00:00", None, "does not exist"),
        ("46300", None, "number where a date"),
        ("5 Oct 2026", None, "not written as a date"),
        ("tomorrow", None, "not written as a date"),
        ("11:30:00", "time", "without a date"),
        ("27:30:00", "duration", "without a date"),
    ],
)
def test_what_can_mean_two_days_or_none_is_refused(convert: object, text: str, kind: str | None, word: str) -> None:
    assert callable(convert)
    assert word in reason_of(convert(text, kind))


def test_a_date_column_drops_no_time_of_day() -> None:
    assert "time of day" in reason_of(DAY("2026-10-05 11:30:00", "datetime"))
    assert "offset" in reason_of(DAY("2026-10-05T00:00:00Z", None))


@pytest.mark.parametrize(
    ("pattern", "text", "moment"),
    [
        ("%d/%m/%Y", "3/4/2026", datetime(2026, 4, 3)),
        ("dd/mm/yyyy", "03/04/2026", datetime(2026, 4, 3)),
        ("mm/dd/yyyy", "03/04/2026", datetime(2026, 3, 4)),
        ("DD.MM.YYYY HH:MM", "03.04.2026 17:05", datetime(2026, 4, 3, 17, 5)),
        ("%d-%b-%y", "03-APR-26", datetime(2026, 4, 3)),
        ("d mmm yyyy", "3 Apr 2026", datetime(2026, 4, 3)),
        ("%d %B %Y", "3 September 2026", datetime(2026, 9, 3)),
        ("%A, %d %B %Y", "Friday,  3 April 2026", datetime(2026, 4, 3)),
        ("%m/%d/%Y %I:%M %p", "4/3/2026 12:05 AM", datetime(2026, 4, 3, 0, 5)),
        ("m/d/yyyy h:mm AM/PM", "4/3/2026 5:05PM", datetime(2026, 4, 3, 17, 5)),
        ("%Y%m%d", "20260403", datetime(2026, 4, 3)),
        ("%d/%m/%y", "03/04/69", datetime(1969, 4, 3)),
        ("%Y-%m-%dT%H:%M:%S.%f%z", "2026-04-03T01:02:03.5Z", datetime(2026, 4, 3, 1, 2, 3, 500000, tzinfo=UTC)),
    ],
)
def test_a_format_is_read_as_it_is_written(pattern: str, text: str, moment: datetime) -> None:
    assert compile_pattern(pattern).read(text) == moment


def test_digits_without_anything_between_them_are_read_in_one_way_only() -> None:
    pattern = compile_pattern("%d%m%Y")
    assert pattern.read("01122026") == datetime(2026, 12, 1)
    assert pattern.read("1122026") is None


@pytest.mark.parametrize("text", ["31/02/2026", "13 PM", "3/4/26", "03/04/2026 x", "", "٠٣/04/2026"])
def test_what_does_not_fit_its_format_is_no_date(text: str) -> None:
    assert compile_pattern("%d/%m/%Y").read(text) is None


@pytest.mark.parametrize(
    ("pattern", "word"),
    [
        ("%Y", "day, month and year"),
        ("%d/%m", "day, month and year"),
        ("%Q/%d/%m/%Y", "%Q is not understood"),
        ("%d/%m/%Y %", "not understood"),
        ("%d/%m/%Y %d", "twice"),
        ("%d/%m/%b/%Y", "twice"),
        ("%d/%m/%Y %I:%M", "%p"),
        ("%d/%m/%Y %M", "minutes"),
        ("yyyy-dd-mm", "looks just like"),
        ("dd/mm/jjjj", "written like"),
        ("date", "written like"),
    ],
)
def test_what_is_no_format_is_refused_with_a_reason(pattern: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        compile_pattern(pattern)


@pytest.mark.parametrize("kind", ["date", "datetime", None])
def test_a_format_does_not_stand_in_the_way_of_a_workbooks_own_dates(kind: str | None) -> None:
    convert = make_date_converter([compile_pattern("%d/%m/%Y")])
    assert convert("2026-10-05 00:00:00", kind) == "2026-10-05 00:00:00"
    assert convert("03/04/2026", None) == "2026-04-03 00:00:00"


def test_a_format_with_a_time_makes_midnight_a_moment() -> None:
    convert = make_datetime_converter([compile_pattern("%d/%m/%Y %H:%M")], INDIA)
    assert convert("06/10/2026 00:00", None) == "2026-10-05 18:30:00"
    assert make_datetime_converter([compile_pattern("%d/%m/%Y")], INDIA)("06/10/2026", None) == "2026-10-06 00:00:00"


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("2026-10-05", "2026-10-05"),
        ("2026-10-05 11:30:00.123", "2026-10-05 11:30:00.123"),
        ("2026-10-05T11:30", "2026-10-05 11:30:00"),
        ("2026-10-05T11:30+05:30", "2026-10-05 06:00:00"),
    ],
)
def test_without_a_type_what_the_account_takes_stays_and_the_rest_keeps_its_meaning(text: str, sent: str) -> None:
    assert read_account_datetime(text, None) == sent


@given(st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)), st.sampled_from([INDIA, BERLIN, NEW_YORK]))
def test_what_is_sent_is_the_same_moment(utc: datetime, zone: ZoneInfo) -> None:
    utc = utc.replace(microsecond=0)
    local = utc.replace(tzinfo=UTC).astimezone(zone)
    sent = make_datetime_converter((), zone)(f"{local:%Y-%m-%dT%H:%M:%S}", None)
    if isinstance(sent, str):
        assert sent == f"{utc:%Y-%m-%d %H:%M:%S}"
    else:
        assert local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()


@given(st.text(st.sampled_from("0123456789-/: TZ+."), max_size=26), st.sampled_from([None, "date", "datetime", "time"]))
def test_any_text_gives_a_date_of_the_documented_form_or_a_refusal(text: str, kind: str | None) -> None:
    for convert in (DAY, MOMENT):
        sent = convert(text, kind)
        if isinstance(sent, str):
            datetime.strptime(sent, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
