"""The parts of a report's workbook that are the same for every report, or nearly."""

__all__ = [
    "BAD",
    "BOOK",
    "BOOK_RELATIONS",
    "CONTENT_TYPES",
    "HEADER",
    "MAIN",
    "NOTES_RELATIONS",
    "NOTES_TYPES",
    "PROLOGUE",
    "RELATIONS",
    "ROOT_RELATIONS",
    "STYLES",
    "TEXT",
    "TINTED",
]

TEXT, HEADER, TINTED, BAD = 1, 2, 3, 4
"""Places in the styles' cellXfs."""

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
PROLOGUE = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

CONTENT_TYPES = f"""{PROLOGUE}<Types xmlns="{PACKAGE}/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Default Extension="xml" ContentType="application/xml"/>\
<Override PartName="/xl/workbook.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>\
<Override PartName="/xl/worksheets/sheet1.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>\
<Override PartName="/xl/styles.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>{{notes}}</Types>"""

NOTES_TYPES = """<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>\
<Override PartName="/xl/comments1.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"/>"""

ROOT_RELATIONS = f"""{PROLOGUE}<Relationships xmlns="{PACKAGE}/relationships">\
<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>"""

BOOK_RELATIONS = f"""{PROLOGUE}<Relationships xmlns="{PACKAGE}/relationships">\
<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>\
<Relationship Id="rId2" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>"""

NOTES_RELATIONS = f"""{PROLOGUE}<Relationships xmlns="{PACKAGE}/relationships">\
<Relationship Id="rId1" Type="{RELATIONS}/vmlDrawing" Target="../drawings/vmlDrawing1.vml"/>\
<Relationship Id="rId2" Type="{RELATIONS}/comments" Target="../comments1.xml"/></Relationships>"""

BOOK = f"""{PROLOGUE}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">\
<sheets><sheet name="Report" sheetId="1" r:id="rId1"/></sheets>\
<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">Report!{{area}}</definedName>\
</definedNames></workbook>"""

# Number format 49 is the built-in `@`. A line's tint is a pale yellow, that of a bad cell a pale red.
STYLES = f"""{PROLOGUE}<styleSheet xmlns="{MAIN}">\
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>\
<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>\
<fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>\
<fill><patternFill patternType="solid"><fgColor rgb="FFFFF2CC"/><bgColor indexed="64"/></patternFill></fill>\
<fill><patternFill patternType="solid"><fgColor rgb="FFFFC7CE"/><bgColor indexed="64"/></patternFill></fill></fills>\
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>\
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>\
<xf numFmtId="49" fontId="0" fillId="2" borderId="0" xfId="0" applyNumberFormat="1" applyFill="1"/>\
<xf numFmtId="49" fontId="0" fillId="3" borderId="0" xfId="0" applyNumberFormat="1" applyFill="1"/></cellXfs>\
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""
