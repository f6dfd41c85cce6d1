"""An .xlsx is read by what its XML means, whatever habits its writer has."""

from collections.abc import Callable
from pathlib import Path

import pytest
from made_workbooks import (
    MAIN,
    OFFICE_RELATIONS,
    STRICT_MAIN,
    STRICT_RELATIONS,
    pack,
    relations,
    text_cell,
    xlsx_parts,
)

from importer.errors import SheetError
from importer.sheet import Row, open_table

ROWS = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>'
    '<row r="2"><c r="A2" t="s"><v>3</v></c><c r="B2" s="1"><v>1250</v></c><c r="C2" t="e"><v>#N/A</v></c></row>'
    '<row r="3"><c r="A3" t="s"><v>4</v></c><c r="B3" s="2"><v>45000.85</v></c><c r="C3"><f>1+1</f></c></row>'
)
STRINGS = ("Name", "Zip", "Notes", "Asha", "Ravi")
FORMATS = ("00000", "dd/mm/yyyy")
WANTED = [
    Row(2, ("Asha", "01250", "#N/A"), (), {2: "#N/A"}),
    Row(3, ("Ravi", "2023-03-15 00:00:00", "=1+1"), (), {2: "formula without a saved result"}, {1: "date"}),
]
Parts = dict[str, str]


def with_prefixes(parts: Parts) -> Parts:
    """Every element of the main namespace under a prefix, in each part another one."""
    import re

    for prefix, name in (
        ("b", "xl/workbook.xml"),
        ("s", "xl/styles.xml"),
        ("t", "xl/sharedStrings.xml"),
        ("w", "xl/worksheets/sheet1.xml"),
    ):
        xml = re.sub(r"<(/?)(?=\w)", rf"<\1{prefix}:", parts[name])
        parts[name] = xml.replace(f'xmlns="{MAIN}"', f'xmlns:{prefix}="{MAIN}"')
    return parts


def with_a_second_prefix(parts: Parts) -> Parts:
    name = "xl/worksheets/sheet1.xml"
    before, row, after = parts[name].partition('<row r="3">')
    row3, end, rest = (row + after).partition("</row>")
    for tag in ("row", "c", "v", "f"):
        row3 = (
            row3.replace(f"<{tag}>", f"<z:{tag}>").replace(f"<{tag} ", f"<z:{tag} ").replace(f"</{tag}>", f"</z:{tag}>")
        )
    parts[name] = before.replace("<worksheet ", f'<worksheet xmlns:z="{MAIN}" ') + row3 + "</z:row>" + rest
    assert end
    return parts


def with_a_prefix_declared_within(parts: Parts) -> Parts:
    parts = with_a_second_prefix(parts)
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(f'<worksheet xmlns:z="{MAIN}" ', "<worksheet ")
    parts[name] = parts[name].replace("<z:row ", f'<z:row xmlns:z="{MAIN}" ')
    return parts


def with_foreign_elements_of_the_same_name(parts: Parts) -> Parts:
    name = "xl/worksheets/sheet1.xml"
    foreign = '<x:row xmlns:x="urn:other" r="9"><x:c r="A9"><x:v>9</x:v></x:c></x:row>'
    nested = '<row xmlns="urn:other" r="9"><c r="A9"><v>9</v></c></row>'
    parts[name] = parts[name].replace("</sheetData>", f"{foreign}{nested}</sheetData>")
    return parts


def in_strict_form(parts: Parts) -> Parts:
    return {
        name: xml.replace(MAIN, STRICT_MAIN).replace(OFFICE_RELATIONS, STRICT_RELATIONS) for name, xml in parts.items()
    }


def with_names_in_other_case(parts: Parts) -> Parts:
    renamed = {"xl/workbook.xml": "XL/Workbook.XML", "xl/_rels/workbook.xml.rels": "xl/_Rels/WORKBOOK.xml.rels"}
    renamed |= {"xl/worksheets/sheet1.xml": "xl/Worksheets/Sheet1.xml", "xl/sharedStrings.xml": "xl/SharedStrings.xml"}
    renamed |= {"xl/styles.xml": "xl/Styles.xml", "_rels/.rels": "_Rels/.RELS"}
    return {renamed.get(name, name): xml for name, xml in parts.items()}


