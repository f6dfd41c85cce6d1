"""The styles of an .ods → the number format of a cell, in the same terms as an .xlsx has it.

An OpenDocument number format is a small tree of elements. It is written as the code that a spreadsheet program would
show for it (`000-00-0000`, `[h]:mm`), so that one set of rules decides for all workbooks.
"""

from dataclasses import dataclass, field

from importer.sheet.numberformat import GENERAL, CellFormat, parse_format

__all__ = ["Styles"]

_NUMBER = "number:"
_FAMILIES = ("cell", "table-cell")
_DATA_STYLES = {
    _NUMBER + name: name
    for name in (
        "number-style",
        "currency-style",
        "percentage-style",
        "date-style",
        "time-style",
        "boolean-style",
        "text-style",
    )
}
_PARTS = {
    "day": "d",
    "month": "mmm",
    "year": "yyyy",
    "era": "yyyy",
    "day-of-week": "dddd",
    "week-of-year": "d",
    "quarter": "d",
    "hours": "h",
    "minutes": "mm",
    "seconds": "ss",
    "am-pm": "AM/PM",
    "scientific-number": "0E+0",
    "fraction": "# ?/?",
    "currency-symbol": "[$¤]",
    "text-content": "@",
    "boolean": "General",
}
_CLOCK = ("hours", "minutes", "seconds")
_MOST_PARENTS = 20
_MOST_ZEROS = 30
_LONGEST_COUNT = 10


@dataclass(slots=True)
class _DataStyle:
    """A number format on its way to being a code."""

    name: str
    is_elapsed: bool = False
    parts: list[str] = field(default_factory=list)
    for_positive: str = ""


@dataclass(slots=True)
class _CellStyle:
    data_style: str
    parent: str


class Styles:
    """Takes the style elements of `content.xml` and `styles.xml` as they come, then answers for each style's name."""

    def __init__(self) -> None:
        self._cell_styles: dict[str, _CellStyle] = {}
        self._codes: dict[str, str] = {}
        self._for_positive: dict[str, str] = {}
        self._known: dict[str, CellFormat | None] = {}
        self._open: _DataStyle | None = None
        self._text: list[str] | None = None
        self._embedded: dict[int, str] = {}
        self._position: int | None = None
        self._number: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        if self._open is not None:
            self._start_in_format(self._open, name, attributes)
        elif name == "style:style" and attributes.get("style:family", "table-cell") in _FAMILIES:
            style = _CellStyle(
                attributes.get("style:data-style-name", ""), attributes.get("style:parent-style-name", "")
            )
            self._cell_styles[attributes.get("style:name", "")] = style
        elif name in _DATA_STYLES:
            is_elapsed = attributes.get("number:truncate-on-overflow") == "false"
            self._open = _DataStyle(attributes.get("style:name", ""), is_elapsed)

    def _start_in_format(self, style: _DataStyle, name: str, attributes: dict[str, str]) -> None:
        part = name.removeprefix(_NUMBER)
        if part == "number":
            self._number, self._embedded = attributes, {}
        elif part == "embedded-text":
            self._position, self._text = _places(attributes, "number:position"), []
        elif part == "text":
            self._text = []
        elif part in _PARTS:
            code = _PARTS[part]
            if part in _CLOCK and attributes.get("number:style") == "long":
                code = code[0] * 2
            if style.is_elapsed and part in _CLOCK:
                code, style.is_elapsed = f"[{code}]", False
            style.parts.append(code)
        elif name == "style:map" and attributes.get("style:condition", "").startswith("value()>"):
            style.for_positive = attributes.get("style:apply-style-name", "")

    def end(self, name: str) -> None:
        """An element closes."""
        if self._open is None:
            return
        if name in _DATA_STYLES:
            self._codes[self._open.name] = "".join(self._open.parts)
            if self._open.for_positive:
                self._for_positive[self._open.name] = self._open.for_positive
            self._open = None
        elif name == "number:number":
            self._open.parts.append(_number_code(self._number, self._embedded))
        elif name == "number:embedded-text" and self._text is not None and self._position is not None:
            self._embedded[self._position] = "".join(self._text)
            self._text = self._position = None
        elif name == "number:text" and self._text is not None:
            self._open.parts.append(_literal("".join(self._text)))
            self._text = None

    def text(self, data: str) -> None:
        """Character data."""
        if self._text is not None:
            self._text.append(data)

    def format_of(self, style: str) -> CellFormat | None:
        """The number format of a cell style, by way of its parents; None where it says nothing of numbers."""
        if style not in self._known:
            self._known[style] = self._find(style)
        return self._known[style]

    def _find(self, style: str) -> CellFormat | None:
        for _ in range(_MOST_PARENTS):
            found = self._cell_styles.get(style)
            if found is None:
                return None
            if found.data_style:
                name = self._for_positive.get(found.data_style, found.data_style)
                code = self._codes.get(name, self._codes.get(found.data_style))
                return None if code is None else parse_format(code) if code else GENERAL
            style = found.parent
        return None


def _number_code(attributes: dict[str, str], embedded: dict[int, str]) -> str:
    """`0000` for at least four digits, with the texts that stand between them, and decimal places as they are."""
    zeros = _places(attributes, "number:min-integer-digits")
    decimals = _places(attributes, "number:decimal-places")
    if attributes.get("number:grouping") == "true":
        digits = "#,##" + "0" * max(zeros, 1)
    else:
        places = range(max(zeros, *embedded, 0) if embedded else zeros, 0, -1)
        digits = "".join(_literal(embedded.get(place, "")) + ("0" if place <= zeros else "#") for place in places)
        digits = digits or "#"
    return digits + ("." + "0" * decimals if decimals else "") + _literal(embedded.get(0, ""))


def _places(attributes: dict[str, str], name: str) -> int:
    """A count of digits; what is none, or more than any number has, is the most or nothing."""
    text = attributes.get(name, "0")
    return min(int(text[:_LONGEST_COUNT]), _MOST_ZEROS) if text.isdecimal() else 0


def _literal(text: str) -> str:
    """A fixed text as a code has it; a percent sign keeps its meaning."""
    if "%" in text:
        return "%"
    return "".join(mark if mark == ":" else f"\\{mark}" for mark in text)
