import datetime as dt

import pytest

from importer.sheet.cells import (
    CellText,
    is_error_value,
    iso_text,
    moment_text,
    number_text,
    serial_text,
    stored_number,
    unescape_text,
)
from importer.sheet.numberformat import parse_format


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (7.0, "7"),
        (274.65999999999997, "274.66"),
        (0.1 + 0.2, "0.3"),
        (8595602512225.0, "8595602512225"),
        (41800000.009999998, "41800000.01"),
        (1e-7, "0.0000001"),
        (-1.5e-5, "-0.000015"),
        (919845098450.0, "919845098450"),
        (1.2345678901234568e16, "12345678901234600"),
        (12345678901234567, "12345678901234567"),
        (1e20, "100000000000000000000"),
        (1.5e300, "1.5E+300"),
    ],
)
def test_a_number_keeps_its_fifteen_digits_and_has_no_exponent(value: float, text: str) -> None:
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("00000", 1250, "01250"),
        ("00000", 1250.0, "01250"),
        ("00000", 123456, "123456"),
        ("00000", -42, "-00042"),
        ("00000", 12.7, "00012.7"),
        ("000000000", 12345678, "012345678"),
        ("000-00-0000", 12345678, "012-34-5678"),
        ("(000) 000-0000", 5551234567, "(555) 123-4567"),
        ('"+"000000000000', 919845098450, "+919845098450"),
        (r"000\-0000", 42, "000-0042"),
        ("[$-409]00000", 1250, "01250"),
        ("00000;-00000;@", 7, "00007"),
        ("##000", 7, "007"),
        ("000.00", 7.5, "007.5"),
        ("0", 7, "7"),
        ("0.00", 7.5, "7.5"),
        ("General", 7.5, "7.5"),
        ("#,##0.00", 1234.5, "1234.5"),
        ("0%", 0.25, "0.25"),
        ("00%", 0.25, "0.25"),
        ('"$"#,##0.00_);[Red]("$"#,##0.00)', -3.5, "-3.5"),
        ("0.00E+00", 12345.0, "12345"),
        ("[<=9999999]###-####;(###) ###-####", 5551234567, "5551234567"),
        ("# ?/?", 0.5, "0.5"),
        ("@", 7, "7"),
        ('"LEAD-"0000', 42, "LEAD-0042"),
        (r"\L\-000", 7, "L-007"),
        ('"A0-"00', 7, "A0-07"),
        ('000" km"', 7, "007 km"),
        ('"LEAD-"0000', 12345, "LEAD-12345"),
        ('0" days"', 7, "7"),
        ('"Rs."#,##0', 1250, "1250"),
    ],
)
def test_a_number_format_adds_padding_and_nothing_else(code: str, value: float, text: str) -> None:
    assert number_text(value, parse_format(code)) == text


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("yyyy-mm-dd", "date"),
        ("mm-dd-yy", "date"),
        ("[$-F800]dddd, mmmm dd, yyyy", "date"),
        ('d". "mmm', "date"),
        ("mmm", "date"),
        ("m/d/yy h:mm", "datetime"),
        ("yyyy\\-mm\\-dd hh:mm:ss AM/PM", "datetime"),
        ("h:mm AM/PM", "time"),
        ("mm:ss.0", "time"),
        ("[h]:mm", "duration"),
        ("[mm]:ss", "duration"),
        ("General", None),
        ("0.00", None),
        ('0 "days"', None),
        ("[Red]0", None),
        ("[$Rs.-4009] #,##0", None),
        ("_-* #,##0.00_-", None),
    ],
)
def test_a_format_tells_a_date_from_a_time_from_a_number(code: str, kind: str | None) -> None:
    assert parse_format(code).date == kind