def with_backslashes(parts: Parts) -> Parts:
    return {name.replace("/", "\\"): xml for name, xml in parts.items()}


def with_absolute_targets(parts: Parts) -> Parts:
    parts["xl/_rels/workbook.xml.rels"] = relations(
        ("rId1", "worksheet", "/xl/worksheets/sheet1.xml"),
        ("rId2", "sharedStrings", "../xl/./sharedStrings.xml"),
        ("rId3", "styles", "\\xl\\styles.xml"),
    )
    return parts


def with_no_content_types(parts: Parts) -> Parts:
    parts["[Content_Types].xml"] = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    return parts


def with_no_relations_but_the_sheet(parts: Parts) -> Parts:
    parts["xl/_rels/workbook.xml.rels"] = relations(("rId1", "worksheet", "worksheets/sheet1.xml"))
    del parts["_rels/.rels"]
    return parts


def with_no_relations_at_all(parts: Parts) -> Parts:
    del parts["xl/_rels/workbook.xml.rels"]
    return parts


def in_another_folder(parts: Parts) -> Parts:
    moved = {name.replace("xl/", "office/data/"): xml for name, xml in parts.items()}
    moved["_rels/.rels"] = relations(("rId1", "officeDocument", "office/data/workbook.xml"))
    return moved | {"xl/workbook.xml": "<not><the><workbook/></the></not>"}


def with_bare_ampersands_and_control_characters(parts: Parts) -> Parts:
    parts["xl/sharedStrings.xml"] = parts["xl/sharedStrings.xml"].replace("Notes", "No\x0bt&#11;es")
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace("<sheets>", '<definedName name="R&D"/><sheets>')
    return parts


def with_an_undeclared_prefix(parts: Parts) -> Parts:
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace("</sheetData>", "</sheetData><x14:ext/>")
    parts["xl/styles.xml"] = parts["xl/styles.xml"].replace("<fonts>", "<x14:fonts/><fonts>")
    return parts


def with_empty_attributes(parts: Parts) -> Parts:
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace('t="s"', 't="s" s=""').replace('<row r="3">', "<row>")
    return parts


def with_cells_out_of_order(parts: Parts) -> Parts:
    name = "xl/worksheets/sheet1.xml"
    first, second = '<c r="A2" t="s"><v>3</v></c>', '<c r="B2" s="1"><v>1250</v></c>'
    parts[name] = parts[name].replace(first + second, second + first)
    return parts


HABITS: list[Callable[[Parts], Parts]] = [
    lambda parts: parts,
    with_prefixes,
    with_a_second_prefix,
    with_a_prefix_declared_within,
    with_foreign_elements_of_the_same_name,
    in_strict_form,
    with_names_in_other_case,
    with_backslashes,
    with_absolute_targets,
    with_no_content_types,
    with_no_relations_but_the_sheet,
    with_no_relations_at_all,
    in_another_folder,
    with_bare_ampersands_and_control_characters,
    with_an_undeclared_prefix,
    with_empty_attributes,
    with_cells_out_of_order,
]


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.__name__.strip("<>"))
def test_a_writers_habit_changes_no_cell(tmp_path: Path, habit: Callable[[Parts], Parts]) -> None:
    parts = habit(xlsx_parts(ROWS, strings=STRINGS, formats=FORMATS))
    with open_table(pack(tmp_path / "leads.xlsx", parts)) as table:
        assert table.header == ("Name", "Zip", "Notes")
        assert table.sheet == "Leads"
        assert list(table.rows()) == WANTED


@pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_part_that_is_cut_off_is_refused_and_no_row_is_lost(tmp_path: Path, name: str, share: float) -> None:
    parts = xlsx_parts(ROWS, strings=STRINGS, formats=FORMATS)
    parts[name] = parts[name][: int(len(parts[name]) * share)]
    with pytest.raises(SheetError, match="damaged or incomplete"):
        open_table(pack(tmp_path / "leads.xlsx", parts))


