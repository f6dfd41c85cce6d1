"""What a file really is, told by its content: names lie."""

import mmap
import re
import struct
from enum import Enum
from pathlib import Path
from typing import BinaryIO
from zipfile import ZipFile

from importer.errors import SheetError
from importer.sheet.archive import ARCHIVE_DAMAGE, open_archive
from importer.sheet.textformat import utf16_pattern

__all__ = [
    "FORMATS",
    "TEXT_FORMATS",
    "WORKBOOKS",
    "Kind",
    "identify",
    "require_kind",
]

TEXT_FORMATS = (".csv", ".tsv", ".txt")
FORMATS = (*TEXT_FORMATS, ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")

_HEAD_BYTES = 1 << 16
_PROLOG_BYTES = 4096
_ODS_MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = "META-INF/manifest.xml"
_MANIFEST_BYTES = 1 << 20


class Kind(Enum):
    """A kind of content; the value is how a person would call it."""

    TEXT = "plain text"
    XLSX = "an Excel workbook (.xlsx)"
    XLSB = "a binary Excel workbook (.xlsb)"
    XLS = "an Excel 97 workbook (.xls)"
    ODS = "an OpenDocument spreadsheet (.ods)"
    EMPTY = "empty"
    ENCRYPTED = "password-protected"
    DAMAGED = "a damaged or incomplete workbook"
    HTML = "a web page (HTML)"
    MHTML = "a web page saved with its pictures (MHTML)"
    RTF = "a text document (RTF)"
    XML = "an XML file"
    NUMBERS = "an Apple Numbers document"
    WORD = "a Word or PowerPoint document"
    ZIP = "a ZIP archive"
    OLE = "an old Office file, but no workbook"
    PDF = "a PDF"
    GZIP = "a compressed file (gzip)"
    IMAGE = "a picture"
    BINARY = "neither text nor a workbook"


_HINTS = {
    Kind.EMPTY: "Export it again: the file holds 0 bytes.",
    Kind.ENCRYPTED: "Open it in Excel and save it without a password.",
    Kind.DAMAGED: "Copy or download it again; if it opens in Excel, save it there as .xlsx.",
    Kind.GZIP: "Unpack it first.",
    Kind.ZIP: "Unpack it first.",
}
_EXPECTED = {
    ".xlsx": Kind.XLSX,
    ".xlsm": Kind.XLSX,
    ".xls": Kind.XLS,
    ".xlsb": Kind.XLSB,
    ".ods": Kind.ODS,
}
WORKBOOKS = frozenset(_EXPECTED.values())
"""The kinds of content that hold sheets."""

_MAGIC = (
    (b"%PDF-", Kind.PDF),
    (b"\x1f\x8b", Kind.GZIP),
    (b"{\\rtf", Kind.RTF),
    (b"\x89PNG", Kind.IMAGE),
    (b"\xff\xd8\xff", Kind.IMAGE),
    (b"GIF8", Kind.IMAGE),
    (b"\x09\x08\x10\x00", Kind.XLS),  # a BIFF stream without a container
    (b"\x09\x08\x08\x00", Kind.XLS),
)
_OLE_HEADER_BYTES = 512
_MINI_SHIFT = 6
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta)\b", re.IGNORECASE)
_MAIL_HEADER = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*)+\r?\n", re.ASCII)
_MHTML = re.compile(rb"^(?:mime-version|content-type|snapshot-content-location)\s*:", re.IGNORECASE | re.MULTILINE)
_CONTROLS = bytes(sorted(set(range(32)) - set(b"\0\t\n\v\f\r\x1a\x1b")))
_BINARY_SHARE = 0.05
_BINARY_LEAST = 16  # a few control characters happen in text


def identify(file: BinaryIO) -> Kind:
    """The kind of an open file's content. SheetError (without the file's name) for an archive beyond all bounds."""
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    if not head:
        return Kind.EMPTY
    if head.startswith(_OLE_MAGIC):
        return _ole_kind(file)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(file)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return _text_kind(head)


