"""Invented lists with their right mapping (tests/data/lists), and how well `map` proposes it."""

import csv
import io
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from click.testing import CliRunner

from importer.commands.map import map_columns
from importer.config.document import read_document

__all__ = ["FOLDER", "LeadList", "Score", "read_lists", "score"]

FOLDER = Path(__file__).parents[1] / "data" / "lists"
NOWHERE = "-"
SAID = re.compile(r'(\w+): ("[^"]*"|[^,]+)')


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A header, the fields that are right for it, what its line must say besides, and its values."""

    header: str
    wanted: tuple[str, ...]
    said: Mapping[str, str]
    values: tuple[str, ...]

    @property
    def is_demanded(self) -> bool:
        return NOWHERE not in self.wanted


@dataclass(frozen=True, slots=True)
class LeadList:
    name: str
    title_rows: tuple[tuple[str, ...], ...]
    columns: tuple[ListColumn, ...]

    def text(self) -> str:
        """The list as a CSV file."""
        target = io.StringIO()
        writer = csv.writer(target)
        writer.writerows(self.title_rows)
        writer.writerow([column.header for column in self.columns])
        writer.writerows(zip_longest(*(column.values for column in self.columns), fillvalue=""))
        return target.getvalue()


@dataclass(slots=True)
class Score:
    active: int = 0
    right: int = 0
    harmful: int = 0
    demanded: int = 0
    found: int = 0
    typed: int = 0
    typed_right: int = 0
    header_rows: int = 0
    lists: int = 0
    misses: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found / self.demanded

    @property
    def precision(self) -> float:
        return self.right / self.active

    @property
    def types(self) -> float:
        return self.typed_right / self.typed

    def __str__(self) -> str:
        return (
            f"{self.lists} lists: recall {self.recall:.1%} of {self.demanded}, precision {self.precision:.1%} of "
            f"{self.active}, harmful {self.harmful}, types {self.types:.1%} of {self.typed}, "
            f"header rows {self.header_rows}"
        )


def read_lists(part: str) -> Iterator[LeadList]:
    """The lists of a part: `tuned` or `held`."""
    for path in sorted((FOLDER / part).glob("*.txt")):
        titles, columns = [], []
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("rows:"):
                titles.append(tuple(cell.strip() for cell in line.removeprefix("rows:").split(" | ")))
            elif line and not line.startswith("##"):
                columns.append(_column(line))
        yield LeadList(path.stem, tuple(titles), tuple(columns))


def score(lists: Iterator[LeadList], folder: Path) -> Score:
    """How `lsq-import map --sandbox` does on lists; `misses` says what is not as wanted."""
    total = Score()
    for one in lists:
        path = folder / f"{one.name}.csv"
        path.write_text(one.text(), "utf-8")
        here = Path.cwd()
        os.chdir(folder)
        try:
            run = CliRunner().invoke(map_columns, [str(path), "--sandbox"])
        finally:
            os.chdir(here)
        assert run.exception is None, run.exception
        _add(total, one, read_document(run.stdout).data)
    return total


def _column(line: str) -> ListColumn:
    header, told, *values = line.split(" | ")
    wanted, _, said = told.partition("=")
    return ListColumn(
        header.strip().replace("\\n", "\n"),
        tuple(name.strip() for name in wanted.split("/")),
        {key: text.strip('"') for key, text in SAID.findall(said)},
        tuple(value.strip(" |") for value in values),
    )


def _add(total: Score, one: LeadList, config: Mapping[str, object]) -> None:
    total.lists += 1
    total.header_rows += int(str(config.get("header_row") or 1)) == len(one.title_rows) + 1
    columns = config.get("columns")
    told = columns if isinstance(columns, dict) else {}
    for column in one.columns:
        entry = told.get(column.header)
        target = _target(entry)
        is_right = target in column.wanted
        total.demanded += column.is_demanded
        total.found += column.is_demanded and is_right
        if target:
            total.active += 1
            total.right += is_right
            total.harmful += not is_right and column.wanted == (NOWHERE,)
        if (target and not is_right) or (column.is_demanded and not is_right):
            total.misses.append(f"{one.name}: {column.header} → {target or 'nothing'}, not {'/'.join(column.wanted)}")
        if is_right and column.said:
            said = entry if isinstance(entry, dict) else {}
            good = all(said.get(key) == text for key, text in column.said.items())
            total.typed += 1
            total.typed_right += good
            if not good:
                total.misses.append(f"{one.name}: {column.header} says {said}, not {dict(column.said)}")


def _target(entry: object) -> str:
    if isinstance(entry, dict):
        return "Split" if "split" in entry else str(entry.get("field") or "")
    return str(entry or "")