def test_parts_in_utf16_are_read(tmp_path: Path) -> None:
    parts = xlsx_parts(ROWS, strings=STRINGS, formats=FORMATS)
    encoded = {
        name: f'<?xml version="1.0" encoding="UTF-16"?>{xml}'.encode("utf-16") if name.startswith("xl/") else xml
        for name, xml in parts.items()
    }
    with open_table(pack(tmp_path / "leads.xlsx", encoded)) as table:
        assert list(table.rows()) == WANTED


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<c r='A2'><v>.56</v></c>", "0.56"),
        ("<c r='A2'><v> 7 </v></c>", "7"),
        ("<c r='A2' t='b'><v>true</v></c>", "TRUE"),
        ("<c r='A2' t='b'><v>FALSE</v></c>", "FALSE"),
        ("<c r='A2' t='b'><v>0</v></c>", "FALSE"),
        ("<c r='A2' t=''><v>7</v></c>", "7"),
        ("<c r='A2' s='99'><v>7</v></c>", "7"),
        ("<c r='A2' s='x'><v>7</v></c>", "7"),
        ("<c r='$A$2'><v>7</v></c>", "7"),
        ("<c r='a2'><v>7</v></c>", "7"),
        ("<c r='A2' t='inlineStr'><is><r><t>Bo</t></r><r><t xml:space='preserve'>ld </t></r></is></c>", "Bold "),
        ("<c r='A2' t='inlineStr'><is><t>old</t><rPh sb='0' eb='1'><t>furi</t></rPh></is></c>", "old"),
        ("<c r='A2' t='d'><v>2023-03-15T20:24:00</v></c>", "2023-03-15 20:24:00"),
        ("<c r='A2' t='d' s='2'><v>2023-03-15T20:24:00</v></c>", "2023-03-15 00:00:00"),
        ("<c r='A2' s='3'><v>1.0625</v></c>", "25:30"),
        ("<c r='A2' s='4'><v>42</v></c>", "LEAD-0042"),
        ("<c r='A2' s='5'><v>0.15</v></c>", "0.15"),
    ],
)  # fmt: skip
def test_a_stored_value_is_read_as_other_readers_do(tmp_path: Path, cell: str, text: str) -> None:
    rows = f'<row r="1">{text_cell("A1", "Name")}</row><row r="2">{cell}</row>'
    parts = xlsx_parts(rows, formats=(*FORMATS, "[h]:mm", '"LEAD-"0000', "0%"))
    with open_table(pack(tmp_path / "leads.xlsx", parts)) as table:
        assert list(table.rows()) == [Row(2, (text,), (), {}, next(table.rows()).dates)]


def test_a_sheet_whose_part_is_missing_is_told_and_another_can_be_named(tmp_path: Path) -> None:
    parts = xlsx_parts(ROWS, strings=STRINGS, formats=FORMATS)
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        "<sheets>", '<sheets><sheet name="Gone" sheetId="9" r:id="rId9"/>'
    )
    path = pack(tmp_path / "leads.xlsx", parts)
    with pytest.raises(SheetError, match="sheet 'Gone', is damaged or incomplete"):
        open_table(path)
    with open_table(path, sheet="Leads") as table:
        assert list(table.rows()) == WANTED


@pytest.mark.parametrize("hidden", ["1", "true"])
def test_a_hidden_row_is_noticed_in_both_spellings(tmp_path: Path, hidden: str) -> None:
    rows = ROWS.replace('<row r="3">', f'<row r="3" hidden="{hidden}">')
    with open_table(pack(tmp_path / "leads.xlsx", xlsx_parts(rows, strings=STRINGS, formats=FORMATS))) as table:
        assert "1 (row 3)" in table.warnings[0]


@pytest.mark.parametrize("stored", ["1", "true", "TRUE"])
def test_the_epoch_of_1904_is_kept(tmp_path: Path, stored: str) -> None:
    rows = f'<row r="1">{text_cell("A1", "Day")}</row><row r="2"><c r="A2" s="2"><v>43538.5</v></c></row>'
    book = f'<workbookPr date1904="{stored}"/>'
    with open_table(pack(tmp_path / "leads.xlsx", xlsx_parts(rows, formats=FORMATS, book=book))) as table:
        assert [row.cells for row in table.rows()] == [("2023-03-15 00:00:00",)]
