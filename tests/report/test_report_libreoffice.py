"""A report that LibreOffice opened and saved again is still the next input."""

import shutil
import subprocess
from pathlib import Path

import pytest

from importer.outcome import Outcome, Status
from importer.report import open_report, recognise
from importer.sheet import open_table
from importer.sheet.table import Row

SOFFICE = shutil.which("soffice")
UTF8_COMMA = "CSV:44,34,76,1"  # an interactive LibreOffice finds these two by itself
UTF8_SEMICOLON_QUOTE_ALL = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,true,true,false"

pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")

HEADER = ("Name", "Phone", "Postal Code", "Note")
ROWS = (
    Row(2, ("Asha", "+91-98450 10001", "560001", "=1+1")),
    Row(3, ("'quoted", "+91-9845010002", "560002", 'two\nlines, one; "quoted"')),
    Row(6, ("मीरा", "", "560003", "@x"), ("over", "flow, two")),
)
LEADING_ZERO = Row(7, ("Claire", "+33 1 99 00 12 34", "01250", "written _x000D_"))


def save_again(path: Path, folder: Path, target: str, *options: str) -> Path:
    assert SOFFICE is not None
    profile = (folder / "profile").as_uri()
    out = folder / "saved"
    command = [SOFFICE, "--headless", f"-env:UserInstallation={profile}", *options, "--convert-to", target]
    subprocess.run([*command, "--outdir", out, path], check=True, capture_output=True, timeout=100)  # noqa: S603 - our own
    return out / f"{path.stem}.{target.partition(':')[0]}"


@pytest.mark.parametrize(
    ("name", "rows", "target", "options"),
    [
        ("r.csv", ROWS, UTF8_SEMICOLON_QUOTE_ALL, [f"--infilter={UTF8_COMMA}"]),
        ("r.csv", ROWS, "xlsx", [f"--infilter={UTF8_COMMA}"]),
        ("r.xlsx", (*ROWS, LEADING_ZERO), "xlsx", []),
        ("r.xlsx", (*ROWS, LEADING_ZERO), "ods", []),
        ("r.xlsx", (*ROWS, LEADING_ZERO), UTF8_SEMICOLON_QUOTE_ALL, []),
    ],
)
def test_the_same_rows_come_back(
    tmp_path: Path, name: str, rows: tuple[Row, ...], target: str, options: list[str]
) -> None:
    outcome = Outcome(Status.FAILED, error="no_connection", message="m", tip="t", attempts=5)
    with open_report(tmp_path / name, HEADER) as report:
        for row in rows:
            report.write(row, outcome, ref=f"r1:{row.number}")
    with open_table(save_again(tmp_path / name, tmp_path, target, *options)) as table:
        shape = recognise(table.header)
        assert shape is not None
        lines = list(table.rows())
    assert shape.header == HEADER
    assert [shape.row(line) for line in lines] == list(rows)
    assert [(shape.past(line).outcome(), shape.past(line).ref) for line in lines] == [
        (outcome, f"r1:{row.number}") for row in rows
    ]
