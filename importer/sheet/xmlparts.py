"""The XML parts of zipped workbooks: what is wrong with them, and how far that can be forgiven."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol
from xml.parsers import expat

from importer.errors import SheetError
from importer.sheet.archive import ARCHIVE_DAMAGE
from importer.sheet.bounds import TooLargeError

__all__ = ["Handlers", "NotWellFormedError", "Scrubbed", "make_parser", "stream_part", "told_damage"]

_CHUNK_BYTES = 1 << 16
_DEEPEST = 256
_MARK_BYTES = 8  # more than `xmlns`
_DECLARATION = re.compile(rb"\sxmlns[\s:=]")  # a namespace may have `xmlns` in its own name


class NotWellFormedError(SheetError):
    """A part of the workbook is no XML: a lenient attempt may read it."""


@contextmanager
def told_damage(path: Path, sheet: str | None = None) -> Iterator[None]:
    """Make a SheetError that names the file, and the sheet if there is one, of what a damaged workbook causes."""
    try:
        yield
    except TooLargeError as error:
        raise error.within(f"{path}, sheet {sheet!r}" if sheet else str(path)) from error
    except (expat.ExpatError, *ARCHIVE_DAMAGE) as error:
        where = f"{path}, sheet {sheet!r}," if sheet else f"{path}"
        kind = NotWellFormedError if isinstance(error, expat.ExpatError) else SheetError
        raise kind(
            f"{where} is damaged or incomplete.", hint="Open it in Excel or LibreOffice and save it again as .xlsx."
        ) from error


def make_parser(namespace_separator: str | None = None) -> expat.XMLParserType:
    """An XML parser that refuses a document type, and with it every entity of a file's own."""
    parser = expat.ParserCreate(namespace_separator=namespace_separator)
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_about: object) -> None:
    raise TooLargeError(
        "refused, a part of it declares a document type or entities.", hint="Save it again in Excel or LibreOffice."
    )


class Handlers(Protocol):
    """What is called for each event of a part."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        ...

    def end(self, name: str) -> None:
        """An element closes."""
        ...

    def text(self, data: str) -> None:
        """Character data."""
        ...


class _Names:
    """Gives elements and attributes the prefixes that the handlers expect, whatever the file's own are."""

    def __init__(self, handlers: Handlers, usual: Mapping[str, str], *, is_lenient: bool) -> None:
        self._handlers = handlers
        self._usual = usual
        self._is_lenient = is_lenient
        self._bound: dict[str, str] = {}
        self._outer: list[dict[str, str] | None] = []
        self._known: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        declared = _declared(attributes)
        if len(self._outer) > _DEEPEST or len(declared) > _DEEPEST:
            raise TooLargeError("refused, the elements of a part are nested without measure.")
        self._outer.append(self._bound if declared else None)
        if declared:
            self._bound = self._bound | declared
            self._known = {}
        self._handlers.start(
            self._name(name), {self._name(key) if ":" in key else key: text for key, text in attributes.items()}
        )

    def end(self, name: str) -> None:
        self._handlers.end(self._name(name))
        outer = self._outer.pop() if self._outer else None
        if outer is not None:
            self._bound, self._known = outer, {}

    def begin_inside(self, root: dict[str, str]) -> None:
        """Take over in the middle of a part, whose elements from the root on have declared nothing more."""
        self._bound = _declared(root)

    def _name(self, name: str) -> str:
        found = self._known.get(name)
        if found is None:
            prefix, _, local = name.rpartition(":")
            namespace = self._bound.get(prefix, "")
            usual = self._usual.get(namespace)
            if usual is not None:
                found = f"{usual}:{local}" if usual else local
            else:
                found = local if self._is_lenient and not namespace else f"{namespace} {local}"
            self._known[name] = found
        return found


def _declared(attributes: dict[str, str]) -> dict[str, str]:
    """Prefix → namespace, as an element's attributes declare them; the default namespace has an empty prefix."""
    return {key[6:]: value for key, value in attributes.items() if key == "xmlns" or key.startswith("xmlns:")}


