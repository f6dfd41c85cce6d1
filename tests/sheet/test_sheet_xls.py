"""An .xls keeps number formats, dates, errors and the epoch."""

import contextlib
import datetime as dt
from pathlib import Path

import pytest
import xlwt

from importer.errors import SheetError
from importer.sheet import open_table

NOON = dt.datetime(2023, 3, 15, 20, 24)  # noqa: DTZ001 - a spreadsheet's date has no time zone


@pytest.mark.parametrize(
    ("value", "code", "text", "kind"),
    [
        (1250, "00000", "01250", None),
        (12345678, "000-00-0000", "012-34-5678", None),
        (42, '"LEAD-"0000', "LEAD-0042", None),
        (0.15, "0%", "0.15", None),
        (1234.5, "#,##0.00", "1234.5", None),
        (NOON, "dd/mm/yyyy", "2023-03-15 00:00:00", "date"),
        (NOON, "yyyy-mm-dd hh:mm", "2023-03-15 20:24:00", "datetime"),
        (1.0625, "[h]:mm", "25:30", "duration"),
        (0.5, "h:mm", "12:00:00", "time"),
        (-5, "yyyy-mm-dd", "-5", None),
        (True, "General", "TRUE", None),
        ("NA", "General", "NA", None),
    ],
)
def test_a_cell_is_read_by_its_format(tmp_path: Path, value: object, code: str, text: str, kind: str | None) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Leads")
    sheet.write(0, 0, "Name")
    sheet.write(1, 0, value, xlwt.easyxf(num_format_str=code))
    book.save(str(tmp_path / "leads.xls"))
    with open_table(tmp_path / "leads.xls") as table:
        (row,) = table.rows()
    assert (row.cells, row.dates.get(0)) == ((text,), kind)
    assert bool(row.bad) == (text == "-5")


def test_the_epoch_of_1904_is_kept(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    book.dates_1904 = True
    sheet = book.add_sheet("Leads")
    sheet.write(0, 0, "Day")
    sheet.write(1, 0, 43538.5, xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    book.save(str(tmp_path / "leads.xls"))
    with open_table(tmp_path / "leads.xls") as table:
        assert [row.cells for row in table.rows()] == [("2023-03-15 00:00:00",)]


def test_an_xls_says_nothing_on_standard_output(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = bytearray((Path(__file__).parents[1] / "data" / "first_columns_empty.xls").read_bytes())
    path = tmp_path / "leads.xls"
    for at in range(512, len(data), 701):  # some of these are damage that xlrd would talk about
        damaged = data.copy()
        damaged[at] ^= 0xFF
        path.write_bytes(damaged)
        with contextlib.suppress(SheetError):
            open_table(path, header_row=4).close()
    assert capfd.readouterr() == ("", "")
