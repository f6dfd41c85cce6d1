"""The two big XML parts of an .xlsx, streamed: a worksheet's cells as they are stored, and the shared strings.

openpyxl opens the workbook and knows its sheets and styles, but its row reader drops a formula that has no saved
result as if the cell were empty, strips `x005F_` out of texts and reads a sheet without a `dimension` twice. Here
one pass of expat, the parser beneath it, keeps what is needed and takes half the time.
"""

from collections.abc import Callable, Iterator
from typing import IO, NamedTuple
from xml.parsers import expat

from importer.sheet.cells import unescape_text

__all__ = ["RawCell", "stream_rows", "stream_strings"]

_CHUNK_BYTES = 1 << 16


class RawCell(NamedTuple):
    """A cell as the file stores it; `column` counts from 0, `formula` is None where there is none.

    `kind` is the attribute `t` (`n`, `s`, `str`, `inlineStr`, `b`, `e`, `d`), `value` the text of `<v>` or of the
    inline string, None without one.
    """

    column: int
    kind: str
    style: int
    value: str | None
    formula: str | None


class _RowCollector:
    """Handlers for expat that gather the rows which hold any value or formula."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, list[RawCell]]] = []
        self._prefix = ""
        self._number = 0
        self._column = -1
        self._cells: list[RawCell] = []
        self._attributes: dict[str, str] = {}
        self._value: str | None = None
        self._formula: str | None = None
        self._parts: list[str] = []
        self._collecting = False
        self._in_phonetic = False
        self._columns: dict[str, int] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        if name == "c":
            self._attributes = attributes
            self._value = self._formula = None
            reference = attributes.get("r")
            self._column = self._column + 1 if reference is None else self._index(reference)
        elif name in ("v", "f") or (name == "t" and not self._in_phonetic):
            self._parts.clear()
            self._collecting = True
        elif name == "row":
            reference = attributes.get("r")
            self._number = self._number + 1 if reference is None else int(float(reference))
            self._column = -1
            self._cells = []
        elif name == "rPh":
            self._in_phonetic = True

    def end(self, name: str) -> None:
        """An element closes."""
        if name == "c":
            if self._value is not None or self._formula is not None:
                attributes = self._attributes
                style = int(attributes.get("s", 0))
                kind = attributes.get("t", "n")
                self._cells.append(RawCell(self._column, kind, style, self._value, self._formula))
        elif name == "v":
            self._value = "".join(self._parts)
            self._collecting = False
        elif name == "t" and self._collecting:
            self._value = (self._value or "") + "".join(self._parts)
            self._collecting = False
        elif name == "f":
            self._formula = "".join(self._parts)
            self._collecting = False
        elif name == "row":
            if self._cells:
                self.rows.append((self._number, self._cells))
        elif name == "rPh":
            self._in_phonetic = False

    def text(self, data: str) -> None:
        """Character data."""
        if self._collecting:
            self._parts.append(data)

    def _index(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        index = self._columns.get(letters)
        if index is None:
            index = 0
            for letter in letters.upper():
                index = index * 26 + ord(letter) - 64
            index -= 1
            self._columns[letters] = index
        return index


def stream_rows(part: IO[bytes]) -> Iterator[tuple[int, list[RawCell]]]:
    """Each row of a worksheet part that holds a value or a formula, with its number, in the order of the file.

    Cells that are only styled are passed over. Raises expat.ExpatError for XML that is not well-formed.
    """
    collector = _RowCollector()
    for _ in _parse(part, collector.start, collector.end, collector.text):
        yield from collector.rows
        collector.rows.clear()


class _StringCollector:
    """Handlers for expat that gather the shared strings."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._parts: list[str] = []
        self._collecting = False
        self._in_phonetic = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        """An element opens."""
        if name == "t":
            self._collecting = not self._in_phonetic
        elif name == "si":
            self._parts.clear()
        elif name == "rPh":
            self._in_phonetic = True

    def end(self, name: str) -> None:
        """An element closes."""
        if name == "t":
            self._collecting = False
        elif name == "si":
            self.strings.append(unescape_text("".join(self._parts)))
        elif name == "rPh":
            self._in_phonetic = False

    def text(self, data: str) -> None:
        """Character data."""
        if self._collecting:
            self._parts.append(data)


def stream_strings(part: IO[bytes]) -> Iterator[str]:
    """Each shared string: the runs of rich text joined, phonetic runs (furigana) left out, escapes decoded."""
    collector = _StringCollector()
    for _ in _parse(part, collector.start, collector.end, collector.text):
        yield from collector.strings
        collector.strings.clear()


def _parse(
    part: IO[bytes],
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> Iterator[None]:
    """Feed a part to expat chunk by chunk, yielding after each, with the main namespace's prefix taken off.

    The main namespace is that of the root element, so its prefix (mostly none) is the root's.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.CharacterDataHandler = text

    def start_root(name: str, attributes: dict[str, str]) -> None:
        prefix, colon, _ = name.rpartition(":")
        if not colon:
            parser.StartElementHandler, parser.EndElementHandler = start, end
        else:
            cut = prefix + colon
            parser.StartElementHandler = lambda name, attributes: start(name.removeprefix(cut), attributes)
            parser.EndElementHandler = lambda name: end(name.removeprefix(cut))
        start(name.removeprefix(prefix + colon), attributes)

    parser.StartElementHandler = start_root
    while data := part.read(_CHUNK_BYTES):
        parser.Parse(data, False)
        yield
    parser.Parse(b"", True)
    yield