def stream_part(
    part: "IO[bytes] | Scrubbed", handlers: Handlers, usual: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Feed a part to `handlers`, yielding after each piece.

    `usual` gives each namespace the prefix by which the handlers know it. Without it, the elements of the root's own
    namespace come without any prefix. Where a file has just these prefixes, as nearly all do, names need no look-up:
    expat is then not asked for namespaces either, for its long names cost more than all the rest.
    """
    parser = make_parser()
    parser.buffer_text = True
    parser.CharacterDataHandler = handlers.text
    parser.EndElementHandler = handlers.end
    is_lenient = isinstance(part, Scrubbed)
    names: _Names | None = None
    root: dict[str, str] | None = None
    is_text_of_bytes = True
    declarations = 0

    def start_root(name: str, attributes: dict[str, str]) -> None:
        nonlocal names, root, usual
        root = attributes
        bound = _declared(attributes)
        if usual is None:
            prefix = name.rpartition(":")[0]
            usual = {bound.get(prefix, ""): ""}
        has_more = declarations > len(bound)
        if is_text_of_bytes and not is_lenient and not has_more and _is_usual(bound, usual):
            parser.StartElementHandler = handlers.start
            handlers.start(name, attributes)
            return
        names = _take_over(parser, _Names(handlers, usual, is_lenient=is_lenient))
        names.start(name, attributes)

    parser.StartElementHandler = start_root
    before = b""
    while data := part.read(_CHUNK_BYTES):
        if root is None:
            is_text_of_bytes = b"\0" not in data[:_MARK_BYTES]
            declarations += len(_DECLARATION.findall(data))
        elif names is None and b"xmlns" in before + data and _DECLARATION.search(before + data):
            names = _take_over(parser, _Names(handlers, usual or {}, is_lenient=is_lenient))
            names.begin_inside(root)
        before = data[-_MARK_BYTES:]
        parser.Parse(data, False)
        yield
    parser.Parse(b"", True)
    yield


def _take_over(parser: expat.XMLParserType, names: _Names) -> _Names:
    parser.StartElementHandler, parser.EndElementHandler = names.start, names.end
    return names


def _is_usual(bound: Mapping[str, str], usual: Mapping[str, str]) -> bool:
    """Whether the prefixes are those that the handlers expect, and stand for nothing else."""
    taken = set(usual.values())
    return all(
        usual.get(namespace) == prefix if namespace in usual else prefix not in taken
        for prefix, namespace in bound.items()
    )


_FORBIDDEN = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]+|&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01])|x0*(?:[0-8BbCcEeFf]|1[0-9A-Fa-f]));"
)
_BARE_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#[xX][0-9A-Fa-f]+);)")
_LONGEST_REFERENCE = 12


class Scrubbed:
    """A part without what XML forbids and some writers write all the same; one in UTF-16 is left as it is.

    Control characters, which show nothing, are left out, and an ampersand that begins no reference is one. Prefixes
    that were never declared are no hindrance either.
    """

    def __init__(self, part: IO[bytes]) -> None:
        self._part = part
        self._rest = b""
        self._is_utf8: bool | None = None

    def read(self, size: int = _CHUNK_BYTES) -> bytes:
        """The next piece; empty at the end alone."""
        while True:
            data = self._part.read(size)
            if self._is_utf8 is None:
                self._is_utf8 = not data.startswith((b"\xff\xfe", b"\xfe\xff"))
            if not self._is_utf8:
                return data
            whole, self._rest = self._rest + data, b""
            if data:
                cut = whole.rfind(b"&", -_LONGEST_REFERENCE)
                if cut >= 0 and b";" not in whole[cut:]:
                    whole, self._rest = whole[:cut], whole[cut:]
            scrubbed = _BARE_AMPERSAND.sub(b"&amp;", _FORBIDDEN.sub(b"", whole))
            if scrubbed or not data:
                return scrubbed
