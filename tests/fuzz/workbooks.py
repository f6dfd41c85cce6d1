"""Random workbooks by structure: each part is well-formed most of the time, and means something odd now and then."""

# ruff: noqa: E501 - XML in one piece is easier to read than in many
import io
import random
import zipfile
from collections.abc import Callable
from xml.sax.saxutils import escape, quoteattr

import xlwt
from xlsbmaker import make_xlsb

__all__ = ["MAKERS", "mutate"]

HIDDEN = ' hidden="1"'
BLANKS = '<text:s text:c="9999999"/>'
NAMES = ("First Name", "Last Name", "Email", "Mobile", "City")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TEXTS = (
    "Eve", "", " ", "=1+1", "a;=cmd|x", "#N/A", "00123", "1e5", "_x0041_", "x" * 4_000, "'", "\u202e", "é" * 9, "-", "TRUE",
    "p@example.com", "+91-9845098450", "2026-01-02", "Total", "lsq_row", "nan", "9" * 400, "\t", "a\nb", "\U0001f600",
)  # fmt: skip
NUMBERS = (
    "1",
    "0",
    "-1",
    "1e300",
    "1E-300",
    "nan",
    "inf",
    "9" * 30,
    "9" * 5_000,
    "45000.5",
    "",
    " 1 ",
    "0x1",
    "1,5",
    "２",
)
CODES = (
    "General", "00000", "yyyy-mm-dd", "[h]:mm", "0.00%", "," * 300, "[" * 300, "@", '"LEAD-"0000', "[$-409]d/m/yy", "\\", '"', "",
    "0" * 500, "_" * 99,
)  # fmt: skip


def text(chance: random.Random) -> str:
    return chance.choice(TEXTS) if chance.random() < 0.9 else (chance.choice(TEXTS) * chance.choice((2, 50)))[:60_000]


def odd(chance: random.Random, usual: object, *others: object) -> str:
    """Mostly the usual, now and then something else."""
    return str(usual if chance.random() < 0.93 else chance.choice(others))


def letters(column: int) -> str:
    found, rest = "", column + 1
    while rest:
        rest, one = divmod(rest - 1, 26)
        found = chr(65 + one) + found
    return found


def xlsx_cell(chance: random.Random, row: int, column: int, words: str | None = None) -> str:
    at = odd(chance, f"{letters(column)}{row}", "XFD1048576", "A0", "AAAA1", "", "1", "$B$2", "a1", "ZZZZZZZZZ9")
    kind = odd(chance, "inlineStr", "s", "n", "b", "e", "d", "str", "x")
    style = odd(chance, chance.randrange(4), -1, 99_999, "x", "9" * 5_000)
    inner = f"<is><t>{escape(text(chance) if words is None else words)}</t></is>"
    if words is None and (kind != "inlineStr" or chance.random() < 0.3):
        kind = kind if kind != "inlineStr" else "n"
        inner = f"<v>{escape(chance.choice(NUMBERS))}</v>"
        inner = odd(chance, inner, "<v/>", f"<f>A1</f>{inner}", "<f>SUM(</f>", "<v><v>1</v></v>", "")
    return f'<c r="{at}" t="{kind}" s="{style}">{inner}</c>'