@pytest.mark.parametrize(
    ("serial", "code", "epoch_1904", "wanted"),
    [
        (45292, "d/m/yyyy", False, CellText("2024-01-01 00:00:00", "date")),
        (45292.5, "d/m/yyyy", False, CellText("2024-01-01 00:00:00", "date")),
        (45292.999999, "d/m/yyyy", False, CellText("2024-01-01 00:00:00", "date")),
        (45291.9999999999, "d/m/yyyy", False, CellText("2024-01-01 00:00:00", "date")),
        (45292, "d/m/yyyy h:mm", False, CellText("2024-01-01 00:00:00", "datetime")),
        (45292.5, "h:mm", False, CellText("2024-01-01 12:00:00", "datetime")),
        (45291.999999, "d/m/yyyy h:mm", False, CellText("2024-01-01 00:00:00", "datetime")),
        (24472.176388888889, "d/m/yyyy h:mm", True, CellText("1971-01-01 04:14:00", "datetime")),
        (0, "d/m/yyyy", True, CellText("1904-01-01 00:00:00", "date")),
        (1, "d/m/yyyy", False, CellText("1900-01-01 00:00:00", "date")),
        (59, "d/m/yyyy", False, CellText("1900-02-28 00:00:00", "date")),
        (61, "d/m/yyyy", False, CellText("1900-03-01 00:00:00", "date")),
        (2958465, "d/m/yyyy", False, CellText("9999-12-31 00:00:00", "date")),
        (0.75, "h:mm", False, CellText("18:00:00", "time")),
        (0.99999999, "h:mm", False, CellText("1900-01-01 00:00:00", "datetime")),
        (1.5, "[h]:mm", False, CellText("36:00", "duration")),
        (-0.25, "[h]:mm", False, CellText("-6:00", "duration")),
        (0.25, "[hh]:mm:ss", False, CellText("06:00:00", "duration")),
        (1.5001, "[h]:mm", False, CellText("36:00:09", "duration")),
        (1.5, "[mm]:ss", False, CellText("36:00:00", "duration")),
    ],
)
def test_a_serial_becomes_the_moment_that_excel_shows(
    serial: float,
    code: str,
    epoch_1904: bool,  # noqa: FBT001 - a column of the table
    wanted: CellText,
) -> None:
    assert serial_text(serial, parse_format(code), epoch_1904=epoch_1904) == wanted


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (".56", 0.56),
        ("7.", 7.0),
        (" 7 ", 7),
        ("+7", 7),
        ("-.5", -0.5),
        ("1E5", 100000.0),
        ("12345678901234567", 12345678901234567),
        *((text, None) for text in ("NaN", "INF", "-Infinity", "1e999", "seven", "1_000", "", "٣", "0x10")),
    ],
)
def test_a_stored_number_is_read_as_xml_writes_numbers(text: str, number: float | None) -> None:
    assert stored_number(text) == number


@pytest.mark.parametrize("serial", [0, -1, 60, 2958466, 1e12])
def test_a_number_that_is_no_date_is_bad_and_keeps_its_digits(serial: float) -> None:
    found = serial_text(serial, parse_format("d/m/yyyy"))
    assert found.bad
    assert found.date is None
    assert found.text == number_text(serial)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (dt.datetime.fromisoformat("2024-05-06T07:08:59.999999"), CellText("2024-05-06 07:09:00", "datetime")),
        (dt.datetime.fromisoformat("2024-05-06"), CellText("2024-05-06 00:00:00", "date")),
        (dt.date(2024, 5, 6), CellText("2024-05-06 00:00:00", "date")),
        (dt.time(7, 8, 9), CellText("07:08:09", "time")),
        (dt.timedelta(hours=30), CellText("30:00:00", "duration")),
    ],
)
def test_a_moment_is_written_to_the_second(value: dt.datetime, wanted: CellText) -> None:
    assert moment_text(value) == wanted


@pytest.mark.parametrize(
    ("stored", "wanted"),
    [
        ("2024-05-06T07:08:09Z", CellText("2024-05-06 07:08:09", "datetime")),
        ("2024-05-06T00:00:00", CellText("2024-05-06 00:00:00", "date")),
        ("2024-05-06", CellText("2024-05-06 00:00:00", "date")),
        ("07:08:09.400", CellText("07:08:09", "time")),
        ("PT3H", CellText("PT3H")),
    ],
)
def test_a_date_stored_as_iso_text_is_read(stored: str, wanted: CellText) -> None:
    assert iso_text(stored) == wanted


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("ABC_x000D_\nDEF", "ABC\r\nDEF"),
        ("_x005F_x000D_", "_x000D_"),
        ("_x005f_x0041_", "_x0041_"),
        ("_xD83D__xDE00_", "\U0001f600"),
        ("_xD83D_", "_xD83D_"),
        ("a_x0000_b", "ab"),
        ("mx_x12_y", "mx_x12_y"),
        ("x005F_", "x005F_"),
    ],
)
def test_escapes_in_a_stored_text_are_decoded_once(stored: str, text: str) -> None:
    assert unescape_text(stored) == text


@pytest.mark.parametrize("text", ["#N/A", " #DIV/0! ", "#SPILL!", "#GETTING_DATA", "#NV", "Err:502"])
def test_an_error_value_is_known(text: str) -> None:
    assert is_error_value(text)


@pytest.mark.parametrize("text", ["#N/A?", "#1", "# N/A", "#n/a", "", "N/A", "Err:5", "#N/A, sorry"])
def test_a_text_that_resembles_an_error_value_is_none(text: str) -> None:
    assert not is_error_value(text)
