"""What a person does to a report between two runs: each act takes a sheet and changes it in place."""

import csv
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from truth import OWN, Line

__all__ = ["EDITS", "MARKER", "Sheet", "new_person"]

MARKER = "City"
"""The column that belongs to one person alone: no act changes it but by making another person of a line."""

DATA = ("First Name", "Last Name", "Email", "Mobile", "City", "Remark")
TECHNICAL = ("lsq_ref", "lsq_lead_id", "lsq_error", "lsq_message", "lsq_tip", "lsq_attempts", "lsq_time", "lsq_extra")


@dataclass
class Sheet:
    """A CSV as a person sees it: a header and lines of texts."""

    header: list[str]
    lines: list[list[str]]

    @classmethod
    def read(cls, path: Path) -> "Sheet":
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *lines = csv.reader(file)
        return cls(header, lines)

    def save(self, path: Path) -> None:
        """Write it as a spreadsheet program does: a new file, then in the place of the old one."""
        part = path.with_name(f"~{path.name}")
        with part.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([self.header, *self.lines])
        part.replace(path)

    def cell(self, line: list[str], name: str) -> str:
        return line[self.header.index(name)] if name in self.header else ""

    def put(self, line: list[str], name: str, text: str) -> None:
        if name in self.header:
            line[self.header.index(name)] = text

    def report_lines(self) -> list[Line]:
        """The lines as a report's, wherever its columns stand, guards taken off."""
        names = [*DATA, *(f"lsq_{name}" for name in OWN)]
        plain = [[self.cell(line, name).removeprefix("'") for name in names] for line in self.lines]
        return [Line(tuple(cells[: len(DATA)]), *cells[len(DATA) :]) for cells in plain]

    def markers(self) -> list[str]:
        return [self.cell(line, MARKER) for line in self.lines]


def new_person(number: int, draw: random.Random) -> tuple[str, ...]:
    """A person whom nobody has met: with both unique values, with one, or with none."""
    kind = draw.choice(["both", "both", "email", "phone", "nobody"])
    email = f"p{number}@example.com" if kind in {"both", "email"} else ""
    phone = f"+91-98{number:08d}" if kind in {"both", "phone"} else ""
    return (f"First{number}", f"Last{number}", email, phone, f"City {number}", "")


def _write_over(sheet: Sheet, line: list[str], cells: tuple[str, ...]) -> None:
    for name, text in zip(DATA, cells, strict=True):
        sheet.put(line, name, text)


def _copy(sheet: Sheet, draw: random.Random, fresh: Callable[[], tuple[str, ...]]) -> None:
    """Copy a line, above or below its original, and make another person of one of the two."""
    at = draw.randrange(len(sheet.lines))
    copy = list(sheet.lines[at])
    _write_over(sheet, copy, fresh())
    sheet.lines.insert(draw.choice([at, at + 1, draw.randrange(len(sheet.lines) + 1)]), copy)


def _delete(sheet: Sheet, draw: random.Random, _fresh: object) -> None:
    if len(sheet.lines) > 10:
        del sheet.lines[draw.randrange(len(sheet.lines))]


def _append(sheet: Sheet, draw: random.Random, fresh: Callable[[], tuple[str, ...]]) -> None:
    """Type a new person below or between the others."""
    line = [""] * len(sheet.header)
    _write_over(sheet, line, fresh())
    sheet.lines.insert(draw.choice([len(sheet.lines), draw.randrange(len(sheet.lines) + 1)]), line)


def _sort(sheet: Sheet, draw: random.Random, _fresh: object) -> None:
    column = draw.randrange(len(sheet.header))
    sheet.lines.sort(key=lambda line: line[column], reverse=draw.random() < 0.5)


def _sort_data(sheet: Sheet, draw: random.Random, _fresh: object) -> None:
    """Sort the columns that one knows and leave the technical ones as they are."""
    places = [sheet.header.index(name) for name in DATA]
    column = sheet.header.index(draw.choice(["First Name", "Email", "City"]))
    ordered = sorted(sheet.lines, key=lambda line: line[column], reverse=draw.random() < 0.5)
    sheet.lines = [
        [source[at] if at in places else own for at, own in enumerate(line)]
        for line, source in zip(sheet.lines, ordered, strict=True)
    ]


def _swap(sheet: Sheet, draw: random.Random, _fresh: object) -> None:
    """Swap one or more technical cells of two lines, or all that is ours."""
    all_ours = [f"lsq_{name}" for name in OWN]
    names = draw.choice([["lsq_ref"], ["lsq_ref", "lsq_lead_id"], ["lsq_lead_id"], all_ours])
    one, two = draw.sample(sheet.lines, 2)
    for name in names:
        first, second = sheet.cell(one, name), sheet.cell(two, name)
        sheet.put(one, name, second)
        sheet.put(two, name, first)


def _mend(sheet: Sheet, draw: random.Random, _fresh: object) -> None:
    """Correct a cell of one or two lines, whatever became of them."""
    for line in draw.sample(sheet.lines, draw.choice([1, 2])):
        name = draw.choice(["First Name", "Email", "Mobile", "Remark"])
        number = sheet.cell(line, MARKER).split()[-1]
        texts = {"Email": f"mended{number}@example.com", "Mobile": f"+91-97{int(number):08d}"}
        sheet.put(line, name, texts.get(name, f"Mended{number}"))


def _remark(sheet: Sheet, draw: random.Random, _fresh: object) -> None:
    """Write something into a column that is not imported, on every line."""
    note = f"note {draw.randrange(1000)}"
    for line in sheet.lines:
        sheet.put(line, "Remark", note)


def _move(sheet: Sheet, draw: random.Random, _fresh: object) -> None:
    """Put the columns into another order."""
    order = draw.sample(range(len(sheet.header)), len(sheet.header))
    sheet.header = [sheet.header[at] for at in order]
    sheet.lines = [[line[at] for at in order] for line in sheet.lines]


def _drop(sheet: Sheet, draw: random.Random, _fresh: object) -> None:
    """Delete columns that look technical."""
    names = draw.sample(TECHNICAL, draw.choice([1, 1, 2, 3]))
    kept = [at for at, name in enumerate(sheet.header) if name not in names]
    sheet.header = [sheet.header[at] for at in kept]
    sheet.lines = [[line[at] for at in kept] for line in sheet.lines]


EDITS: dict[str, Callable[[Sheet, random.Random, Callable[[], tuple[str, ...]]], None]] = {
    "append": _append,
    "copy": _copy,
    "delete": _delete,
    "drop": _drop,
    "mend": _mend,
    "move": _move,
    "remark": _remark,
    "sort": _sort,
    "sort data": _sort_data,
    "swap": _swap,
}
"""The acts by name."""