def make_xlsx(chance: random.Random) -> bytes:
    width = chance.choice((1, 3, 5, 5, 5, 30, 300))
    lines = ["".join(xlsx_cell(chance, 1, at, name) for at, name in enumerate(NAMES[:width]))]
    lines += [
        "".join(xlsx_cell(chance, row, at) for at in range(width)) for row in range(2, 2 + chance.choice((0, 1, 5, 40)))
    ]
    rows = "".join(
        f'<row r="{odd(chance, number, 0, -1, 1048576, 1048577, "1e300", "nan", "", "2.0")}"'
        f"{odd(chance, '', HIDDEN)}>{line}</row>"
        for number, line in enumerate(lines, 1)
    )
    merges = "".join(
        f'<mergeCell ref="{odd(chance, "A2:B4", "A1:XFD1048576", "B9:A1", "A:A", "A1", "A99999999:B1")}"/>'
        for _ in range(chance.choice((0, 0, 1, 30)))
    )
    sheet = f'<worksheet xmlns="{odd(chance, MAIN, "", "urn:x")}"><sheetData>{rows}</sheetData>{merges}</worksheet>'
    codes = "".join(f'<numFmt numFmtId="{164 + at}" formatCode={quoteattr(chance.choice(CODES))}/>' for at in range(3))
    styles = "".join(f'<xf numFmtId="{odd(chance, 164 + at, 14, 46, "x", 9**20)}"/>' for at in range(3))
    sheets = "".join(
        f'<sheet name={quoteattr(odd(chance, f"S{at}", "", "S0", "x" * 300, "a/b"))} sheetId="{at + 1}" r:id="r{at}"'
        f' state="{odd(chance, "visible", "hidden", "veryHidden", "?")}"/>'
        for at in range(chance.choice((1, 1, 1, 3, 40)))
    )
    target = odd(
        chance, "worksheets/sheet1.xml", "../../etc/passwd", "/xl/worksheets/sheet1.xml", "styles.xml", "gone.xml"
    )
    links = "".join(f'<Relationship Id="r{at}" Type="{RELATIONS}/worksheet" Target="{target}"/>' for at in range(40))
    parts = {
        odd(chance, "xl/workbook.xml", "XL\\WORKBOOK.XML", "/xl/workbook.xml"): f'<workbook xmlns="{MAIN}" '
        f'xmlns:r="{RELATIONS}"><workbookPr date1904="{odd(chance, 0, 1, "x")}"/><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{"".join(f"<si><t>{escape(one)}</t></si>" for one in TEXTS)}</sst>',
    }
    return pack(chance, parts)


