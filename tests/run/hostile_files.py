"""Small files that ask a reader for gigabytes or minutes, each with a part of what must be said of it."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import xlwt

__all__ = ["REFUSED", "far_cell", "far_cell_of_xls"]

NAMES = ("First Name", "Last Name", "Email", "Mobile", "City")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HEADER = "".join(
    f'<c r="{letter}1" t="inlineStr"><is><t>{name}</t></is></c>' for letter, name in zip("ABCDE", NAMES, strict=True)
)
LEAD = '<c r="A2" t="inlineStr"><is><t>Eve</t></is></c>'


def parts(sheet: str, *, styles: str = "", strings: str = "", prologue: str = "") -> dict[str, str]:
    return {
        "xl/workbook.xml": f'{prologue}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="Leads" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="r1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData></worksheet>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
    }


def rows(more: str = "") -> str:
    return f'<row r="1">{HEADER}</row><row r="2">{LEAD}</row>{more}'


def pack(path: Path, content: dict[str, str], packing: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def far_cell(folder: Path) -> Path:
    cell = '<c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c>'
    return pack(folder / "in.xlsx", parts(rows(f'<row r="1048576">{cell}</row>')))


def wide_rows(folder: Path) -> Path:
    far = '<c r="XFD1" t="inlineStr"><is><t>x</t></is></c>'
    below = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(2, 40_000))
    return pack(folder / "in.xlsx", parts(f'<row r="1">{HEADER}{far}</row>{below}'))


def row_beyond(folder: Path) -> Path:
    return pack(folder / "in.xlsx", parts(rows('<row r="1e300"><c><v>1</v></c></row>')))


def format_of(code: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        styles = (
            f'<numFmts><numFmt numFmtId="164" formatCode="{code}"/></numFmts><cellXfs><xf numFmtId="164"/></cellXfs>'
        )
        return pack(folder / "in.xlsx", parts(rows('<row r="3"><c r="A3" s="0"><v>1</v></c></row>'), styles=styles))

    return make


def many_styles(folder: Path) -> Path:
    return pack(folder / "in.xlsx", parts(rows(), styles=f"<cellXfs>{'<xf/>' * 100_000}</cellXfs>"))


def endless_runs(folder: Path) -> Path:
    runs = "<r><t>ab</t></r>" * 1_000_000
    return pack(folder / "in.xlsx", parts(rows(f'<row r="3"><c r="A3" t="inlineStr"><is>{runs}</is></c></row>')))


def one_text_everywhere(folder: Path) -> Path:
    cells = '<c t="s"><v>0</v></c>' * 4
    below = "".join(f'<row r="{row}">{cells}</row>' for row in range(3, 5_000))
    return pack(folder / "in.xlsx", parts(rows(below), strings=f"<si><t>{'x' * 900_000}</t></si>"))


def bomb(folder: Path) -> Path:
    return pack(folder / "in.xlsx", parts(rows(" " * (200 << 20))))


def mimetype_bomb(folder: Path) -> Path:
    content = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet" + " " * (200 << 20), "content.xml": "<a/>"}
    return pack(folder / "in.ods", content)


def lzma(folder: Path) -> Path:
    return pack(folder / "in.xlsx", parts(rows()), zipfile.ZIP_LZMA)


def many_entries(folder: Path) -> Path:
    content = parts(rows())
    return pack(folder / "in.xlsx", content | {f"docProps/{number}": "" for number in range(20_000)})


def doctype(name: str, prologue: str, codec: str = "utf-8") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = pack(folder / "in.xlsx", parts(rows()))
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, f'{prologue}<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode(codec))
        return path

    return make


def far_cell_of_xls(folder: Path) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Leads")
    for column, name in enumerate(NAMES):
        sheet.write(0, column, name)
    sheet.write(1, 0, "Eve")
    sheet.write(65_535, 255, "x")
    path = folder / "in.xls"
    book.save(str(path))
    return path


def circle_of_xls(folder: Path) -> Path:
    """A sector chain that comes back to its beginning."""
    path = far_cell_of_xls(folder)
    content = bytearray(path.read_bytes())
    table = 512 * (1 + int.from_bytes(content[76:80], "little"))
    for sector in range(len(content) // 512 - 1):
        content[table + 4 * sector : table + 4 * sector + 4] = (0).to_bytes(4, "little")
    path.write_bytes(content)
    return path


def ods(folder: Path, table: str) -> Path:
    names = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"' for prefix in ("office", "table", "text")
    )
    head = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{name}</text:p></table:table-cell>' for name in NAMES
    )
    content = (
        f"<office:document-content {names}><office:body><office:spreadsheet>"
        f'<table:table table:name="L"><table:table-row>{head}</table:table-row>{table}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return pack(
        folder / "in.ods", {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content}
    )


def wide_error_of_ods(folder: Path) -> Path:
    cell = (
        '<table:table-cell table:number-columns-repeated="16384" office:value-type="string">'
        "<text:p>#N/A</text:p></table:table-cell>"
    )
    return ods(folder, f'<table:table-row table:number-rows-repeated="1048575">{cell}</table:table-row>')


def blanks_of_ods(folder: Path) -> Path:
    blanks = '<text:s text:c="16384"/>' * 60_000
    cell = f'<table:table-cell office:value-type="string"><text:p>{blanks}</text:p></table:table-cell>'
    return ods(folder, f"<table:table-row>{cell}</table:table-row>")


def csv_of(content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / "in.csv"
        path.write_bytes(",".join(NAMES).encode() + b"\n" + content)
        return path

    return make


REFUSED = {
    "wide rows": (wide_rows, "cells or more"),
    "row beyond": (row_beyond, "the last one of a sheet"),
    "format of commas": (format_of("," * 200_000), "number formats without measure"),
    "format of brackets": (format_of("[" * 200_000), "number formats without measure"),
    "many styles": (many_styles, "cell formats"),
    "endless runs": (endless_runs, "holds more than 1,000,000 characters"),
    "one text everywhere": (one_text_everywhere, "characters"),
    "bomb": (bomb, "would unpack to"),
    "mimetype bomb": (mimetype_bomb, "would unpack to"),
    "lzma": (lzma, "damaged or incomplete"),
    "many entries": (many_entries, "parts"),
    "doctype behind a comment": (doctype("docProps/x.xml", f"<!--{'x' * 100_000}-->"), "document type"),
    "doctype in UTF-16": (doctype("docProps/x.xml", "\ufeff", "utf-16-le"), "document type"),
    "doctype under another name": (doctype("xl/media/picture.png", ""), "document type"),
    "circle of xls": (circle_of_xls, "cannot be read as a workbook"),
    "wide error of ods": (wide_error_of_ods, "cells or more"),
    "blanks of ods": (blanks_of_ods, "holds more than 1,000,000 characters"),
    "a million columns": (csv_of(b"x," * 1_000_000), "1,000,001 columns"),
    "a field of 100 MB": (csv_of(b'"' + b"x" * (100 << 20) + b'"'), "a line of it is longer"),
    "commas": (csv_of(b"," * (50 << 20)), "a line of it is longer"),
    "a quote that is closed far below": (csv_of(b'"' + b"xxxxxxx\n" * 1_000_000 + b'"'), "without measure"),
    "a quote that is never closed": (csv_of(b'"' + b"xxxxxxx\n" * 1_000_000), "line 2 is never closed"),
}
