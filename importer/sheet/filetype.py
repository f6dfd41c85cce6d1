"""What a file really is, told by its content: names lie.

By hand: libmagic is a system library that many machines lack, and does not say how to go on.
"""

import mmap
import re
import struct
from pathlib import Path
from typing import BinaryIO
from zipfile import ZipFile

from importer.errors import SheetError
from importer.sheet.archive import ARCHIVE_DAMAGE, open_archive
from importer.sheet.kinds import FORMATS, WORKBOOKS, Kind, kind_of_ending
from importer.sheet.textformat import utf16_pattern

__all__ = [
    "Kind",
    "identify",
    "require_kind",
]

_HEAD_BYTES = 1 << 16
_PROLOG_BYTES = 4096
_ODS_MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = "META-INF/manifest.xml"
_MANIFEST_BYTES = 1 << 20

_OLE_HEADER_BYTES = 512
_MINI_SHIFT = 6
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta)\b", re.IGNORECASE)
_MAIL_HEADER = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]*+:[^\n]*+\n(?:[ \t][^\n]*+\n)*+)++\r?\n", re.ASCII)
_MHTML = re.compile(rb"^(?:mime-version|content-type|snapshot-content-location)\s*:", re.IGNORECASE | re.MULTILINE)
_CONTROLS = bytes(sorted(set(range(32)) - set(b"\0\t\n\v\f\r\x1a\x1b")))
_BINARY_SHARE = 0.05
_BINARY_LEAST = 16  # a few control characters happen in text


def identify(file: BinaryIO) -> Kind:
    """The kind of an open file's content. TooLargeError for an archive beyond all bounds."""
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    if not head:
        return Kind.EMPTY
    if head.startswith(_OLE_MAGIC):
        return _ole_kind(file)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(file)
    for kind in Kind:
        if head.startswith(kind.facts.magic):
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
    return next((kind for kind in Kind if kind.facts.has_parts is not None and kind.facts.has_parts(lower)), Kind.ZIP)


def require_kind(path: Path, kind: Kind) -> tuple[str, ...]:
    """Check content against name: notes where they differ harmlessly, SheetError where the file is not for us.

    A workbook under a wrong name is read for what it is, since a workbook's content leaves no doubt. Text named as a
    workbook is refused: its delimiter and encoding are the user's to confirm, by renaming it.
    """
    ending = path.suffix.lower()
    if ending not in FORMATS:
        shown = f"A file ending in {path.suffix!r}" if path.suffix else "A file name without an ending"
        hint = f"Save the list in one of these formats, and name that: {' '.join(FORMATS)}"
        raise SheetError(f"{path}: {shown} cannot be read.", hint=hint)
    expected = kind_of_ending(ending)
    if expected is kind:
        return ()
    if kind is Kind.TEXT:
        message = f"{path}: the name says {ending}, but the content is plain text."
        raise SheetError(message, hint="If it is a CSV, rename it to end in .csv; else save it again as a workbook.")
    if kind not in WORKBOOKS:
        raise SheetError(f"{path}: cannot be read, it is {kind.value}.", hint=kind.facts.hint)
    return (f"The name says {ending}, but the content is {kind.value}: it was read as such.",)
