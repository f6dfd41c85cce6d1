"""The kinds of content that a file can have, in one table: how each is known, called and read, or what to do about it.

A new format is one entry here and the module of its reader, a `Workbook` whose class takes the path, the open file and
notes. The names of the readers are texts, so that each is imported where a file asks for it.
"""

import importlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

if TYPE_CHECKING:
    from importer.sheet.workbook import Workbook

__all__ = ["FORMATS", "WORKBOOKS", "Kind", "KindFacts", "kind_of_ending", "open_reader"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFacts:
    """All that is true of a kind of content.

    `endings` are the names that say it, none where it cannot be read. `reader` names the module and class that read it
    as a workbook. `magic` are beginnings that leave no doubt; `has_parts` tells the kind of an archive by the names of
    its parts, in small letters. `is_archive` files are zipped, and their sizes are looked at before they are opened.
    `is_foreign`: a library reads it that believes what a file says of its size, so it runs in a process of its own.
    `is_xml`: where its XML is not well-formed it is read again, leniently. `hint` says what to do with a file of a kind
    that cannot be read.
    """

    endings: tuple[str, ...] = ()
    reader: str = ""
    magic: tuple[bytes, ...] = ()
    has_parts: Callable[[Collection[str]], bool] | None = None
    is_archive: bool = False
    is_foreign: bool = False
    is_xml: bool = False
    hint: str = "Open it in a spreadsheet program and save it as .xlsx or .csv."


def _is_xlsb(parts: Collection[str]) -> bool:
    return "xl/workbook.bin" in parts


def _is_xlsx(parts: Collection[str]) -> bool:
    has_sheets = "xl/workbook.xml" in parts or any(name.startswith("xl/worksheets/") for name in parts)
    return has_sheets and not _is_xlsb(parts)


def _is_numbers(parts: Collection[str]) -> bool:
    return "index.zip" in parts or any(name.startswith("index/") and name.endswith(".iwa") for name in parts)


def _is_word(parts: Collection[str]) -> bool:
    return any(name.startswith(("word/", "ppt/")) for name in parts)


class Kind(Enum):
    """A kind of content; the value is how a person would call it."""

    facts: KindFacts

    def __new__(cls, told: str, facts: KindFacts = KindFacts()) -> Self:
        """One entry of the table; without facts it is of a kind that cannot be read."""
        kind = object.__new__(cls)
        kind._value_ = told
        kind.facts = facts
        return kind

    TEXT = "plain text", KindFacts(endings=(".csv", ".tsv", ".txt"))
    XLSX = (
        "an Excel workbook (.xlsx)",
        KindFacts(
            endings=(".xlsx", ".xlsm"),
            reader="importer.sheet.excel:ExcelWorkbook",
            has_parts=_is_xlsx,
            is_archive=True,
            is_xml=True,
        ),
    )
    XLS = (
        "an Excel 97 workbook (.xls)",
        KindFacts(
            endings=(".xls",),
            reader="importer.sheet.xlsfile:XlsWorkbook",
            is_foreign=True,
            magic=(b"\x09\x08\x10\x00", b"\x09\x08\x08\x00"),  # a BIFF stream without a container
        ),
    )
    XLSB = (
        "a binary Excel workbook (.xlsb)",
        KindFacts(
            endings=(".xlsb",),
            reader="importer.sheet.calamine:CalamineWorkbook",
            has_parts=_is_xlsb,
            is_archive=True,
            is_foreign=True,
        ),
    )
    ODS = (
        "an OpenDocument spreadsheet (.ods)",
        KindFacts(endings=(".ods",), reader="importer.sheet.odsfile:OdsWorkbook", is_archive=True, is_xml=True),
    )
    EMPTY = "empty", KindFacts(hint="Export it again: the file holds 0 bytes.")
    ENCRYPTED = "password-protected", KindFacts(hint="Open it in Excel and save it without a password.")
    DAMAGED = (
        "a damaged or incomplete workbook",
        KindFacts(hint="Copy or download it again; if it opens in Excel, save it there as .xlsx."),
    )
    HTML = "a web page (HTML)"
    MHTML = "a web page saved with its pictures (MHTML)"
    RTF = "a text document (RTF)", KindFacts(magic=(b"{\\rtf",))
    XML = "an XML file"
    NUMBERS = "an Apple Numbers document", KindFacts(has_parts=_is_numbers)
    WORD = "a Word or PowerPoint document", KindFacts(has_parts=_is_word)
    ZIP = "a ZIP archive", KindFacts(hint="Unpack it first.")
    OLE = "an old Office file, but no workbook"
    PDF = "a PDF", KindFacts(magic=(b"%PDF-",))
    GZIP = "a compressed file (gzip)", KindFacts(magic=(b"\x1f\x8b",), hint="Unpack it first.")
    IMAGE = "a picture", KindFacts(magic=(b"\x89PNG", b"\xff\xd8\xff", b"GIF8"))
    BINARY = "neither text nor a workbook"


FORMATS = tuple(ending for kind in Kind for ending in kind.facts.endings)
"""The endings of the files that can be read."""

WORKBOOKS = frozenset(kind for kind in Kind if kind.facts.reader)
"""The kinds of content that hold sheets."""


def kind_of_ending(ending: str) -> Kind | None:
    """The kind that a name's ending says, None for an ending that nothing here has."""
    return next((kind for kind in Kind if ending in kind.facts.endings), None)


def open_reader(
    kind: Kind, path: Path, file: BinaryIO, notes: tuple[str, ...], *, is_lenient: bool = False
) -> "Workbook":
    """The workbook in an open file, by the reader of its kind; a lenient one reads XML that is not well-formed."""
    module, _, name = kind.facts.reader.partition(":")
    reader = getattr(importlib.import_module(module), name)
    given = {"is_lenient": is_lenient} if kind.facts.is_xml else {}
    workbook: Workbook = reader(path, file, notes, **given)
    return workbook
