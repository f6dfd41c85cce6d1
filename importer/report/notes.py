"""The notes of a workbook's cells, as Excel's two parts for them: what they say, and the boxes that show it.

ECMA-376 part 1, 18.7 (comments), and part 4, 19 (the boxes are VML; without them Excel shows no note). Notes are kept
in memory until the sheet is written, so their number is bounded.
"""

import math
import re
from collections.abc import Iterator
from xml.sax.saxutils import escape

__all__ = ["MOST_NOTES", "Notes"]

MOST_NOTES = 10_000
_IDS_IN_BLOCK = 1024  # of Excel's shape ids; the first block is reserved
_COLUMNS_WIDE, _LINES_HIGH = 4, 6

_PROLOGUE = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_AUTHOR = "lsq-import"
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")

_BOXES = """<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" \
xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">\
<o:idmap v:ext="edit" data="{blocks}"/></o:shapelayout>\
<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">\
<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>"""

_BOX = """<v:shape id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;visibility:hidden" \
fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow color="black" obscured="t"/>\
<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"/><x:ClientData ObjectType="Note">\
<x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{left}, 15, {top}, 2, {right}, 15, {bottom}, 4</x:Anchor>\
<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"""


class Notes:
    """The notes of one sheet; beyond `MOST_NOTES` further ones are left out."""

    def __init__(self) -> None:
        self._notes: list[tuple[str, int, int, str]] = []

    def __bool__(self) -> bool:
        return bool(self._notes)

    def add(self, letters: str, column: int, row: int, text: str) -> None:
        """Put a note on a cell: its column's letters and index, its row counted from 1."""
        if len(self._notes) < MOST_NOTES:
            self._notes.append((letters, column, row, text))

    def comments(self) -> Iterator[str]:
        """The part that holds what the notes say, in pieces."""
        yield f'{_PROLOGUE}<comments xmlns="{_MAIN}"><authors><author>{_AUTHOR}</author></authors><commentList>'
        for letters, _column, row, text in self._notes:
            written = escape(_UNWRITABLE.sub("\ufffd", text.encode("utf-8", "replace").decode()))
            yield (
                f'<comment ref="{letters}{row}" authorId="0"><text><t xml:space="preserve">{written}</t></text>'
                "</comment>"
            )
        yield "</commentList></comments>"

    def boxes(self) -> Iterator[str]:
        """The part that holds the boxes, in pieces."""
        blocks = math.ceil((len(self._notes) + 1) / _IDS_IN_BLOCK)
        yield _BOXES.format(blocks=",".join(map(str, range(1, blocks + 1))))
        for nth, (_letters, column, row, _text) in enumerate(self._notes, start=1):
            yield _BOX.format(
                id=_IDS_IN_BLOCK + nth,
                left=column + 1,
                right=column + 1 + _COLUMNS_WIDE,
                top=row - 1,
                bottom=row - 1 + _LINES_HIGH,
                row=row - 1,
                column=column,
            )
        yield "</xml>"
