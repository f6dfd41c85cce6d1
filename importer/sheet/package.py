"""What calamine does not tell about an .xlsx that openpyxl cannot open (Strict Open XML, styles out of order).

The package's few small parts that say which sheet is where and how numbers are shown, read leniently and whatever
their namespace; then the cells themselves through `sheetxml`.
"""

import posixpath
import zipfile
from collections.abc import Callable, Iterator
from typing import BinaryIO
from xml.parsers import expat

from importer.sheet.cells import (
    FORMULA_WITHOUT_RESULT,
    GENERAL,
    CellFormat,
    CellText,
    number_text,
    parse_format,
)
from importer.sheet.sheetxml import RawCell, stream_rows

__all__ = ["read_relations", "read_xlsx_cells"]


def _elements(xml: bytes, take: Callable[[str, dict[str, str]], None]) -> None:
    """Call `take` with each element's local name and attributes (by local name), in the order of the part."""

    def start(name: str, attributes: dict[str, str]) -> None:
        take(name.rpartition(":")[2], {key.rpartition(":")[2]: value for key, value in attributes.items()})

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.Parse(xml, True)


def read_relations(xml: bytes) -> dict[str, str]:
    """Relation id → target, from a .rels part."""
    found: dict[str, str] = {}

    def take(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            found[attributes["Id"]] = attributes["Target"]

    _elements(xml, take)
    return found


def _sheet_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Each sheet's name and part."""
    targets = read_relations(archive.read("xl/_rels/workbook.xml.rels"))
    sheets: list[tuple[str, str]] = []

    def take(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet" and attributes.get("id") in targets:
            part = posixpath.normpath(posixpath.join("/xl", targets[attributes["id"]]))
            sheets.append((attributes["name"], part.lstrip("/")))

    _elements(archive.read("xl/workbook.xml"), take)
    return iter(sheets)


def _cell_formats(xml: bytes) -> list[CellFormat]:
    """The number format of each cell style; of the built-in ones only that with a date and a time matters here."""
    codes = {"22": "m/d/yy h:mm"}
    styles: list[CellFormat] = []
    inside = {"cellXfs": False}

    def take(name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            codes.setdefault(attributes["numFmtId"], attributes["formatCode"])
        elif name in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            inside["cellXfs"] = name == "cellXfs"
        elif name == "xf" and inside["cellXfs"]:
            styles.append(parse_format(codes.get(attributes.get("numFmtId", ""), "General")))

    _elements(xml, take)
    return styles


def read_xlsx_cells(file: BinaryIO) -> dict[str, dict[tuple[int, int], CellText]]:
    """By sheet, then by row and column counted from 0: error cells, formulas without a result, padded numbers.

    Raises the errors of zipfile and expat, KeyError and ValueError where the package is of an unusual make.
    """
    found: dict[str, dict[tuple[int, int], CellText]] = {}
    with zipfile.ZipFile(file) as archive:
        formats = _cell_formats(archive.read("xl/styles.xml")) if "xl/styles.xml" in archive.namelist() else []
        for sheet, name in _sheet_parts(archive):
            cells = found.setdefault(sheet, {})
            with archive.open(name) as part:
                for number, row in stream_rows(part):
                    for cell in row:
                        text = _beyond_value(cell, formats)
                        if text is not None:
                            cells[number - 1, cell.column] = text
    return found


def _beyond_value(cell: RawCell, formats: list[CellFormat]) -> CellText | None:
    if cell.kind == "e":
        return CellText(cell.value or "", bad=cell.value or "error")
    if cell.formula is not None and not cell.value:
        has_result = cell.value is not None and cell.kind == "str"
        return None if has_result else CellText(f"={cell.formula}", bad=FORMULA_WITHOUT_RESULT)
    cell_format = formats[cell.style] if cell.style < len(formats) else GENERAL
    if cell.kind == "n" and cell.value:
        if cell_format.zeros:
            return CellText(number_text(float(cell.value), cell_format))
        if cell_format.date == "datetime" and float(cell.value).is_integer():
            return CellText("", "datetime")  # the kind alone: calamine calls midnight sharp a date
    return None
