"""A new kind of file, and a new form of the report, are one entry of one table and a module each."""

import csv
import json
from pathlib import Path

from changed_house import ChangedHouse

from importer.commands.cli import import_command
from importer.report.formats import REPORT_FORMATS
from importer.sheet.kinds import FORMATS

READER = '''"""Cards: a file of lines `number: text`, each a row of one cell."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from importer.sheet.table import Area, Row
from importer.sheet.workbook import SheetInfo


class CardsWorkbook:
    """The cards of a file as the only sheet of a workbook."""

    def __init__(self, path: Path, file: BinaryIO, notes: tuple[str, ...] = ()) -> None:
        self.notes = notes
        self.sheets = (SheetInfo("Cards", hidden=False),)
        file.seek(0)
        self._lines = file.read().decode().splitlines()[1:]

    def rows(self, sheet: str) -> Iterator[Row]:
        """Each card."""
        for number, line in enumerate(self._lines, start=1):
            yield Row(number, tuple(line.split(" | ")))

    def is_empty(self, sheet: str) -> bool:
        """Whether there is no card."""
        return not self._lines

    def merged(self, sheet: str) -> Sequence[Area]:
        """Cards are not merged."""
        return ()

    def close(self) -> None:
        """Nothing is open."""
'''
KIND = """    CARDS = (
        "a box of cards (.cards)",
        KindFacts(endings=(".cards",), reader="importer.sheet.cards:CardsWorkbook", magic=(b"CARDS 1",)),
    )
    ODS = ("""


def make_house(folder: Path) -> ChangedHouse:
    (folder / "config.yaml").write_text("columns:\n  Name: FirstName\n  City: mx_City\n", "utf-8")
    return ChangedHouse.build(folder)


def test_a_new_kind_of_file_is_read_by_its_entry_and_its_reader(tmp_path: Path) -> None:
    house = make_house(tmp_path)
    (tmp_path / "importer" / "sheet" / "cards.py").write_text(READER, "utf-8")
    house.edit("sheet/kinds.py", "    ODS = (", KIND)
    (tmp_path / "leads.cards").write_text("CARDS 1\nName | City\nAsha | Pune\nRavi | 01250\n", "utf-8")
    run = house.run(["leads.cards", "--dry-run"])
    assert run.returncode == 0, run.stderr
    with (tmp_path / "leads.report.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [(row["Name"], row["City"], row["lsq_status"]) for row in csv.DictReader(file)] == [
            ("Asha", "Pune", "ready"),
            ("Ravi", "01250", "ready"),
        ]
    (tmp_path / "leads.xlsx").write_bytes((tmp_path / "leads.cards").read_bytes())
    misnamed = house.run(["leads.xlsx", "--dry-run"])
    assert "the content is a box of cards (.cards): it was read as such" in misnamed.stderr
    (tmp_path / "leads.odd").write_text("x", "utf-8")
    refused = house.run(["leads.odd", "--dry-run"])
    assert refused.returncode == 2
    assert ".xlsb .cards .ods" in refused.stderr


WRITER = '''"""The report as lines of JSON."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from importer.outcome import Outcome
from importer.report.replacement import replace_report
from importer.sheet.table import Row


class LinesReport:
    """One object for each row."""

    def __init__(self, path: Path, header: Sequence[str], *, make_way: Callable[[], object] = lambda: None) -> None:
        self._header = header
        self._replacement = replace_report(path, make_way=make_way)

    def __enter__(self) -> Self:
        self._file = self._replacement.__enter__().file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._replacement.__exit__(kind, error, trace)

    def write(self, row: Row, outcome: Outcome, *, ref: str = "") -> None:
        """Add the line of one row."""
        cells = dict(zip(self._header, row.cells, strict=True))
        self._file.write((json.dumps({**cells, "status": outcome.status}) + "\\n").encode())


def find_misfit(header: Sequence[str], rows: object, *, row_count: int) -> str:
    """Only short files."""
    return "" if row_count < 3 else f"{row_count} rows are too many"
'''
FORM = """REPORT_FORMATS = (
    ReportFormat(
        ending=".jsonl",
        called="lines of JSON",
        writer="importer.report.lines:LinesReport",
        misfit="importer.report.lines:find_misfit",
    ),
"""


def test_a_new_form_of_the_report_is_written_by_its_entry_and_its_writer(tmp_path: Path) -> None:
    house = make_house(tmp_path)
    (tmp_path / "importer" / "report" / "lines.py").write_text(WRITER, "utf-8")
    house.edit("report/formats.py", "REPORT_FORMATS = (\n", FORM)
    (tmp_path / "leads.csv").write_text("Name,City\nAsha,Pune\nRavi,01250\n", "utf-8")
    run = house.run(["leads.csv", "--sandbox", "-r", "leads.report.jsonl"])
    assert run.returncode == 0, run.stderr
    lines = [json.loads(line) for line in (tmp_path / "leads.report.jsonl").read_text("utf-8").splitlines()]
    assert lines == [
        {"Name": "Asha", "City": "Pune", "status": "created"},
        {"Name": "Ravi", "City": "01250", "status": "created"},
    ]
    (tmp_path / "leads.csv").write_text("Name,City\nAsha,Pune\nRavi,01250\nMina,Goa\n", "utf-8")
    refused = house.run(["leads.csv", "--sandbox", "-r", "leads.report.jsonl"])
    assert refused.returncode == 2
    assert "does not fit lines of JSON: 3 rows are too many" in refused.stderr


def test_the_help_text_names_every_ending() -> None:
    (told,) = [one.help for one in import_command.params if "--report" in one.opts]
    assert all(one.ending in str(told) for one in REPORT_FORMATS)
    assert all(ending in str(import_command.help) for ending in FORMATS)