def _text_kind(head: bytes) -> Kind:
    for bom, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(bom) and not head.startswith(b"\xff\xfe\x00\x00"):
            start = head[2:_PROLOG_BYTES].decode(codec, "ignore").lstrip().encode()
            return Kind.HTML if _HTML.match(start) else Kind.TEXT
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return Kind.TEXT
    if utf16_pattern(head):
        return Kind.TEXT
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:_PROLOG_BYTES]
    if start.startswith(b"<"):
        if _HTML.match(start) or (start.startswith(b"<!--") and _HTML.search(start)):
            return Kind.HTML
        if start.startswith(b"<?xml"):
            return Kind.HTML if _HTML.search(start) else Kind.XML
    mail = _MAIL_HEADER.match(start)
    if mail and _MHTML.search(mail.group()):
        return Kind.MHTML
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return Kind.BINARY if controls > max(_BINARY_LEAST, _BINARY_SHARE * len(head)) else Kind.TEXT


def _ole_kind(file: BinaryIO) -> Kind:
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if not _is_sane_ole(content[:_OLE_HEADER_BYTES], len(content)):
            return Kind.DAMAGED
        if content.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            return Kind.ENCRYPTED
        for stream in ("Workbook", "Book"):
            if content.find(stream.encode("utf-16-le")) >= 0:
                return Kind.XLS
    return Kind.OLE


def _is_sane_ole(header: bytes, size: int) -> bool:
    """Whether the counts in a compound file's header fit into the file: readers allocate what these say."""
    if len(header) < _OLE_HEADER_BYTES:
        return False
    sector_shift, mini_shift = struct.unpack_from("<HH", header, 30)
    counts = struct.unpack_from("<II", header, 40) + struct.unpack_from("<I4xI", header, 64)
    return (
        sector_shift in (9, 12) and mini_shift == _MINI_SHIFT and all(count << sector_shift <= size for count in counts)
    )


def _zip_kind(file: BinaryIO) -> Kind:
    try:
        with open_archive(file) as archive:
            names = set(archive.namelist())
            if any(entry.flag_bits & 1 for entry in archive.infolist()):
                return Kind.ENCRYPTED
            if "mimetype" in names and _beginning(archive, "mimetype").startswith(_ODS_MIMETYPE):
                manifest = _beginning(archive, _MANIFEST) if _MANIFEST in names else b""
                return Kind.ENCRYPTED if b"encryption-data" in manifest else Kind.ODS
    except ARCHIVE_DAMAGE:
        return Kind.DAMAGED
    return _package_kind(names)


def _beginning(archive: ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(_MANIFEST_BYTES)


def _package_kind(names: set[str]) -> Kind:
    """What an archive is, by the names of its parts."""
    lower = {name.lower().lstrip("/").replace("\\", "/") for name in names}
    if "xl/workbook.bin" in lower:
        return Kind.XLSB
    if "xl/workbook.xml" in lower or any(name.startswith("xl/worksheets/") for name in lower):
        return Kind.XLSX
    if any(name.startswith("index/") and name.endswith(".iwa") for name in lower) or "index.zip" in lower:
        return Kind.NUMBERS
    return Kind.WORD if any(name.startswith(("word/", "ppt/")) for name in lower) else Kind.ZIP


def require_kind(path: Path, kind: Kind) -> tuple[str, ...]:
    """Check content against name: notes where they differ harmlessly, SheetError where the file is not for us.

    A workbook under a wrong name is read for what it is, since a workbook's content leaves no doubt. Text named as a
    workbook is refused: its delimiter and encoding are the user's to confirm, by renaming it.
    """
    ending = path.suffix.lower()
    if ending not in FORMATS:
        shown = f"A file ending in {path.suffix!r}" if path.suffix else "A file name without an ending"
        raise SheetError(f"{path}: {shown} cannot be read.", hint=f"Formats: {' '.join(FORMATS)}")
    if kind is Kind.TEXT and ending in TEXT_FORMATS:
        return ()
    if kind is Kind.TEXT:
        message = f"{path}: the name says {ending}, but the content is plain text."
        raise SheetError(message, hint="If it is a CSV, rename it to end in .csv; else save it again as a workbook.")
    if kind not in WORKBOOKS:
        hint = _HINTS.get(kind, "Open it in a spreadsheet program and save it as .xlsx or .csv.")
        raise SheetError(f"{path}: cannot be read, it is {kind.value}.", hint=hint)
    if _EXPECTED.get(ending) is kind:
        return ()
    return (f"The name says {ending}, but the content is {kind.value}: it was read as such.",)
