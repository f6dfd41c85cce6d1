"""A zipped workbook as an archive: opened only where its directory and its sizes are those of a lead list.

Sizes are those that the archive declares: zipfile unpacks no more than that, and finds the checksum wrong where they
are false. OOXML and OpenDocument know two ways of packing, stored and deflated; any other is refused, for a small
archive can ask an unusual one for gigabytes.
"""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from importer.errors import SheetError
from importer.sheet.bounds import TooLargeError

__all__ = ["ARCHIVE_DAMAGE", "open_archive", "require_sane_archive", "require_whole_archive", "told_archive_damage"]

ARCHIVE_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,  # zipfile's word for an encrypted entry
    ValueError,
    LookupError,
    OverflowError,
)
"""What reading a damaged archive may raise."""

_MOST_ENTRIES = 10_000
_MOST_DIRECTORY_BYTES = 4 << 20
_MOST_BYTES = 2 << 30
_BOMB_BYTES = 50 << 20
_BOMB_RATIO = 100
_PACKINGS = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
_CHUNK_BYTES = 1 << 16
_DAMAGE_HINT = "Copy or download it again; if it opens in Excel, save it there as .xlsx."
_TOO_LARGE_HINT = "Save only the sheet with the leads, as a new .xlsx or .csv file."

_END = b"PK\x05\x06"
_END_BYTES = 22
_LONGEST_COMMENT = 1 << 16
_END64, _LOCATOR64 = b"PK\x06\x06", b"PK\x06\x07"
_END64_BYTES, _LOCATOR64_BYTES = 56, 20


def open_archive(file: BinaryIO) -> zipfile.ZipFile:
    """The archive, with every bound checked before any entry is read.

    TooLargeError for too much. Raises one of `ARCHIVE_DAMAGE` for what is no archive.
    """
    size = file.seek(0, 2)
    if _directory_bytes(file, size) > _MOST_DIRECTORY_BYTES:
        raise TooLargeError("refused, the archive has too many entries for a workbook.", hint=_TOO_LARGE_HINT)
    archive = zipfile.ZipFile(file)
    try:
        _require_bounds(archive, size)
    except BaseException:
        archive.close()
        raise
    return archive


def _directory_bytes(file: BinaryIO, size: int) -> int:
    """How large the archive says its directory is: zipfile makes an object of each entry in it."""
    start = max(0, size - _END_BYTES - _LONGEST_COMMENT)
    file.seek(start)
    tail = file.read(_END_BYTES + _LONGEST_COMMENT)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + _END_BYTES:
        return 0  # no archive: zipfile says so
    (found,) = struct.unpack_from("<I", tail, at + 12)
    locator = start + at - _LOCATOR64_BYTES
    if locator >= _END64_BYTES:
        file.seek(locator - _END64_BYTES)
        before = file.read(_END64_BYTES + _LOCATOR64_BYTES)
        if before.startswith(_END64) and before[_END64_BYTES:].startswith(_LOCATOR64):
            (found,) = struct.unpack_from("<Q", before, 40)
    return int(found)


def _require_bounds(archive: zipfile.ZipFile, size: int) -> None:
    entries = archive.infolist()
    if len(entries) > _MOST_ENTRIES:
        raise TooLargeError(f"refused, it consists of {len(entries):,} parts.", hint=_TOO_LARGE_HINT)
    if any(entry.compress_type not in _PACKINGS and not entry.flag_bits & 1 for entry in entries):
        raise zipfile.BadZipFile("packed in a way that no workbook is")
    unpacked = sum(entry.file_size for entry in entries)
    packed = min(sum(entry.compress_size for entry in entries), size) or 1  # entries may share the same bytes
    if unpacked > _MOST_BYTES or (unpacked > _BOMB_BYTES and unpacked / packed > _BOMB_RATIO):
        message = f"refused, it would unpack to {unpacked >> 20:,} MB from {packed >> 10:,} KB."
        raise TooLargeError(message, hint=_TOO_LARGE_HINT)


def require_sane_archive(path: Path, file: BinaryIO) -> None:
    """Refuse a zipped workbook beyond the bounds, or any part of which, whatever its name, declares a document type.

    No spreadsheet program writes one; its entities are how a small file becomes a huge one. Each part is parsed up to
    its root element, so that neither a comment nor an encoding hides it.
    """
    with told_archive_damage(path), open_archive(file) as archive:
        for entry in archive.infolist():
            with archive.open(entry) as part:
                found = _Prologue()
                while not found.is_over and (data := part.read(_CHUNK_BYTES)):
                    found.feed(data)
            if found.has_doctype:
                message = f"{path}: refused, {entry.filename} inside it declares a document type or entities."
                raise SheetError(message, hint="Save it again in Excel or LibreOffice.")


class _Prologue:
    """What stands in front of a part's root element."""

    def __init__(self) -> None:
        self.has_doctype = False
        self.is_over = False
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._root

    def feed(self, data: bytes) -> None:
        try:
            self._parser.Parse(data, False)
        except (expat.ExpatError, ValueError, LookupError):  # no XML at all, or damaged: whoever reads it tells
            self.is_over = True

    def _doctype(self, *_about: object) -> None:
        self.has_doctype = self.is_over = True

    def _root(self, *_about: object) -> None:
        self.is_over = True


def require_whole_archive(path: Path, file: BinaryIO) -> None:
    """Refuse a zipped workbook of which any part does not unpack to its declared size and checksum.

    For readers that unpack by themselves and may not hold to the declared size.
    """
    with told_archive_damage(path), open_archive(file) as archive:
        if archive.testzip() is not None:
            raise zipfile.BadZipFile


@contextmanager
def told_archive_damage(path: Path) -> Iterator[None]:
    """Make a SheetError that names the file of whatever is wrong with its archive."""
    try:
        yield
    except TooLargeError as error:
        raise error.within(str(path)) from error
    except ARCHIVE_DAMAGE as error:
        raise SheetError(
            f"{path}: cannot be read, it is a damaged or incomplete workbook.", hint=_DAMAGE_HINT
        ) from error
