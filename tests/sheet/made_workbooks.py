"""Small workbooks, put together part by part, as unusual programs write them."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"

CONTENT_TYPES = """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
<Override PartName="/xl/sharedStrings.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>
<Override PartName="/xl/styles.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>
</Types>"""


def text_cell(address: str, text: str) -> str:
    return f'<c r="{address}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def relations(*entries: tuple[str, str, str], kinds: str = OFFICE_RELATIONS) -> str:
    """A .rels part of (id, kind, target)."""
    inner = "".join(f'<Relationship Id="{id_}" Type="{kinds}/{kind}" Target="{to}"/>' for id_, kind, to in entries)
    return f'<Relationships xmlns="{PACKAGE_RELATIONS}">{inner}</Relationships>'


def xlsx_parts(
    sheet: str,
    *,
    strings: Sequence[str] = (),
    formats: Sequence[str] = (),
    after: str = "",
    book: str = "",
) -> dict[str, str]:
    """The parts of a workbook with one sheet whose rows are `sheet`; `formats` are those of styles 1, 2, …"""
    codes = "".join(
        f'<numFmt numFmtId="{164 + nth}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for nth, code in enumerate(formats)
    )
    styles = "".join(f'<xf numFmtId="{164 + nth}" applyNumberFormat="1"/>' for nth in range(len(formats)))
    return {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE_RELATIONS}">{book}<sheets>'
        '<sheet name="Leads" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            ("rId2", "sharedStrings", "sharedStrings.xml"),
            ("rId3", "styles", "styles.xml"),
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">'
        + "".join(f'<si><t xml:space="preserve">{text}</t></si>' for text in strings)
        + "</sst>",
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts><fonts><font/></fonts>'
        "<fills><fill><patternFill/></fill></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>"
        f'<cellXfs><xf numFmtId="0"/>{styles}</cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData>{after}</worksheet>',
    }


def pack(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


ODS_NAMESPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "number": "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
}


def ods_cell(text: str = "", kind: str = "string", inner: str = "", **attributes: str) -> str:
    """A cell; attributes are written `value="7"`, `style_name="ce1"`."""
    prefixes = {"style_name": "table", "formula": "table"}
    given = "".join(
        f' {prefixes.get(name, "table" if name.startswith("number_") else "office")}:{name.replace("_", "-")}="{value}"'
        for name, value in attributes.items()
    )
    kind = f' office:value-type="{kind}"' if kind else ""
    shown = f"<text:p>{text}</text:p>" if text else ""
    return f"<table:table-cell{kind}{given}>{shown}{inner}</table:table-cell>"


def ods_row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row{attributes}>{''.join(cells)}</table:table-row>"


def ods(path: Path, rows: str, *, styles: str = "", columns: str = "", prefix_of_table: str = "table") -> Path:
    names = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in ODS_NAMESPACES.items())
    content = (
        f"<office:document-content {names}><office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f'<office:spreadsheet><table:table table:name="Leads">{columns}{rows}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    if prefix_of_table != "table":
        content = content.replace("table:", f"{prefix_of_table}:").replace(
            f'xmlns:{prefix_of_table}:="', f'xmlns:{prefix_of_table}="'
        )
        content = content.replace('xmlns:table="', f'xmlns:{prefix_of_table}="')
        content = content.replace(f"xmlns:{prefix_of_table}:1.0", "xmlns:table:1.0")
    return pack(
        path,
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": "<manifest/>",
            "content.xml": content,
        },
    )
