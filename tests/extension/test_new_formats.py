"""A new kind of file, and a new form of the report, are one entry of one table and a module each."""

import csv
from pathlib import Path

from changed_house import ChangedHouse

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
