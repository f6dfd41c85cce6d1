"""An OOXML package as lenient readers see it: which part is which, whatever its writer's habits.

Part names are compared without case, a backslash is a slash, content types are not asked, and XML is understood by
namespace or, where there is none, by the bare name. The parts that say where the cells are and how they are shown
are small and read at once; the big ones are streamed by `sheetxml`.

By hand: openpyxl looks parts up by their exact names, and ends in a KeyError where a writer has habits of its own.
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, BinaryIO, NamedTuple
from urllib.parse import unquote

from importer.sheet.archive import open_archive
from importer.sheet.bounds import MOST_FORMAT_CHARS, MOST_SHEETS, MOST_STYLES, TooLargeError
from importer.sheet.numberformat import GENERAL, CellFormat, built_in_format, parse_format
from importer.sheet.xmlparts import Scrubbed, make_parser

__all__ = ["Package", "Relation", "SheetPart", "read_cell_formats", "read_workbook"]

Start = Callable[[str, dict[str, str]], None]
_TRUE = ("1", "true")
_CHUNK_BYTES = 1 << 16
_LONGEST_SHEET_NAME = 255
_LONGEST_NUMBER = 10


class Relation(NamedTuple):
    """What a part points to: the last word of the relation's type (`worksheet`), and the target's full part name."""

    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet in the order of its tab: its name, whether it is hidden, its relation and its part."""

    name: str
    is_hidden: bool
    kind: str
    part: str


@dataclass(slots=True)
class WorkbookParts:
    """What a workbook part says."""

    sheets: list[SheetPart] = field(default_factory=list)
    epoch_1904: bool = False


class Package:
    """The parts of a zipped workbook, by name without regard to case."""

    def __init__(self, file: BinaryIO, *, is_lenient: bool = False) -> None:
        self._is_lenient = is_lenient
        self.archive = open_archive(file)
        self._entries = {_normal(entry.filename): entry for entry in self.archive.infolist()}

    def __contains__(self, name: str) -> bool:
        return _normal(name) in self._entries

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes] | Scrubbed]:
        """A part to be streamed as XML; KeyError where there is none of this name."""
        with self.archive.open(self._entries[_normal(name)]) as part:
            yield Scrubbed(part) if self._is_lenient else part

    def parse(self, name: str, start: "Start", end: Callable[[str], None] = lambda _name: None) -> None:
        """Call `start` and `end` with the bare name of each element of a part; attributes keep their namespace."""
        parser = make_parser() if self._is_lenient else make_parser(namespace_separator=" ")
        parser.StartElementHandler = lambda name, attributes: start(_bare(name), attributes)
        parser.EndElementHandler = lambda name: end(_bare(name))
        with self.open(name) as part:
            while data := part.read(_CHUNK_BYTES):
                parser.Parse(data, False)
        parser.Parse(b"", True)

    def read(self, name: str) -> bytes:
        """A part's whole content; KeyError where there is none of this name."""
        return self.archive.read(self._entries[_normal(name)])

    def relations(self, part: str) -> dict[str, Relation]:
        """Relation id → what it points to, of a part (an empty name: of the package); empty where there are none."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        return _read_relations(self, rels, folder) if rels in self else {}

    def main_part(self, default: str) -> str:
        """The workbook's own part."""
        for relation in self.relations("").values():
            if relation.kind == "officeDocument" and relation.target in self:
                return relation.target
        return default

    def close(self) -> None:
        """Let go of the archive; the file is its opener's."""
        self.archive.close()


def _normal(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()


def _bare(name: str) -> str:
    return re.split("[ :]", name)[-1]


def _read_relations(package: Package, part: str, folder: str) -> dict[str, Relation]:
    """Relation id → relation, from the .rels of a part in `folder`; what lies outside the package is left out."""
    found: dict[str, Relation] = {}

    def take(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = unquote(attributes.get("Target", "")).replace("\\", "/")
            full = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = Relation(kind, full)

    package.parse(part, take)
    return found


def read_workbook(package: Package, main: str) -> WorkbookParts:
    """The sheets that the workbook part lists, with their parts, and its epoch."""
    relations = package.relations(main)
    found = WorkbookParts()

    def take(name: str, attributes: dict[str, str]) -> None:
        if name == "workbookPr" and "date1904" in attributes:
            found.epoch_1904 = attributes.get("date1904", "").strip().lower() in _TRUE
        elif name == "sheet":
            number = len(found.sheets) + 1
            if number > MOST_SHEETS:
                raise TooLargeError(f"refused, it has more than {MOST_SHEETS:,} sheets.")
            relation = relations.get(_relation_id(attributes))
            if relation is None:  # in a package without relations, sheets stand in the order of their numbers
                relation = Relation("worksheet", "" if relations else f"xl/worksheets/sheet{number}.xml")
            hidden = attributes.get("state", "visible").strip() not in ("visible", "")
            sheet = attributes.get("name", f"Sheet{number}")
            if len(sheet) > _LONGEST_SHEET_NAME:
                raise TooLargeError(f"refused, the name of sheet {number} has {len(sheet):,} characters.")
            found.sheets.append(SheetPart(sheet, hidden, relation.kind, relation.target))

    package.parse(main, take)
    return found


def _relation_id(attributes: dict[str, str]) -> str:
    """The `id` that stands in a relationships namespace, whichever edition of it."""
    ids = (value for key, value in attributes.items() if key != "id" and _bare(key) == "id")
    return next(ids, attributes.get("id", ""))


def read_cell_formats(package: Package, part: str) -> list[CellFormat]:
    """The number format of each cell style, in their order."""
    codes: dict[str, str] = {}
    numbers: list[str] = []
    around: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        parent = around[-1] if around else ""
        if name == "numFmt" and parent == "numFmts":
            code = attributes.get("formatCode", "")
            if len(code) > MOST_FORMAT_CHARS or len(codes) > MOST_STYLES:
                raise TooLargeError("refused, it has number formats without measure.")
            codes[attributes.get("numFmtId", "")] = code
        elif name == "xf" and parent == "cellXfs":
            numbers.append(attributes.get("numFmtId", ""))
            if len(numbers) > MOST_STYLES:
                raise TooLargeError(f"refused, it has more than {MOST_STYLES:,} cell formats.")
        around.append(name)

    def end(_name: str) -> None:
        around.pop()

    package.parse(part, start, end)
    return list(_formats(codes, numbers))


def _formats(codes: dict[str, str], numbers: list[str]) -> Iterator[CellFormat]:
    for number in numbers:
        if number in codes:
            yield parse_format(codes[number])
        else:
            yield built_in_format(int(number)) if number.isdecimal() and len(number) < _LONGEST_NUMBER else GENERAL