def make_ods(chance: random.Random) -> bytes:
    spaces = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (
            ("office", "office"),
            ("table", "table"),
            ("text", "text"),
            ("style", "style"),
            ("number", "datastyle"),
        )
    )

    def cell(words: str) -> str:
        kind = odd(chance, "string", "float", "date", "time", "boolean", "percentage", "x", "")
        value = odd(chance, "1", *NUMBERS, "PT1H", "PT99999999999H", "2026-01-02", "-9999-01-01", "2026-01-02T99:00")
        repeats = odd(chance, 1, 3, 16384, 99_999_999, "x", -1)
        spans = odd(chance, "", f' table:number-rows-spanned="{chance.choice((2, 9**9))}"')
        blanks = odd(chance, "", BLANKS, "<text:tab/>", "<text:line-break/>", "<office:annotation/>")
        return (
            f'<table:table-cell office:value-type="{kind}" office:value={quoteattr(value)} office:date-value={quoteattr(value)}'
            f' office:time-value={quoteattr(value)} table:number-columns-repeated="{repeats}"{spans} table:style-name="c">'
            f"<text:p>{escape(words)}{blanks}</text:p></table:table-cell>"
        )

    head = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{name}</text:p></table:table-cell>' for name in NAMES
    )
    rows = "".join(
        f'<table:table-row table:number-rows-repeated="{odd(chance, 1, 2, 1048576, 10**12, "x")}">'
        f"{''.join(cell(text(chance)) for _ in range(chance.choice((1, 5, 5))))}</table:table-row>"
        for _ in range(chance.choice((0, 1, 5, 30)))
    )
    digits = odd(chance, 5, 10**9, -1, "x", "9" * 5_000)
    styles = (
        f'<number:number-style style:name="n"><number:number number:min-integer-digits="{digits}">'
        f'<number:embedded-text number:position="{odd(chance, 3, 10**9, "x")}">-</number:embedded-text></number:number>'
        f'</number:number-style><style:style style:name="c" style:family="table-cell" style:data-style-name="n"'
        f' style:parent-style-name="{odd(chance, "", "c")}"/>'
    )
    tables = "".join(
        f"<table:table table:name={quoteattr(odd(chance, f'T{at}', '', 'x' * 300))}><table:table-row>{head}</table:table-row>{rows}</table:table>"
        for at in range(chance.choice((1, 1, 3)))
    )
    content = (
        f"<office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    return pack(chance, {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})


def make_xls(chance: random.Random) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Leads")
    for at, name in enumerate(NAMES):
        sheet.write(0, at, name)
    for row in range(1, 1 + chance.choice((0, 1, 5, 40))):
        for at in range(chance.choice((1, 5, 5, 256))):
            style = (
                xlwt.easyxf(num_format_str=chance.choice(CODES)[:200] or "General")
                if row < 4 and at < 4
                else xlwt.Style.default_style
            )
            sheet.write(row, at, chance.choice((text(chance)[:30_000], 1, -1.5, 1e300, True, 45000)), style)
    if chance.random() < 0.1:
        sheet.write(65_535, chance.randrange(256), "far")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def make_csv(chance: random.Random) -> bytes:
    mark = chance.choice(",,,;\t|")
    pieces = (*TEXTS, '"', '"quoted"', '"open', 'a"b', mark, '="01"', "\0", "\x1a", "\ufeff", "a,b;c")
    end = chance.choice(("\n", "\r\n", "\r", "\n"))
    lines = [odd(chance, mark.join(NAMES), "", "sep=;", mark * 20_000, mark.join(NAMES * 2))]
    lines += [
        mark.join(chance.choice(pieces) for _ in range(chance.choice((1, 4, 5, 5, 6, 90))))
        for _ in range(chance.choice((0, 1, 9, 60)))
    ]
    codec = odd(chance, "utf-8", "utf-16", "utf-8-sig", "utf-32", "cp1252", "utf-16-be")
    return end.join(lines).encode(codec, "replace")


def pack(chance: random.Random, parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    packing = zipfile.ZIP_STORED if chance.random() < 0.05 else zipfile.ZIP_DEFLATED
    codec, doctype = odd(chance, "utf-8", "utf-16"), odd(chance, "", "", "", "", "", "", "", "", "<!DOCTYPE a>")
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name, data in parts.items():
            if chance.random() > 0.01:
                archive.writestr(
                    name,
                    (doctype + data if name.endswith("xml") else data).encode(
                        codec if name.endswith("xml") else "utf-8"
                    ),
                )
    return out.getvalue()


def mutate(chance: random.Random, content: bytes) -> bytes:
    """Change, cut, double or move some bytes; inside the parts of an archive too."""
    if content[:2] == b"PK" and chance.random() < 0.6:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
            names = before.namelist()
            chosen = chance.choice(names)
            for name in names:
                after.writestr(name, _mutated(chance, before.read(name)) if name == chosen else before.read(name))
        return out.getvalue()
    return _mutated(chance, content)


def _mutated(chance: random.Random, content: bytes) -> bytes:
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8, 40))):
        if not data:
            break
        at = chance.randrange(len(data))
        length = chance.choice((1, 1, 4, 16, 200))
        how = chance.randrange(5)
        if how == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif how == 1:
            data[at : at + length] = chance.randbytes(length)
        elif how == 2:
            del data[at : at + length]
        elif how == 3:
            data[at:at] = data[at : at + length] * chance.choice((1, 3, 100))
        else:
            data[at : at + 4] = chance.choice(
                (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"9999", b"<!--", b"&#0;")
            )
    return bytes(data)


MAKERS: dict[str, Callable[[random.Random], bytes]] = {
    "xlsx": make_xlsx,
    "ods": make_ods,
    "xls": make_xls,
    "xlsb": make_xlsb,
    "csv": make_csv,
}
